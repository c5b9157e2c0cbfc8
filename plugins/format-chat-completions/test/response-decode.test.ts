import { fold, type IrEvent, type IrResponse } from '@isthmus/core'
import { assertGrammar, decodeAll } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { chatCompletions } from '../src/index.ts'

const read = (body: string, type: string, context?: unknown): IrEvent[] => {
  const head = { status: 200, headers: { 'content-type': type } }
  const decoder = chatCompletions.response.decoder(head, { provider: 'up', model: 'm' }, context)
  const events = decodeAll(decoder, [new TextEncoder().encode(body)])
  assertGrammar(events)
  return events
}
const frame = (choice: JsonObject, members: JsonObject = {}): string =>
  `data: ${JSON.stringify({ id: 'c', model: 'm', created: 1, choices: [{ index: 0, ...choice }], ...members })}\n\n`
const delta = (members: JsonObject): string => frame({ delta: members, finish_reason: null })
const stop = (reason = 'stop'): string => frame({ delta: {}, finish_reason: reason })
const DONE = 'data: [DONE]\n\n'
const stream = (...frames: readonly string[]): IrEvent[] => read(frames.join(''), 'text/event-stream')
const folded = (...frames: readonly string[]): IrResponse => fold(stream(...frames))
const parts = (...frames: readonly string[]) => folded(...frames).choices[0]!.parts
const calls = (...frames: readonly string[]) =>
  parts(...frames).flatMap(part => (part.type === 'tool_call' ? [[part.name, part.argsText]] : []))
const failure = (events: readonly IrEvent[]) => {
  const event = events.find(({ type }) => type === 'error')
  return event?.type === 'error' ? event.error : undefined
}
const toolDelta = (call: JsonObject): string => delta({ tool_calls: [call] })

t.test('content, calls, finish and usage of one event are all read', async t => {
  const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 }
  const reply = folded(frame({ delta: { content: 'Hi' }, finish_reason: 'stop' }, { usage }), DONE)
  t.match(reply, {
    choices: [{ parts: [{ text: 'Hi' }], finish: { reason: 'stop' } }],
    usage: { output: { total: 2 } }
  })
})

t.test('events without choices, without a delta or with a blank role say nothing', async t => {
  const empty = 'data: {"id":"","model":"","choices":[],"prompt_filter_results":[{"prompt_index":0}]}\n\n'
  const filter = frame({ content_filter_offsets: { start: 0 }, finish_reason: null })
  const reply = folded(
    empty,
    delta({ role: '' }),
    filter,
    frame({ delta: null }),
    delta({ content: 'Hi' }),
    stop(),
    DONE
  )
  t.same([reply.id, reply.model], ['c', 'm'])
  t.match(reply.choices, [{ parts: [{ type: 'text', text: 'Hi' }] }])
  t.match(reply.ext, { 'chat-completions': { prompt_filter_results: [{ prompt_index: 0 }] } })
})

t.test('a name that comes after the arguments is waited for', async t => {
  const late = [toolDelta({ index: 0, id: 'a', function: { arguments: '{"x"' } })]
  late.push(toolDelta({ index: 0, function: { name: 'f', arguments: ':1}' } }))
  t.same(calls(...late, stop('tool_calls'), DONE), [['f', '{"x":1}']])
})

t.test('calls are told apart by id, then by index, then by the last one', async t => {
  const open = (index: number | undefined, id: string | undefined, name: string) =>
    toolDelta({
      ...(index !== undefined && { index }),
      ...(id !== undefined && { id }),
      function: { name, arguments: '' }
    })
  const more = (index: number | undefined, id: string | undefined, text: string) =>
    toolDelta({ ...(index !== undefined && { index }), ...(id !== undefined && { id }), function: { arguments: text } })
  const CASES: readonly (readonly [string, readonly string[]])[] = [
    ['gaps in the indexes', [open(1, 'a', 'f'), more(1, undefined, '1'), open(7, 'b', 'g'), more(7, undefined, '2')]],
    ['interleaved', [open(0, 'a', 'f'), open(1, 'b', 'g'), more(1, undefined, '2'), more(0, undefined, '1')]],
    ['one index for all', [open(0, 'a', 'f'), more(0, 'a', '1'), open(0, 'b', 'g'), more(0, 'b', '2')]],
    [
      'no index',
      [
        open(undefined, 'a', 'f'),
        more(undefined, undefined, '1'),
        open(undefined, 'b', 'g'),
        more(undefined, undefined, '2')
      ]
    ],
    ['blank ids', [open(0, '', 'f'), more(0, '', '1'), open(1, '', 'g'), more(1, '', '2')]],
    [
      'repeated names',
      [
        open(0, 'a', 'f'),
        toolDelta({ index: 0, id: 'a', function: { name: 'f', arguments: '1' } }),
        open(1, 'b', 'g'),
        more(1, undefined, '2')
      ]
    ]
  ]
  for (const [what, frames] of CASES) {
    const reply = folded(...frames, stop('tool_calls'), DONE)
    const found = reply.choices[0]!.parts.flatMap(part => (part.type === 'tool_call' ? [part] : []))
    t.same(
      found.map(({ name, argsText }) => [name, argsText]),
      [
        ['f', '1'],
        ['g', '2']
      ],
      what
    )
    t.equal(new Set(found.map(({ id }) => id)).size, 2, `${what}: ids differ`)
  }
})

t.test('two calls under one id are two, if number and name differ', async t => {
  const open = (index: number, name: string) => toolDelta({ index, id: 'a', function: { name, arguments: '{}' } })
  t.same(calls(open(0, 'f'), open(1, 'g'), stop('tool_calls'), DONE), [
    ['f', '{}'],
    ['g', '{}']
  ])
})

t.test('a call is not taken for complete before the end', async t => {
  const open = toolDelta({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } })
  t.same(calls(open, toolDelta({ index: 0, function: { arguments: ' ' } }), stop('tool_calls'), DONE), [['f', '{} ']])
})

t.test('a call without arguments has an empty object, and an invalid one keeps what it wrote', async t => {
  t.same(calls(toolDelta({ index: 0, id: 'a', function: { name: 'f' } }), stop(), DONE), [['f', '{}']])
  const broken = toolDelta({ index: 0, id: 'a', function: { name: 'f', arguments: '{"a":' } })
  t.same(calls(broken, stop('length'), DONE), [['f', '{"a":']])
})

t.test('a call that never gets a name is an error of the upstream', async t => {
  const events = stream(toolDelta({ index: 0, id: 'a', function: { arguments: '{}' } }), stop('tool_calls'), DONE)
  t.equal(failure(events)?.code, 'FORMAT_CHAT_COMPLETIONS_UNNAMED_CALL')
})

t.test('the finish says calls if, and only if, there are calls', async t => {
  const call = toolDelta({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } })
  const reason = (...frames: readonly string[]) => folded(...frames).choices[0]!.finish.reason
  t.equal(reason(call, stop('stop'), DONE), 'tool_calls')
  t.equal(reason(delta({ content: 'Hi' }), stop('tool_calls'), DONE), 'stop')
  t.equal(reason(call, stop('length'), DONE), 'length')
  t.equal(reason(call, DONE), 'tool_calls', 'also without a reason')
  t.equal(reason(delta({ content: 'Hi' }), stop('something_new'), DONE), 'other')
})

t.test('text before, between and after calls keeps its place', async t => {
  const call = (index: number, id: string) => toolDelta({ index, id, function: { name: id, arguments: '{}' } })
  const found = parts(
    delta({ content: 'a' }),
    call(0, 'f'),
    delta({ content: 'b' }),
    call(1, 'g'),
    delta({ content: 'c' }),
    stop(),
    DONE
  )
  t.same(
    found.map(part => (part.type === 'text' ? part.text : part.type)),
    ['a', 'tool_call', 'b', 'tool_call', 'c']
  )
})

t.test('reasoning is read once from all its members, with its seals', async t => {
  const detail = (members: JsonObject): JsonObject => ({
    type: 'reasoning.text',
    format: 'anthropic-claude-v1',
    index: 0,
    ...members
  })
  const found = parts(
    delta({ reasoning: 'Let', reasoning_content: 'Let', reasoning_details: [detail({ text: 'Let' })] }),
    delta({ reasoning: ' me', reasoning_details: [detail({ text: ' me' })] }),
    delta({ reasoning_details: [detail({ signature: 'c2ln' })] }),
    delta({ content: 'Hi' }),
    stop(),
    DONE
  )
  t.match(found, [
    {
      type: 'reasoning',
      text: 'Let me',
      hidden: false,
      seal: { data: 'c2ln', issuer: { provider: 'up', modelFamily: 'm', format: 'anthropic-claude-v1' } }
    },
    { type: 'text', text: 'Hi' }
  ])
  const plain = parts(delta({ reasoning: 'a', reasoning_content: 'a' }), delta({ reasoning: 'b' }), stop(), DONE)
  t.equal(plain.map(part => part.type === 'reasoning' && part.text).join(''), 'ab')
})

t.test('a stream that stops before its end is an error, whatever came before', async t => {
  t.equal(failure(stream(delta({ content: 'Hi' })))?.kind, 'upstream_protocol')
  t.equal(failure(stream(delta({ content: 'Hi' }), DONE))?.kind, 'upstream_protocol', 'a marker alone is not enough')
  const half = toolDelta({ index: 0, id: 'a', function: { name: 'f', arguments: '{"a' } })
  t.equal(failure(stream(half))?.kind, 'upstream_protocol')
  t.equal(failure(stream(delta({ content: 'Hi' }), stop())), undefined, 'the marker may be missing')
})

const ERRORS: readonly (readonly [string, string, string, string])[] = [
  [
    'an error event',
    'event: error\ndata: {"error":{"message":"too fast","type":"rate_limit_error"}}\n\n',
    'upstream_limited',
    'too fast'
  ],
  ['an error member', 'data: {"error":{"message":"broken","code":502}}\n\n', 'upstream_unavailable', 'broken'],
  ['an error as text', 'data: {"error":"broken"}\n\n', 'upstream_unavailable', 'broken'],
  ['the shape of vLLM', 'data: {"object":"error","message":"broken","code":400}\n\n', 'upstream_rejected', 'broken'],
  ['a list', 'data: [{"error":{"message":"broken"}}]\n\n', 'upstream_unavailable', 'broken'],
  [
    'a choice that failed',
    frame({ delta: {}, finish_reason: 'error', error: { message: 'broken', code: 503 } }),
    'upstream_overloaded',
    'broken'
  ]
]

for (const [what, text, kind, message] of ERRORS) {
  t.test(`${what} within a stream ends it with its kind`, async t => {
    const error = failure(stream(delta({ content: 'Hi' }), text, delta({ content: 'more' }), stop(), DONE))
    t.match(error, { kind, message })
  })
}

t.test('bare JSON at the end of a stream is an error too', async t => {
  const events = stream(delta({ content: 'Hi' }), '{"error":{"message":"broken"}}\n')
  t.match(failure(events), { kind: 'upstream_unavailable', message: 'broken' })
})

t.test('content in the same event as an error is read first, and an error of null is none', async t => {
  const events = stream(frame({ delta: { content: 'Hi' } }, { error: { message: 'broken' } }))
  t.same(
    events.map(({ type }) => type),
    ['start', 'part_start', 'part_delta', 'error', 'end']
  )
  t.equal(failure(stream(frame({ delta: { content: 'Hi' }, finish_reason: 'stop' }, { error: null }), DONE)), undefined)
})

t.test('an answer without choices, or with an error in their place, is an error', async t => {
  const whole = (body: JsonObject) => failure(read(JSON.stringify(body), 'application/json'))
  t.equal(whole({ id: 'c', choices: [] })?.code, 'FORMAT_CHAT_COMPLETIONS_NO_CHOICES')
  t.match(whole({ error: { message: 'broken', code: 429 } }), { kind: 'upstream_limited', message: 'broken' })
})

t.test('a call the upstream could not write is an error that another try may mend', async t => {
  const events = stream(stop('function_call_filter: MALFORMED_FUNCTION_CALL'), DONE)
  t.equal(failure(events)?.code, 'FORMAT_CHAT_COMPLETIONS_MALFORMED_CALL')
})

t.test('usage is found where vendors put it, never added up, and unknown counters stay unknown', async t => {
  const usage = (n: number): JsonObject => ({ prompt_tokens: n, completion_tokens: n, total_tokens: 2 * n })
  t.match(folded(frame({ delta: { content: 'Hi' }, finish_reason: 'stop', usage: usage(3) }), DONE).usage, {
    output: { total: 3 }
  })
  const cumulative = [1, 2, 3].map(n => frame({ delta: { content: 'x' } }, { usage: usage(n) }))
  t.equal(folded(...cumulative, stop(), DONE).usage?.output.total, 3)
  t.equal(folded(delta({ content: 'Hi' }), stop(), DONE).usage, undefined)
  const details = { ...usage(10), prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 2 } }
  const counted = folded(frame({ delta: {}, finish_reason: 'stop' }, { usage: details }), DONE).usage
  t.match(counted?.input, { fresh: 4, cacheRead: 4, cacheWrite: { total: 2 } })
  t.equal(counted?.output.reasoning, undefined)
  const apart = {
    prompt_tokens: 5,
    completion_tokens: 1,
    total_tokens: 16,
    completion_tokens_details: { reasoning_tokens: 10 }
  }
  t.equal(folded(frame({ delta: {}, finish_reason: 'stop' }, { usage: apart }), DONE).usage?.output.total, 11)
})

t.test('a counter below zero is none, and a choice of a number that no client stands is the first', async t => {
  const usage = { prompt_tokens: 3, completion_tokens: -1, total_tokens: [2] }
  const read = folded(frame({ index: 1784092247, delta: { content: 'Hi' }, finish_reason: 'stop' }, { usage }), DONE)
  t.equal(read.choices[0]?.index, 0)
  t.strictSame(read.usage, {
    input: { fresh: 3 },
    output: {},
    native: { format: 'chat-completions', object: { prompt_tokens: 3 } }
  })
})

t.test('a member nobody knows that comes in pieces is reported', async t => {
  const events = stream(delta({ content: 'a', x_new: 'one' }), delta({ content: 'b', x_new: 'two' }), stop(), DONE)
  const notices = events.flatMap(event => (event.type === 'notice' ? [event.gap] : []))
  t.match(notices, [{ feature: 'reply.native', action: 'dropped', field: 'choices.delta.x_new' }])
})

t.test('audio is put together, whether its pieces can be joined or not', async t => {
  const piece = (text: string) => delta({ audio: { data: Buffer.from(text).toString('base64') } })
  const frames = [
    delta({ audio: { id: 'a1', transcript: 'Hi' } }),
    piece('a'),
    piece('bcd'),
    delta({ audio: { expires_at: 9 } })
  ]
  const head = { status: 200, headers: { 'content-type': 'text/event-stream' } }
  const decoder = chatCompletions.response.decoder(head, { provider: 'up', model: 'm' }, { audioFormat: 'wav' })
  const { choices } = fold(decodeAll(decoder, [new TextEncoder().encode([...frames, DONE].join(''))]))
  const source = { kind: 'inline', mime: 'audio/wav', data: Buffer.from('abcd').toString('base64') }
  t.match(choices[0]!.parts, [{ type: 'audio', source, transcript: 'Hi', expiresAt: 9 }])
})
