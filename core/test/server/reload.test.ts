import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { connect as tlsConnect } from 'node:tls'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { defineSurface, type PluginEntry, SecretString, use } from '../../src/contract/index.ts'
import { oneAtATime } from '../../src/server/reload.ts'
import { bodyOf, type Rig, rig, Wire } from './support/rig.ts'

interface Toy {
  readonly id?: string
  readonly word?: string
  readonly key?: string
  /** Waited for in setup. */
  readonly ready?: Promise<void>
  readonly closed?: () => void
  readonly fails?: boolean
}

/** toy is a surface that says its word, counts in its store, and reloads when asked. */
const toy = ({ id = 'toy', word = '', key = 'none', ready, closed, fails }: Toy): PluginEntry =>
  use(
    defineSurface({
      api: 1,
      name: 'toy',
      summary: 'For tests.',
      stability: 'stable',
      options: Type.Object({ word: Type.String(), key: SecretString() }, { additionalProperties: false }),
      async setup({ http, store, gateway, onClose }, options) {
        onClose(() => closed?.())
        http.get(`/${id}/word`, () => ({ word: options.word }))
        http.post(`/${id}/count`, async () => ({ count: await store.add('count', 1) }))
        http.post(`/${id}/reload`, async () => gateway.reload?.())
        await ready
        if (fails) throw new Error(`no luck with ${options.key.reveal()}`)
        return {}
      }
    }),
    { id, options: { word, key } }
  )

const json = async (made: Rig, path: string, method = 'GET') => (await fetch(made.url + path, { method })).json()
const ended = (made: Rig, count: number) => eventually(() => lines(made, 'replaced config ended').length === count)
const lines = (made: Rig, msg: string) => made.logged.filter(line => line.msg === msg)

async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(resolve => setTimeout(resolve, 5))
}

/** Opens a stream and waits for its first content. */
async function streaming(made: Rig, text = 'hold'): Promise<() => Promise<string>> {
  const reply = await made.ask({ model: text, stream: true })
  const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader()
  let got = (await reader.read()).value ?? ''
  return async () => {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) got += chunk.value
    return got
  }
}

t.test('what runs ends where it began, and only then is what it ran on taken down', async t => {
  const closed: string[] = []
  const made = await rig(t, { plugins: [toy({ word: 'old', closed: () => closed.push('old') })] })
  const { app } = made.gateway
  const rest = await streaming(made)
  const outcome = await made.reload({ plugins: [toy({ word: 'new', closed: () => closed.push('new') })] })
  t.same(outcome, { ok: true, reload: 1, added: [], removed: [], changed: ['toy'], atStart: [] })
  t.not(made.gateway.app, app)
  t.equal(made.gateway.active, 1, 'what runs under the config before is counted')
  t.same(await json(made, '/toy/word'), { word: 'new' })
  t.equal((await made.ask({ model: 'say' })).status, 200)
  t.same(closed, [])
  made.held[0]!.release()
  t.equal(await rest(), 'data: "hello"\n\ndata: " world"\n\ndata: bye\n\n')
  await ended(made, 1)
  t.same(closed, ['old'])
  await made.gateway.close()
  t.same(closed, ['old', 'new'])
})

t.test('a kept connection sends its next request to the new config', async t => {
  const made = await rig(t, { plugins: [toy({ word: 'old' })] })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  t.teardown(() => agent.destroy())
  const word = async () => {
    const request = httpRequest(`${made.url}/toy/word`, { agent }).end()
    const [reply] = (await once(request, 'response')) as [IncomingMessage]
    let text = ''
    for await (const chunk of reply) text += chunk
    return { reused: request.reusedSocket, ...JSON.parse(text) }
  }
  t.same(await word(), { reused: false, word: 'old' })
  await made.reload({ plugins: [toy({ word: 'new' })] })
  t.same(await word(), { reused: true, word: 'new' })
})

t.test('a request whose body arrives while the config is exchanged is answered by the one it came to', async t => {
  const made = await rig(t)
  const body = '{"model":"say"}'
  const head = `POST /v1/tiny HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n`
  const slow = new Wire(made.port).send(head + body.slice(0, 4))
  const bad = new Wire(made.port).send('POST /v1/small HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n')
  await eventually(() => made.gateway.active === 2)
  await made.reload({})
  slow.send(body.slice(4))
  t.match(await slow.until('"}'), 'hello world')
  bad.send('no chunk at all\r\n')
  t.match(bodyOf(await bad.closed), { small: 'ISTHMUS_REQUEST_INVALID' }, 'in the format of the exchange')
  await ended(made, 1)
})

t.test('a plugin that fails to start changes nothing, and what was up beside it is closed', async t => {
  const closed: string[] = []
  const made = await rig(t, { plugins: [toy({ word: 'old', closed: () => closed.push('old') })] })
  const { app } = made.gateway
  const outcome = await made.reload({
    plugins: [toy({ id: 'first', closed: () => closed.push('first') }), toy({ key: 'hush-hush', fails: true })]
  })
  t.same(outcome, {
    ok: false,
    code: 'ISTHMUS_PLUGIN_SETUP',
    problems: 1,
    report: "The plugin 'toy' failed to start: no luck with [secret]"
  })
  t.same(closed, ['first'])
  t.equal(made.gateway.app, app)
  t.same(await json(made, '/toy/word'), { word: 'old' })
  t.match(lines(made, 'config not reloaded'), [{ level: 50, code: 'ISTHMUS_PLUGIN_SETUP', problems: 1 }])
  t.notMatch(JSON.stringify(made.logged), 'hush')
  t.match(await made.reload({}), { ok: true, reload: 1, removed: ['toy'] }, 'one that was refused does not count')
})

t.test('a config with problems changes nothing, and all of them are told', async t => {
  const made = await rig(t)
  const wrong = { use: 'nothing-here' }
  const outcome = await made.reload({ plugins: [toy({}), toy({}), wrong] })
  t.match(outcome, { ok: false, code: 'ISTHMUS_CONFIG_INVALID', problems: 2 })
  t.match(outcome, { report: /^gateway\.config\.ts: 2 problems\n[\s\S]*an id of its own[\s\S]*an installed package/ })
  t.match(lines(made, 'config not reloaded'), [{ level: 50, problems: 2 }])
  t.equal((await made.ask({ model: 'say' })).status, 200)
})

t.test('what belongs to the socket waits for the next start, and the rest takes effect', async t => {
  const made = await rig(t)
  const server = { port: 1, requestMs: 1, bodyLimitBytes: 1024 }
  const body = { model: 'say', text: 'x'.repeat(1500) }
  t.equal((await made.ask(body)).status, 200)
  t.match(await made.reload({ server }), { ok: true, atStart: ['server.port', 'server.requestMs'] })
  t.equal((await made.ask(body)).status, 413)
  t.match(lines(made, 'these take effect at the next start'), [{ level: 40, reload: 1 }])
  t.match(await made.reload({ server }), { atStart: ['server.port', 'server.requestMs'] }, 'as long as it is so')
  t.match(await made.reload({}), { atStart: [] })
})

t.test('a plugin is another one with another secret, and its line does not tell it', async t => {
  const made = await rig(t, { plugins: [toy({ key: 'hush-1' }), toy({ id: 'same' })] })
  const outcome = await made.reload({ plugins: [toy({ key: 'hush-2' }), toy({ id: 'same' }), toy({ id: 'more' })] })
  t.match(outcome, { added: ['more'], removed: [], changed: ['toy'] })
  t.match(lines(made, 'config reloaded'), [{ level: 30, reload: 1, added: ['more'], removed: [], changed: ['toy'] }])
  t.notMatch(JSON.stringify(made.logged), 'hush')
})

t.test('a plugin reloads from a request, gets its answer, and does not keep the config before up', async t => {
  const made = await rig(t, { plugins: [toy({})] })
  t.match(await json(made, '/toy/reload', 'POST'), { ok: true, reload: 1 })
  await ended(made, 1)
  t.match(await json(made, '/toy/reload', 'POST'), { ok: true, reload: 2 })
  await ended(made, 2)
})

t.test('what plugins keep in the built-in store is there after a reload', async t => {
  const made = await rig(t, { plugins: [toy({})] })
  t.same(await json(made, '/toy/count', 'POST'), { count: 1 })
  await made.reload({ plugins: [toy({})] })
  t.same(await json(made, '/toy/count', 'POST'), { count: 2 })
})

t.test('reloads run one after the other, and many that are asked for meanwhile are one', async t => {
  const { promise: ready, resolve: release } = Promise.withResolvers<void>()
  const made = await rig(t)
  const first = made.reload({ plugins: [toy({ ready, word: 'first' })] })
  const others = ['a', 'b', 'c'].map(word => made.reload({ plugins: [toy({ word })] }))
  release()
  t.match(await first, { reload: 1 })
  for (const other of others) t.match(await other, { reload: 2 })
  t.same(await json(made, '/toy/word'), { word: 'c' })
  await ended(made, 2)
})

t.test('one at a time, also when asked the moment one has ended', async t => {
  let running = 0
  let runs = 0
  const run = oneAtATime(async () => {
    t.equal(++running, 1)
    await Promise.resolve()
    running--
    return ++runs
  })
  const again = run().then(async first => [first, await run()])
  t.equal(await run(), 2)
  t.same(await again, [1, 2])
  t.equal(await run(), 3)
})

t.test('a reload while others still drain: each request ends in its own config', async t => {
  const made = await rig(t)
  const rests: (() => Promise<string>)[] = []
  for (let number = 1; number <= 3; number++) {
    rests.push(await streaming(made))
    await made.reload({ plugins: [toy({ word: String(number) })] })
  }
  t.equal(made.gateway.active, 3)
  made.held[1]!.release()
  await rests[1]!()
  await ended(made, 1)
  t.match(lines(made, 'replaced config ended'), [{ reload: 1 }])
  for (const { release } of made.held) release()
  for (const rest of rests) t.match(await rest(), / world[\s\S]*bye/)
  await ended(made, 3)
})

t.test('a stop drains what runs under every config, and aborts all of it together', async t => {
  const closed: string[] = []
  const toys = (word: string) => [toy({ word, closed: () => closed.push(word) })]
  const made = await rig(t, { server: { drainMs: 100 }, plugins: toys('a') })
  const rests = [await streaming(made)]
  await made.reload({ server: { drainMs: 100 }, plugins: toys('b') })
  rests.push(await streaming(made))
  await made.gateway.close()
  for (const rest of rests) t.match(await rest(), 'ISTHMUS_SERVER_DRAINING')
  t.same(closed.sort(), ['a', 'b'])
  t.match(await made.reload({}), { ok: false, code: 'ISTHMUS_SERVER_DRAINING' })
})

t.test('a stop in the middle of a reload leaves nothing of it up', async t => {
  const { promise: ready, resolve: release } = Promise.withResolvers<void>()
  const closed: string[] = []
  const made = await rig(t)
  const { app } = made.gateway
  const reloading = made.reload({ plugins: [toy({ ready, closed: () => closed.push('new') })] })
  const closing = made.gateway.close()
  release()
  t.match(await reloading, { ok: false, code: 'ISTHMUS_SERVER_DRAINING' })
  t.same(closed, ['new'])
  t.equal(made.gateway.app, app)
  await closing
})

t.test('a client that goes while its request waits behind another keeps nothing up', async t => {
  const made = await rig(t)
  const body = '{"model":"hold","stream":true}'
  const ask = `POST /v1/tiny HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`
  const wire = new Wire(made.port).send(ask.repeat(3))
  await eventually(() => made.held.length === 3)
  await made.reload({})
  wire.socket.destroy()
  await ended(made, 1)
  t.equal(made.gateway.active, 0)
  for (const { signal } of made.held) t.equal(signal.aborted, true)
})

t.test('the log level takes effect, and lines say under which reload they are', async t => {
  const made = await rig(t, { plugins: [toy({})] })
  await made.ask({ model: 'say' })
  await made.reload({ level: 'error', plugins: [toy({})] })
  const before = made.logged.length
  await made.ask({ model: 'say' })
  await made.reload({ level: 'debug', plugins: [toy({ fails: true })] })
  t.match(made.logged.slice(before), [{ level: 50, msg: 'config not reloaded' }])
  await made.reload({ level: 'debug', plugins: [toy({ word: 'new' })] })
  t.match(lines(made, 'config reloaded'), [{ reload: 2, changed: ['toy'] }])
})

t.test('a new certificate is used without a restart, and one that is not right is refused', async t => {
  const dir = t.testdir({})
  const tls = { certFile: join(dir, 'cert.pem'), keyFile: join(dir, 'key.pem') }
  if (!certify(t, tls, 'one')) return
  const made = await rig(t, { server: { tls } })
  const name = () => subject(made.port)
  t.equal(await name(), 'CN=one')
  certify(t, tls, 'two')
  t.equal(await name(), 'CN=one')
  t.match(await made.reload({ server: { tls } }), { ok: true })
  t.equal(await name(), 'CN=two')
  writeFileSync(tls.certFile, 'nonsense')
  t.match(await made.reload({ server: { tls } }), { ok: false, code: 'ISTHMUS_SERVER_TLS' })
  t.equal(await name(), 'CN=two')
  t.match(await made.reload({}), { ok: true, atStart: ['server.tls'] })
})

function certify(t: Test, { certFile, keyFile }: { certFile: string; keyFile: string }, name: string): boolean {
  try {
    const subject = ['-subj', `/CN=${name}`, '-days', '2', '-keyout', keyFile, '-out', certFile]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject], { stdio: 'ignore' })
    return true
  } catch {
    t.pass('there is no openssl here to make a certificate with')
    return false
  }
}

async function subject(port: number): Promise<string> {
  const socket = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { subject } = new X509Certificate(socket.getPeerX509Certificate()!.raw)
  socket.destroy()
  return subject
}
