import { type EventBatch, fold, type IrResponse, type Part } from '@isthmus/core'
import { decodeAll } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { responsesDecoder } from '../src/response-decode.ts'
import { sse } from './support/sdk.ts'

const TARGET = { provider: 'up', model: 'asked' }
const bytes = (text: string) => new TextEncoder().encode(text)

function read(stream: string, context?: unknown, type = 'text/event-stream'): EventBatch {
  const decoder = responsesDecoder({ status: 200, headers: { 'content-type': type } }, TARGET, context)
  return decodeAll(decoder, [bytes(stream)])
}
const whole = (body: unknown, context?: unknown): EventBatch => read(JSON.stringify(body), context, 'application/json')
const CREATED = { type: 'response.created', response: { id: 'resp_1', model: 'm', created_at: 5 } }
const completed = (more: JsonObject = {}) => ({
  type: 'response.completed',
  response: { status: 'completed', ...more }
})
const stream = (...events: readonly JsonObject[]): EventBatch => read(sse(CREATED, ...events, completed()))
const reply = (events: EventBatch): IrResponse => fold(events)
const partsOf = (events: EventBatch): readonly Part[] => reply(events).choices[0]!.parts
const errorOf = (events: EventBatch) => events.flatMap(event => (event.type === 'error' ? [event.error] : []))[0]
const added = (item: JsonObject, output_index = 0) => ({ type: 'response.output_item.added', output_index, item })
const done = (item: JsonObject, output_index = 0) => ({ type: 'response.output_item.done', output_index, item })
const answer = (output: readonly unknown[], more: JsonObject = {}) => ({
  id: 'resp_1',
  object: 'response',
  model: 'm',
  status: 'completed',
  output,
  ...more
})

t.test('a whole reply keeps what the format alone knows', async t => {
  const usage = {
    input_tokens: 10,
    input_tokens_details: {
      cached_tokens: 4,
      cache_write_tokens: 2,
      cache_write_tokens_details: { ttl_30m_tokens: 2 }
    },
    output_tokens: 7,
    output_tokens_details: { reasoning_tokens: 3 },
    total_tokens: 17
  }
  const item = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', phase: 'commentary', novel: 1 }
  const content = [
    { type: 'output_text', text: 'Hello', annotations: [], logprobs: [], shade: 'blue' },
    { type: 'refusal', refusal: 'No' },
    { type: 'poem', lines: 2 }
  ]
  const read = reply(whole(answer([{ ...item, content }], { usage, service_tier: 'default', tool_usage: { a: 1 } })))
  t.match(read, { id: 'resp_1', model: 'm', serviceTier: 'default', ext: { responses: { tool_usage: { a: 1 } } } })
  t.match(read.usage, {
    input: { fresh: 4, cacheRead: 4, cacheWrite: { total: 2, byTtl: { '30m': 2 } } },
    output: { total: 7, reasoning: 3 }
  })
  const place = { id: 'msg_1', index: 0, phase: 'commentary', status: 'completed' }
  const [text, refusal, poem] = read.choices[0]!.parts
  t.same(text, {
    type: 'text',
    text: 'Hello',
    item: place,
    ext: { responses: { shade: 'blue' }, 'responses.item': { novel: 1 } }
  })
  t.same(refusal, { type: 'refusal', text: 'No', item: place })
  t.match(poem, { type: 'opaque', native: { format: 'responses', object: { type: 'poem', lines: 2 } } })
})

t.test('why a reply ended is told by its status and by what it holds', async t => {
  const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }
  const refusal = { type: 'message', content: [{ type: 'refusal', refusal: 'No' }] }
  const computer = { type: 'computer_call', call_id: 'cc', action: { type: 'screenshot' } }
  const finishOf = (output: unknown[], more: JsonObject = {}) => reply(whole(answer(output, more))).choices[0]!.finish
  const cut = (reason: string) => ({ status: 'incomplete', incomplete_details: { reason } })
  t.match(finishOf([]), { reason: 'stop', native: 'completed' })
  t.match(finishOf([call]), { reason: 'tool_calls' })
  t.match(finishOf([computer]), { reason: 'tool_calls' }, 'a call of a tool that the client runs')
  t.match(finishOf([computer, { type: 'computer_call_output', call_id: 'cc' }]), { reason: 'stop' })
  t.match(finishOf([refusal]), { reason: 'stop' })
  t.match(finishOf([call], cut('max_output_tokens')), { reason: 'length', detail: 'max_output' })
  t.match(finishOf([], cut('content_filter')), { reason: 'content_filter' })
  t.match(finishOf([refusal], cut('content_filter')), { reason: 'refusal' })
  t.match(finishOf([], cut('steered')), { reason: 'other', native: 'steered' })
  t.match(finishOf([], { status: 'queued' }), { reason: 'other', native: 'queued' })
})

t.test('words named like a member of every object are unknown, and counters below zero are none', async t => {
  const text = { type: 'output_text', text: 'x', annotations: [{ type: 'constructor' }] }
  const output = [{ type: 'message', id: 'm', role: 'assistant', content: [text] }]
  const incomplete = { status: 'incomplete', incomplete_details: { reason: 'toString' } }
  const usage = { input_tokens: -1, output_tokens: 4 }
  const read = reply(whole(answer(output, { ...incomplete, usage })))
  t.match(read.choices[0], { parts: [{ annotations: [{ kind: 'file' }] }], finish: { reason: 'other' } })
  t.strictSame(read.usage?.input, {})
})

t.test('reasoning is text, a summary, or hidden', async t => {
  const parts = partsOf(
    whole(
      answer([
        {
          id: 'rs_1',
          type: 'reasoning',
          summary: [
            { type: 'summary_text', text: 'A' },
            { type: 'summary_text', text: 'B' }
          ]
        },
        { id: 'rs_2', type: 'reasoning', summary: [], content: [{ text: 'one' }, { text: 'two' }] },
        { id: 'rs_3', type: 'reasoning', summary: [], content: [], encrypted_content: 'abc', status: 'completed' },
        { id: 'rs_4', type: 'reasoning', summary: [], encrypted_content: null }
      ]),
      { sealFormat: 'xai-responses-v1' }
    )
  )
  t.match(parts[0], { summary: ['A', 'B'], hidden: false, item: { id: 'rs_1', index: 0 } })
  t.match(parts[1], { text: 'onetwo', hidden: false, ext: { 'responses/spelling': { lengths: [3, 3] } } })
  const issuer = { provider: 'up', modelFamily: '', format: 'xai-responses-v1' }
  t.match(parts[2], { hidden: true, seal: { kind: 'encrypted', data: 'abc', issuer, itemId: 'rs_3' } })
  t.match(parts[3], { hidden: true, seal: undefined })
})

t.test('calls get the names that the client gave its tools', async t => {
  const call = (name: string, more: JsonObject = {}) => ({
    type: 'function_call',
    call_id: name,
    name,
    arguments: '{}',
    ...more
  })
  const context = {
    toolNames: { short: 'a very long name' },
    namespaced: { 'shop\nfind': 'shop__find' },
    custom: ['free']
  }
  const calls = partsOf(
    whole(
      answer([
        call('short'),
        call('find', { namespace: 'shop', caller: { type: 'direct' } }),
        call('free', { arguments: '{"input":"a = 1"}' }),
        { type: 'custom_tool_call', call_id: 'x', name: 'raw', input: 'not json' },
        call('odd', { arguments: { a: 1 } })
      ]),
      context
    )
  )
  t.match(calls, [
    { name: 'a very long name', kind: 'function' },
    { name: 'shop__find', namespace: 'shop', caller: { type: 'direct' } },
    { name: 'free', kind: 'custom', argsText: 'a = 1' },
    { name: 'raw', kind: 'custom', argsText: 'not json' },
    { name: 'odd', argsText: '{"a":1}' }
  ])
  const unnamed = errorOf(whole(answer([call('')])))
  t.match(unnamed, { code: 'FORMAT_RESPONSES_UNNAMED_CALL', kind: 'upstream_protocol' })
})

t.test("a model's own wrapper for several calls is taken apart", async t => {
  const args = JSON.stringify({
    tool_uses: [
      { recipient_name: 'functions.a', parameters: { x: 1 } },
      { recipient_name: 'functions.b', parameters: {} }
    ]
  })
  const call = { type: 'function_call', call_id: 'c', name: 'multi_tool_use.parallel', arguments: args }
  const expected = [
    { type: 'tool_call', id: 'c_0', name: 'a', kind: 'function', argsText: '{"x":1}' },
    { type: 'tool_call', id: 'c_1', name: 'b', kind: 'function', argsText: '{}' }
  ]
  t.same(partsOf(whole(answer([call]))), expected)
  const delta = { type: 'response.function_call_arguments.delta', output_index: 0, delta: args }
  t.same(partsOf(stream(added({ ...call, arguments: '' }), delta, done(call))), expected)
  t.match(partsOf(whole(answer([{ ...call, arguments: '{"tool_uses":[{"recipient_name":"x"}]}' }]))), [
    { name: 'multi_tool_use.parallel' }
  ])
})

t.test('an image that a tool of the service made is there for clients that know no such tool', async t => {
  const item = { id: 'ig_1', type: 'image_generation_call', status: 'completed', result: 'UklG', output_format: 'webp' }
  t.match(partsOf(whole(answer([item]))), [
    { type: 'hosted_call', kind: 'image', native: { object: item } },
    { type: 'image', source: { kind: 'inline', mime: 'image/webp', data: 'UklG' } }
  ])
})

t.test('the item of an event is found by its index, whatever ids the server makes up', async t => {
  const text = (item_id: string, delta: string) => ({
    type: 'response.output_text.delta',
    item_id,
    output_index: 0,
    content_index: 0,
    delta
  })
  const parts = partsOf(
    stream(
      added({ id: 'a', type: 'message', content: [] }),
      text('b', 'Hel'),
      text('c', 'lo'),
      done({ id: 'd', type: 'message', content: [{ type: 'output_text', text: 'Hello' }] })
    )
  )
  t.match(parts, [{ type: 'text', text: 'Hello', item: { id: 'd', index: 0 } }])
  t.equal(parts.length, 1)
})

t.test('a lean stream is read as well', async t => {
  const parts = partsOf(
    stream(
      { type: 'response.output_text.delta', delta: 'Hel' },
      { type: 'response.output_text.delta', delta: 'lo' },
      added({ type: 'function_call', call_id: 'c', name: 'f' }, 1),
      { type: 'response.function_call_arguments.delta', output_index: 1, delta: '{"a"' },
      { type: 'response.function_call_arguments.done', output_index: 1, arguments: '{"a":1}' }
    )
  )
  t.match(parts, [
    { type: 'text', text: 'Hello' },
    { type: 'tool_call', argsText: '{"a":1}' }
  ])
})

t.test('arguments that come before the name of their call wait for it', async t => {
  const parts = partsOf(
    stream(
      added({ type: 'function_call', call_id: 'c', name: '' }),
      { type: 'response.function_call_arguments.delta', output_index: 0, delta: '{"a":' },
      { type: 'response.function_call_arguments.delta', output_index: 0, delta: '1}' },
      done({ type: 'function_call', call_id: 'c', name: 'f', status: 'in_progress' })
    )
  )
  t.match(parts, [{ name: 'f', argsText: '{"a":1}', item: { status: undefined } }])
})

t.test('what only the last event tells is read, and what was streamed is not read twice', async t => {
  const message = { id: 'msg_1', type: 'message', content: [{ type: 'output_text', text: 'Hello' }] }
  const call = { id: 'fc_1', type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }
  const only = read(sse(CREATED, completed({ output: [message, call] })))
  t.match(partsOf(only), [{ text: 'Hello' }, { name: 'f' }])
  const both = read(
    sse(CREATED, added({ ...message, content: [] }), done(message), completed({ output: [message, call] }))
  )
  t.match(partsOf(both), [{ text: 'Hello' }, { name: 'f' }])
  t.equal(partsOf(both).length, 2)
  const unfinished = read(sse(CREATED, added({ ...message, content: [] }), completed({ output: [message] })))
  t.match(partsOf(unfinished), [{ text: 'Hello' }])
})

t.test('text that went out stands, whatever the end of its item says', async t => {
  const delta = { type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: 'One' }
  const other = { type: 'message', content: [{ type: 'output_text', text: 'Two', annotations: [] }] }
  const cite = {
    type: 'response.output_text.annotation.added',
    output_index: 0,
    content_index: 0,
    annotation: { type: 'url_citation', url: 'https://a.example', title: 'A', start_index: 0, end_index: 3 }
  }
  const [part] = partsOf(stream(added({ type: 'message' }), delta, cite, done(other)))
  t.match(part, { text: 'One', annotations: [{ kind: 'url', start: 0, end: 3, unit: 'codepoint' }] })
})

t.test('log probabilities come with the text', async t => {
  const token = { token: 'Hi', logprob: -0.5, bytes: [72, 105], top_logprobs: [] }
  const delta = {
    type: 'response.output_text.delta',
    output_index: 0,
    content_index: 0,
    delta: 'Hi',
    logprobs: [token]
  }
  const item = { type: 'message', content: [{ type: 'output_text', text: 'Hi', logprobs: [token] }] }
  t.match(partsOf(stream(added({ type: 'message' }), delta, done(item))), [
    { logprobs: [{ token: 'Hi', logprob: -0.5 }] }
  ])
  const events = stream(added({ type: 'message' }), delta, done(item))
  t.equal(events.filter(event => event.type === 'part_delta' && event.kind === 'logprobs').length, 1)
})

t.test('hosted tools tell how far they are', async t => {
  const item = { id: 'ws_1', type: 'web_search_call', status: 'in_progress' }
  const events = stream(
    added(item),
    { type: 'response.web_search_call.searching', output_index: 0, item_id: 'ws_1' },
    { type: 'response.web_search_call.novel', output_index: 0, item_id: 'ws_1', detail: 1 },
    done({ ...item, status: 'completed', action: { type: 'search', query: 'sea' } }),
    { type: 'response.poem', verse: 1 }
  )
  const deltas = events.flatMap(event => (event.type === 'part_delta' ? [event] : []))
  t.match(deltas, [
    { kind: 'hosted_status', value: 'searching' },
    { kind: 'native', value: { object: { detail: 1 } } }
  ])
  t.match(partsOf(events), [{ type: 'hosted_call', kind: 'web_search', status: 'completed' }])
  t.match(
    events.filter(event => event.type === 'native'),
    [{ native: { format: 'responses', object: { type: 'response.poem', verse: 1 } } }]
  )
})

t.test('repeated signs of life are heartbeats', async t => {
  const running = { type: 'response.in_progress', response: { id: 'resp_1' } }
  const events = stream(running, running, { type: 'keepalive' }, { type: '' }, { type: 'x\n\nevent: y' })
  t.equal(events.filter(event => event.type === 'heartbeat').length, 4)
  t.notOk(events.some(event => event.type === 'native'))
})

t.test('failures are told in all the ways there are', async t => {
  const limit = { code: 'rate_limit_exceeded', message: 'Slow down' }
  const failed = (error: unknown, more: JsonObject = {}) => ({
    type: 'response.failed',
    response: { id: 'resp_1', status: 'failed', error, ...more }
  })
  const kinds: readonly (readonly [string, EventBatch, string, string])[] = [
    ['an error event, flat', stream({ type: 'error', ...limit, param: null }), 'upstream_limited', 'Slow down'],
    ['an error event, nested', stream({ type: 'error', error: limit }), 'upstream_limited', 'Slow down'],
    ['without a code', stream({ type: 'error', code: null, message: 'It broke' }), 'upstream_unavailable', 'It broke'],
    ['a failed response', stream(failed({ code: 'rate_limit_exceeded', message: 'Slow' })), 'upstream_limited', 'Slow'],
    ['its reason after it', stream(failed(null), { type: 'error', error: limit }), 'upstream_limited', 'Slow down'],
    ['no reason at all', read(sse(CREATED, failed(null))), 'upstream_unavailable', 'The provider reported an error'],
    ['no type at all', stream({ error: { message: 'Bare' } }), 'upstream_unavailable', 'Bare'],
    ['whole', whole({ error: { message: 'Too long', code: 'context_length_exceeded' } }), 'context_length', 'Too long'],
    [
      'a failed response, whole',
      whole(answer([], { status: 'failed', error: limit })),
      'upstream_limited',
      'Slow down'
    ],
    ['a cancelled one', whole(answer([], { status: 'cancelled' })), 'upstream_unavailable', 'The answer is cancelled'],
    [
      'no output',
      whole({ id: 'resp_1', object: 'response' }),
      'upstream_protocol',
      "The answer of the provider 'up' has no output"
    ],
    [
      'no JSON',
      read('data: nonsense\n\n'),
      'upstream_protocol',
      "The stream of the provider 'up' holds something that is no event"
    ],
    [
      'two beginnings',
      stream({ ...CREATED, response: { id: 'resp_2' } }),
      'upstream_protocol',
      "The stream of the provider 'up' holds the beginnings of two answers"
    ]
  ]
  for (const [name, events, kind, message] of kinds) t.match(errorOf(events), { kind, message }, name)
  const cut = stream(failed(null, { incomplete_details: { reason: 'max_output_tokens' } }))
  t.match(reply(cut).choices[0]!.finish, { reason: 'length' }, 'a limit is no failure')
})

t.test('a stream that stops is an error, with the sentinel of another format or without', async t => {
  const delta = { type: 'response.output_text.delta', delta: 'Hal' }
  t.equal(errorOf(read(sse(CREATED, delta)))?.code, 'ISTHMUS_UPSTREAM_CLOSED')
  t.equal(errorOf(read(`${sse(CREATED, delta)}data: [DONE]\n\n`))?.code, 'ISTHMUS_UPSTREAM_CLOSED')
  t.equal(errorOf(read(`${sse(CREATED, delta, completed())}data: [DONE]\n\n`)), undefined)
})
