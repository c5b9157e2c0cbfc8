import { deepEqual, equal } from 'node:assert/strict'
import { type EventBatch, fold, type IrEvent, isGatewayError, ReplyBuilder } from '@isthmus/core'
import { assertGrammar, decodeAll, replyOptions, requestHead } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import fc from 'fast-check'
import t from 'tap'
import { completions } from '../src/index.ts'
import { joined, readPieces } from './support/sdk.ts'

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', ' ', '"', '\\', '\u2028', '😀', '\n\n'))
const some = fc.string({ unit: 'binary', minLength: 1 })
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
const ids = fc.array(fc.nat(100_000), { minLength: 1, maxLength: 4 })
const rest = fc.dictionary(fc.stringMatching(/^x_[a-z]{1,6}$/), fc.jsonValue(), { maxKeys: 2 })
const compact = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T
const number = fc.double({ min: -2, max: 2, noNaN: true }).map(value => value + 0)

/** request is one written as the encoder writes it: what it reads must come back member for member. */
const request: fc.Arbitrary<JsonObject> = fc
  .tuple(
    rest,
    fc.record({
      model: some,
      prompt: fc.oneof(text, ids, fc.array(fc.oneof(text, ids), { minLength: 2, maxLength: 3 })),
      suffix: maybe(some),
      echo: maybe(fc.boolean()),
      best_of: maybe(fc.integer({ min: 1, max: 20 })),
      n: maybe(fc.integer({ min: 1, max: 20 })),
      logprobs: maybe(fc.nat(5)),
      max_tokens: maybe(fc.nat(4096)),
      stop: maybe(fc.array(some, { minLength: 1, maxLength: 4 })),
      temperature: maybe(number),
      top_p: maybe(number),
      seed: maybe(fc.integer()),
      frequency_penalty: maybe(number),
      logit_bias: maybe(fc.dictionary(fc.constantFrom('1', '22'), fc.integer(), { minKeys: 1 })),
      user: maybe(text),
      stream: maybe(fc.constant(true))
    })
  )
  .map(([unknown, known]) =>
    compact({ ...unknown, ...known, ...(known.stream && { stream_options: { include_usage: true } }) })
  )

t.test('a request is written back as it was read', async () => {
  fc.assert(
    fc.property(request, body => {
      const decoded = completions.request.decode(body, requestHead())
      const { body: sent } = completions.request.encode(decoded, { provider: 'up', model: decoded.model })
      deepEqual(compact(sent), body)
    }),
    { numRuns: 500 }
  )
})

t.test('any JSON is read, or refused as an invalid request', async () => {
  const damaged = fc.tuple(request, fc.nat(), fc.jsonValue()).map(([body, at, junk]) => {
    const keys = Object.keys(body)
    return { ...body, [keys[at % keys.length]!]: junk }
  })
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), damaged), body => {
      try {
        completions.request.decode(body, requestHead())
      } catch (thrown) {
        if (!isGatewayError(thrown) || thrown.kind !== 'invalid_request') throw thrown
      }
    }),
    { numRuns: 1000 }
  )
})

const SSE = { status: 200, headers: { 'content-type': 'text/event-stream' } }
const decoder = () => completions.response.decoder(SSE, { provider: 'up', model: 'm' }, undefined)
const bytes = (value: string) => new TextEncoder().encode(value)

const chunk = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      id: fc.constant('c'),
      choices: fc.array(
        fc.record({
          index: fc.nat(2),
          text: fc.oneof(text, fc.constant(null)),
          finish_reason: fc.constantFrom(null, null, null, 'stop', 'length', ''),
          logprobs: fc.oneof(
            fc.constant(null),
            fc.record({ tokens: fc.array(text), token_logprobs: fc.jsonValue(), top_logprobs: fc.jsonValue() })
          )
        }),
        { maxLength: 2 }
      )
    })
  },
  fc.jsonValue() as fc.Arbitrary<never>
)

t.test('a stream gives the same grammatical events however it is cut, and whatever is in it', async () => {
  fc.assert(
    fc.property(fc.array(chunk, { maxLength: 10 }), fc.integer({ min: 1, max: 40 }), (chunks, cut) => {
      const stream = bytes(`${chunks.map(it => `data: ${JSON.stringify(it)}\n\n`).join('')}data: [DONE]\n\n`)
      const told = decodeAll(decoder(), [stream])
      assertGrammar(told)
      const pieces: Uint8Array[] = []
      for (let at = 0; at < stream.length; at += cut) pieces.push(stream.subarray(at, at + cut))
      equal(JSON.stringify(decodeAll(decoder(), pieces)), JSON.stringify(told))
    }),
    { numRuns: 500 }
  )
})

const token = fc.record({
  token: text,
  logprob: number,
  top: maybe(fc.array(fc.record({ token: text, logprob: number })))
})

/** reply is any reply: texts, refusals and reasoning of several choices, that may be open at the same time. */
const reply: fc.Arbitrary<EventBatch> = fc
  .record({
    steps: fc.array(
      fc.record({
        choice: fc.nat(1),
        type: fc.constantFrom('text', 'refusal', 'reasoning'),
        pieces: fc.array(fc.tuple(text, maybe(fc.array(token, { minLength: 1, maxLength: 2 }))), { maxLength: 3 }),
        early: fc.boolean()
      }),
      { maxLength: 6 }
    ),
    reason: fc.constantFrom('stop', 'length', 'content_filter', 'refusal', 'other'),
    message: maybe(text),
    tokens: maybe(fc.nat(1000))
  })
  .map(({ steps, reason, message, tokens }) => {
    const out = new ReplyBuilder()
    out.start('reply', 'model', 7)
    const later: (() => void)[] = []
    for (const { choice, type, pieces, early } of steps) {
      const head = type === 'reasoning' ? ({ type, text: '', hidden: false } as const) : ({ type, text: '' } as const)
      const open = out.open(choice, head as { type: 'text'; text: string })
      const feed = (): void => {
        for (const [piece, logprobs] of pieces) {
          out.append(open, type as 'text', piece)
          if (logprobs !== undefined && type !== 'reasoning') out.set(open, 'logprobs', logprobs as never)
        }
        out.close(open)
      }
      if (early) feed()
      else later.push(feed)
    }
    for (const feed of later.reverse()) feed()
    for (const choice of new Set([0, ...steps.map(step => step.choice)])) {
      out.finish(choice, { reason: reason as 'stop', native: reason, ...(message !== undefined && { message }) })
    }
    if (tokens !== undefined) out.usage({ input: { fresh: tokens }, output: { total: tokens } })
    out.end()
    return out.take()
  })

t.test('what is written of any reply is read alike by the official library, whole and streamed', async () => {
  await fc.assert(
    fc.asyncProperty(reply, async events => {
      const write = (batches: readonly EventBatch[]): string => {
        const encoder = completions.response.encoder(replyOptions())
        return batches.map(batch => encoder.push([...batch])).join('') + encoder.end()
      }
      const body = compact(completions.response.encode(fold(events), replyOptions()) as object)
      deepEqual(core(joined(await readPieces(write([events])))), core(body))
      deepEqual(core(joined(await readPieces(write(events.map((event: IrEvent) => [event]))))), core(body))
      const again = fold(decodeAll(decoder(), [bytes(write([events]))]))
      deepEqual(core(completions.response.encode(again, replyOptions())), core(body), 'and read back')
    }),
    { numRuns: 300 }
  )
})

/** core leaves the order of members out, and whether nobody's alternatives are null or a list of nulls. */
function core(value: unknown): unknown {
  const { choices, ...members } = compact(value as object) as {
    choices: { logprobs: { top_logprobs: unknown } | null }[]
  }
  return {
    ...members,
    choices: choices.map(choice => {
      const tops = choice.logprobs?.top_logprobs
      const bare = Array.isArray(tops) ? tops.filter(top => top !== null) : []
      return { ...choice, logprobs: choice.logprobs && { ...choice.logprobs, top_logprobs: bare } }
    })
  }
}
