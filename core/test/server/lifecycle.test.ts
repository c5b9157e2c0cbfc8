import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { Type } from 'typebox'
import { defineSurface, use } from '../../src/contract/index.ts'
import { isGatewayError } from '../../src/errors/index.ts'
import { type Rig, rig, Wire } from './support/rig.ts'

/** Opens a stream and waits for its first content. */
async function streaming(made: Rig): Promise<{ rest(): Promise<string> }> {
  const reply = await made.ask({ model: 'hold', stream: true })
  const reader = reply.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = (await reader.read()).value ?? ''
  return {
    async rest() {
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) text += chunk.value
      return text
    }
  }
}

t.test('while it drains, what runs ends properly, and nothing new begins', async t => {
  const flushed: string[] = []
  const made = await rig(t, { flushed: () => flushed.push('meter') })
  const { gateway, held, url, ask } = made
  const stream = await streaming(made)
  const closing = gateway.close()
  t.equal(gateway.close(), closing, 'closing twice is closing once')
  const ready = await fetch(`${url}/ready`)
  t.equal(ready.status, 503)
  t.same(await ready.json(), { status: 'draining' })
  t.equal((await fetch(`${url}/health`)).status, 200)
  const refused = await ask({ model: 'say' }, {}, '/v1/small')
  t.equal(refused.status, 503)
  t.equal(refused.headers.get('connection'), 'close')
  t.match(await refused.json(), { small: 'ISTHMUS_SERVER_DRAINING' })
  t.same(flushed, [], 'meters wait for the last exchange')
  held[0]!.release()
  t.equal(await stream.rest(), 'data: "hello"\n\ndata: " world"\n\ndata: bye\n\n')
  await closing
  t.same(flushed, ['meter'])
  await t.rejects(fetch(`${url}/health`), 'nobody listens any more')
})

t.test('what takes longer than drainMs is aborted and told so', async t => {
  const made = await rig(t, { server: { drainMs: 50 } })
  const stream = await streaming(made)
  await made.gateway.close()
  t.equal(made.held[0]!.signal.aborted, true)
  t.match(await stream.rest(), 'ISTHMUS_SERVER_DRAINING')
})

const FLOOD = '{"model":"flood","stream":true}'
const flood = `POST /v1/tiny HTTP/1.1\r\nhost: a\r\ncontent-length: ${FLOOD.length}\r\n\r\n${FLOOD}`

t.test('a client that reads slowly gets its answer to the end', async t => {
  const made = await rig(t)
  const wire = new Wire(made.port).send(flood)
  await wire.until('xxx')
  wire.socket.pause()
  const closing = made.gateway.close()
  t.equal((await fetch(`${made.url}/ready`)).status, 503)
  wire.socket.resume()
  t.match((await wire.closed).slice(-40), 'data: bye')
  await closing
})

t.test('a client that does not read, or sends half a request, does not keep the gateway up', async t => {
  const made = await rig(t, { server: { drainMs: 50 } })
  const deaf = new Wire(made.port).send(flood)
  const slow = new Wire(made.port).send('GET /health HTTP/1.1\r\nhost')
  await deaf.until('xxx')
  deaf.socket.pause()
  await made.gateway.close()
  deaf.socket.resume()
  t.notMatch((await deaf.closed).slice(-40), 'bye')
  t.equal(await slow.closed, '')
})

t.test('an idle kept-alive connection does not delay closing', async t => {
  const made = await rig(t)
  const wire = new Wire(made.port).send('GET /health HTTP/1.1\r\nhost: a\r\n\r\n')
  await wire.until('"ok"')
  await made.gateway.close()
  await wire.closed
  t.pass()
})

t.test('a plugin that fails to start takes down what is up already', async t => {
  const flushed: string[] = []
  const broken = defineSurface({
    api: 1,
    name: 'broken',
    summary: 'For tests.',
    stability: 'stable',
    options: Type.Object({}, { additionalProperties: false }),
    setup() {
      throw new Error('no disk')
    }
  })
  await t.rejects(rig(t, { plugins: [use(broken)], flushed: () => flushed.push('meter') }), {
    code: 'ISTHMUS_PLUGIN_SETUP',
    message: "The plugin 'broken' failed to start: no disk"
  })
  t.same(flushed, ['meter'])
})

t.test('a port that is taken is a failure with a reason', async t => {
  const { port } = await rig(t)
  try {
    await rig(t, { server: { port } })
    t.fail('it listened')
  } catch (thrown) {
    t.ok(isGatewayError(thrown))
    t.equal((thrown as Error).message, `Cannot listen on 127.0.0.1:${port}: it is in use by another process`)
  }
})

t.test('it listens on IPv6, and on localhost as 127.0.0.1', async t => {
  const local = await rig(t, { server: { host: 'localhost' } })
  t.match(local.url, /^http:\/\/127\.0\.0\.1:\d+$/)
  t.equal((await fetch(`${local.url}/health`)).status, 200)
  const hasIpv6 = Object.values(networkInterfaces()).some(list => list?.some(({ address }) => address === '::1'))
  if (!hasIpv6) {
    t.pass('this machine has no IPv6')
    return
  }
  const six = await rig(t, { server: { host: '::1' } })
  t.match(six.url, /^http:\/\/\[::1\]:\d+$/)
  t.equal((await fetch(`${six.url}/health`)).status, 200)
})

t.test('it listens on a Unix socket, and takes over what a killed process left, but no other file', async t => {
  if (process.platform === 'win32') {
    t.pass('Windows has other pipes')
    return
  }
  // Not a test folder: the path of a socket has to be short.
  const dir = mkdtempSync(join(tmpdir(), 'isthmus-'))
  t.teardown(() => rmSync(dir, { recursive: true }))
  writeFileSync(join(dir, 'file'), 'precious')
  const socket = join(dir, 'gateway.sock')
  const made = await rig(t, { server: { socket } })
  t.equal(made.url, `unix:${socket}`)
  const status = () =>
    new Promise((resolve, reject) => {
      // No agent: a kept connection would be one to the gateway before.
      const request = httpRequest({ socketPath: socket, path: '/health', agent: false }, reply => {
        resolve(reply.resume().statusCode)
      })
      request.on('error', reject).end()
    })
  t.equal(await status(), 200)
  await t.rejects(rig(t, { server: { socket } }), { message: /it is in use by another process/ })
  await made.gateway.close()
  const leave = "require('net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))"
  t.throws(() => execFileSync(process.execPath, ['-e', leave, socket]))
  t.ok(existsSync(socket))
  await rig(t, { server: { socket } })
  t.equal(await status(), 200)
  await t.rejects(rig(t, { server: { socket: join(dir, 'file') } }), { code: 'ISTHMUS_SERVER_LISTEN' })
  t.ok(readdirSync(dir).includes('file'))
})

t.test('it serves HTTPS with a certificate from files, and says which file is missing', async t => {
  const dir = t.testdir({})
  await t.rejects(rig(t, { server: { tls: { certFile: join(dir, 'no.pem'), keyFile: join(dir, 'no.key') } } }), {
    code: 'ISTHMUS_SERVER_TLS',
    message: /no\.pem: ENOENT/
  })
  writeFileSync(join(dir, 'bad.pem'), 'nonsense')
  await t.rejects(rig(t, { server: { tls: { certFile: join(dir, 'bad.pem'), keyFile: join(dir, 'bad.pem') } } }), {
    code: 'ISTHMUS_SERVER_TLS'
  })
  const certFile = join(dir, 'cert.pem')
  const keyFile = join(dir, 'key.pem')
  try {
    const subject = ['-subj', '/CN=localhost', '-days', '2', '-keyout', keyFile, '-out', certFile]
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject], { stdio: 'ignore' })
  } catch {
    t.pass('there is no openssl here to make a certificate with')
    return
  }
  const { url } = await rig(t, { server: { tls: { certFile, keyFile }, requestMs: 300 } })
  t.match(url, /^https:/)
  const status = await new Promise(resolve => {
    httpsRequest(`${url}/health`, { rejectUnauthorized: false }, reply => resolve(reply.resume().statusCode)).end()
  })
  t.equal(status, 200)
})
