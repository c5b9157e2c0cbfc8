import { fold, isGatewayError, ReplyBuilder } from '@isthmus/core'
import { assertGrammar } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import fc from 'fast-check'
import t from 'tap'
import type { ReplyContext } from '../src/context.ts'
import { messages } from '../src/index.ts'
import { MessagesReader } from '../src/reply-reader.ts'
import { decodeBytes, head, readWithSdk, sse, streamOf, TARGET, wired } from './support.ts'

/* What clients write, with members that no version of the format knows. */
const word = fc.stringMatching(/^[a-z]{1,8}$/)
const shown = fc.string({ minLength: 1 }).filter(text => text.trim() !== '')
const mark = fc.constantFrom({ type: 'ephemeral' }, { type: 'ephemeral', ttl: '1h' }, { type: 'ephemeral', strange: 1 })
const extras = fc.dictionary(fc.constantFrom('x_one', 'x_two', 'x_three'), fc.jsonValue(), { maxKeys: 2 })
const block = <T extends Record<string, fc.Arbitrary<unknown>>>(type: string, members: T, optional = {}) =>
  fc
    .tuple(
      fc.record({ type: fc.constant(type), ...members }),
      fc.record(optional, { requiredKeys: [] }),
      fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: extras })
    )
    .map(([must, may, more]) => ({ ...more, ...must, ...may }) as JsonObject)
const json = fc.dictionary(word, fc.jsonValue(), { maxKeys: 3 })
const source = fc.oneof(
  block('base64', { media_type: fc.constant('image/png'), data: fc.base64String() }),
  block('url', { url: fc.webUrl() }),
  block('file', { file_id: word })
)
const text = block('text', { text: shown })
const image = block('image', { source })
const document = block(
  'document',
  {
    source: fc.oneof(
      source,
      block('text', { media_type: fc.constant('text/plain'), data: fc.string() }),
      block('content', { content: fc.oneof(fc.string(), fc.array(text, { maxLength: 2 })) }),
      block('novel', { pages: fc.integer() })
    )
  },
  {
    title: fc.string(),
    context: fc.string(),
    citations: fc.constantFrom({ enabled: true }, { enabled: false, by: 1 }, null)
  }
)
const found = block('search_result', {
  source: fc.webUrl(),
  title: fc.string(),
  content: fc.array(text, { maxLength: 2 })
})
const opaque = block('hologram', { beam: fc.jsonValue() })
const resultContent = fc.oneof(fc.string(), fc.array(fc.oneof(text, image, document, found, opaque), { maxLength: 3 }))
const server = block('server_tool_use', { id: word, name: fc.constant('web_search'), input: json })
const served = block('web_search_tool_result', { tool_use_id: word, content: fc.array(json, { maxLength: 2 }) })
const thought = fc.oneof(
  block('thinking', { thinking: fc.string(), signature: shown }),
  block('redacted_thinking', { data: shown })
)
const cited = block('text', {
  text: shown,
  citations: fc.array(block('char_location', { cited_text: fc.string() }), { maxLength: 2 })
})

const userContent = fc.oneof(
  shown,
  fc.array(fc.oneof(text, image, document, found, opaque), { minLength: 1, maxLength: 4 })
)
const userTurn = fc.tuple(userContent, extras).map(([content, more]) => [{ ...more, role: 'user', content }])
/** An answer, and the user turn that brings the results of its calls. */
const exchange = fc
  .tuple(
    fc.array(fc.oneof(text, cited, thought, server, served, opaque), { minLength: 1, maxLength: 4 }),
    fc.uniqueArray(word, { maxLength: 3 }),
    json,
    resultContent,
    fc.constantFrom({}, { is_error: true }, { is_error: false }, { cache_control: null }),
    userContent
  )
  .map(([said, ids, input, content, more, next]) => {
    const calls = ids.map(id => ({ type: 'tool_use', id, name: 'f', input }))
    const results = ids.map(id => ({ ...more, type: 'tool_result', tool_use_id: id, content }))
    const after = ids.length === 0 ? next : [...results, ...(typeof next === 'string' ? [] : next)]
    return [
      { role: 'assistant', content: [...said, ...calls] },
      { role: 'user', content: after }
    ]
  })
const instruction = fc.constantFrom(
  [],
  [{ role: 'system', content: 'more' }],
  [{ role: 'system', content: [{ type: 'text', text: 'more' }] }]
)
const request = fc
  .record(
    {
      model: word,
      max_tokens: fc.nat(),
      messages: fc
        .tuple(userTurn, fc.array(fc.tuple(exchange, instruction), { maxLength: 3 }))
        .map(([first, rest]) => [...first, ...rest.flat(2)] as JsonObject[]),
      system: fc.oneof(shown, fc.array(text, { minLength: 1, maxLength: 3 })),
      stop_sequences: fc.array(shown),
      stream: fc.constant(true),
      temperature: fc.double({ min: 0, max: 1, noNaN: true }),
      top_k: fc.nat(),
      thinking: fc.constantFrom(
        { type: 'adaptive', display: 'updates' },
        { type: 'enabled', budget_tokens: 2000 },
        { type: 'disabled' },
        { type: 'dreaming', depth: 3 }
      ),
      output_config: fc.constantFrom(
        { effort: 'high' },
        { format: { type: 'json_schema', schema: { type: 'object' } }, task_budget: 1 },
        { format: { type: 'sonnet' } }
      ),
      tools: fc.array(
        fc.oneof(
          block(
            'custom',
            { name: word, input_schema: json.map(rest => ({ ...rest, type: 'object' })) },
            { description: fc.string(), strict: fc.boolean(), cache_control: fc.constant(null) }
          ),
          block('web_search_20250305', { name: fc.constant('web_search') }, { max_uses: fc.nat() })
        ),
        { minLength: 1, maxLength: 3 }
      ),
      metadata: fc.constantFrom({ user_id: 'u' }, { user_id: 'u', team: 1 }, { team: 1 }),
      cache_control: mark,
      service_tier: fc.constant('auto'),
      container: json,
      context_management: json,
      inference_geo: word
    },
    { requiredKeys: ['model', 'max_tokens', 'messages'] }
  )
  // Fixed sampling goes with budgets, and is left out with a report.
  .map(({ temperature, top_k, ...rest }) =>
    rest.thinking?.type === 'enabled' ? rest : { ...rest, temperature, top_k }
  )

const compact = (value: unknown) => wired(value)

t.test('what a client wrote is what goes out, with and without its own objects', async t => {
  fc.assert(
    fc.property(request, body => {
      const before = compact(body)
      const decoded = messages.request.decode(before, head())
      const target = { provider: 'p', model: decoded.model }
      const after = wired(messages.request.encode(decoded, target).body)
      const { source: _, ...bare } = decoded
      const again = wired(messages.request.encode(bare, target).body)
      if (JSON.stringify(sortKeys(after)) !== JSON.stringify(sortKeys(before)))
        throw new Error(JSON.stringify([before, after]))
      if (JSON.stringify(sortKeys(again)) !== JSON.stringify(sortKeys(after))) throw new Error('its own objects show')
    }),
    { numRuns: 400 }
  )
  t.pass('identity')
})

t.test('any JSON is a request or an invalid one', async t => {
  const broken = fc.tuple(request, fc.jsonValue(), fc.nat()).map(([body, junk, at]) => {
    const paths = pathsOf(compact(body))
    return replaced(compact(body), paths[at % paths.length] ?? [], junk)
  })
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), broken), body => {
      try {
        const decoded = messages.request.decode(body, head())
        messages.request.encode(decoded, { provider: 'p', model: 'm' })
      } catch (thrown) {
        if (!isGatewayError(thrown) || !['invalid_request', 'unsupported'].includes(thrown.kind)) throw thrown
      }
    }),
    { numRuns: 500 }
  )
  t.pass('no other error')
})

/* Streams as the service sends them: blocks of text, reasoning and calls in pieces, with padding after the data. */
const piece = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('"', '\\', '"}}', '","text":"x', '\u2028', 'é😀', '\n')
)
const streamBlock = fc.record({
  kind: fc.constantFrom('text', 'thinking', 'tool_use'),
  pieces: fc.array(piece, { maxLength: 8 }),
  pad: fc.constantFrom('', ' ', '   ', '\t')
})
const streamText = fc.array(streamBlock, { maxLength: 5 }).map(blocks => {
  const start = {
    type: 'message_start',
    message: { id: 'm', model: 'c', content: [], usage: { input_tokens: 1, output_tokens: 1 } }
  }
  let out = sse(start)
  blocks.forEach(({ kind, pieces, pad }, index) => {
    const heads = {
      text: { text: '' },
      thinking: { thinking: '', signature: '' },
      tool_use: { id: `t${index}`, name: 'f', input: {} }
    }
    const deltas = {
      text: ['text_delta', 'text'],
      thinking: ['thinking_delta', 'thinking'],
      tool_use: ['input_json_delta', 'partial_json']
    }
    const [type, member] = deltas[kind as 'text'] as [string, string]
    out += sse({ type: 'content_block_start', index, content_block: { type: kind, ...heads[kind as 'text'] } })
    for (const value of pieces) {
      const data = JSON.stringify({ type: 'content_block_delta', index, delta: { type, [member]: value } })
      out += `event: content_block_delta\ndata: ${data.slice(0, -1)}${pad}}${pad}\n\n`
    }
    out += sse({ type: 'content_block_stop', index })
  })
  const last = {
    type: 'message_delta',
    delta: { stop_reason: 'end_turn', stop_sequence: null },
    usage: { output_tokens: 3 }
  }
  return out + sse(last, { type: 'message_stop' })
})

t.test('where a stream is cut makes no difference', async t => {
  fc.assert(
    fc.property(streamText, fc.array(fc.nat(), { maxLength: 12 }), (stream, cuts) => {
      const bytes = Buffer.from(stream)
      const places = [...new Set(cuts.map(cut => cut % (bytes.length + 1)))].sort((a, b) => a - b)
      const chunks = [...places, bytes.length].map((to, at) => bytes.subarray(places[at - 1] ?? 0, to))
      const whole = decodeBytes([bytes])
      assertGrammar(whole)
      if (JSON.stringify(decodeBytes(chunks)) !== JSON.stringify(whole)) throw new Error('other events')
    }),
    { numRuns: 200 }
  )
  t.pass('same events')
})

/** The calls of a stream are ordinary ones, ones that take free text, or the answer. */
const contexts = fc.constantFrom<(ReplyContext | undefined)[]>(
  undefined,
  { custom: ['f'] },
  { answer: { name: 'f', wrapped: false, alone: true } },
  { answer: { name: 'f', wrapped: true, alone: false } }
)

t.test('the quick way through common frames gives what the plain one gives', async t => {
  const eventsOf = (stream: string, context: ReplyContext | undefined, learn: boolean) => {
    const out = new ReplyBuilder()
    const reader = new MessagesReader(TARGET, context, learn)
    for (const frame of stream.split('\n\n')) {
      const data = frame.slice(frame.indexOf('data: ') + 'data: '.length)
      if (frame !== '') reader.event(data, undefined, out)
    }
    return JSON.stringify(out.take())
  }
  fc.assert(
    fc.property(streamText, contexts, (stream, context) => {
      return eventsOf(stream, context, true) === eventsOf(stream, context, false)
    }),
    { numRuns: 300 }
  )
  t.pass('same events')
})

/* Replies whose parts interleave in any way. Each piece names its part, so that every part can be found again. */
const KINDS = ['text', 'reasoning', 'tool_call'] as const
const steps = fc.array(fc.record({ part: fc.nat(4), close: fc.boolean() }), { maxLength: 30 })
const plan = fc.tuple(fc.array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 5 }), steps)

t.test('any order of events is a stream that the vendor’s client reads to the same content', async t => {
  await fc.assert(
    fc.asyncProperty(plan, async ([kinds, moves]) => {
      const out = new ReplyBuilder()
      out.start('m', 'c')
      const open = kinds.map((kind, at) =>
        kind === 'tool_call'
          ? out.open(0, { type: kind, id: `t${at}`, name: 'f', kind: 'function', argsText: '' })
          : kind === 'text'
            ? out.open(0, { type: kind, text: '' })
            : out.open(0, { type: kind, text: '', hidden: false })
      )
      const said = kinds.map(() => [] as string[])
      moves.forEach(({ part, close }, at) => {
        const target = open[part % open.length]!
        const index = part % open.length
        const kind = kinds[index]!
        if (target.closed) return
        const value = `${'abcde'[index]}${at}.`
        if (kind === 'tool_call') {
          if (said[index]!.length === 0) out.append(target, 'args', `{"said":"${value}"}`)
          said[index]!.push(value)
        } else {
          out.append(target, kind, value)
          said[index]!.push(value)
        }
        if (close) out.close(target)
      })
      out.finish(0, { reason: 'stop', native: '' })
      out.end()
      const message = await readWithSdk(streamOf(out.take()))
      const content = message.content as JsonObject[]
      kinds.forEach((kind, index) => {
        if (kind === 'tool_call') {
          const input = content.find(block => block.id === `t${index}`)?.input
          const expected = said[index]!.length === 0 ? {} : { said: said[index]![0] }
          if (JSON.stringify(input) !== JSON.stringify(expected)) throw new Error('another input')
          return
        }
        const member = kind === 'text' ? 'text' : 'thinking'
        const all = content.map(block => block[member] ?? '').join('')
        const mine = all.match(new RegExp(`${'abcde'[index]}\\d+\\.`, 'g')) ?? []
        if (mine.join('') !== said[index]!.join('')) throw new Error(`${kind} ${index} is not what was said`)
      })
      if (content.some(block => block.text === '' || block.thinking === '')) throw new Error('an empty block')
    }),
    { numRuns: 200 }
  )
  t.pass('same content')
})

t.test('a whole reply comes back as it went', async t => {
  const reply = fc.record({
    id: word,
    model: word,
    content: fc.array(
      fc.oneof(text, cited, thought, server, served, opaque, block('tool_use', { id: word, name: word, input: json })),
      { maxLength: 4 }
    ),
    stop_reason: fc.constantFrom('max_tokens', 'refusal', 'pause_turn', 'compaction', 'new_reason'),
    container: json
  })
  fc.assert(
    fc.property(reply, partial => {
      const body = {
        type: 'message',
        role: 'assistant',
        stop_sequence: null,
        stop_details: null,
        usage: { input_tokens: 3, output_tokens: 2 },
        ...partial
      }
      const before = compact(body)
      const events = decodeBytes([JSON.stringify(before)], 'application/json')
      assertGrammar(events)
      const options = { id: 'x', created: 1, model: 'm', includeUsage: true, dialect: [] }
      const after = wired(messages.response.encode(fold(events), options))
      if (JSON.stringify(sortKeys(after)) !== JSON.stringify(sortKeys(before)))
        throw new Error(JSON.stringify([before, after]))
    }),
    { numRuns: 300 }
  )
  t.pass('identity')
})

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, inner]) => [key, sortKeys(inner)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)))
}

type Path = readonly (string | number)[]

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [at]
  return [at, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...at, key]))]
}

function replaced(value: unknown, [key, ...rest]: Path, by: unknown): unknown {
  if (key === undefined) return by
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>
  copy[key] = replaced(copy[key], rest, by)
  return copy
}
