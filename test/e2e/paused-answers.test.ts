import { type Answer, fakeUpstream } from '@isthmus/core/testing'
import t, { type Test } from 'tap'
import { composed } from '../support/composed.ts'

/* An upstream that runs tools pauses after a while. Who speaks its format goes on by themselves; for others the gateway does. */

type Json = Readonly<Record<string, unknown>>

const CALL = { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'tap' } }
const FOUND = { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [] }
const text = (text: string) => ({ type: 'text', text })

const reply = (content: readonly Json[], stop_reason: string, output_tokens: number) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content,
  stop_reason,
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens }
})
const whole = (...of: Parameters<typeof reply>): Answer => ({ steps: [JSON.stringify(reply(...of))] })

/** streamed is the same as a stream. */
function streamed(...of: Parameters<typeof reply>): Answer {
  const { content, stop_reason, stop_sequence, usage, ...head } = reply(...of)
  const blocks = content.flatMap((block, index) => [
    { type: 'content_block_start', index, content_block: block.type === 'text' ? text('') : block },
    ...(block.type === 'text'
      ? [{ type: 'content_block_delta', index, delta: { type: 'text_delta', text: block.text } }]
      : []),
    { type: 'content_block_stop', index }
  ])
  const events: readonly Json[] = [
    {
      type: 'message_start',
      message: { ...head, content: [], stop_reason: null, usage: { ...usage, output_tokens: 1 } }
    },
    ...blocks,
    { type: 'message_delta', delta: { stop_reason, stop_sequence }, usage },
    { type: 'message_stop' }
  ]
  const steps = events.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  return { headers: { 'content-type': 'text/event-stream' }, steps }
}

const PAUSED = [[text('Let me see. '), CALL, FOUND], 'pause_turn', 5] as const
const DONE = [[text('There it is.')], 'end_turn', 7] as const

/** claude gives a gateway in front of an upstream that answers in these turns. */
async function claude(t: Test, turns: readonly Answer[]) {
  let turn = 0
  const upstream = await fakeUpstream(({ method }) =>
    method === 'GET' ? { steps: ['{"data":[]}'] } : (turns[Math.min(turn++, turns.length - 1)] ?? {})
  )
  t.teardown(() => upstream.close())
  const { url, logged } = await composed(t, {
    plugins: [
      { use: '@isthmus/ingress-responses' },
      { use: '@isthmus/provider-anthropic', options: { apiKey: 'k', baseUrl: upstream.origin } }
    ]
  })
  const asked = () => upstream.requests.filter(({ method }) => method === 'POST').map(request => request.json())
  const ask = (path: string, body: Json) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'anthropic/claude-sonnet-4-5', ...body })
    })
  return { ask, asked, logged }
}

const SEARCH = { input: 'Where is it?', tools: [{ type: 'web_search' }], store: false }
const MESSAGES = { messages: [{ role: 'user', content: 'Where is it?' }] }

t.test('a client of another format gets one answer of all the turns', async t => {
  const { ask, asked, logged } = await claude(t, [whole(...PAUSED), whole(...PAUSED), whole(...DONE)])
  const answer = (await (await ask('/v1/responses', { ...SEARCH, max_output_tokens: 100 })).json()) as Json
  t.match(answer, { status: 'completed', usage: { input_tokens: 30, output_tokens: 17 } })
  t.match(JSON.stringify(answer.output), /Let me see.*Let me see.*There it is/)
  const [first, second, third] = asked()
  t.match(first, { max_tokens: 100, messages: { length: 1 } })
  t.match(second, { max_tokens: 95 })
  t.same(second?.messages, [
    { role: 'user', content: 'Where is it?' },
    { role: 'assistant', content: PAUSED[0] }
  ])
  t.match(third, { max_tokens: 90, messages: [{}, { role: 'assistant', content: { length: 6 } }] })
  const line = logged.find(({ msg }) => msg === 'exchange')
  t.match(line, { outcome: 'ok', attempts: 3, usage: { input: 30, output: 17 } })
})

t.test('so it does as a stream, which goes on over the pause', async t => {
  const { ask, asked } = await claude(t, [streamed(...PAUSED), streamed(...DONE)])
  const answer = await ask('/v1/chat/completions', {
    ...MESSAGES,
    web_search_options: {},
    stream: true,
    stream_options: { include_usage: true }
  })
  const frames = (await answer.text())
    .split('\n\n')
    .flatMap(frame => (frame.startsWith('data: {') ? JSON.parse(frame.slice(6)) : []))
  const said = frames.map(({ choices }) => choices[0]?.delta?.content ?? '').join('')
  t.equal(said.replace(/\s+/g, ' '), 'Let me see. There it is.')
  t.same(
    frames.flatMap(({ choices }) => choices[0]?.finish_reason ?? []),
    ['stop']
  )
  t.match(frames.at(-1), { usage: { prompt_tokens: 20, completion_tokens: 12 } })
  t.equal(asked().length, 2)
})

t.test('who speaks the format of the upstream is told of the pause', async t => {
  const { ask, asked } = await claude(t, [whole(...PAUSED)])
  const tools = [{ type: 'web_search_20250305', name: 'web_search' }]
  const answer = await (await ask('/v1/messages', { ...MESSAGES, tools, max_tokens: 100 })).json()
  t.match(answer, { stop_reason: 'pause_turn', content: PAUSED[0] })
  t.equal(asked().length, 1)
})

t.test('an answer that does not come to an end is cut, by the limit or after eight turns', async t => {
  const { ask, asked } = await claude(t, [whole(...PAUSED)])
  const cut = await (await ask('/v1/responses', { ...SEARCH, max_output_tokens: 16 })).json()
  t.match(cut, {
    status: 'incomplete',
    incomplete_details: { reason: 'max_output_tokens' },
    usage: { output_tokens: 20 }
  })
  t.equal(asked().length, 4)
  t.match(await (await ask('/v1/responses', SEARCH)).json(), { status: 'incomplete', usage: { output_tokens: 40 } })
  t.equal(asked().length, 12)
})

t.test('a turn that fails is the failure of the answer', async t => {
  const failed: Answer = {
    status: 529,
    steps: ['{"type":"error","error":{"type":"overloaded_error","message":"Busy"}}']
  }
  const { ask } = await claude(t, [whole(...PAUSED), failed, streamed(...PAUSED), failed])
  const answer = await ask('/v1/responses', SEARCH)
  t.equal(answer.status, 503)
  const stream = await (await ask('/v1/responses', { ...SEARCH, stream: true })).text()
  t.match(stream, /Let me see/)
  t.match(stream, /event: response\.failed/)
  t.notMatch(stream, /response\.completed/)
})
