import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Answer, fakeUpstream, type RecordedRequest } from '@isthmus/core/testing'
import OpenAI from 'openai'
import t from 'tap'
import { composed } from '../support/composed.ts'

/* The official client of OpenAI asks for text completions, of upstreams that have them and of such that only converse. */

const JSON_TYPE = { 'content-type': 'application/json' }
const SSE = { 'content-type': 'text/event-stream' }
const USAGE = { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 }
const frames = (...values: readonly object[]) => values.map(value => `data: ${JSON.stringify(value)}\n\n`)

/** answer gives the reply of an upstream with three APIs; a text completion has a choice for each prompt. */
function answer(request: RecordedRequest): Answer {
  if (request.method === 'GET') return { status: 404 }
  const body = request.json()
  const stream = body.stream === true
  if (request.url.endsWith('/chat/completions')) return chat(stream)
  return request.url.endsWith('/completions') ? text(body, stream) : messages(stream)
}

function text(body: Record<string, unknown>, stream: boolean): Answer {
  const head = { id: 'cmpl-up', object: 'text_completion', created: 7, model: 'served' }
  if (body.prompt === 'fail') {
    const error = {
      message: 'The prompt is not to my taste',
      type: 'invalid_request_error',
      param: 'prompt',
      code: null
    }
    return { status: 400, headers: JSON_TYPE, steps: [JSON.stringify({ error })] }
  }
  const prompts = Array.isArray(body.prompt) && typeof body.prompt[0] !== 'number' ? body.prompt : [body.prompt]
  const logprobs =
    typeof body.logprobs === 'number'
      ? {
          tokens: [' upon', ' a'],
          token_logprobs: [-0.25, -0.5],
          top_logprobs: [{ ' upon': -0.25 }, null],
          text_offset: [4, 9]
        }
      : null
  const whole = prompts.map((_prompt, index) => ({ text: ' upon a', index, logprobs, finish_reason: 'length' }))
  if (!stream) return { headers: JSON_TYPE, steps: [JSON.stringify({ ...head, choices: whole, usage: USAGE })] }
  const piece = (index: number, piece: string, finish: string | null) => ({
    ...head,
    choices: [{ text: piece, index, logprobs: null, finish_reason: finish }]
  })
  const pieces = prompts.flatMap((_prompt, at) => [piece(at, ' upon', null), piece(at, ' a', 'length')])
  return { headers: SSE, steps: [...frames(...pieces, { ...head, choices: [], usage: USAGE }), 'data: [DONE]\n\n'] }
}

function chat(stream: boolean): Answer {
  const head = { id: 'chatcmpl-up', created: 7, model: 'served' }
  if (!stream) {
    const message = { role: 'assistant', content: ' upon a' }
    const choices = [{ index: 0, message, finish_reason: 'stop' }]
    return { headers: JSON_TYPE, steps: [JSON.stringify({ ...head, choices, usage: USAGE })] }
  }
  const delta = (content: string, finish_reason: string | null) => ({
    ...head,
    choices: [{ index: 0, delta: { content }, finish_reason }]
  })
  const last = { ...head, choices: [], usage: USAGE }
  return { headers: SSE, steps: [...frames(delta(' upon', null), delta(' a', 'stop'), last), 'data: [DONE]\n\n'] }
}

function messages(stream: boolean): Answer {
  const usage = { input_tokens: 4, output_tokens: 2 }
  const head = { id: 'msg_up', type: 'message', role: 'assistant', model: 'served', stop_sequence: null }
  if (!stream) {
    const content = [{ type: 'text', text: ' upon a' }]
    return { headers: JSON_TYPE, steps: [JSON.stringify({ ...head, content, stop_reason: 'end_turn', usage })] }
  }
  const events = [
    { type: 'message_start', message: { ...head, content: [], stop_reason: null, usage } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ' upon' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: ' a' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage },
    { type: 'message_stop' }
  ]
  return { headers: SSE, steps: events.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`) }
}

t.setTimeout(60_000)
const upstream = await fakeUpstream(answer)
t.teardown(() => upstream.close())
const plugin = fileURLToPath(new URL('../support/text-provider.ts', import.meta.url))
const { url } = await composed(t, {
  plugins: [
    { use: '@isthmus/ingress-completions' },
    { use: relative(t.testdirName, plugin), id: 'text', options: { baseUrl: `${upstream.origin}/v1` } },
    { use: '@isthmus/provider-openai', id: 'gpt', options: { apiKey: 'k', baseUrl: `${upstream.origin}/v1` } },
    { use: '@isthmus/provider-anthropic', id: 'claude', options: { apiKey: 'k', baseUrl: upstream.origin } }
  ]
})
const client = (base = '/v1') => new OpenAI({ apiKey: 'any', baseURL: url + base, maxRetries: 0 })
const openai = client()
const asked = () => {
  const request = upstream.requests.at(-1)
  return { path: request?.url, body: request?.json() }
}

/** streamed puts the pieces of a stream together. */
async function streamed(params: Omit<OpenAI.CompletionCreateParamsStreaming, 'stream'>) {
  const texts: string[] = []
  const finishes: string[] = []
  let usage: OpenAI.CompletionUsage | undefined
  const { data, response } = await openai.completions.create({ ...params, stream: true }).withResponse()
  for await (const { object, choices, usage: counted } of data) {
    t.equal(object, 'text_completion')
    for (const { index, text, finish_reason: finish } of choices) {
      texts[index] = (texts[index] ?? '') + text
      if (finish !== null) finishes[index] = finish
    }
    usage = counted ?? usage
  }
  return { texts, finishes, usage, gaps: response.headers.get('x-isthmus-gaps') }
}

t.test('an upstream that completes texts gets the request as it was, and its reply comes back', async t => {
  const params = { prompt: ['Once', 'Twice'], max_tokens: 2, logprobs: 1, suffix: 'end', best_of: 2, echo: false }
  const { data, response } = await openai.completions.create({ model: 'text/x-instruct', ...params }).withResponse()
  t.match(data, {
    id: 'cmpl-up',
    object: 'text_completion',
    created: 7,
    model: 'served',
    choices: [
      { text: ' upon a', index: 0, finish_reason: 'length' },
      { text: ' upon a', index: 1, finish_reason: 'length' }
    ],
    usage: USAGE
  })
  t.same(data.choices[0]?.logprobs, {
    tokens: [' upon', ' a'],
    token_logprobs: [-0.25, -0.5],
    top_logprobs: [{ ' upon': -0.25 }, null],
    text_offset: [4, 9]
  })
  t.equal(response.headers.get('x-isthmus-gaps'), null)
  t.equal(response.headers.get('x-request-id'), response.headers.get('x-isthmus-id'))
  t.same(asked(), { path: '/v1/completions', body: { model: 'x-instruct', ...params } })
})

t.test('so do token ids, streams and errors', async t => {
  const tokens = [[1, 2], [3]]
  const { texts, finishes, usage, gaps } = await streamed({
    model: 'text/x-instruct',
    prompt: tokens,
    stream_options: { include_usage: true }
  })
  t.same({ texts, finishes, gaps }, { texts: [' upon a', ' upon a'], finishes: ['length', 'length'], gaps: null })
  t.match(usage, USAGE)
  t.same(asked().body?.prompt, tokens)
  await t.rejects(openai.completions.create({ model: 'text/x-instruct', prompt: 'fail' }), {
    status: 400,
    message: /not to my taste/,
    param: 'prompt',
    type: 'invalid_request_error'
  })
})

for (const [model, path] of [
  ['text/talker', '/v1/chat/completions'],
  ['gpt/gpt-4o', '/v1/chat/completions'],
  ['claude/claude-sonnet-4-5', '/v1/messages']
] as const) {
  t.test(`${model} only converses: the prompt becomes its one turn, and the reply says so`, async t => {
    const params = { model, prompt: 'Once', max_tokens: 2, stop: ['\n\n\n.'] }
    const { data, response } = await openai.completions.create(params).withResponse()
    t.match(data, { object: 'text_completion', choices: [{ text: ' upon a', index: 0, logprobs: null }], usage: USAGE })
    t.equal(data.choices[0]?.finish_reason, 'stop')
    t.match(response.headers.get('x-isthmus-gaps'), 'complete.prompt=emulated')
    t.match(asked(), { path, body: { messages: [{ role: 'user' }] } })
    t.match(JSON.stringify(asked().body), '"Once"')

    const { texts, finishes, usage, gaps } = await streamed({ ...params, stream_options: { include_usage: true } })
    t.same({ texts, finishes }, { texts: [' upon a'], finishes: ['stop'] })
    t.match(usage, USAGE)
    t.match(gaps, 'complete.prompt=emulated')
    t.equal((await streamed(params)).usage, undefined, 'usage goes to those who ask for it')
  })

  t.test(`${model} is not asked what it cannot be told, and the refusal names it`, async t => {
    const before = upstream.requests.length
    const members: readonly (readonly [Partial<OpenAI.CompletionCreateParamsNonStreaming>, string])[] = [
      [{ prompt: ['a', 'b'] }, 'complete.prompts'],
      [{ prompt: [1, 2] }, 'complete.tokens'],
      [{ suffix: 'end' }, 'complete.suffix'],
      [{ echo: true }, 'complete.echo']
    ]
    for (const [change, feature] of members) {
      await t.rejects(openai.completions.create({ model, prompt: 'Once', ...change }), {
        status: 400,
        code: 'unsupported_parameter',
        param: feature,
        message: new RegExp(`${model} lacks ${feature.replace('.', '\\.')} `)
      })
    }
    for (const prompt of ['', null]) {
      await t.rejects(openai.completions.create({ model, prompt }), { status: 400, code: 'unsupported_operation' })
    }
    t.equal(upstream.requests.length, before)
  })
}

t.test('the bases of other services lead to the same, for models as well', async t => {
  for (const base of ['/openai/v1', '/api/v1']) {
    const data = await client(base).completions.create({ model: 'text/x-instruct', prompt: 'Once' })
    t.equal(data.choices[0]?.text, ' upon a')
    t.ok(Array.isArray((await client(base).models.list()).data))
  }
})

t.test('a wrong member is refused with its path, before anybody is asked', async t => {
  const before = upstream.requests.length
  await t.rejects(openai.completions.create({ model: 'text/x-instruct', prompt: ['a', 1] as unknown as string[] }), {
    status: 400,
    param: 'prompt[1]',
    message: /expected a string or token ids, got 1/
  })
  t.equal(upstream.requests.length, before)
})
