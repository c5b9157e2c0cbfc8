import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Answer, fakeUpstream, type Gate, gate, type RecordedRequest } from '@isthmus/core/testing'
import t, { type Test } from 'tap'
import { start } from '../../core/test/cli/support/run.ts'

/* What whoever runs the gateway relies on: its log, its end, the headers it lets through, and where its keys come from. */

const CONFIG = `import { defineConfig, env } from '@isthmus/core'

export default defineConfig({
  server: { port: 0, cors: { origins: ['https://app.example'] } },
  plugins: [
    { use: '@isthmus/ingress-chat-completions' },
    { use: '@isthmus/ingress-messages' },
    { use: '@isthmus/provider-simulator', options: { tokenDelayMs: 0 } },
    {
      use: '@isthmus/provider-openai',
      optional: true,
      options: { apiKey: env('OPENAI_API_KEY'), baseUrl: env('OPENAI_BASE_URL', 'https://api.openai.com/v1') }
    },
    {
      use: '@isthmus/provider-anthropic',
      optional: true,
      options: { apiKey: env('ANTHROPIC_API_KEY'), baseUrl: env('ANTHROPIC_BASE_URL', 'https://api.anthropic.com') }
    },
    { use: '@isthmus/meter-log' }
  ]
})
`
const BIN = fileURLToPath(new URL('../../core/bin/isthmus.js', import.meta.url))
const JSON_TYPE = { 'content-type': 'application/json' }
const PATHS = ['/v1/chat/completions', '/v1/messages'] as const

/** launch starts the binary in a folder that has the config, and a `.env` with these lines. */
function launch(t: Test, { dotEnv = [] as readonly string[], env = {} as Readonly<Record<string, string>> } = {}) {
  const cwd = t.testdir({})
  writeFileSync(join(cwd, 'gateway.config.ts'), CONFIG)
  writeFileSync(join(cwd, '.env'), `${dotEnv.join('\n')}\n`)
  return start(t, { cwd, env })
}

const post = (url: string, body: unknown, headers: Readonly<Record<string, string>> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { ...JSON_TYPE, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body)
  })
const ask = (model: string, content: unknown = 'Hi') => ({
  model,
  max_tokens: 100,
  messages: [{ role: 'user', content }]
})

/** heldReply says half a sentence, and the rest when it may. */
function heldReply({ method, ...request }: RecordedRequest, rest: Gate): Answer {
  if (method === 'GET') return { status: 404 }
  const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
  if (request.json().stream !== true) {
    const choices = [{ index: 0, message: { role: 'assistant', content: 'Good night' }, finish_reason: 'stop' }]
    return { headers: JSON_TYPE, steps: [{ wait: rest }, JSON.stringify({ id: 'x', model: 'held', choices, usage })] }
  }
  const chunk = (delta: object, finish_reason: string | null) =>
    `data: ${JSON.stringify({ id: 'x', model: 'held', choices: [{ index: 0, delta, finish_reason }], usage })}\n\n`
  const steps = [
    chunk({ content: 'Good' }, null),
    { wait: rest },
    chunk({ content: ' night' }, 'stop'),
    'data: [DONE]\n\n'
  ]
  return { headers: { 'content-type': 'text/event-stream' }, steps }
}

t.setTimeout(60_000)

t.test('each exchange has one line in the log, with the id its client was told', async t => {
  const { url, running } = await launch(t)
  const ids: (string | null)[] = []
  for (const path of PATHS) {
    for (const body of [
      ask('simulator/echo'),
      { ...ask('simulator/tokens:5'), stream: true },
      ask('simulator/fail:429'),
      { ...ask('simulator/cut:3'), stream: true },
      ask('nobody/nothing'),
      'no JSON'
    ]) {
      const reply = await post(url + path, body)
      await reply.text()
      ids.push(reply.headers.get('x-isthmus-id'))
    }
  }
  await (await fetch(`${url}/v1/models`)).text()
  running.kill('SIGTERM')
  const { out } = await running.finished
  const lines = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
    .filter(({ msg }) => msg === 'exchange')
  t.strictSame(
    lines.map(line => line.exchange),
    ids
  )
  const outcomes = ['ok', 'ok', 'failed', 'failed', 'failed', 'failed']
  t.strictSame(
    lines.map(line => line.outcome),
    [...outcomes, ...outcomes]
  )
  t.ok(lines.every(line => (line.outcome === 'failed') === 'code' in line))
  t.match(lines[0], { model: 'simulator/echo', target: 'simulator/echo', attempts: 1, totalMs: Number })
  t.match(lines[1], { usage: { input: Number, output: 5 }, ttftMs: Number })
})

t.test('no prompt, no answer and no key is in the log, at any level', async t => {
  const SECRET = 'sk-upstream-5ecret-0f-the-gateway'
  const complaint = { error: { message: `Incorrect API key provided: ${SECRET}. Quoting MARKER-upstream`, type: 'x' } }
  const upstream = await fakeUpstream(request => {
    const { model } = request.method === 'GET' ? { model: 'denied' } : request.json()
    if (model === 'denied') return { status: 401, headers: JSON_TYPE, steps: [JSON.stringify(complaint)] }
    return { headers: { 'content-type': 'text/event-stream' }, steps: ['data: {"MARKER-garbage\n\n'] }
  })
  t.teardown(() => upstream.close())
  const dotEnv = [`OPENAI_API_KEY=${SECRET}`, `ANTHROPIC_API_KEY=${SECRET}`]
  const bases = [`OPENAI_BASE_URL=${upstream.origin}/v1`, `ANTHROPIC_BASE_URL=${upstream.origin}`]
  const { url, running } = await launch(t, { dotEnv: [...dotEnv, ...bases], env: { LOG_LEVEL: 'trace' } })

  const credentials = { authorization: 'Bearer MARKER-bearer', 'x-api-key': 'MARKER-key', cookie: 'a=MARKER-cookie' }
  const told: string[] = []
  const tools = [{ name: 'MARKER_tool', input_schema: { type: 'object' } }]
  const bodies: unknown[] = [
    { ...ask('simulator/echo', 'MARKER-prompt'), system: 'MARKER-system' },
    { ...ask('simulator/echo', 'MARKER-prompt'), stream: true },
    { ...ask('simulator/cut:3', 'MARKER-prompt'), stream: true },
    { ...ask('simulator/garbage:3', 'MARKER-prompt'), stream: true },
    ask('simulator/unreachable', 'MARKER-prompt'),
    { ...ask('simulator/call', 'MARKER-prompt'), tools },
    { ...ask('simulator/echo'), messages: 'MARKER-messages' },
    { ...ask('simulator/echo'), messages: [{ role: 'MARKER-role', content: 'MARKER-prompt' }] },
    { ...ask('simulator/echo'), max_tokens: 'MARKER-limit' },
    { ...ask('simulator/echo', 'MARKER-prompt'), n: 99, stop: ['MARKER-stop'] },
    '{"model": "simulator/echo", "messages": MARKER-broken',
    'MARKER-broken'
  ]
  for (const channel of ['openai', 'anthropic']) {
    for (const stream of [false, true]) {
      bodies.push({ ...ask(`${channel}/denied`, 'MARKER-prompt'), stream })
      bodies.push({ ...ask(`${channel}/garbage`, 'MARKER-prompt'), stream })
    }
  }
  for (const path of PATHS) {
    for (const body of bodies) told.push(await (await post(`${url}${path}?key=MARKER-query`, body, credentials)).text())
    told.push(await (await post(`${url}${path}/MARKER-path?key=MARKER-query`, {}, credentials)).text())
  }
  await (await fetch(`${url}/v1/models?key=MARKER-query`, { headers: credentials })).text()
  running.kill('SIGTERM')
  const { code, out, err } = await running.finished
  t.equal(code, 0)
  t.strictSame([...new Set(out.match(/MARKER[\w-]*/g) ?? [])], [])
  t.strictSame([...new Set(err.match(/MARKER[\w-]*/g) ?? [])], [])
  t.notMatch(out + err, SECRET)
  const leaks = told.filter(text => text.includes(SECRET))
  t.strictSame(leaks, [], 'an upstream that quotes the key does not give it away')
  t.ok(out.split('\n').filter(line => line.includes('"msg":"exchange"')).length === 2 * bodies.length)
})

t.test('a stream that runs when the gateway is told to stop runs to its end, and nothing new begins', async t => {
  const rest = gate()
  const upstream = await fakeUpstream(request => heldReply(request, rest))
  t.teardown(() => upstream.close())
  const dotEnv = ['OPENAI_API_KEY=one', `OPENAI_BASE_URL=${upstream.origin}/v1`]
  const { url, running } = await launch(t, { dotEnv })
  const streams = await Promise.all(PATHS.map(path => post(url + path, { ...ask('openai/held'), stream: true })))
  const readers = streams.map(reply => reply.body!.pipeThrough(new TextDecoderStream()).getReader())
  const texts = await Promise.all(readers.map(async reader => (await reader.read()).value ?? ''))
  const whole = post(url + PATHS[0], ask('openai/held'))
  for (let seen = await upstream.next(); seen.method === 'GET' || seen.json().stream === true; ) {
    seen = await upstream.next()
  }
  running.kill('SIGTERM')
  await running.until('out', /"msg":"draining"/)

  const ready = await fetch(`${url}/ready`)
  t.equal(ready.status, 503)
  t.match(await ready.json(), { status: 'draining' })
  t.equal((await fetch(`${url}/health`)).status, 200)
  for (const path of PATHS) {
    const late = await post(url + path, ask('simulator/echo'))
    t.equal(late.status, path === '/v1/messages' ? 529 : 503)
    t.equal(late.headers.get('retry-after'), '1')
    t.match(await late.text(), 'shutting down')
  }

  rest.open()
  const [chat, messages] = await Promise.all(
    readers.map(async (reader, at) => {
      let text = texts[at] as string
      for (let next = await reader.read(); !next.done; next = await reader.read()) text += next.value
      return text
    })
  )
  t.match(chat, /"finish_reason":"stop"[\s\S]*data: \[DONE\]\n\n$/)
  t.match(messages, /"stop_reason":"end_turn"[\s\S]*event: message_stop\n.*\n\n$/)
  t.match(await (await whole).json(), { choices: [{ finish_reason: 'stop' }], usage: { completion_tokens: 2 } })
  t.equal((await running.finished).code, 0)
  t.equal(running.out.match(/"outcome":"ok"/g)?.length, 3)
})

t.test('the headers that are meant to travel do, and no others', async t => {
  const limits = { 'x-ratelimit-remaining-requests': '7', 'anthropic-ratelimit-requests-remaining': '8' }
  const upstream = await fakeUpstream((request: RecordedRequest) => {
    const headers = { ...limits, ...JSON_TYPE, 'set-cookie': 'a=b', 'x-inside': 'yes' }
    if (request.method === 'GET') return { status: 404 }
    const messages = { id: 'x', type: 'message', role: 'assistant', model: 'm', content: [], stop_reason: 'end_turn' }
    const chat = {
      id: 'x',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }]
    }
    return { headers, steps: [JSON.stringify(request.url.endsWith('messages') ? messages : chat)] }
  })
  t.teardown(() => upstream.close())
  const dotEnv = ['OPENAI_API_KEY=one', 'ANTHROPIC_API_KEY=two']
  const bases = [`OPENAI_BASE_URL=${upstream.origin}/v1`, `ANTHROPIC_BASE_URL=${upstream.origin}`]
  const { url, running } = await launch(t, { dotEnv: [...dotEnv, ...bases] })
  t.match(running.err, /provider +simulator, openai, anthropic\n/, '`.env` turned both on')
  t.notMatch(running.err, 'waiting')

  const sent = {
    'openai-beta': 'assistants=v2',
    'anthropic-beta': 'context-1m-2025-08-07',
    'anthropic-version': '2023-06-01',
    authorization: 'Bearer client',
    cookie: 'session=1',
    'x-forwarded-for': '192.0.2.1',
    'user-agent': 'somebody/1.0'
  }
  for (const path of PATHS) {
    for (const channel of ['openai', 'anthropic']) {
      const reply = await post(url + path, ask(`${channel}/some-model`), sent)
      const same = (channel === 'openai') === (path === PATHS[0])
      t.equal(reply.status, 200, `${channel} on ${path}: ${await reply.text()}`)
      const id = reply.headers.get('x-isthmus-id')
      t.match(id, /^[0-9a-f-]{36}$/)
      t.equal(reply.headers.get(path === PATHS[0] ? 'x-request-id' : 'request-id'), id)
      t.equal(reply.headers.get('x-isthmus-provider'), channel)
      t.equal(reply.headers.get('x-isthmus-model'), 'some-model')
      const [own, foreign] = Object.keys(limits).sort(name =>
        name.startsWith('anthropic') === (channel === 'anthropic') ? -1 : 1
      )
      t.equal(reply.headers.has(own as string), same, `${own} of ${channel} on ${path}`)
      t.notOk(reply.headers.has(foreign as string))
      t.notOk(reply.headers.has('set-cookie') || reply.headers.has('x-inside'))

      const { headers } = upstream.requests.findLast(({ method }) => method === 'POST') as RecordedRequest
      t.equal(headers['openai-beta'], same && channel === 'openai' ? 'assistants=v2' : undefined)
      t.equal(headers['anthropic-beta'], same && channel === 'anthropic' ? 'context-1m-2025-08-07' : undefined)
      t.notMatch(JSON.stringify(headers), /client|session=1|192\.0\.2\.1|somebody/)
    }
  }
})

t.test('browsers of the listed origins may call, and others may not', async t => {
  const { url } = await launch(t)
  const preflight = (origin: string, path: string) =>
    fetch(url + path, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-api-key,anthropic-version'
      }
    })
  for (const path of PATHS) {
    const allowed = await preflight('https://app.example', path)
    t.equal(allowed.status, 204)
    t.equal(allowed.headers.get('access-control-allow-origin'), 'https://app.example')
    t.match(allowed.headers.get('access-control-allow-headers'), 'anthropic-version')
    t.match(allowed.headers.get('access-control-allow-methods'), 'POST')
    t.notOk((await preflight('https://evil.example', path)).headers.has('access-control-allow-origin'))
    for (const model of ['simulator/echo', 'simulator/fail:429', 'nobody/nothing']) {
      for (const stream of [false, true]) {
        const reply = await post(url + path, { ...ask(model), stream }, { origin: 'https://app.example' })
        await reply.text()
        t.equal(reply.headers.get('access-control-allow-origin'), 'https://app.example', `${model} on ${path}`)
        t.match(reply.headers.get('access-control-expose-headers'), 'x-isthmus-id')
      }
    }
  }
})

t.test('the environment goes over `.env`, and an empty variable switches a provider off', async t => {
  const { running } = await launch(t, {
    dotEnv: ['OPENAI_API_KEY=one', 'ANTHROPIC_API_KEY=two', 'OPENAI_BASE_URL=http://127.0.0.1:1'],
    env: { ANTHROPIC_API_KEY: '' }
  })
  t.match(running.err, /provider +simulator, openai\n/)
  t.match(running.err, /waiting +anthropic, for ANTHROPIC_API_KEY\n/)
})

t.test('a log that nobody reads any more stops neither the gateway nor its end', async t => {
  const cwd = t.testdir({ 'gateway.config.ts': CONFIG })
  const args = ['--conditions=isthmus-source', BIN, 'start']
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = once(child, 'exit')
  t.teardown(() => child.kill('SIGKILL'))
  let said = ''
  for await (const text of child.stderr.setEncoding('utf8')) {
    said += text
    if (/Try it:\n.*\n/.test(said)) break
  }
  child.stdout.destroy()
  const url = / at (http\S+)/.exec(said)?.[1] as string
  const model = 'simulator/echo'
  t.equal((await post(url + PATHS[0], ask(model))).status, 200)
  child.kill('SIGTERM')
  // The limit is what a hanging process is told by; a healthy one ends at once.
  const [code] = await Promise.race([ended, once(AbortSignal.timeout(5_000), 'abort').then(() => ['it hangs'])])
  t.equal(code, 0)
})
