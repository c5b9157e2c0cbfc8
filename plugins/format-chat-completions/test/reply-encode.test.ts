import { createError, type EventBatch, fold, type Part, ReplyBuilder, type Usage } from '@isthmus/core'
import { replyOptions } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { chatCompletions } from '../src/index.ts'
import { readChunks, sdk } from './support/sdk.ts'

const BROKEN = createError('TEST_BROKEN', 'upstream_unavailable', 'The upstream broke')

const NATIVE = { format: 'messages', object: {} }

interface Cited {
  readonly url_citation: { readonly start_index: number; readonly end_index: number }
}

/** reply makes the events of an answer with these parts. */
function reply(parts: readonly Part[], reason = 'stop' as const, usage?: Usage): EventBatch {
  const out = new ReplyBuilder()
  out.start('r', 'm', 7)
  for (const part of parts) out.whole(0, part)
  out.finish(0, { reason, native: reason })
  if (usage !== undefined) out.usage(usage)
  out.end()
  return out.take()
}

const text = (value: string): Part => ({ type: 'text', text: value })
const call = (id: string, argsText = '{"a":1}'): Part => ({
  type: 'tool_call',
  kind: 'function',
  id,
  name: 'f',
  argsText
})
const write = (events: EventBatch, options = replyOptions()) => {
  const encoder = chatCompletions.response.encoder(options)
  return encoder.push(events) + encoder.end()
}
const frames = (stream: string): JsonObject[] =>
  stream
    .split('\n\n')
    .filter(frame => frame.startsWith('data: {'))
    .map(frame => JSON.parse(frame.slice(6)))
const deltas = (stream: string) =>
  frames(stream).flatMap(({ choices }) => (choices as JsonObject[]).map(({ delta }) => delta))

t.test('a stream has one opener, its deltas, one terminator, usage and the marker', async t => {
  const usage = { input: { fresh: 3 }, output: { total: 2 } }
  const stream = write(reply([text('Hi')], 'stop', usage))
  t.match(frames(stream), [
    {
      id: 'r',
      object: 'chat.completion.chunk',
      created: 7,
      model: 'm',
      choices: [{ index: 0, delta: { role: 'assistant', content: '', refusal: null }, finish_reason: null }]
    },
    { choices: [{ index: 0, delta: { content: 'Hi' }, finish_reason: null }] },
    { choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] },
    { choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }
  ])
  t.ok(stream.endsWith('data: [DONE]\n\n'))
  for (const frame of frames(stream)) t.notOk(frame.usage === null || frame.system_fingerprint === null)
})

t.test('usage is for clients that asked, and whole or not at all', async t => {
  const usage = { input: { fresh: 3 }, output: { total: 2 } }
  t.notMatch(write(reply([text('Hi')], 'stop', usage), replyOptions({ includeUsage: false })), /usage/)
  t.notMatch(write(reply([text('Hi')], 'stop', { input: { fresh: 3 }, output: {} })), /usage/)
  const details = {
    input: { fresh: 1, cacheRead: 2, byModality: { audio: 1 } },
    output: { total: 5, byModality: { audio: 2 } }
  }
  t.match(frames(write(reply([], 'stop', details))).at(-1)?.usage, {
    prompt_tokens: 3,
    prompt_tokens_details: { cached_tokens: 2, audio_tokens: 1 },
    completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 2 }
  })
})

t.test('a call is named once, and later pieces hold nothing but its number and arguments', async t => {
  const out = new ReplyBuilder()
  out.start('r', 'm')
  const one = out.open(0, call('a', ''))
  out.append(one, 'args', '{"a":')
  out.append(one, 'args', '1}')
  const two = out.open(0, call('b', ''))
  out.append(two, 'args', '{"b"')
  out.append(two, 'args', ':2}')
  out.finish(0, { reason: 'stop', native: 'stop' })
  out.end()
  const stream = write(out.take())
  t.same(deltas(stream), [
    { role: 'assistant', content: null, refusal: null },
    { tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'f', arguments: '{"a":' } }] },
    { tool_calls: [{ index: 0, function: { arguments: '1}' } }] },
    { tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'f', arguments: '{"b"' } }] },
    { tool_calls: [{ index: 1, function: { arguments: ':2}' } }] },
    {}
  ])
  t.match(frames(stream).at(-1), { choices: [{ finish_reason: 'tool_calls' }] }, 'calls are there, whatever was said')
})

t.test('a call that comes whole goes out in one piece, and one without arguments has an empty object', async t => {
  const fn = (id: string, index: number, text: string) => ({
    tool_calls: [{ index, id, type: 'function', function: { name: 'f', arguments: text } }]
  })
  t.same(deltas(write(reply([call('a', '{"a":1}'), call('b', '')]))), [
    { role: 'assistant', content: null, refusal: null },
    fn('a', 0, '{"a":1}'),
    fn('b', 1, '{}'),
    {}
  ])
})

t.test('calls that interleave come one after the other, as the client of OpenAI needs them', async t => {
  const out = new ReplyBuilder()
  out.start('r', 'm')
  const one = out.open(0, call('a', ''))
  const two = out.open(0, call('b', ''))
  const three = out.open(0, call('c', ''))
  const four = out.open(0, { type: 'tool_call', kind: 'custom', id: 'd', name: 'f', argsText: '' })
  for (const text of ['{"n":', '{}', '}']) {
    out.append(two, 'args', text)
    out.append(one, 'args', text)
  }
  out.append(four, 'args', 'go')
  out.append(three, 'args', '{}')
  out.finish(0, { reason: 'tool_calls', native: 'tool_calls' })
  out.end()
  const stream = write(out.take())
  const fn = (name: string, text: string) => ({ type: 'function', function: { name, arguments: text } })
  t.same(
    deltas(stream).flatMap(delta => (delta as { readonly tool_calls?: readonly unknown[] }).tool_calls ?? []),
    [
      { index: 0, id: 'a', ...fn('f', '{"n":') },
      { index: 0, function: { arguments: '{}' } },
      { index: 0, function: { arguments: '}' } },
      { index: 1, id: 'b', ...fn('f', '{"n":{}}') },
      { index: 2, id: 'c', ...fn('f', '{}') },
      { index: 3, id: 'd', type: 'custom', custom: { name: 'f', input: 'go' } }
    ]
  )

  const tools = [{ type: 'function' as const, function: { name: 'f', strict: true, parameters: {} } }]
  const reading = sdk(stream, 'text/event-stream').chat.completions.stream({ model: 'm', messages: [], tools })
  const done: string[] = []
  reading.on('tool_calls.function.arguments.done', event => done.push(`${event.index} ${event.arguments}`))
  const { choices } = await reading.finalChatCompletion()
  t.same(done, ['0 {"n":{}}', '1 {"n":{}}', '2 {}'])
  t.equal(choices[0]?.message.tool_calls?.length, 4)
})

t.test('calls of a whole reply are numbered anew in a stream, whatever numbers and ids they had', async t => {
  const tool_calls = [0, 0].map(index => ({
    index,
    id: 'a',
    type: 'function',
    function: { name: 'f', arguments: '{}' }
  }))
  const body = { choices: [{ index: 0, message: { tool_calls }, finish_reason: 'tool_calls' }] }
  const head = { status: 200, headers: { 'content-type': 'application/json' } }
  const decoder = chatCompletions.response.decoder(head, { provider: 'p', model: 'm' }, undefined)
  const events = [...decoder.push(new TextEncoder().encode(JSON.stringify(body))), ...decoder.end()]
  const read = await sdk(write(events), 'text/event-stream')
    .chat.completions.stream({ model: 'm', messages: [] })
    .finalChatCompletion()
  t.same(
    read.choices[0]?.message.tool_calls?.map(call => call.id),
    ['a', 'a_2']
  )
})

t.test('a client of the deprecated dialect is told of its call in it', async t => {
  const options = replyOptions({ dialect: ['functions'] })
  const stream = write(reply([call('a')]), options)
  t.match(deltas(stream), [
    {},
    { function_call: { name: 'f', arguments: '' } },
    { function_call: { arguments: '{"a":1}' } },
    {}
  ])
  t.match(frames(stream).at(-1), { choices: [{ finish_reason: 'function_call' }] })
})

t.test('reasoning is shown in the dialect of the client only', async t => {
  const seal = {
    kind: 'signature',
    data: 'c2ln',
    issuer: { provider: 'a', modelFamily: 'c', format: 'anthropic-claude-v1' }
  } as const
  const events = reply([{ type: 'reasoning', text: 'hm', hidden: false, seal }, text('Hi')])
  t.notMatch(write(events), /reasoning/)
  t.same(deltas(write(events, replyOptions({ dialect: ['reasoning_content'] })))[1], { reasoning_content: 'hm' })
  const shown = deltas(write(events, replyOptions({ dialect: ['reasoning'] })))
  const detail = { type: 'reasoning.text', text: 'hm', index: 0 }
  t.same(shown[1], { reasoning: 'hm', reasoning_details: [detail] }, 'no format before one is known')
  t.match(shown[2], { reasoning_details: [{ signature: 'c2ln', format: 'anthropic-claude-v1', index: 0 }] })
  const table = chatCompletions.repliesWith?.(replyOptions({ dialect: ['reasoning'] }))
  t.match(table, { 'reply.reasoning': 'exact', 'reply.seal': 'exact' })
  t.match(chatCompletions.features, { 'reply.reasoning': 'dropped', 'reply.seal': 'dropped' })
})

t.test('a seal on a call or a text is told among the details, whole and streamed', async t => {
  const seal = {
    kind: 'thought_signature',
    data: 'c2ln',
    issuer: { provider: 'up', modelFamily: 'm', format: 'google-gemini-v1' }
  } as const
  const parts: Part[] = [
    { type: 'reasoning', text: 'hm', hidden: false },
    { ...text('Hi'), seal },
    { ...call('c1'), seal }
  ]
  const detail = { type: 'reasoning.encrypted', data: 'c2ln', format: 'google-gemini-v1' }
  const carried = [
    { ...detail, index: 1 },
    { ...detail, id: 'c1', index: 2 }
  ]
  const options = replyOptions({ dialect: ['reasoning'] })
  const streamed = deltas(write(reply(parts), options)) as JsonObject[]
  t.same(streamed.flatMap(delta => (delta.reasoning_details as JsonObject[] | undefined) ?? []).slice(1), carried)
  const { message } = (
    chatCompletions.response.encode(fold(reply(parts)), options) as JsonObject & {
      choices: { message: JsonObject }[]
    }
  ).choices[0]!
  t.same((message.reasoning_details as JsonObject[]).slice(1), carried)
  const plain = write(reply(parts))
  t.notMatch(plain, 'c2ln', 'a client that was promised no details is told none')
})

t.test('a client that keeps the first format it is told can send a seal back to its issuer', async t => {
  const seal = (data: string) => {
    return {
      kind: 'signature',
      data,
      issuer: { provider: 'a', modelFamily: 'c', format: 'anthropic-claude-v1' }
    } as const
  }
  const parts: Part[] = [
    { type: 'reasoning', text: 'first', hidden: false, seal: seal('s1') },
    { type: 'reasoning', summary: ['second'], hidden: false, seal: seal('s2') }
  ]
  const formats = new Map<unknown, unknown>()
  for (const delta of deltas(write(reply(parts), replyOptions({ dialect: ['reasoning'] }))) as JsonObject[]) {
    for (const { index, format } of (delta.reasoning_details ?? []) as JsonObject[]) {
      if (formats.get(index) === undefined) formats.set(index, format)
    }
  }
  t.same([...formats.values()], ['anthropic-claude-v1', 'anthropic-claude-v1'])
  const stream = write(reply(parts), replyOptions({ dialect: ['reasoning'] }))
  t.match(stream, /"summary":"second","format":"anthropic-claude-v1"/, 'what one seal has said holds for the reply')
})

t.test('log probabilities go with the piece of text they belong to', async t => {
  const logprobs = [{ token: 'Hi', logprob: -0.5, bytes: [72, 105], top: [] }]
  const stream = write(reply([{ type: 'text', text: 'Hi', logprobs }]))
  const content = [{ token: 'Hi', logprob: -0.5, bytes: [72, 105], top_logprobs: [] }]
  t.match(frames(stream)[1], { choices: [{ delta: { content: 'Hi' }, logprobs: { content, refusal: null } }] })
})

t.test('citations count the joined text, and come in one piece', async t => {
  const cite = (start: number) => ({
    kind: 'url' as const,
    start,
    end: start + 2,
    unit: 'codepoint' as const,
    url: 'https://a.test',
    title: 'A'
  })
  const parts: Part[] = [
    { type: 'text', text: '😀!', annotations: [cite(0)] },
    call('a'),
    { type: 'text', text: 'ok', annotations: [cite(0)] }
  ]
  const stream = write(reply(parts))
  const found = deltas(stream).find(delta => (delta as JsonObject).annotations !== undefined)
  t.match(found, {
    annotations: [{ url_citation: { start_index: 0 } }, { url_citation: { start_index: 4, end_index: 6 } }]
  })
})

t.test('a citation stands on its text, in characters, streamed and whole', async t => {
  const page = { kind: 'url', url: 'https://a.test', title: 'A' } as const
  const parts: Part[] = [
    text('😀é. '),
    { type: 'text', text: '😀 is é', annotations: [page, { ...page, start: 3, end: 5, unit: 'utf16' }] },
    call('a'),
    {
      type: 'text',
      text: '😀é',
      annotations: [
        { ...page, start: 4, end: 6, unit: 'byte' },
        { kind: 'page', native: NATIVE }
      ]
    }
  ]
  const events = reply(parts)
  const whole = (chatCompletions.response.encode(fold(events), replyOptions()) as { choices: JsonObject[] }).choices[0]!
  const { content, annotations } = whole.message as { content: string; annotations: Cited[] }
  const cited = annotations.map(({ url_citation: { start_index: start, end_index: end } }) => {
    return [...content].slice(start, end).join('')
  })
  t.same(cited, ['😀 is é', 'is', 'é'])
  const streamed = (deltas(write(events)) as JsonObject[]).find(delta => delta.annotations !== undefined)
  t.same(streamed?.annotations, annotations)
})

t.test('an image of an answer is not lost', async t => {
  const image: Part = { type: 'image', source: { kind: 'inline', mime: 'image/png', data: 'AAAA' } }
  const wire = { images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }] }
  t.match(deltas(write(reply([image])))[1], wire)
})

t.test('a failure in the middle closes the stream without a finish and without the marker', async t => {
  for (const fail of [(stream: ReturnType<typeof chatCompletions.response.encoder>) => stream.fail(BROKEN())]) {
    const encoder = chatCompletions.response.encoder(replyOptions())
    const [start, open, piece] = reply([text('Hi')])
    const before = encoder.push([start!, open!, piece!])
    const stream = before + fail(encoder)
    t.notMatch(stream, /\[DONE\]|finish_reason":"/)
    t.match(frames(stream).at(-1), {
      error: { message: 'The upstream broke', type: 'server_error', code: 'upstream_error' }
    })
    t.equal(encoder.push(reply([])) + encoder.end() + encoder.fail(BROKEN()) + encoder.ping?.(), '', 'nothing follows')
    await t.rejects(readChunks(stream), /The upstream broke/)
  }
})

t.test('an error after the finish is not hidden behind a success', async t => {
  const out = new ReplyBuilder()
  out.start('r', 'm')
  out.whole(0, text('Hi'))
  out.finish(0, { reason: 'stop', native: 'stop' })
  out.fail(BROKEN())
  const stream = write(out.take())
  t.notMatch(stream, /"finish_reason":"stop"|\[DONE\]/)
  t.match(stream, /The upstream broke/)
})

t.test('an end that comes too early is told as an error', async t => {
  const encoder = chatCompletions.response.encoder(replyOptions())
  encoder.push(reply([text('Hi')]).slice(0, 3))
  t.match(frames(encoder.end()), [{ error: { type: 'server_error' } }])
})

t.test('the keep-alive is a comment, and may come first', async t => {
  const encoder = chatCompletions.response.encoder(replyOptions())
  const ping = encoder.ping?.() ?? ''
  t.equal(ping, ': keep-alive\n\n')
  const chunks = await readChunks(ping + encoder.push(reply([text('Hi')])) + encoder.end())
  t.equal(chunks[1]?.choices[0]?.delta.content, 'Hi')
})

t.test('a refusal without words of its own is told with its explanation', async t => {
  const out = new ReplyBuilder()
  out.start('r', 'm')
  out.finish(0, { reason: 'refusal', native: 'refusal', message: 'Not this' })
  out.end()
  const stream = write(out.take())
  t.same(deltas(stream), [{ role: 'assistant', content: null, refusal: null }, { refusal: 'Not this' }, {}])
  t.match(frames(stream).at(-1), { choices: [{ finish_reason: 'content_filter' }] })
})

t.test('what the service says of a refusal stands behind what the model said itself', async t => {
  const out = new ReplyBuilder()
  out.start('r', 'm')
  out.whole(0, { type: 'refusal', text: 'I will not.' })
  out.finish(0, { reason: 'refusal', native: 'refusal', message: 'Harmful' })
  out.end()
  const events = out.take()
  t.match(deltas(write(events)), [{}, { refusal: 'I will not.' }, { refusal: '\n\nHarmful' }, {}])
  const whole = chatCompletions.response.encode(fold(events), replyOptions())
  t.match(whole, { choices: [{ message: { refusal: 'I will not.\n\nHarmful' } }] })
})

t.test('what the upstream charged is shown in its own dialect only', async t => {
  const wire = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, cost: 0.5, x_time: 3 }
  const body = {
    id: 'r',
    model: 'm',
    usage: wire,
    choices: [{ index: 0, finish_reason: 'stop', message: { content: 'Hi' } }]
  }
  const head = { status: 200, headers: { 'content-type': 'application/json' } }
  const decoder = chatCompletions.response.decoder(head, { provider: 'up', model: 'm' }, undefined)
  decoder.push(Buffer.from(JSON.stringify(body)))
  const events = decoder.end()
  t.same(frames(write(events)).at(-1)?.usage, { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, x_time: 3 })
  t.same(frames(write(events, replyOptions({ dialect: ['reasoning'] }))).at(-1)?.usage, wire)
})

t.test('the official library acts on errors as they are meant', async t => {
  const error = Object.assign(BROKEN(), { retryAfterMs: 1500 })
  const { status, body, headers } = chatCompletions.error.encode(error, 'x1')
  t.same([status, headers], [502, { 'retry-after': '2', 'retry-after-ms': '1500' }])
  const client = sdk(JSON.stringify(body), 'application/json', status, { ...headers })
  await t.rejects(client.models.list(), { status: 502, code: 'upstream_error', type: 'server_error' })
})
