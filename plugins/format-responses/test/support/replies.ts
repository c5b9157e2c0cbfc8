import { type EventBatch, type Finish, type OpenPart, type Part, ReplyBuilder, type Seal } from '@isthmus/core'
import fc from 'fast-check'
import { FORMAT } from '../../src/types.ts'
import { sse } from './sdk.ts'

const word = fc.stringMatching(/^[a-z]{1,8}$/)
const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: 'binary' }) },
  fc.constantFrom('', '"delta":"x"', '👍\\')
)
const issuer = fc.constantFrom('openai-responses-v1', 'anthropic-claude-v1', 'google-gemini-v1')
const seal: fc.Arbitrary<Seal> = fc
  .record({ data: fc.base64String({ minLength: 4 }), format: issuer })
  .map(({ data, format }) => ({
    kind: format === 'openai-responses-v1' ? 'encrypted' : 'signature',
    data,
    issuer: { provider: 'p', modelFamily: '', format }
  }))
const sealed = fc.record({ seal }, { requiredKeys: [] })

const said = fc.oneof(
  fc.tuple(text, sealed).map(([value, more]): Part => ({ type: 'text', text: value, ...more })),
  text.map((value): Part => ({ type: 'refusal', text: value })),
  fc.tuple(text, fc.webUrl()).map(
    ([value, url]): Part => ({
      type: 'text',
      text: value,
      annotations: [{ kind: 'url', start: 0, end: value.length, unit: 'utf16', url, title: 'a page' }]
    })
  )
)
const reasoning = fc.oneof(
  fc.tuple(text, sealed).map(([value, more]): Part => ({ type: 'reasoning', text: value, hidden: false, ...more })),
  fc
    .tuple(fc.array(text, { minLength: 1, maxLength: 3 }), sealed)
    .map(([summary, more]): Part => ({ type: 'reasoning', summary, hidden: false, ...more })),
  seal.map((value): Part => ({ type: 'reasoning', hidden: true, seal: value }))
)
const call = fc
  .record({ name: word, argsText: text, kind: fc.constantFrom('function' as const, 'custom' as const), more: sealed })
  .map(({ more, ...members }): Part => ({ type: 'tool_call', id: 'call', ...members, ...more }))
const other = fc.oneof(
  fc
    .base64String({ minLength: 4 })
    .map((data): Part => ({ type: 'image', source: { kind: 'inline', mime: 'image/webp', data } })),
  word.map(
    (id): Part => ({
      type: 'hosted_call',
      kind: 'web_search',
      id,
      native: {
        format: FORMAT,
        object: { id, type: 'web_search_call', status: 'completed', action: { type: 'search' } }
      }
    })
  ),
  word.map(
    (id): Part => ({
      type: 'hosted_call',
      kind: 'web_search',
      id,
      native: { format: 'messages', object: { type: 'server_tool_use', id } }
    })
  ),
  text.map(
    (data): Part => ({
      type: 'opaque',
      replay: 'same_dialect',
      native: { format: FORMAT, object: { type: 'compaction', encrypted_content: data } }
    })
  )
)

const finish: fc.Arbitrary<Finish> = fc.record({
  reason: fc.constantFrom('stop', 'length', 'tool_calls', 'content_filter', 'refusal', 'pause', 'other'),
  native: fc.constant(''),
  message: fc.constant('It may not be said.')
})

/** replyEvents is any reply: parts whole or in pieces, one after the other or, where that is asked for, interleaved. */
export const replyEvents = (interleaved: boolean): fc.Arbitrary<EventBatch> =>
  fc
    .record({
      steps: fc.array(
        fc.record({
          part: fc.oneof({ weight: 3, arbitrary: said }, reasoning, call, other),
          cuts: fc.nat(4),
          late: interleaved ? fc.boolean() : fc.constant(false)
        }),
        { maxLength: 8 }
      ),
      finish,
      usage: fc.option(fc.record({ fresh: fc.nat(1000), total: fc.nat(1000) }), { nil: undefined })
    })
    .map(({ steps, finish, usage }) => {
      const out = new ReplyBuilder()
      out.start('reply', 'model', 7)
      const later: (() => void)[] = []
      steps.forEach(({ part: drawn, cuts, late }, at) => {
        const part = drawn.type === 'tool_call' ? { ...drawn, id: `${drawn.id}${at}` } : drawn
        const [first, ...rest] = pieces(grown(part), cuts)
        if (first === undefined) {
          out.whole(0, part)
          return
        }
        const open = out.open(0, emptied(part))
        feed(out, open, part, first)
        const finishPart = (): void => {
          for (const piece of rest) feed(out, open, part, piece)
          out.close(open, part)
        }
        if (late) later.push(finishPart)
        else finishPart()
      })
      for (const step of later) step()
      out.finish(0, finish)
      if (usage !== undefined) out.usage({ input: { fresh: usage.fresh }, output: { total: usage.total } })
      out.end()
      return out.take()
    })

const KIND = { text: 'text', refusal: 'refusal', reasoning: 'reasoning', tool_call: 'args' } as const

function feed(out: ReplyBuilder, open: OpenPart, part: Part, piece: string): void {
  out.append(open, KIND[part.type as keyof typeof KIND], piece)
}

function grown(part: Part): string {
  if (part.type === 'tool_call') return part.argsText
  return part.type in KIND ? ((part as { readonly text?: string }).text ?? '') : ''
}

function emptied(part: Part): Part {
  const { seal: _seal, ...head } = part
  if (head.type === 'tool_call') return { ...head, argsText: '' }
  return { ...head, text: '', ...('annotations' in head && { annotations: [] }) } as Part
}

function pieces(whole: string, cuts: number): string[] {
  const size = Math.max(1, Math.ceil(whole.length / (cuts + 1)))
  const found: string[] = []
  for (let at = 0; at < whole.length; at += size) found.push(whole.slice(at, at + size))
  return found
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const item = fc.oneof(
  fc.record({
    type: fc.constant('message'),
    id: maybe(word),
    content: fc.array(fc.record({ type: fc.constantFrom('output_text', 'refusal', 'poem'), text, refusal: text }))
  }),
  fc.record({
    type: fc.constant('reasoning'),
    id: maybe(word),
    summary: fc.array(fc.record({ text })),
    encrypted_content: maybe(text)
  }),
  fc.record({
    type: fc.constantFrom('function_call', 'custom_tool_call'),
    id: maybe(word),
    name: maybe(word),
    arguments: maybe(text),
    input: maybe(text),
    call_id: maybe(word)
  }),
  fc.record({
    type: fc.constantFrom('web_search_call', 'shell_call', 'compaction', 'image_generation_call'),
    id: maybe(word),
    result: maybe(text)
  }),
  fc.jsonValue()
)
const place = {
  output_index: maybe(fc.nat(2)),
  item_id: maybe(word),
  content_index: maybe(fc.nat(1)),
  summary_index: maybe(fc.nat(1))
}
const event = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constantFrom('response.output_item.added', 'response.output_item.done'),
      output_index: maybe(fc.nat(2)),
      item
    })
  },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constantFrom(
        'response.output_text.delta',
        'response.refusal.delta',
        'response.function_call_arguments.delta',
        'response.custom_tool_call_input.delta',
        'response.reasoning_text.delta',
        'response.reasoning_summary_text.delta',
        'response.web_search_call.searching',
        'response.code_interpreter_call_code.delta'
      ),
      ...place,
      delta: fc.oneof({ weight: 5, arbitrary: text }, fc.jsonValue()),
      logprobs: fc.constantFrom(undefined, [], [{ token: 'a', logprob: -1, top_logprobs: [] }])
    })
  },
  fc.record({
    type: fc.constantFrom(
      'response.output_text.done',
      'response.refusal.done',
      'response.function_call_arguments.done',
      'response.reasoning_summary_text.done',
      'response.content_part.added',
      'response.content_part.done',
      'response.reasoning_summary_part.added',
      'response.reasoning_summary_part.done',
      'response.output_text.annotation.added'
    ),
    ...place,
    text: maybe(text),
    refusal: maybe(text),
    arguments: maybe(text),
    part: fc.record({
      type: fc.constantFrom('output_text', 'refusal', 'reasoning_text', 'summary_text'),
      text,
      refusal: text
    }),
    annotation: fc.constantFrom(undefined, { type: 'url_citation', url: 'https://a.example' })
  }),
  fc.constantFrom(
    { type: 'keepalive' },
    { type: 'response.in_progress', response: {} },
    { type: 'response.poem', poem: 1 }
  )
)

/** upstreamStream is a stream as an upstream might write it, also one that makes no sense. */
export const upstreamStream: fc.Arbitrary<string> = fc
  .record({
    events: fc.array(event, { maxLength: 25 }),
    repeat: fc.integer({ min: 1, max: 4 }),
    padded: fc.boolean(),
    spaced: fc.boolean(),
    output: fc.option(fc.array(item, { maxLength: 3 }), { nil: undefined }),
    last: fc.constantFrom('response.completed', 'response.incomplete', 'response.failed', '[DONE]')
  })
  .map(({ events, repeat, padded, spaced, output, last }) => {
    // Neighbours that are alike but for their text are what the quick way is for.
    const many = events.flatMap(one => Array.from({ length: repeat }, () => one))
    const response = { id: 'resp_1', model: 'm', status: 'completed', output, usage: null }
    const frames = [{ type: 'response.created', response: { id: 'resp_1' } }, ...many, { type: last, response }]
    const written = frames.map((frame, at) => {
      const numbered = { ...(frame as object), sequence_number: at, ...(padded && { obfuscation: 'x'.repeat(at % 5) }) }
      return sse(numbered as never)
    })
    return (spaced ? written.map(frame => frame.replaceAll('":', '": ')) : written).join('')
  })
