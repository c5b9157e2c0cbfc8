import t from 'tap'
import { createError } from '../../src/errors/index.ts'
import { bodyOf, rig, Wire } from './support/rig.ts'

const DENIED = createError('MIDDLEWARE_GUARD_DENIED', 'authentication', 'No')

t.test('a request reaches the model and its answer the client, whole and streamed', async t => {
  const { ask } = await rig(t)
  const whole = await ask({ model: 'say', text: 'hi' })
  t.equal(whole.status, 200)
  t.equal(whole.headers.get('content-type'), 'application/json; charset=utf-8')
  const body = (await whole.json()) as { id: string; said: string }
  t.equal(body.said, 'hello world')
  t.equal(whole.headers.get('x-isthmus-id'), body.id)
  const stream = await ask({ model: 'say', text: 'hi', stream: true })
  t.equal(stream.headers.get('content-type'), 'text/event-stream')
  t.equal(await stream.text(), 'data: "hello"\n\ndata: " world"\n\ndata: bye\n\n')
})

t.test('a body is read whatever JSON is called, and refused with the reason when it cannot be', async t => {
  const { url } = await rig(t)
  const good = '{"model":"say"}'
  const cases: readonly (readonly [
    string,
    Record<string, string>,
    string | Uint8Array | undefined,
    number,
    string?
  ])[] = [
    ['JSON', { 'content-type': 'application/json' }, good, 200],
    ['JSON with a charset', { 'content-type': 'application/json; charset=utf-8' }, good, 200],
    ['a JSON dialect', { 'content-type': 'application/vnd.tiny+json' }, good, 200],
    ['text', { 'content-type': 'text/plain;charset=UTF-8' }, good, 200],
    ['no type', {}, new TextEncoder().encode(good), 200],
    ['a byte order mark', { 'content-type': 'application/json' }, `\ufeff${good}`, 200],
    ['identity', { 'content-type': 'application/json', 'content-encoding': 'identity' }, good, 200],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=b', 415, 'ISTHMUS_REQUEST_MEDIA_TYPE'],
    ['no type at all', { 'content-type': 'nonsense' }, good, 415, 'ISTHMUS_REQUEST_MEDIA_TYPE'],
    ['gzip', { 'content-type': 'application/json', 'content-encoding': 'gzip' }, good, 415, 'ISTHMUS_REQUEST_ENCODING'],
    ['nothing', { 'content-type': 'application/json' }, undefined, 400, 'ISTHMUS_REQUEST_EMPTY'],
    ['an empty text', { 'content-type': 'application/json' }, '', 400, 'ISTHMUS_REQUEST_EMPTY'],
    ['broken JSON', { 'content-type': 'application/json' }, '{"model":', 400, 'ISTHMUS_REQUEST_JSON'],
    ['Latin-1', { 'content-type': 'application/json' }, new Uint8Array([34, 233, 34]), 400, 'ISTHMUS_REQUEST_JSON'],
    ['another shape', { 'content-type': 'application/json' }, '[]', 400, 'ISTHMUS_REQUEST_INVALID']
  ]
  for (const [name, headers, body, status, code] of cases) {
    const reply = await fetch(`${url}/v1/tiny`, { method: 'POST', headers, ...(body !== undefined && { body }) })
    t.equal(reply.status, status, name)
    const answer = (await reply.json()) as Record<string, unknown>
    t.equal(answer.tinyError, code, name)
    if (code !== undefined) t.equal(answer.requestId, reply.headers.get('x-isthmus-id'), name)
  }
})

t.test('what is wrong with JSON is told by its place, without the text around it', async t => {
  const { ask, logged } = await rig(t)
  const answer = (await (await ask('{"text": "my secret prompt" oops}')).json()) as { message: string }
  t.match(answer.message, 'unexpected token at position 28')
  t.notMatch(answer.message + JSON.stringify(logged), 'secret prompt')
})

t.test('keys that mean something to the engine are read as any others', async t => {
  const { ask } = await rig(t)
  t.equal((await ask('{"model":"say","__proto__":{"text":"x"},"constructor":1}')).status, 200)
})

t.test('a body above the limit is refused, declared or not, and the connection goes on', async t => {
  const { port, url } = await rig(t)
  const large = 'x'.repeat(3000)
  const declared = await fetch(`${url}/v1/tiny`, { method: 'POST', body: large })
  t.equal(declared.status, 413)
  t.match(await declared.json(), { tinyError: 'ISTHMUS_REQUEST_TOO_LARGE' })
  const wire = new Wire(port)
  wire.send('POST /v1/tiny HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n')
  wire.send(`bb8\r\n${large}\r\n`)
  t.match(await wire.until('ISTHMUS_REQUEST_TOO_LARGE'), 'HTTP/1.1 413')
  wire.send(`bb8\r\n${large}\r\n0\r\n\r\nGET /health HTTP/1.1\r\nhost: a\r\n\r\n`)
  t.match(await wire.until('"status":"ok"'), 'HTTP/1.1 200')
  wire.socket.destroy()
})

t.test('a caller who is refused is answered before the body is read', async t => {
  const { port, gateway } = await rig(t, {
    middleware: {
      async admit(x) {
        if (x.credential !== 'right') throw DENIED()
      }
    }
  })
  const wire = new Wire(port)
  wire.send('POST /v1/tiny HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n{"mod')
  const reply = await wire.until('MIDDLEWARE_GUARD_DENIED')
  t.match(reply, 'HTTP/1.1 401')
  t.equal(gateway.active, 0)
  wire.socket.destroy()
  const again = new Wire(port)
  const body = '{"model":"say"}'
  again.send(`POST /v1/tiny HTTP/1.1\r\nhost: a\r\nx-api-key: right\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
  t.match(await again.until('hello world'), 'HTTP/1.1 200')
  again.socket.destroy()
})

t.test('a model list asks the admit hooks too, and is no exchange', async t => {
  const { url, gateway } = await rig(t, {
    middleware: {
      admit(x) {
        if (x.credential !== 'right') throw DENIED()
      }
    }
  })
  for (const path of ['/v1/models', '/v1/models/say']) {
    const refused = await fetch(url + path)
    t.equal(refused.status, 401)
    t.match(await refused.json(), { tinyError: 'MIDDLEWARE_GUARD_DENIED' })
    t.equal((await fetch(url + path, { headers: { 'x-api-key': 'right' } })).status, 200)
  }
  t.equal(gateway.active, 0)
})

t.test(
  'a hook that throws something else is a bug of that hook: 500, logged, and the next request is served',
  async t => {
    let broken = true
    const { ask, logged } = await rig(t, {
      middleware: {
        admit() {
          if (broken) throw new TypeError('oops')
        }
      }
    })
    const reply = await ask({ model: 'say' })
    t.equal(reply.status, 500)
    t.match(await reply.json(), { tinyError: 'ISTHMUS_INTERNAL' })
    t.match(
      logged.filter(line => line.level === 50),
      [{ err: { message: 'oops' } }]
    )
    broken = false
    t.equal((await ask({ model: 'say' })).status, 200)
  }
)

t.test('a client that leaves in the middle of its body leaves nothing behind', async t => {
  const { port, gateway, ask } = await rig(t)
  const wire = new Wire(port)
  wire.send('POST /v1/tiny HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\n\r\n{"mod')
  await ask({ model: 'say' })
  t.equal(gateway.active, 1)
  wire.socket.destroy()
  await wire.closed
  while (gateway.active > 0) await new Promise(setImmediate)
  t.equal(gateway.active, 0)
})

t.test('headers that never end time out', async t => {
  const { port } = await rig(t, { server: { requestMs: 200 } })
  const reply = await new Wire(port).send('POST /v1/tiny HTTP/1.1\r\nhost: a\r\n').closed
  t.match(reply, /^HTTP\/1\.1 408 .*\r\nconnection: close\r\n/s)
  t.match(bodyOf(reply), { tinyError: 'ISTHMUS_REQUEST_TIMEOUT' })
})

t.test('a body that never ends times out, in the shape of its route', async t => {
  const { port, gateway } = await rig(t, { server: { requestMs: 200 } })
  const wire = new Wire(port).send('POST /v1/small HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{')
  const reply = await wire.closed
  t.match(reply, 'HTTP/1.1 408')
  t.match(bodyOf(reply), { small: 'ISTHMUS_REQUEST_TIMEOUT' })
  t.equal(gateway.active, 0)
})

t.test('what is not HTTP is answered with an error and closed', async t => {
  const { port } = await rig(t)
  const garbage = await new Wire(port).send('hello there\r\n\r\n').closed
  t.match(garbage, 'HTTP/1.1 400')
  t.match(bodyOf(garbage), { tinyError: 'ISTHMUS_REQUEST_INVALID' })
  const long = await new Wire(port).send(`GET / HTTP/1.1\r\nhost: a\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`).closed
  t.match(long, 'HTTP/1.1 431')
})

t.test('garbage behind a request in flight does not get into its answer', async t => {
  const { port, held } = await rig(t)
  const body = '{"model":"hold","stream":true}'
  const wire = new Wire(port)
  wire.send(`POST /v1/tiny HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
  await wire.until('"hello"')
  wire.send('garbage\r\n\r\n')
  const reply = await wire.closed
  t.notMatch(reply, 'HTTP/1.1 400')
  t.equal(held[0]?.signal.aborted, true)
})
