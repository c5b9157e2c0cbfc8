import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import t from 'tap'
import type { Provider, ResponseHead } from '../../src/contract/index.ts'
import { type GatewayError, ISTHMUS_UPSTREAM_PROTOCOL } from '../../src/errors/index.ts'
import { fakeUpstream, gate } from '../../src/testing/fake-upstream.ts'
import { Transport } from '../../src/transport/index.ts'

const limits = { connectMs: 500, headersMs: 5000, idleMs: 5000, connections: 4, origins: [] }
const get = { method: 'GET', path: '/x', headers: {} } as const

const provider = (baseUrl: string, more: Partial<Provider> = {}): Provider =>
  ({ baseUrl, timeouts: {}, ...more }) as unknown as Provider

interface Heard {
  readonly head: ResponseHead | undefined
  readonly text: string
  readonly error: GatewayError | undefined
}

/** hear sends one request and gives what the sink was told. */
function hear(transport: Transport, upstream: Provider, onChunk?: () => void): Promise<Heard> {
  return new Promise(resolve => {
    let head: ResponseHead | undefined
    let text = ''
    transport.dispatch({ id: 'up', provider: upstream }, get, {
      head: got => {
        head = got
      },
      chunk(bytes) {
        text += Buffer.from(bytes).toString()
        onChunk?.()
        return true
      },
      end: () => resolve({ head, text, error: undefined }),
      fail: error => resolve({ head, text, error })
    })
  })
}

t.test('a reply comes as head, chunks and end, with the base path before the path', async t => {
  const upstream = await fakeUpstream({ headers: { 'X-Name': 'a' }, steps: ['one ', 'two'] })
  const transport = new Transport(limits)
  t.teardown(() => Promise.all([transport.close(), upstream.close()]))
  const heard = await hear(transport, provider(`${upstream.origin}/v1/`))
  t.match(heard, { head: { status: 200, headers: { 'x-name': 'a' } }, text: 'one two', error: undefined })
  t.equal(upstream.requests[0]?.url, '/v1/x')
})

t.test('each way a connection fails has its kind', async t => {
  const transport = new Transport(limits)
  t.teardown(() => transport.close())

  t.test('nobody listens', async t => {
    const upstream = await fakeUpstream({})
    await upstream.close()
    const { error } = await hear(transport, provider(upstream.origin))
    t.match(error, { kind: 'upstream_unavailable', code: 'ISTHMUS_UPSTREAM_CONNECT', message: /ECONNREFUSED/ })
  })

  t.test('the name does not exist', async t => {
    const { error } = await hear(transport, provider('http://nowhere.invalid'))
    t.equal(error?.kind, 'upstream_unavailable')
  })

  t.test('no head in time', async t => {
    const upstream = await fakeUpstream({ steps: [{ silent: true }] })
    t.teardown(() => upstream.close())
    const { error } = await hear(transport, provider(upstream.origin, { timeouts: { headersMs: 30 } }))
    t.match(error, { kind: 'timeout', message: /waiting for its answer/ })
  })

  t.test('silent in the middle', async t => {
    const upstream = await fakeUpstream({ steps: ['a', { silent: true }] })
    t.teardown(() => upstream.close())
    const { error, text } = await hear(transport, provider(upstream.origin, { timeouts: { idleMs: 30 } }))
    t.match(error, { kind: 'timeout', message: /silent in the middle/ })
    t.equal(text, 'a')
  })

  t.test('cut in the middle', async t => {
    const upstream = await fakeUpstream({ steps: ['a', { cut: true }] })
    t.teardown(() => upstream.close())
    const { error } = await hear(transport, provider(upstream.origin))
    t.match(error, { kind: 'upstream_protocol', code: 'ISTHMUS_UPSTREAM_CLOSED' })
  })

  t.test('no HTTP at all', async t => {
    const server = createTcpServer(socket => socket.end('SSH-2.0-hello\r\n'))
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const { error } = await hear(transport, provider(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
    t.match(error, { kind: 'upstream_protocol', message: /not valid HTTP/ })
  })
})

t.test('a sink that throws ends the request, and the exception goes nowhere else', async t => {
  const upstream = await fakeUpstream({ steps: ['a', { silent: true }] })
  const transport = new Transport(limits)
  t.teardown(() => Promise.all([transport.close(), upstream.close()]))
  const { error } = await hear(transport, provider(upstream.origin), () => {
    throw new Error('broken decoder')
  })
  t.equal(error?.kind, 'internal')
  t.equal(await upstream.requests[0]?.closed, 'aborted')
})

t.test('connections are kept and used again', async t => {
  const sockets = new Set<Socket>()
  const server: Server = createServer((_request, response) => response.end('ok'))
  server.on('connection', socket => sockets.add(socket))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const transport = new Transport(limits)
  t.teardown(async () => {
    await transport.close()
    server.close()
  })
  const upstream = provider(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  for (let round = 0; round < 8; round++) t.equal((await hear(transport, upstream)).text, 'ok')
  // The next request may begin before the last one has given its connection back, so two may be open.
  t.ok(sockets.size <= 2, `${sockets.size} connections for 8 requests`)
})

t.test(
  'a reply that is complete before its body is keeps its connection, and is aborted if the rest takes long',
  async t => {
    const rest = gate()
    const upstream = await fakeUpstream([
      { steps: ['done', { wait: rest }, 'rest'] },
      { steps: ['done', { silent: true }] }
    ])
    const transport = new Transport(limits)
    t.teardown(() => Promise.all([transport.close(), upstream.close()]))
    const untilDone = (): Promise<void> =>
      new Promise(resolve => {
        const sending = transport.dispatch({ id: 'up', provider: provider(upstream.origin) }, get, {
          head() {},
          chunk() {
            sending.leave()
            resolve()
            return false
          },
          end: () => t.fail('the sink was told of the end'),
          fail: () => t.fail('the sink was told of a failure')
        })
      })
    await untilDone()
    rest.open()
    t.equal(await upstream.requests[0]?.closed, 'done')
    await untilDone()
    t.equal(await upstream.requests[1]?.closed, 'aborted')
  }
)

t.test('the proxy of the environment is used, but not for the hosts it leaves out', async t => {
  const upstream = await fakeUpstream({ steps: ['direct'] })
  const asked: string[] = []
  const proxy = createServer((request, response) => {
    asked.push(String(request.url))
    response.end('proxied')
  })
  proxy.on('connect', (request, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`)
    const [host, port] = String(request.url).split(':')
    const through = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      through.pipe(socket).pipe(through)
    })
    through.on('error', () => socket.destroy())
  })
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  const HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const through = new Transport(limits, { HTTP_PROXY })
  const around = new Transport(limits, { HTTP_PROXY, NO_PROXY: '127.0.0.1' })
  t.teardown(async () => {
    await Promise.all([through.close(), around.close(), upstream.close()])
    proxy.closeAllConnections()
    proxy.close()
  })
  await hear(through, provider(upstream.origin))
  t.equal(asked.length, 1)
  t.match(asked[0], upstream.origin.slice('http://'.length))
  t.equal((await hear(around, provider(upstream.origin))).text, 'direct')
  t.equal(asked.length, 1)
})

t.test('fetchWhole gives head and body, and gives up by signal and by size', async t => {
  const upstream = await fakeUpstream([{ steps: ['abc'] }, { steps: [{ silent: true }] }, { steps: ['x'.repeat(100)] }])
  const transport = new Transport(limits)
  t.teardown(() => Promise.all([transport.close(), upstream.close()]))
  const up = { id: 'up', provider: provider(upstream.origin) }
  const whole = await transport.fetchWhole(up, get, new AbortController().signal)
  t.equal(Buffer.from(whole.body).toString(), 'abc')
  const leaving = new AbortController()
  const waiting = transport.fetchWhole(up, get, leaving.signal)
  void upstream.next().then(() => upstream.next().then(() => leaving.abort(new Error('enough'))))
  await t.rejects(waiting, /enough/)
  await t.rejects(transport.fetchWhole(up, get, new AbortController().signal, 10), {
    code: ISTHMUS_UPSTREAM_PROTOCOL.code
  })
})

t.test('a transport of the provider itself', async t => {
  const transport = new Transport(limits)
  const own = (body: AsyncIterable<Uint8Array>) =>
    provider('http://own.invalid', { send: async () => ({ head: { status: 200, headers: {} }, body }) })

  t.test('is read like a socket', async t => {
    async function* body() {
      yield Buffer.from('a')
      yield Buffer.from('b')
    }
    t.match(await hear(transport, own(body())), { text: 'ab', head: { status: 200 } })
  })

  t.test('that throws is an upstream error', async t => {
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a')
      throw new Error('gone')
    }
    t.equal((await hear(transport, own(body()))).error?.code, 'ISTHMUS_UPSTREAM_CLOSED')
    const refusing = provider('http://own.invalid', { send: () => Promise.reject(new Error('no')) })
    t.equal((await hear(transport, refusing)).error?.kind, 'upstream_unavailable')
  })

  t.test('keeps to the time limits', async t => {
    const never = (signal: AbortSignal) =>
      new Promise<never>((_resolve, reject) => signal.addEventListener('abort', reject))
    const slowHead = provider('http://own.invalid', {
      timeouts: { headersMs: 10 },
      send: (_request, signal) => never(signal)
    })
    t.match((await hear(transport, slowHead)).error, { kind: 'timeout', message: /waiting for its answer/ })
    const silent = provider('http://own.invalid', {
      timeouts: { idleMs: 10 },
      async send(_request, signal) {
        async function* body() {
          yield Buffer.from('a')
          await never(signal)
        }
        return { head: { status: 200, headers: {} }, body: body() }
      }
    })
    const heard = await hear(transport, silent)
    t.match(heard.error, { kind: 'timeout', message: /silent in the middle/ })
    t.equal(heard.text, 'a')
  })
})
