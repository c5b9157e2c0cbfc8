import { deepEqual, equal, ok } from 'node:assert/strict'
import { type EventBatch, fold, type Part, ReplyBuilder } from '@isthmus/core'
import { assertGrammar } from '@isthmus/core/testing'
import { encodeInput, type JsonObject } from '@isthmus/core/wire'
import fc from 'fast-check'
import t from 'tap'
import { GeminiReader } from '../src/reply-reader.ts'
import { encodeResponse } from '../src/response-encode.ts'
import {
  ARRAY,
  chunksOf,
  decodeReply,
  OPTIONS,
  readStream,
  saying,
  sse,
  streamOf,
  TARGET,
  wired
} from './support/replies.ts'

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', ' ', '"', '\\', '\u2028', '😀', '\n\n', ']},'))
const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,9}$/)
const rest = fc.dictionary(fc.stringMatching(/^x[A-Z][a-z]{1,5}$/), fc.jsonValue(), { maxKeys: 1 })
const signature = fc.option(fc.base64String({ minLength: 4 }), { nil: undefined, freq: 5 })

/** What the service may put into a content, and what it may not know yet. */
const wirePart = fc
  .tuple(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ text }) },
      { weight: 2, arbitrary: fc.record({ text, thought: fc.constant(true) }) },
      fc.record({ functionCall: fc.record({ id: name, name, args: fc.dictionary(name, fc.jsonValue()) }) }),
      fc.record({
        inlineData: fc.record({ mimeType: fc.constant('image/png'), data: fc.base64String({ minLength: 4 }) })
      }),
      fc.record({ executableCode: fc.record({ language: fc.constant('PYTHON'), code: fc.string() }) }),
      fc.record({ hologram: fc.jsonValue() })
    ),
    signature,
    fc.oneof({ weight: 6, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: rest })
  )
  .map(([part, thoughtSignature, more]) => wired({ ...more, ...part, thoughtSignature }))

const chunks = fc
  .tuple(
    fc.array(fc.tuple(fc.array(wirePart, { maxLength: 3 }), rest, rest), { minLength: 1, maxLength: 6 }),
    fc.constantFrom('STOP', 'MAX_TOKENS', 'SAFETY', 'NEW_REASON')
  )
  .map(([all, finishReason]) => {
    // The service gives each call an id of its own; one that came twice would come out as two.
    let calls = 0
    const own = (part: JsonObject): JsonObject => {
      const call = part.functionCall as JsonObject | undefined
      return call === undefined ? part : { ...part, functionCall: { ...call, id: `${call.id}_${calls++}` } }
    }
    return all.map(([parts, beside, about], at) => {
      const usageMetadata = { promptTokenCount: 5, candidatesTokenCount: at, totalTokenCount: 5 + at }
      const end = at === all.length - 1 ? { finishReason } : {}
      return wired(saying(parts.map(own), { ...beside, ...end }, { ...about, usageMetadata }))
    })
  })

const cut = (bytes: Buffer, at: readonly number[]): Buffer[] => {
  const places = [...new Set(at.map(place => place % (bytes.length + 1)))].sort((a, b) => a - b)
  return [...places, bytes.length].map((place, index) => bytes.subarray(places[index - 1] ?? 0, place))
}

t.test('where the bytes are cut makes no difference, in either framing', async () => {
  fc.assert(
    fc.property(chunks, fc.array(fc.nat(4000), { maxLength: 12 }), (all, places) => {
      const expected = decodeReply([sse(all)])
      assertGrammar(expected)
      deepEqual(decodeReply(cut(Buffer.from(sse(all)), places)), expected)
      const array = Buffer.from(`[${all.map(chunk => JSON.stringify(chunk, null, 1)).join('\n,\r\n')}\n]`)
      deepEqual(decodeReply(cut(array, places), 'application/json'), expected)
    }),
    { numRuns: 150 }
  )
})

/** Streams of text in few different frames, as the service writes them: with counters that change, spaces or none. */
const pieces = fc
  .record({
    said: fc.array(fc.record({ text, thought: fc.constantFrom(undefined, undefined, true), again: fc.nat(3) }), {
      minLength: 2,
      maxLength: 12
    }),
    counters: fc.subarray(['promptTokenCount', 'candidatesTokenCount', 'thoughtsTokenCount', 'totalTokenCount']),
    other: fc.constantFrom({}, { createTime: '2025-10-24T07:45:10Z' }, { promptFeedback: { note: 1 } }),
    late: fc.nat(11),
    odd: fc.tuple(fc.nat(11), wirePart),
    spaces: fc.constantFrom(undefined, 1)
  })
  .map(({ said, counters, other, late, odd: [at, odd], spaces }) => {
    const chunks = said.flatMap(({ text, thought, again }, n) => {
      const about = { ...other, usageMetadata: Object.fromEntries(counters.map(name => [name, n * 7])) }
      const part = n === at ? odd : wired({ text, thought })
      const chunk = wired(saying([part], n === said.length - 1 ? { finishReason: 'STOP' } : {}, n < late ? about : {}))
      return Array.from({ length: again + 1 }, () => chunk)
    })
    return chunks.map(chunk => JSON.stringify(chunk, null, spaces))
  })

t.test('the quick way through common chunks gives what the plain one gives', async () => {
  let quick = 0
  fc.assert(
    fc.property(pieces, chunks => {
      const read = (learn: boolean) => {
        const out = new ReplyBuilder()
        const reader = new GeminiReader(TARGET, undefined, learn)
        for (const chunk of chunks) reader.event(chunk, undefined, out)
        reader.end(out)
        return out.take()
      }
      const parse = JSON.parse
      let parsed = 0
      JSON.parse = (json: string) => {
        parsed++
        return parse(json) as unknown
      }
      try {
        const learned = read(true)
        if (parsed < chunks.length) quick++
        deepEqual(learned, read(false))
      } finally {
        JSON.parse = parse
      }
    }),
    { numRuns: 1000 }
  )
  ok(quick > 200, `only ${quick} of 1000 streams had a chunk that was read quickly`)
})

t.test('what the service says is what a client of the format reads', async () => {
  await fc.assert(
    fc.asyncProperty(chunks, async all => {
      const events = decodeReply([sse(all)])
      const before = await readStream(sse(all))
      deepEqual(await readStream(streamOf(events)), before)
      deepEqual(await readStream(sse(JSON.parse(streamOf(events, ARRAY)) as JsonObject[])), before)
    }),
    { numRuns: 150 }
  )
})

t.test('a whole reply comes back member by member', async () => {
  fc.assert(
    fc.property(chunks, all => {
      const body = all.at(-1)!
      const events = decodeReply([JSON.stringify(body)], 'application/json')
      assertGrammar(events)
      deepEqual(sorted(wired(encodeResponse(fold(events), OPTIONS))), sorted(withoutSilence(body)))
    }),
    { numRuns: 300 }
  )
})

/** withoutSilence: text that says nothing is left out, but no content is without a part. */
function withoutSilence(body: JsonObject): JsonObject {
  const [candidate] = body.candidates as [JsonObject & { content: { parts: JsonObject[] } }]
  const parts = candidate.content.parts.filter(
    part => part.text !== '' || Object.keys(part).some(key => key !== 'text' && key !== 'thought')
  )
  const content = { ...candidate.content, parts: parts.length === 0 ? [{ text: '' }] : parts }
  return { ...body, candidates: [{ ...candidate, content }] }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)])
  )
}

const part: fc.Arbitrary<Part> = fc.oneof(
  text.map((value): Part => ({ type: 'text', text: value })),
  text.map((value): Part => ({ type: 'refusal', text: value })),
  text.map((value): Part => ({ type: 'reasoning', text: value, hidden: false })),
  fc
    .record({ id: name, name, argsText: fc.oneof(text, fc.constantFrom('{"a":[1]}', '{}', '7')) })
    .map((value): Part => ({ type: 'tool_call', kind: 'function', ...value }))
)
const KIND = { text: 'text', refusal: 'refusal', reasoning: 'reasoning', tool_call: 'args' } as const

/** Any reply: parts of several choices, in pieces, one after the other or interleaved. */
const replyEvents: fc.Arbitrary<EventBatch> = fc
  .record({
    steps: fc.array(fc.record({ choice: fc.nat(1), part, cuts: fc.nat(3), early: fc.boolean() }), { maxLength: 7 }),
    reason: fc.constantFrom('stop' as const, 'tool_calls' as const, 'content_filter' as const),
    tokens: fc.option(fc.nat(1000), { nil: undefined })
  })
  .map(({ steps, reason, tokens }) => {
    const out = new ReplyBuilder()
    out.start('reply', 'model', 7)
    const later: (() => void)[] = []
    for (const { choice, part, cuts, early } of steps) {
      const grown = part.type === 'tool_call' ? part.argsText : ((part as { text?: string }).text ?? '')
      const empty = part.type === 'tool_call' ? { ...part, argsText: '' } : ({ ...part, text: '' } as Part)
      const open = out.open(choice, empty)
      const feed = (): void => {
        const size = Math.max(1, Math.ceil(grown.length / (cuts + 1)))
        for (let at = 0; at < grown.length; at += size) {
          out.append(open, KIND[part.type as keyof typeof KIND], grown.slice(at, at + size))
        }
        out.close(open)
      }
      if (early) feed()
      else later.push(feed)
    }
    for (const feed of later) feed()
    for (const choice of new Set([0, ...steps.map(step => step.choice)])) out.finish(choice, { reason, native: reason })
    if (tokens !== undefined) out.usage({ input: { fresh: tokens }, output: { total: tokens } })
    out.end()
    return out.take()
  })

t.test('any reply gives a stream that the vendor’s client reads to the same content', async () => {
  await fc.assert(
    fc.asyncProperty(replyEvents, async events => {
      const stream = streamOf(events)
      const read = (await readStream(stream)).candidates as { parts: JsonObject[]; finishReason: string }[]
      const { choices, usage } = fold(events)
      equal(read.length, choices.length)
      for (const [at, choice] of choices.entries()) {
        const said = read[at]!.parts
        const joined = (thought: boolean): string =>
          said
            .map(({ text, thought: is }) => (typeof text === 'string' && (is === true) === thought ? text : ''))
            .join('')
        const expected = (...types: readonly string[]): string[] =>
          choice.parts.flatMap(part => (types.includes(part.type) && 'text' in part ? [part.text ?? ''] : []))
        deepEqual(allOf([joined(true)]), allOf(expected('reasoning')))
        deepEqual(allOf([joined(false)]), allOf(expected('text', 'refusal')))
        const calls = choice.parts.flatMap(part =>
          part.type === 'tool_call' ? [JSON.stringify([part.id, part.name, encodeInput(part.argsText)])] : []
        )
        const written = said.flatMap(({ functionCall }) => {
          const call = functionCall as JsonObject | undefined
          return call === undefined ? [] : [JSON.stringify([call.id, call.name, call.args])]
        })
        deepEqual(written.sort(), wired(calls.sort()) as unknown)
        equal(read[at]!.finishReason, choice.finish.reason === 'content_filter' ? 'SAFETY' : 'STOP')
      }
      const last = chunksOf(stream).at(-1)!.usageMetadata as JsonObject | undefined
      equal(last?.totalTokenCount, usage && (usage.input.fresh ?? 0) * 2)
    }),
    { numRuns: 200 }
  )
})

/** Parts that interleave are read in the order of their pieces: what is compared is all that was said. */
const allOf = (texts: readonly string[]): string[] => [...texts.join('')].sort()
