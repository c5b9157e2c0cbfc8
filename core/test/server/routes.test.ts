import t from 'tap'
import { Type } from 'typebox'
import { defineSurface, ingressFrom, messageCall, use } from '../../src/contract/index.ts'
import { tiny } from '../pipeline/support/tiny-format.ts'
import { ingress, rig, small, Wire } from './support/rig.ts'

const SMALL = { 'x-small': '1' }
const get = async (url: string, headers: Record<string, string> = {}) => {
  const reply = await fetch(url, { headers })
  return { status: reply.status, headers: reply.headers, body: (await reply.json()) as Record<string, unknown> }
}

t.test('a path that ingresses share goes to the one who claims the caller, else to the default', async t => {
  for (const ingresses of [
    [use(ingress('tiny')), use(small)],
    [use(small), use(ingress('tiny'))]
  ]) {
    const { url } = await rig(t, { ingresses })
    t.same((await get(`${url}/v1/models`, SMALL)).body, {
      small: ['toy/hold', 'toy/say', 'toy/org/say:large', 'toy/flood']
    })
    t.match((await get(`${url}/v1/models`)).body, [
      { id: 'toy/hold' },
      { id: 'toy/say' },
      { id: 'toy/org/say:large' },
      { id: 'toy/flood' }
    ])
  }
})

t.test('a second ingress without claims on a path is told at the start', async t => {
  const { logged } = await rig(t, { ingresses: [use(ingress('tiny')), use(ingress('tiny'), { id: 'other' })] })
  t.match(
    logged.filter(line => line.level === 40),
    [{ plugin: 'other', path: '/v1/tiny' }, { path: '/v1/models' }, { path: '/v1/models/*' }]
  )
})

t.test('a list of models that a surface has on a path is the surface’s, with all other methods refused', async t => {
  const lists = defineSurface({
    name: 'lists',
    api: 1,
    summary: 'Has a list of its own.',
    stability: 'experimental',
    options: Type.Object({}, { additionalProperties: false }),
    setup({ http }) {
      http.get('/v1/models', () => ({ own: true }))
      return {}
    }
  })
  const { url, logged } = await rig(t, { ingresses: [use(ingress('tiny'))], plugins: [use(lists)] })
  t.same((await get(`${url}/v1/models`)).body, { own: true })
  t.match((await get(`${url}/v1/models/toy/say`)).body, { id: 'toy/say' })
  const refused = await fetch(`${url}/v1/models`, { method: 'POST' })
  t.equal(refused.status, 405)
  t.equal(refused.headers.get('allow'), 'GET, HEAD')
  t.notOk(logged.some(line => line.level === 40))
})

t.test('two ingresses that write the same list of models are no matter of concern', async t => {
  const format = tiny()
  const other = (name: string) => ({
    ...ingress(name),
    setup: () =>
      ingressFrom(format, {
        routes: [
          { method: 'POST', path: `/v1/${name}`, operation: 'generate' },
          { method: 'GET', path: '/v1/models', operation: 'models' },
          { method: 'GET', path: '/v1/models/*', operation: 'model' }
        ],
        prefixes: []
      })
  })
  const { logged, url } = await rig(t, { ingresses: [use(other('one')), use(other('two'))] })
  t.same(
    logged.filter(line => line.level === 40),
    []
  )
  t.equal((await get(`${url}/v1/models`)).status, 200)
})

t.test('a model is found under its id as a path, with slashes, encoded or not, and by its bare name', async t => {
  const { url } = await rig(t)
  const names: readonly (readonly [string, string])[] = [
    ['toy/say', 'toy/say'],
    ['toy%2Fsay', 'toy/say'],
    ['say', 'toy/say'],
    ['toy/org/say:large', 'toy/org/say:large'],
    ['toy%2Forg%2Fsay%3Alarge?beta=true', 'toy/org/say:large']
  ]
  for (const [path, id] of names) {
    t.same((await get(`${url}/v1/models/${path}`, SMALL)).body, { small: id }, path)
  }
})

t.test('an unknown model is a 404 with the nearest names, in the shape of the caller', async t => {
  const { url } = await rig(t)
  const reply = await get(`${url}/v1/models/toy/sya`, SMALL)
  t.equal(reply.status, 404)
  t.match(reply.body, { small: 'ISTHMUS_MODEL_NOT_FOUND', message: "'toy/say'" })
  t.equal(reply.headers.get('request-id'), reply.body.id)
  t.match((await get(`${url}/v1/models/nothing-like-it`)).body, { tinyError: 'ISTHMUS_MODEL_NOT_FOUND' })
})

t.test('routes that call no model answer by themselves', async t => {
  const { url } = await rig(t)
  t.same((await get(`${url}/small/hello?name=Ada&name=Bob`)).body, { hello: 'Ada' })
  const head = await fetch(`${url}/small/hello`, { method: 'HEAD' })
  t.equal(head.status, 200)
  t.equal((await fetch(`${url}/v1/models`, { method: 'HEAD' })).status, 200)
})

t.test(
  'an unknown path is answered in the format whose prefix it has, or whose caller it is, or the first',
  async t => {
    const { url } = await rig(t)
    t.match((await get(`${url}/v1/small/nothing`)).body, { small: 'ISTHMUS_ROUTE_NOT_FOUND' })
    t.match((await get(`${url}/elsewhere`, SMALL)).body, { small: 'ISTHMUS_ROUTE_NOT_FOUND' })
    const reply = await get(`${url}/elsewhere?key=my-secret`)
    t.equal(reply.status, 404)
    t.match(reply.body, { tinyError: 'ISTHMUS_ROUTE_NOT_FOUND', message: 'There is no route GET /elsewhere' })
    t.notMatch(JSON.stringify(reply.body), 'my-secret')
    t.match((await get(`${url}/v1/smaller`)).body, { tinyError: 'ISTHMUS_ROUTE_NOT_FOUND' }, 'a prefix ends at a slash')
  }
)

t.test('an unknown path is answered before its body is read', async t => {
  const { port } = await rig(t)
  const wire = new Wire(port).send('POST /nowhere HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n{')
  t.match(await wire.until('ISTHMUS_ROUTE_NOT_FOUND'), 'HTTP/1.1 404')
  wire.socket.destroy()
})

t.test('a path that cannot be decoded is a 400', async t => {
  const { url } = await rig(t)
  const reply = await get(`${url}/v1/models/%zz`, SMALL)
  t.equal(reply.status, 400)
  t.match(reply.body, { small: 'ISTHMUS_REQUEST_INVALID' })
})

t.test('a wrong method is a 405 that says which are right, and reads no body', async t => {
  const { url, port } = await rig(t)
  const reply = await get(`${url}/v1/small`)
  t.equal(reply.status, 405)
  t.equal(reply.headers.get('allow'), 'POST')
  t.match(reply.body, { small: 'ISTHMUS_ROUTE_METHOD' })
  const wire = new Wire(port).send('DELETE /v1/models HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{')
  t.match(await wire.until('ISTHMUS_ROUTE_METHOD'), /HTTP\/1\.1 405.*allow: GET, HEAD\r\n/s)
  wire.socket.destroy()
})

t.test(
  'a path that is looked at request by request is a call, or one that nobody has, or one that is not served',
  async t => {
    const open = ingress('open', {
      routes: [
        {
          method: 'POST',
          path: '/open/*',
          calls: [messageCall(tiny())],
          choose: head => (head.params['*']?.endsWith(':say') ? messageCall(tiny()) : undefined)
        }
      ],
      prefixes: ['/open'],
      unsupported: ['/open/files']
    })
    const { url } = await rig(t, { ingresses: [use(open)] })
    const ask = async (method: string, path: string) => {
      const headers = { 'content-type': 'application/json' }
      const body = method === 'POST' ? JSON.stringify({ model: 'toy/say', messages: [] }) : null
      const reply = await fetch(url + path, { method, headers, body })
      return { status: reply.status, text: await reply.text() }
    }
    t.equal((await ask('POST', '/open/x:say')).status, 200)
    t.match(await ask('POST', '/open/x:shout'), { status: 404, text: 'no route' })
    t.match(await ask('POST', '/open/files/x'), { text: 'does not serve' })
    t.match(await ask('GET', '/open/files/x'), { text: 'does not serve' })
    t.equal((await ask('GET', '/open/x')).status, 404, 'and nothing is known of other methods')
  }
)

t.test('slashes too many do no harm', async t => {
  const { url } = await rig(t)
  t.equal((await fetch(`${url}//v1/models/`)).status, 200)
})

t.test('a WebSocket upgrade is answered with 426 at once, wherever it comes', async t => {
  const { port } = await rig(t)
  const upgrade = 'host: a\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n\r\n'
  for (const path of ['/v1/small', '/v1/tiny', '/v1/models', '/health', '/nowhere']) {
    const reply = await new Wire(port).send(`GET ${path} HTTP/1.1\r\n${upgrade}`).closed
    t.match(reply, 'HTTP/1.1 426', path)
    t.match(reply, 'ISTHMUS_ROUTE_UPGRADE', path)
  }
  const body = '{"model":"say"}'
  const offer = `connection: upgrade, http2-settings\r\nupgrade: h2c\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  const wire = new Wire(port).send(`POST /v1/tiny HTTP/1.1\r\nhost: a\r\n${offer}`)
  t.match(await wire.until('hello world'), 'HTTP/1.1 200', 'an offer of HTTP/2 is left alone')
  wire.socket.destroy()
})

t.test('a base path stands before every route, and nothing is found outside it', async t => {
  const { url, port, ask } = await rig(t, { server: { basePath: '/llm' } })
  t.equal(new URL(url).pathname, '/llm')
  t.equal((await ask({ model: 'say' })).status, 200)
  t.equal((await fetch(`${url}/health`)).status, 200)
  t.match((await get(`${url}/v1/small/nothing`)).body, { small: 'ISTHMUS_ROUTE_NOT_FOUND', message: '/llm/v1/small' })
  for (const path of ['/health', '/llmx/health', '/v1/models']) {
    t.equal((await fetch(`http://127.0.0.1:${port}${path}`)).status, 404, path)
  }
})

t.test('browsers may call from the origins that are listed, and only when there are any', async t => {
  const origin = 'https://app.example'
  const { url, ask } = await rig(t, { server: { cors: { origins: [origin] } } })
  for (const path of ['/v1/tiny', '/v1/models', '/nowhere']) {
    const headers = { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-api-key' }
    const preflight = await fetch(url + path, { method: 'OPTIONS', headers })
    t.equal(preflight.status, 204, path)
    t.equal(preflight.headers.get('access-control-allow-origin'), origin, path)
    t.equal(preflight.headers.get('access-control-allow-headers'), 'x-api-key', path)
  }
  const whole = await ask({ model: 'say' }, { origin })
  t.equal(whole.headers.get('access-control-allow-origin'), origin)
  t.match(whole.headers.get('access-control-expose-headers'), 'x-isthmus-id')
  const stream = await ask({ model: 'say', stream: true }, { origin })
  t.equal(stream.headers.get('access-control-allow-origin'), origin)
  await stream.text()
  const refused = await ask('{', { origin })
  t.equal(refused.status, 400)
  t.equal(refused.headers.get('access-control-allow-origin'), origin)
  const missing = await fetch(`${url}/nowhere`, { headers: { origin } })
  t.equal(missing.headers.get('access-control-allow-origin'), origin)
  const foreign = await ask({ model: 'say' }, { origin: 'https://other.example' })
  t.equal(foreign.headers.get('access-control-allow-origin'), null)

  const off = await rig(t)
  t.equal((await off.ask({ model: 'say' }, { origin })).headers.get('access-control-allow-origin'), null)
  t.equal((await fetch(`${off.url}/v1/tiny`, { method: 'OPTIONS', headers: { origin } })).status, 405)
})

t.test('probes tell that the process lives, that it takes requests, and its version', async t => {
  const { url } = await rig(t)
  t.same((await get(`${url}/health`)).body, { status: 'ok' })
  t.same((await get(`${url}/ready`)).body, { status: 'ready' })
  t.match((await get(`${url}/version`)).body, { name: 'isthmus', version: /^\d+\.\d+\.\d+/, node: process.version })
})

t.test('a route of a plugin has its own body and errors; a bug in it is logged', async t => {
  const page = defineSurface({
    api: 1,
    name: 'page',
    summary: 'For tests.',
    stability: 'stable',
    options: Type.Object({}, { additionalProperties: false }),
    setup(host) {
      host.http.post('/page', request => ({ got: request.body }))
      host.http.get('/page/whence', request => ({ ip: request.ip }))
      host.http.get('/page/broken', () => {
        throw new RangeError('oops')
      })
      return {}
    }
  })
  const { url, logged } = await rig(t, { plugins: [use(page)], server: { trustProxy: ['127.0.0.1'] } })
  const headers = { 'content-type': 'application/json' }
  const posted = await fetch(`${url}/page`, { method: 'POST', headers, body: '{"a":1}' })
  t.same(await posted.json(), { got: { a: 1 } })
  t.equal((await fetch(`${url}/page`, { method: 'POST', headers, body: '{' })).status, 400)
  const forwarded = { 'x-forwarded-for': '192.0.2.7' }
  t.same((await get(`${url}/page/whence`, forwarded)).body, { ip: '192.0.2.7' }, 'a proxy that is trusted is believed')
  const broken = await get(`${url}/page/broken`)
  t.equal(broken.status, 500)
  t.same((broken.body.error as Record<string, unknown>).code, 'ISTHMUS_INTERNAL')
  t.match(
    logged.filter(line => line.level === 50),
    [{ err: { message: 'oops' }, path: '/page/broken' }]
  )
})
