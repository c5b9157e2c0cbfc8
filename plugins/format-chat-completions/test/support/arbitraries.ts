import { type EventBatch, type Part, ReplyBuilder } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import fc from 'fast-check'

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', ' ', '"', '\\', '\u2028', '😀', '{"a":1}', '\n\n')
)
const some = fc.string({ unit: 'binary', minLength: 1 })
const name = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/)
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
/** rest is members that nobody knows. */
const rest = fc.dictionary(fc.stringMatching(/^x_[a-z]{1,6}$/), fc.jsonValue(), { maxKeys: 2 })

const compact = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T
const record = (model: Record<string, fc.Arbitrary<unknown>>) =>
  fc.tuple(fc.record(model), rest).map(([known, unknown]) => compact({ ...unknown, ...known }))

const cacheControl = maybe(fc.record({ type: fc.constant('ephemeral'), ttl: fc.constantFrom('5m', '1h') }))
const textPart = record({ type: fc.constant('text'), text, cache_control: cacheControl })
const imagePart = record({
  type: fc.constant('image_url'),
  image_url: record({
    url: fc.constantFrom('https://example.test/a.png', 'data:image/png;base64,AAAA'),
    detail: maybe(fc.constantFrom('auto', 'high'))
  })
})
const filePart = record({
  type: fc.constant('file'),
  file: record({ file_data: fc.constant('data:application/pdf;base64,AAAA'), filename: maybe(some) })
})
const audioPart = record({
  type: fc.constant('input_audio'),
  input_audio: record({ data: fc.constant('AAAA'), format: fc.constantFrom('wav', 'mp3') })
})
const unknownPart = record({ type: fc.constantFrom('document_url', 'x_part'), value: fc.jsonValue() })
const parts = fc.array(fc.oneof(textPart, imagePart, filePart, audioPart, unknownPart), { minLength: 1, maxLength: 3 })

const call = fc.oneof(
  record({
    id: name,
    type: fc.constant('function'),
    function: record({ name, arguments: fc.oneof(some, fc.constant('{"a": 1}')) })
  }),
  record({ id: name, type: fc.constant('custom'), custom: record({ name, input: some }) })
)

const message = fc.oneof(
  record({
    role: fc.constantFrom('system', 'developer'),
    content: fc.oneof(some, fc.array(textPart, { minLength: 1 }))
  }),
  record({ role: fc.constant('user'), content: fc.oneof(some, parts), name: maybe(name), cache_control: cacheControl }),
  record({ role: fc.constant('assistant'), content: some, refusal: maybe(text), reasoning_content: maybe(some) }),
  record({
    role: fc.constant('assistant'),
    content: fc.constant(null),
    tool_calls: fc.array(call, { minLength: 1, maxLength: 3 }),
    reasoning: maybe(some)
  }),
  record({
    role: fc.constant('tool'),
    tool_call_id: name,
    content: fc.oneof(some, fc.array(textPart, { minLength: 1 }))
  })
)

const tool = record({
  type: fc.constant('function'),
  function: record({
    name,
    description: maybe(some),
    parameters: maybe(fc.constant({ type: 'object', properties: {} })),
    strict: maybe(fc.boolean())
  }),
  cache_control: cacheControl
})

/** chatRequest is a request written as the encoder writes it: what it reads must come back member for member. */
export const chatRequest = record({
  model: some,
  messages: fc.array(message, { minLength: 1, maxLength: 4 }),
  temperature: maybe(fc.double({ min: 0, max: 2, noNaN: true }).map(value => value + 0)),
  top_k: maybe(fc.integer({ min: 0, max: 100 })),
  seed: maybe(fc.integer()),
  max_tokens: maybe(fc.integer({ min: 1, max: 100_000 })),
  stop: maybe(fc.array(some, { minLength: 1, maxLength: 4 })),
  n: maybe(fc.integer({ min: 1, max: 8 })),
  user: maybe(some),
  metadata: maybe(fc.dictionary(name, text, { maxKeys: 2 })),
  reasoning_effort: maybe(fc.constantFrom('none', 'low', 'high', 'newest')),
  response_format: maybe(
    fc.oneof(
      fc.constant({ type: 'json_object' }),
      record({
        type: fc.constant('json_schema'),
        json_schema: record({ name, schema: fc.constant({ type: 'object' }) })
      })
    )
  ),
  logit_bias: maybe(fc.dictionary(fc.constantFrom('1', '22'), fc.integer({ min: -100, max: 100 }))),
  service_tier: maybe(fc.constantFrom('auto', 'flex')),
  store: maybe(fc.boolean())
}).chain(request =>
  fc.oneof<fc.Arbitrary<JsonObject>[]>(
    fc.constant(request),
    fc.array(tool, { minLength: 1, maxLength: 3 }).map(tools => ({ ...request, tools, tool_choice: 'auto' })),
    fc.constant({ ...request, stream: true, stream_options: { include_usage: true } })
  )
)

const part: fc.Arbitrary<Part> = fc.oneof(
  text.map((value): Part => ({ type: 'text', text: value })),
  text.map((value): Part => ({ type: 'refusal', text: value })),
  text.map((value): Part => ({ type: 'reasoning', text: value, hidden: false })),
  fc
    .record({ id: name, name, argsText: text })
    .map((value): Part => ({ type: 'tool_call', kind: 'function', ...value }))
)

/** replyEvents is any reply: parts of several choices, whole or in pieces, one after the other or interleaved. */
export const replyEvents: fc.Arbitrary<EventBatch> = fc
  .record({
    steps: fc.array(fc.record({ choice: fc.nat(1), part, cuts: fc.nat(4), early: fc.boolean() }), { maxLength: 8 }),
    reason: fc.constantFrom('stop', 'length', 'tool_calls', 'content_filter', 'other'),
    tokens: maybe(fc.nat(1000))
  })
  .map(({ steps, reason, tokens }) => {
    const out = new ReplyBuilder()
    out.start('reply', 'model', 7)
    const later: (() => void)[] = []
    for (const [at, { choice, part: drawn, cuts, early }] of steps.entries()) {
      const part = drawn.type === 'tool_call' ? { ...drawn, id: `${drawn.id}${at}` } : drawn
      const open = out.open(choice, emptied(part))
      const feed = (): void => {
        for (const piece of pieces(grown(part), cuts)) out.append(open, KIND[part.type as keyof typeof KIND], piece)
        out.close(open)
      }
      if (early) feed()
      else later.push(feed)
    }
    for (const feed of later) feed()
    for (const choice of new Set([0, ...steps.map(step => step.choice)])) {
      out.finish(choice, { reason: reason as 'stop', native: reason })
    }
    if (tokens !== undefined) out.usage({ input: { fresh: tokens }, output: { total: tokens } })
    out.end()
    return out.take()
  })

const KIND = { text: 'text', refusal: 'refusal', reasoning: 'reasoning', tool_call: 'args' } as const

function grown(part: Part): string {
  return part.type === 'tool_call' ? part.argsText : ((part as { text?: string }).text ?? '')
}

function emptied(part: Part): Part {
  return part.type === 'tool_call' ? { ...part, argsText: '' } : ({ ...part, text: '' } as Part)
}

function pieces(whole: string, cuts: number): string[] {
  const size = Math.max(1, Math.ceil(whole.length / (cuts + 1)))
  const found: string[] = []
  for (let at = 0; at < whole.length; at += size) found.push(whole.slice(at, at + size))
  return found
}

/** chatStream is a stream as an upstream might write it, with all sorts of text and with members that vary or not. */
export const chatStream: fc.Arbitrary<string> = fc
  .record({
    deltas: fc.array(
      fc.oneof(
        { weight: 5, arbitrary: fc.record({ content: text }) },
        fc.record({ content: text, reasoning: text }),
        fc.record({ content: fc.constant(null), refusal: text }),
        fc.record({
          tool_calls: fc.array(fc.record({ index: fc.nat(2), function: fc.record({ name, arguments: text }) }))
        })
      ),
      { maxLength: 20 }
    ),
    spaced: fc.boolean(),
    padded: fc.boolean(),
    vendor: maybe(fc.constantFrom('one', 'two'))
  })
  .map(({ deltas, spaced, padded, vendor }) => {
    const chunks = deltas.map((delta, at) => ({
      id: 'c1',
      model: 'm',
      ...(padded && { obfuscation: 'x'.repeat(at % 7) }),
      choices: [{ index: 0, delta, finish_reason: null }],
      ...(vendor !== undefined && { provider: at % 5 === 4 ? 'other' : vendor })
    }))
    const last = { id: 'c1', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }
    const lines = [...chunks, last].map(chunk => {
      const json = JSON.stringify(chunk)
      return `data: ${spaced ? json.replace('"content":', '"content": ') : json}\n\n`
    })
    return `${lines.join('')}data: [DONE]\n\n`
  })
