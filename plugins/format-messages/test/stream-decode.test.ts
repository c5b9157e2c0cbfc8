import { type EventBatch, fold, type Part } from '@isthmus/core'
import { assertGrammar } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { decodeBytes, sse } from './support.ts'

const start = (more: JsonObject = {}): JsonObject => ({
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: [],
    usage: { input_tokens: 9, output_tokens: 1 },
    ...more
  }
})
const open = (index: number, content_block: JsonObject): JsonObject => ({
  type: 'content_block_start',
  index,
  content_block
})
const delta = (index: number, of: JsonObject): JsonObject => ({ type: 'content_block_delta', index, delta: of })
const stop = (index: number): JsonObject => ({ type: 'content_block_stop', index })
const text = (value: string): JsonObject => ({ type: 'text_delta', text: value })
const args = (partial_json: string): JsonObject => ({ type: 'input_json_delta', partial_json })
const last = (stop_reason: string | null, more: JsonObject = {}): JsonObject => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null },
  usage: { output_tokens: 5 },
  ...more
})
const end: JsonObject = { type: 'message_stop' }
const hello = [open(0, { type: 'text', text: '' }), delta(0, text('Hello'))]

const read = (events: readonly JsonObject[], context?: unknown): EventBatch => {
  const batch = decodeBytes([sse(...events)], 'text/event-stream', context)
  assertGrammar(batch)
  return batch
}
const reply = (events: readonly JsonObject[], context?: unknown) => fold(read(events, context))
const parts = (events: readonly JsonObject[], context?: unknown): readonly Part[] =>
  reply([start(), ...events, last('end_turn'), end], context).choices[0]?.parts ?? []
const failure = (batch: EventBatch) => batch.find(event => event.type === 'error')?.error

t.test('a second beginning of the same message is an echo, one of another is an error', async t => {
  t.equal(failure(read([start(), start(), ...hello, last('end_turn'), end])), undefined)
  t.match(failure(read([start(), ...hello, start({ id: 'msg_2' }), last('end_turn'), end])), {
    kind: 'upstream_protocol'
  })
})

t.test('counters of the first and the last event are joined; what is absent stays as it was', async t => {
  const usage = { input_tokens: 9, cache_read_input_tokens: 4, output_tokens: 1 }
  const { usage: counted } = reply([start({ usage }), ...hello, last('end_turn'), end])
  t.match(counted, { input: { fresh: 9, cacheRead: 4 }, output: { total: 5 } })
  const later = reply([start(), ...hello, last('end_turn', { usage: { input_tokens: 30, output_tokens: 6 } }), end])
  t.match(later.usage, { input: { fresh: 30 }, output: { total: 6 } })
  const none = reply([
    start({ usage: { input_tokens: 0, output_tokens: 0 } }),
    ...hello,
    last('end_turn', { usage: undefined }),
    end
  ])
  t.equal(none.usage, undefined)
})

t.test('frames without an event name are read by their type', async t => {
  const bytes = [start(), ...hello, stop(0), last('end_turn'), end].map(event => `data: ${JSON.stringify(event)}\n\n`)
  t.match(fold(decodeBytes(bytes)).choices[0]?.parts, [{ text: 'Hello' }])
})

t.test('a stream ends well with a reason and the end of the data, or with the sentinel of another format', async t => {
  const whole = [start(), ...hello, stop(0), last('end_turn')]
  t.equal(failure(read(whole)), undefined)
  t.equal(failure(decodeBytes([`${sse(...whole)}data: [DONE]\n\n`])), undefined)
})

t.test('a stream that stops before its reason is an error, also with the sentinel', async t => {
  const cut = sse(start(), ...hello)
  t.match(failure(decodeBytes([cut])), { code: 'ISTHMUS_UPSTREAM_CLOSED' })
  t.match(failure(decodeBytes([`${cut}data: [DONE]\n\n`])), { code: 'ISTHMUS_UPSTREAM_CLOSED' })
})

t.test('an error is one wherever it stands, and nothing follows it', async t => {
  const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } }
  const first = read([error, start()])
  t.same(
    first.map(event => event.type),
    ['error', 'end']
  )
  t.match(failure(first), { kind: 'upstream_overloaded', message: 'Overloaded' })
  t.match(failure(read([start(), ...hello, error, last('end_turn'), end])), { kind: 'upstream_overloaded' })
})

t.test('a ping keeps the connection and says nothing', async t => {
  t.ok(read([start(), { type: 'ping' }, ...hello, last('end_turn'), end]).some(event => event.type === 'heartbeat'))
  const untyped = read([start(), { type: '' }, { type: 'x\n\nevent: y' }, ...hello, last('end_turn'), end])
  t.notOk(untyped.some(event => event.type === 'native'))
})

t.test('arguments are the text the model wrote, and a call without any has none to give', async t => {
  const call = (id: string) => ({ type: 'tool_use', id, name: 'f', input: {} })
  const [first, second, third] = parts([
    open(0, call('a')),
    delta(0, args('{"a": ')),
    delta(0, args('1.0}')),
    stop(0),
    open(1, call('b')),
    delta(1, args('')),
    stop(1),
    open(2, { ...call('c'), input: { whole: true }, caller: { type: 'direct' } }),
    stop(2)
  ])
  t.match(first, { type: 'tool_call', argsText: '{"a": 1.0}' })
  t.match(second, { argsText: '{}' })
  t.match(third, { argsText: '{"whole":true}', caller: { type: 'direct' } })
})

t.test('a signature seals the reasoning before it, and hidden reasoning is its seal', async t => {
  const [thought, hidden] = parts([
    open(0, { type: 'thinking', thinking: '', signature: '' }),
    delta(0, { type: 'thinking_delta', thinking: 'hm' }),
    delta(0, { type: 'signature_delta', signature: 'sig' }),
    stop(0),
    open(1, { type: 'redacted_thinking', data: 'secret' }),
    stop(1)
  ])
  const issuer = { provider: 'p', modelFamily: 'claude', format: 'anthropic-claude-v1' }
  t.same(thought, { type: 'reasoning', text: 'hm', hidden: false, seal: { kind: 'signature', data: 'sig', issuer } })
  t.same(hidden, { type: 'reasoning', hidden: true, seal: { kind: 'redacted', data: 'secret', issuer } })
})

t.test('a hosted call has its input at the end, and unknown blocks and events are kept', async t => {
  const events = [
    start(),
    open(0, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
    delta(0, args('{"query":"x"}')),
    stop(0),
    open(1, { type: 'hologram', beam: 1 }),
    delta(1, { type: 'beam_delta', beam: 2 }),
    stop(1),
    { type: 'aurora', light: 1 },
    last('pause_turn'),
    end
  ]
  const batch = read(events)
  t.match(fold(batch).choices[0], {
    finish: { reason: 'pause', native: 'pause_turn' },
    parts: [
      { type: 'hosted_call', kind: 'web_search', input: { query: 'x' } },
      { type: 'opaque', native: { object: { beam: 1 } } }
    ]
  })
  t.ok(batch.some(event => event.type === 'native' && (event.native.object as JsonObject).type === 'aurora'))
})

t.test('a delta that does not fit its block is kept as it came', async t => {
  const batch = read([start(), ...hello, delta(0, args('{"a":1}')), stop(0), last('end_turn'), end])
  t.match(fold(batch).choices[0]?.parts, [{ type: 'text', text: 'Hello' }])
  t.match(
    batch.filter(event => event.type === 'part_delta').map(event => event.kind),
    ['text', 'native']
  )
})

t.test('a compaction holds what its delta says, and can be put in words', async t => {
  const blocks = parts([
    open(0, { type: 'compaction', content: null }),
    delta(0, { type: 'compaction_delta', content: 'So far: hello.', encrypted_content: 'e' }),
    stop(0)
  ])
  t.match(blocks, [
    {
      type: 'opaque',
      describe: 'So far: hello.',
      native: { object: { type: 'compaction', content: 'So far: hello.', encrypted_content: 'e' } }
    }
  ])
})

t.test('text without a beginning is text all the same', async t => {
  t.match(parts([delta(0, text('late'))]), [{ type: 'text', text: 'late' }])
})

t.test('members of the end go where they belong, and an unknown reason is kept', async t => {
  const delta_ = {
    stop_reason: 'refusal',
    stop_details: { type: 'refusal', explanation: 'no' },
    container: { id: 'c' }
  }
  const whole = reply([
    start(),
    ...hello,
    { type: 'message_delta', delta: delta_, context_management: { applied_edits: [] } },
    end
  ])
  t.same(whole.ext?.messages, { container: { id: 'c' }, context_management: { applied_edits: [] } })
  t.match(whole.choices[0]?.finish, { reason: 'refusal', message: 'no' })
  t.match(reply([start(), ...hello, last('new_reason'), end]).choices[0]?.finish, {
    reason: 'other',
    native: 'new_reason'
  })
})

t.test('a reason named like a member of every object is unknown, and a counter below zero is none', async t => {
  const usage = { output_tokens: -5, cache_read_input_tokens: [3] }
  const whole = reply([start(), ...hello, last('constructor', { usage }), end])
  t.match(whole.choices[0]?.finish, { reason: 'other', native: 'constructor' })
  t.strictSame(whole.usage, {
    input: { fresh: 9 },
    output: {},
    native: { format: 'messages', object: { input_tokens: 9 } }
  })
})

t.test('a service tier that only the end tells is told', async t => {
  const late = { usage: { output_tokens: 5, service_tier: 'priority' } }
  t.equal(reply([start(), ...hello, last('end_turn', late), end]).serviceTier, 'priority')
  const usage = { input_tokens: 9, output_tokens: 1, service_tier: 'standard' }
  const batch = read([start({ usage }), ...hello, last('end_turn'), end])
  t.match(batch[0], { meta: { serviceTier: 'standard' } })
  t.match(batch.at(-1), { type: 'end', meta: undefined })
})

t.test('names and free text of the client’s tools come back', async t => {
  const events = [
    open(0, { type: 'tool_use', id: 'a', name: 'a_b', input: {} }),
    stop(0),
    open(1, { type: 'tool_use', id: 'b', name: 'note', input: {} }),
    delta(1, args('{"input":"two\\nlines"}')),
    stop(1)
  ]
  t.match(parts(events, { renamed: { a_b: 'a.b' }, custom: ['note'] }), [
    { name: 'a.b', kind: 'function', argsText: '{}' },
    { name: 'note', kind: 'custom', argsText: 'two\nlines' }
  ])
})

const answer = (input: string, index = 0) => [
  open(index, { type: 'tool_use', id: 't', name: 'json_answer', input: {} }),
  delta(index, args(input)),
  stop(index)
]
const asAnswer = (events: readonly JsonObject[], more = {}) =>
  reply([start(), ...events, last('tool_use'), end], {
    answer: { name: 'json_answer', wrapped: false, alone: true, ...more }
  }).choices[0]

t.test('the call of the synthetic tool is the answer', async t => {
  t.match(asAnswer(answer('{"a":1}')), { parts: [{ type: 'text', text: '{"a":1}' }], finish: { reason: 'stop' } })
  t.match(asAnswer(answer('{"value":[1]}'), { wrapped: true }), {
    parts: [{ text: '[1]' }],
    finish: { reason: 'stop' }
  })
  t.match(asAnswer(answer('{"a":1}'), { alone: false }), { parts: [{ text: '{"a":1}' }] })
})

t.test('a call of a real tool wins over the synthetic one', async t => {
  const real = [open(1, { type: 'tool_use', id: 'r', name: 'f', input: {} }), stop(1)]
  const choice = asAnswer([...answer('{"a":1}'), ...real], { alone: false })
  t.match(choice, { finish: { reason: 'tool_calls' } })
  t.same(
    choice?.parts.map(part => part.type),
    ['tool_call']
  )
})

t.test('a whole reply without content is no message', async t => {
  t.match(failure(decodeBytes(['{"type":"message"}'], 'application/json')), { kind: 'upstream_protocol' })
  t.match(failure(decodeBytes(['{"type":"error","error":{"type":"api_error","message":"x"}}'], 'application/json')), {
    kind: 'upstream_unavailable'
  })
})
