import { connect } from 'node:net'
import t from 'tap'
import { composed } from '../support/composed.ts'

const PLUGINS = [{ use: '@isthmus/provider-simulator' }]

const OF_CHAT = ['/v1/images/generations', '/openai/v1/audio/speech', '/api/v1/rerank', '/v1/batches', '/v1/files/f1']
const OF_MESSAGES = ['/v1/messages/batches', '/v1/messages/batches/b1/results', '/anthropic/v1/files', '/v1/skills']

t.test('what a family of APIs has and the gateway does not serve is told in its own format', async t => {
  const { url } = await composed(t, { plugins: PLUGINS })
  for (const path of OF_CHAT) {
    const reply = await fetch(url + path, { method: 'POST', body: 'of any kind' })
    t.equal(reply.status, 400, path)
    const { error } = (await reply.json()) as { readonly error: Readonly<Record<string, unknown>> }
    t.match(error, { code: 'unsupported_operation', message: `does not serve ${path}` })
    t.match(error.message, '/v1/chat/completions', 'it names what there is')
  }
  for (const path of OF_MESSAGES) {
    const reply = await fetch(url + path, { headers: { 'anthropic-version': '2023-06-01' } })
    t.equal(reply.status, 400, path)
    t.match(await reply.json(), { type: 'error', error: { message: /does not serve .*\/v1\/messages/ } })
  }
})

t.test('what no family has is no more than an unknown path', async t => {
  const { url } = await composed(t, { plugins: PLUGINS })
  for (const path of ['/v1/imagesque', '/v1/nothing', '/images']) t.equal((await fetch(url + path)).status, 404, path)
  t.equal((await fetch(`${url}/v1/chat/completions`)).status, 405, 'a route that is there keeps its methods')
  t.equal((await fetch(`${url}/v1/chat/completions/c1`)).status, 400)
})

t.test('an upload to what is not served is answered before it is read', async t => {
  const { port } = await composed(t, { plugins: PLUGINS })
  const socket = connect(port, '127.0.0.1')
  t.teardown(() => socket.destroy())
  socket.write('POST /v1/files HTTP/1.1\r\nhost: a\r\ncontent-type: multipart/form-data; boundary=x\r\n')
  socket.write('content-length: 1000000\r\n\r\n--x')
  const text = await new Promise<string>(resolve => socket.setEncoding('utf8').once('data', resolve))
  t.match(text, /^HTTP\/1\.1 400/)
  t.match(text, 'unsupported_operation')
})
