import { gzipSync } from 'node:zlib'
import { type Answer, fakeUpstream } from '@isthmus/core/testing'
import t, { type Test } from 'tap'
import { Wire } from '../../core/test/server/support/rig.ts'
import { type Composed, composed } from '../support/composed.ts'

/*
 * What no well-behaved client sends and no well-behaved upstream answers. Each gets its status, an error in the shape of
 * its own format, and an end; and the gateway goes on serving.
 */

const FAMILIES = ['chat', 'messages'] as const
type Family = (typeof FAMILIES)[number]
const PATHS: Readonly<Record<Family, string>> = { chat: '/v1/chat/completions', messages: '/v1/messages' }
const JSON_TYPE = { 'content-type': 'application/json' }
const SIMULATOR = { use: '@isthmus/provider-simulator', options: { tokenDelayMs: 0 } }

const good = (model = 'simulator/echo') => ({ model, max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] })

interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: RequestInit['body']
}

function send({ url }: Composed, path: string, { method = 'POST', headers = {}, body = null }: Sent = {}) {
  return fetch(url + path, { method, headers: { ...JSON_TYPE, ...headers }, body })
}

/** isError holds a reply to its status and to the shape of the format. */
async function isError(t: Test, family: Family, reply: Response, status: number, title: string): Promise<string> {
  const text = await reply.text()
  t.equal(reply.status, status, `${title}: ${text.slice(0, 200)}`)
  t.match(reply.headers.get('content-type'), 'application/json', title)
  hasShape(t, family, text, title)
  t.ok(reply.headers.get('x-isthmus-id'), title)
  return text
}

function hasShape(t: Test, family: Family, text: string, title: string): void {
  const chat = { error: { message: /./, type: /./, param: undefined, code: undefined } }
  const { param: _, code: _1, ...error } = chat.error
  const wanted =
    family === 'chat' ? { error } : { type: 'error', error: { type: /_error$|request_too_large/, message: /./ } }
  const parsed = JSON.parse(text)
  t.match(parsed, wanted, title)
  t.equal('type' in parsed, family === 'messages', `${title} is in the shape of ${family}`)
}

/** stillServes asks for something right, in both formats. */
async function stillServes(t: Test, gateway: Composed): Promise<void> {
  for (const family of FAMILIES) {
    const reply = await send(gateway, PATHS[family], { body: JSON.stringify(good()) })
    t.equal(reply.status, 200, 'it still serves')
    await reply.text()
  }
  t.equal(gateway.gateway.active, 0)
  t.strictSame(
    gateway.logged.filter(line => Number(line.level) > 40),
    [],
    'nothing of it was a bug'
  )
}

t.setTimeout(60_000)

t.test('a body that is no right request is refused with its reason', async t => {
  const gateway = await composed(t, { plugins: [SIMULATOR] })
  const bodies: readonly (readonly [string, string | Buffer<ArrayBuffer>, number])[] = [
    ['nothing', '', 400],
    ['a word', 'hello', 400],
    ['half of an object', '{"model": "simulator/echo", "messages": [', 400],
    ['a list', '[]', 400],
    ['a number', '7', 400],
    ['null', 'null', 400],
    ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 400],
    ['a list in a list in a list', '['.repeat(200_000), 400],
    ['an object in an object in an object', '{"a":'.repeat(50_000) + '1' + '}'.repeat(50_000), 400],
    ['an empty object', '{}', 400],
    ['a model that is no text', JSON.stringify({ ...good(), model: 7 }), 400],
    ['messages that are no list', JSON.stringify({ ...good(), messages: 'Hi' }), 400],
    ['no messages', JSON.stringify({ ...good(), messages: [] }), 400],
    ['a message that is null', JSON.stringify({ ...good(), messages: [null] }), 400],
    ['a message without a role', JSON.stringify({ ...good(), messages: [{ content: 'Hi' }] }), 400],
    ['an unknown role', JSON.stringify({ ...good(), messages: [{ role: 'wizard', content: 'Hi' }] }), 400],
    ['content that is a number', JSON.stringify({ ...good(), messages: [{ role: 'user', content: 7 }] }), 400],
    ['a limit that is a text', JSON.stringify({ ...good(), max_tokens: 'many' }), 400],
    ['a temperature that is a list', JSON.stringify({ ...good(), temperature: [1] }), 400],
    ['tools that are an object', JSON.stringify({ ...good(), tools: {} }), 400],
    ['a stream that is a text', JSON.stringify({ ...good(), stream: 'yes' }), 400],
    ['an unknown model', JSON.stringify(good('simulator/nothing')), 404],
    ['an unknown channel', JSON.stringify(good('nobody/echo')), 404],
    ['a model named like a member of every object', JSON.stringify(good('__proto__')), 404],
    ['a model with a long name', JSON.stringify(good('x'.repeat(100_000))), 404]
  ]
  for (const family of FAMILIES) {
    for (const [title, body, status] of bodies) {
      const text = await isError(t, family, await send(gateway, PATHS[family], { body }), status, title)
      t.ok(text.length < 2_000, `${title}: the answer is short`)
    }
    const spelled = '{"__proto__":{"a":1},"constructor":{"b":2},' + JSON.stringify(good()).slice(1)
    t.equal((await send(gateway, PATHS[family], { body: spelled })).status, 200, 'keys with a meaning are only keys')
  }
  await stillServes(t, gateway)
})

t.test('a body in a form that is not read is refused before it is read', async t => {
  const gateway = await composed(t, { plugins: [SIMULATOR] })
  const body = JSON.stringify(good())
  for (const family of FAMILIES) {
    const cases: readonly (readonly [Sent, number])[] = [
      [{ body, headers: { 'content-type': 'text/html' } }, 415],
      [{ body, headers: { 'content-type': 'multipart/form-data; boundary=x' } }, 415],
      [{ body: gzipSync(body), headers: { 'content-encoding': 'gzip' } }, 415],
      [{ body, headers: { 'content-encoding': 'br' } }, 415]
    ]
    for (const [sent, status] of cases) {
      await isError(t, family, await send(gateway, PATHS[family], sent), status, JSON.stringify(sent.headers))
    }
    const large = `{"model":"simulator/echo","messages":"${'x'.repeat(40 << 20)}"}`
    await isError(t, family, await send(gateway, PATHS[family], { body: large }), 413, '40 MB')
  }
  await stillServes(t, gateway)
})

t.test('what never ends is ended', async t => {
  const gateway = await composed(t, { plugins: [SIMULATOR], server: { requestMs: 400 } })
  for (const family of FAMILIES) {
    const body = new Wire(gateway.port).send(
      `POST ${PATHS[family]} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 1000\r\n\r\n{"model":`
    )
    const said = await body.closed
    t.match(said, /^HTTP\/1\.1 408 /)
    hasShape(t, family, said.slice(said.indexOf('\r\n\r\n') + 4), 'a body without end')
    const chunked = new Wire(gateway.port).send(
      `POST ${PATHS[family]} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n9\r\n{"model":\r\n`
    )
    t.match(await chunked.closed, /^HTTP\/1\.1 408 /)
  }
  const head = new Wire(gateway.port).send(`POST ${PATHS.chat} HTTP/1.1\r\nhost: x\r\nx-slow: `)
  t.match(await head.closed, /^HTTP\/1\.1 408 /)
  await stillServes(t, gateway)
})

t.test('what is not HTTP, or too much of it, is refused and closed', async t => {
  const gateway = await composed(t, { plugins: [SIMULATOR] })
  const cases: readonly (readonly [string, RegExp])[] = [
    ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', /^HTTP\/1\.1 400 /],
    ['HELLO\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['GET /v1/models HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n', /^HTTP\/1\.1 400 /],
    [`GET /v1/models HTTP/1.1\r\nhost: x\r\nx-large: ${'y'.repeat(100_000)}\r\n\r\n`, /^HTTP\/1\.1 431 /],
    [
      'POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n',
      /^HTTP\/1\.1 400 /
    ]
  ]
  for (const [text, status] of cases) t.match(await new Wire(gateway.port).send(text).closed, status)
  await stillServes(t, gateway)
})

t.test('a path that nobody has, or a method that it does not have, is told in the format of its caller', async t => {
  const gateway = await composed(t, { plugins: [SIMULATOR] })
  const version = { 'anthropic-version': '2023-06-01' }
  const unknown: readonly (readonly [Family, string, Sent])[] = [
    ['chat', '/v1/chat/nothing', {}],
    ['chat', '/v1/embeddings', {}],
    ['chat', '/openai/v1/nothing', {}],
    ['chat', '/api/v1/nothing', { method: 'GET' }],
    ['chat', '/nothing', { method: 'GET' }],
    ['chat', '/', { method: 'GET' }],
    ['chat', '/../../etc/passwd', { method: 'GET' }],
    ['chat', '/v1/chat/completions/%2e%2e/x', {}],
    ['chat', '/v1/models/..%2f..%2fetc%2fpasswd', { method: 'GET' }],
    ['chat', '/v1/models/%00', { method: 'GET' }],
    ['chat', '/v1/models/__proto__', { method: 'GET' }],
    ['chat', '/v1/models/constructor', { method: 'GET' }],
    ['messages', '/v1/models/nothing', { method: 'GET', headers: version }],
    ['messages', '/v1/messages/nothing', {}],
    ['messages', '/anthropic/v1/nothing', {}],
    ['messages', '/nothing', { headers: version }]
  ]
  for (const [family, path, sent] of unknown) {
    await isError(t, family, await send(gateway, path, sent), 404, `${sent.method ?? 'POST'} ${path}`)
  }
  for (const family of FAMILIES) {
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH']) {
      const reply = await send(gateway, PATHS[family], { method })
      t.match(reply.headers.get('allow'), 'POST')
      await isError(t, family, reply, 405, `${method} ${PATHS[family]}`)
    }
    const socket = { upgrade: 'websocket', connection: 'Upgrade', 'sec-websocket-key': 'eA==' }
    const lines = Object.entries(socket).map(([name, value]) => `${name}: ${value}\r\n`)
    const upgrade = new Wire(gateway.port).send(`GET ${PATHS[family]} HTTP/1.1\r\nhost: x\r\n${lines.join('')}\r\n`)
    t.match(await upgrade.until('\r\n\r\n'), /^HTTP\/1\.1 426 /)
    upgrade.socket.destroy()
    await isError(t, 'chat', await send(gateway, '/v1/models/%zz', { method: 'GET' }), 400, 'a bad escape')
    const body = JSON.stringify(good())
    for (const path of [`${PATHS[family]}/`, PATHS[family].replaceAll('/', '//'), `${PATHS[family]}?beta=true&x`]) {
      t.equal((await send(gateway, path, { body })).status, 200, path)
    }
  }
  t.equal((await send(gateway, '/v1/models/simulator%2Fecho', { method: 'GET' })).status, 200)
  await stillServes(t, gateway)
})

t.test('what an upstream answers wrongly is an error of the upstream, whole and streamed', async t => {
  const json = { 'content-type': 'application/json' }
  const sse = { 'content-type': 'text/event-stream' }
  const answers: Readonly<Record<string, Answer>> = {
    html: { headers: { 'content-type': 'text/html' }, steps: ['<html><body>Bad day</body></html>'] },
    'html-502': { status: 502, headers: { 'content-type': 'text/html' }, steps: ['<h1>Bad gateway</h1>'] },
    nothing: { headers: json },
    'no-content': { status: 204 },
    bytes: { headers: json, steps: [Buffer.from([0, 255, 1, 254, 128, 10, 10])] },
    'half-json': { headers: json, steps: ['{"id":"x","choices":[{"ind'] },
    'other-json': { headers: json, steps: ['{"hello":"world"}'] },
    list: { headers: json, steps: ['[1,2,3]'] },
    null: { headers: json, steps: ['null'] },
    'error-under-200': { headers: json, steps: ['{"error":{"message":"Something broke","type":"server_error"}}'] },
    redirect: { status: 302, headers: { location: 'http://127.0.0.1:1/' } },
    'not-gzip': { headers: { ...json, 'content-encoding': 'gzip' }, steps: ['{"id":"x"}'] },
    'sse-nothing': { headers: sse },
    'sse-words': { headers: sse, steps: ['data: hello\n\n', 'data: {"x"\n\n'] },
    'sse-bytes': { headers: sse, steps: [Buffer.from([255, 0, 10, 10, 100, 97, 116, 97, 58, 255, 10, 10])] },
    'sse-done': { headers: sse, steps: ['data: [DONE]\n\n'] },
    'sse-long-line': { headers: sse, steps: [`data: ${'x'.repeat(3 << 20)}`] },
    'cut-head': { headers: sse, steps: [{ head: true }, { cut: true }] },
    cut: { headers: json, steps: ['{"id":', { cut: true }] },
    'cut-at-once': { steps: [{ cut: true }] },
    stuck: { headers: sse, steps: [{ head: true }, { silent: true }] },
    'never-answers': { steps: [{ silent: true }] }
  }
  const upstream = await fakeUpstream(request =>
    request.method === 'GET' ? { status: 404 } : (answers[String(request.json().model)] ?? {})
  )
  t.teardown(() => upstream.close())
  const options = { apiKey: 'any', timeouts: { headersMs: 1_000, idleMs: 1_000 } }
  const gateway = await composed(t, {
    plugins: [
      SIMULATOR,
      { use: '@isthmus/provider-openai', options: { ...options, baseUrl: `${upstream.origin}/v1` } },
      { use: '@isthmus/provider-anthropic', options: { ...options, baseUrl: upstream.origin } }
    ]
  })
  for (const family of FAMILIES) {
    for (const channel of ['openai', 'anthropic']) {
      const one = async (name: string, stream: boolean): Promise<void> => {
        const title = `${name} of ${channel}, ${stream ? 'streamed' : 'whole'}, for ${family}`
        const body = JSON.stringify({ ...good(`${channel}/${name}`), stream })
        const reply = await send(gateway, PATHS[family], { body })
        const status = /stuck|never/.test(name) ? 504 : 502
        const text = await isError(t, family, reply, status, title)
        t.notMatch(text, /127\.0\.0\.1|Bad day|<h/, `${title}: nothing of the inside is told`)
      }
      await Promise.all(Object.keys(answers).flatMap(name => [one(name, false), one(name, true)]))
    }
  }
  await stillServes(t, gateway)
})

t.test('a provider without its key is named in the answer, with what it waits for', async t => {
  const gateway = await composed(t, { plugins: [SIMULATOR], waiting: true })
  for (const family of FAMILIES) {
    const reply = await send(gateway, PATHS[family], { body: JSON.stringify(good('openai/gpt-4.1')) })
    t.match(await isError(t, family, reply, 404, family), /OPENAI_API_KEY is not set/)
  }
  await stillServes(t, gateway)
})
