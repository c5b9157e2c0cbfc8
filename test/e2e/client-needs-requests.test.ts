import { createError } from '@isthmus/core'
import t, { type Test } from 'tap'
import { Wire } from '../../core/test/server/support/rig.ts'
import { ask, CHANNELS, dig, everything, FORMATS, type Json, list, question, said, send } from '../support/raw.ts'

/* What clients were seen to need of a gateway before it answers: routes, keys, and requests that no manual describes. */

const DENIED = createError('TEST_DENIED', 'authentication', 'Who are you?')
const WEATHER = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

t.setTimeout(60_000)
const gateway = await everything(t)
const { url } = gateway

/** sees gives the request as a simulated upstream of that channel saw it on its wire. */
async function sees(t: Test, channel: string, path: string, body: Json, headers = {}): Promise<Json> {
  const model = `${channel}/inspect`
  const reply = await send(url + path.replace('MODEL', model), path.includes('MODEL') ? body : { ...body, model }, {
    headers
  })
  t.equal(reply.status, 200, `${path} to ${channel}: ${reply.text.slice(0, 300)}`)
  const kind = (of: string) => /\/v1(?:beta)?\/(\w+)/.exec(of)?.[1]
  const format = FORMATS.find(name => kind(question(name, '').path) === kind(path))
  if (format === undefined) throw new Error(`no format has ${path}`)
  return JSON.parse(said(format, reply)) as Json
}

t.test('one path has the list of models in three formats, and the headers tell which', async t => {
  const asked = [
    [{}, { object: 'list', data: [{ id: /./, object: 'model' }] }, { id: 'simulator/echo', object: 'model' }],
    [
      { 'anthropic-version': '2026-10-21' },
      { data: [{ type: 'model', id: /./, display_name: /./ }], has_more: false, first_id: /./, last_id: /./ },
      { id: 'simulator/echo', type: 'model' }
    ],
    [
      { 'x-goog-api-key': 'any' },
      { models: [{ name: /^models\/./ }] },
      { name: 'models/simulator/echo', supportedGenerationMethods: Array }
    ],
    [{ 'x-goog-api-client': 'google-genai-sdk/3.1.0' }, { models: [{ name: /^models\/./ }] }, { name: /^models\// }]
  ] as const
  for (const [headers, many, one] of asked) {
    const title = Object.keys(headers).join() || 'no header'
    // As the clients have it: `?limit=` of one is nothing to the others.
    t.match((await send(`${url}/v1/models?limit=1000`, undefined, { headers })).json, many, title)
    t.match((await send(`${url}/v1/models/simulator/echo`, undefined, { headers })).json, one, title)
  }
  t.match((await send(`${url}/v1/models?key=any`)).json, { models: [{ name: /^models\/./ }] }, '?key=')
  t.match((await send(`${url}/v1beta/models`)).json, { models: [{ name: /^models\/./ }] }, 'a path of its own')
})

t.test('Gemini is served under both versions, with slashes in names, and fails in its own shape', async t => {
  for (const base of ['/v1beta', '/v1', '/gemini/v1beta', '/gemini/v1']) {
    const body = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] }
    const reply = await send(`${url}${base}/models/simulator/echo:generateContent`, body)
    t.match(reply.json, { candidates: [{ content: { parts: [{ text: 'Hi' }] } }] }, base)
    for (const path of ['models/nobody/nothing:generateContent', 'models/simulator/echo:dream', 'models/none']) {
      const failed = await send(`${url}${base}/${path}`, path.includes(':') ? body : undefined, {
        headers: { 'x-goog-api-key': 'any' }
      })
      t.equal(failed.status, 404, `${base}/${path}`)
      t.match(failed.json, { error: { code: 404, status: 'NOT_FOUND', message: /./ } }, `${base}/${path}`)
    }
  }
})

t.test('the key is taken from each of its four places, on every route', async t => {
  const guarded = await everything(t, {
    middleware: {
      admit(x) {
        if (x.credential !== 'right') throw DENIED()
      }
    }
  })
  const paths = [
    ...FORMATS.map(format => question(format, 'simulator/echo')),
    { path: '/v1/messages/count_tokens', body: question('messages', 'simulator/echo').body },
    { path: '/v1/embeddings', body: { model: 'simulator/embed', input: 'Hi' } },
    { path: '/v1/completions', body: { model: 'simulator/echo', prompt: 'Hi' } },
    { path: '/v1/models', body: undefined }
  ]
  for (const { path, body } of paths) {
    for (const headers of [
      { authorization: 'Bearer right' },
      { 'x-api-key': 'right' },
      { 'x-goog-api-key': 'right' },
      // One client sends its cookies, of which there are none.
      { authorization: 'Bearer right', cookie: '' }
    ]) {
      const reply = await send(guarded.url + path, body, { headers })
      t.equal(reply.status, 200, `${path} with ${Object.keys(headers).join()}: ${reply.text.slice(0, 200)}`)
    }
    t.equal((await send(`${guarded.url}${path}${path.includes('?') ? '&' : '?'}key=right`, body)).status, 200, path)
    t.equal((await send(guarded.url + path, body)).status, 401, path)
    t.equal((await send(guarded.url + path, body, { headers: { 'x-api-key': 'wrong' } })).status, 401, path)
  }
})

t.test('query parameters and versions that are not known are no matter', async t => {
  for (const query of ['beta=true', 'limit=1000', 'api-version=2025-01-01', 'whatever']) {
    for (const format of FORMATS) {
      const { path, body } = question(format, 'simulator/echo')
      for (const version of ['2023-06-01', '2026-10-21', 'tomorrow']) {
        const reply = await send(`${url}${path}?${query}`, body, { headers: { 'anthropic-version': version } })
        t.equal(reply.status, 200, `${path}?${query}, ${version}`)
      }
    }
  }
})

t.test('what clients try at their start is answered at once', async t => {
  const upgrade = 'connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n'
  const reply = await new Wire(gateway.port).send(`GET /v1/responses HTTP/1.1\r\nhost: a\r\n${upgrade}\r\n`).closed
  t.match(reply, /^HTTP\/1\.1 426 /)
  const hello = await send(`${url}/api/hello`, undefined, { method: 'HEAD' })
  t.equal(hello.status, 200)
  for (const path of ['/openai/v1/chat/completions', '/openai/v1/responses', '/openai/v1/embeddings']) {
    const input = { model: 'simulator/embed', input: 'Hi' }
    const body = path.endsWith('embeddings') ? input : { ...input, model: 'simulator/echo', messages: [USER] }
    t.equal((await send(url + path, body)).status, 200, path)
  }
})
const USER = { role: 'user', content: 'Hi' }

t.test('a thread is refused in the words that make the client go on without', async t => {
  for (const thread of [{ type: 'create' }, { type: 'continue', previous_message_id: 'msg_1' }]) {
    const reply = await ask(gateway, 'messages', 'simulator/echo', {
      more: { thread },
      headers: { 'anthropic-beta': 'message-threads-2026-08-12' }
    })
    t.equal(reply.status, 400)
    t.match(reply.json, { error: { details: { error_code: 'thread_unsupported_request', unsupported: [] } } })
  }
})

/** What Claude Code sends without being asked to. */
const CLAUDE_CODE = {
  max_tokens: 64_000,
  system: [
    { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.328.a1b;' },
    { type: 'text', text: 'You are an agent.', cache_control: { type: 'ephemeral' } }
  ],
  thinking: { type: 'adaptive', display: 'omitted' },
  output_config: { effort: 'high' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  metadata: { user_id: '{"device_id":"d","session_id":"s"}' },
  tools: [
    {
      name: 'Read',
      description: 'Reads.',
      input_schema: { $schema: 'https://json-schema.org/draft/2020-12/schema', ...WEATHER }
    },
    { name: 'Later', description: 'Found by search.', input_schema: WEATHER, defer_loading: true }
  ],
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'Look at both.', cache_control: { type: 'ephemeral' } }] },
    {
      role: 'assistant',
      content: [
        { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { city: 'Oslo' } },
        { type: 'tool_use', id: 'toolu_2', name: 'Read', input: { city: 'Rome' } }
      ]
    },
    {
      role: 'user',
      content: [
        // In the order in which they were done.
        { type: 'tool_result', tool_use_id: 'toolu_2', content: 'sun' },
        { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'snow' }] },
        { type: 'text', text: 'And be quick.' }
      ]
    },
    { role: 'system', content: [{ type: 'text', text: 'The user is away.', cache_control: { type: 'ephemeral' } }] }
  ]
}

t.test('a request of Claude Code reaches every upstream, with its instructions in their place', async t => {
  for (const channel of CHANNELS) {
    const seen = JSON.stringify(await sees(t, channel, '/v1/messages?beta=true', CLAUDE_CODE))
    for (const text of ['You are an agent.', 'Look at both.', 'sun', 'snow', 'And be quick.', 'The user is away.']) {
      t.match(seen, text, channel)
    }
    if (channel !== 'simulator-gemini') {
      t.ok(seen.indexOf('The user is away.') > seen.indexOf('And be quick.'), `${channel}: at the end`)
    }
    t.match(seen, /"Read"/, channel)
    t.equal(/billing/.test(seen), channel === 'simulator-messages', `${channel}: what is meant for one vendor alone`)
  }
  const native = await sees(t, 'simulator-messages', '/v1/messages', CLAUDE_CODE)
  for (const name of ['thinking', 'output_config', 'metadata', 'context_management'] as const) {
    t.same(native[name], CLAUDE_CODE[name], name)
  }
  t.match(list(native, 'messages').at(-1), { role: 'system', content: [{ text: 'The user is away.' }] })
})

/** What Codex sends, with a turn in the middle of a task. */
const CODEX = {
  stream: false,
  store: false,
  instructions: 'You are a coding agent.',
  include: ['reasoning.encrypted_content'],
  prompt_cache_key: 'thread-1',
  client_metadata: { window: '1' },
  parallel_tool_calls: true,
  reasoning: { effort: 'medium', summary: 'auto' },
  text: { verbosity: 'low' },
  tool_choice: 'auto',
  tools: [
    { type: 'function', name: 'shell', description: 'Runs.', strict: false, parameters: WEATHER },
    {
      type: 'custom',
      name: 'apply_patch',
      description: 'Edits.',
      format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' }
    },
    {
      type: 'namespace',
      name: 'multi_agent_v1',
      description: 'A group.',
      tools: [{ type: 'function', name: 'spawn', description: 'Starts one.', strict: false, parameters: WEATHER }]
    }
  ],
  input: [
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'Stay in the folder.' }] },
    {
      type: 'message',
      id: 'item-made-by-the-client',
      role: 'user',
      content: [{ type: 'input_text', text: 'Fix it.' }],
      internal_chat_message_metadata_passthrough: { turn_id: '1' }
    },
    { type: 'function_call', name: 'shell', arguments: '{"city":"Oslo"}', call_id: 'call_1' },
    { type: 'function_call_output', call_id: 'call_1', output: 'done' },
    { type: 'custom_tool_call', name: 'apply_patch', input: '*** Begin', call_id: 'call_2', status: 'completed' },
    { type: 'custom_tool_call_output', call_id: 'call_2', output: 'patched' }
  ]
}

t.test('a request of Codex reaches every upstream, with its calls and their results', async t => {
  for (const channel of CHANNELS) {
    const seen = JSON.stringify(await sees(t, channel, '/v1/responses', CODEX))
    for (const text of [
      'coding agent',
      'Stay in the folder.',
      'Fix it.',
      'Oslo',
      'done',
      '*** Begin',
      'patched',
      'spawn'
    ]) {
      t.match(seen, text, `${channel}: ${text}`)
    }
  }
  const native = await sees(t, 'simulator-responses', '/v1/responses', CODEX)
  t.same(native.tools, CODEX.tools)
  t.match(native, { prompt_cache_key: 'thread-1', client_metadata: { window: '1' }, text: { verbosity: 'low' } })
  t.match(list(native, 'input')[1], CODEX.input[1])
})

t.test('Gemini results without ids answer the calls by name and order, also one to a turn', async t => {
  const part = (result: string) => ({ functionResponse: { name: 'weather', response: { result } } })
  const body = {
    contents: [
      { role: 'user', parts: [{ text: 'Both?' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { name: 'weather', args: { city: 'Oslo' } }, thoughtSignature: 'bW9jay1zaWduYXR1cmU=' },
          { functionCall: { name: 'weather', args: { city: 'Rome' } } }
        ]
      },
      { role: 'user', parts: [part('snow')] },
      { role: 'user', parts: [part('sun')] }
    ],
    tools: [{ functionDeclarations: [{ name: 'weather', parameters: { type: 'OBJECT' } }] }]
  }
  const { messages } = (await sees(t, 'simulator-messages', '/v1beta/models/MODEL:generateContent', body)) as {
    readonly messages: readonly Json[]
  }
  t.equal(messages.length, 3, 'one turn of results')
  const [oslo, rome] = list(messages[1], 'content').filter(({ type }) => type === 'tool_use')
  t.match(oslo, { input: { city: 'Oslo' } })
  t.not(oslo?.id, rome?.id)
  t.match(messages[2]?.content, [
    { type: 'tool_result', tool_use_id: oslo?.id },
    { type: 'tool_result', tool_use_id: rome?.id }
  ])
  t.match(JSON.stringify(list(messages[2], 'content')[0]), 'snow')
  t.match(JSON.stringify(list(messages[2], 'content')[1]), 'sun')
})

t.test('schemas come in any spelling, and lists may be empty', async t => {
  const odd = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    type: 'object',
    properties: { city: { type: 'string' } },
    additionalProperties: false
  }
  const upper = { type: 'OBJECT', properties: { city: { type: 'STRING', nullable: true } }, required: ['city'] }
  const bodies: readonly (readonly [string, Json])[] = [
    [
      '/v1/chat/completions',
      {
        messages: [USER],
        stop: [],
        tools: [{ type: 'function', function: { name: 'f', parameters: odd, strict: null } }]
      }
    ],
    [
      '/v1/responses',
      { input: 'Hi', include: [], tools: [{ type: 'function', name: 'f', parameters: odd, strict: null }] }
    ],
    [
      '/v1/messages',
      { max_tokens: 999, messages: [USER], stop_sequences: [], tools: [{ name: 'f', input_schema: odd }] }
    ],
    ...[{ parameters: upper }, { parametersJsonSchema: odd }, { parametersJsonSchema: upper }].map(
      schema =>
        [
          '/v1beta/models/MODEL:generateContent',
          {
            contents: [{ role: 'user', parts: [{ text: 'Hi' }] }],
            safetySettings: [],
            generationConfig: { stopSequences: [] },
            tools: [{ functionDeclarations: [{ name: 'f', ...schema }] }]
          }
        ] as const
    )
  ]
  for (const channel of CHANNELS) {
    for (const [path, body] of bodies) {
      const seen = await sees(t, channel, path, body)
      // Between two of the same format nothing changes.
      if (channel === 'simulator-gemini' && path.includes('MODEL')) continue
      t.match(JSON.stringify(seen.tools), /"type":"string"|"type":\["string","null"\]/, `${path} to ${channel}`)
      t.notMatch(JSON.stringify(seen.tools), /OBJECT|STRING/, `${path} to ${channel}`)
    }
  }
  const asked = { responseMimeType: 'application/json', responseJsonSchema: upper }
  const routed = await send(`${url}/v1beta/models/simulator/echo:generateContent`, {
    contents: [{ parts: [{ text: 'Hi' }] }],
    generationConfig: asked
  })
  t.match(JSON.parse(said('gemini', routed)), { city: String })
  const count = { model: 'simulator/echo', messages: [USER], tools: [] }
  t.equal((await send(`${url}/v1/messages/count_tokens`, count)).status, 200)
})

t.test('vectors come as little-endian floats to those who ask for base64, and in batches of one', async t => {
  const body = { model: 'simulator/embed', input: ['Hi'] }
  const numbers = dig((await send(`${url}/v1/embeddings`, body)).json, 'data', 0, 'embedding') as readonly number[]
  const coded = await send(`${url}/v1/embeddings`, { ...body, encoding_format: 'base64' })
  const bytes = Buffer.from(String(dig(coded.json, 'data', 0, 'embedding')), 'base64')
  t.equal(bytes.length, numbers.length * 4)
  t.same(
    numbers.map((_, at) => bytes.readFloatLE(at * 4)),
    numbers.map(Math.fround)
  )
  const request = { model: 'models/simulator/embed', content: { parts: [{ text: 'Hi' }] } }
  const batch = await send(`${url}/v1/models/simulator/embed:batchEmbedContents`, { requests: [request] })
  t.same((dig(batch.json, 'embeddings', 0, 'values') as readonly number[]).map(Math.fround), numbers.map(Math.fround))
})

t.test("the reasoning object of OpenRouter's clients asks every upstream for reasoning", async t => {
  for (const channel of CHANNELS) {
    const body = { messages: [USER], reasoning: { effort: 'high' } }
    const seen = JSON.stringify(await sees(t, channel, '/v1/chat/completions', body))
    t.match(seen, /"reasoning|"thinking/, channel)
  }
})

t.test('a request without a body may name the type of one, as older clients do', async t => {
  const kept = await send(`${url}/v1/responses`, { model: 'simulator/echo', input: 'Hi', store: true })
  const path = `${url}/v1/responses/${kept.json.id}`
  const headers = { 'content-type': 'application/json' }
  t.equal((await fetch(path, { headers })).status, 200)
  t.equal((await fetch(path, { method: 'DELETE', headers })).status, 200)
  t.equal((await fetch(path, { headers })).status, 404)
  const empty = await fetch(`${url}/v1/responses`, { method: 'POST', headers })
  t.equal(empty.status, 400, 'where a body is needed, it still is')
})
