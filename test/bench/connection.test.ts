import { once } from 'node:events'
import { type AddressInfo, createServer, type Server } from 'node:net'
import t from 'tap'
import { Connection, type Reply } from './connection.ts'

const CHUNKED = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nc\r\n, world – \r\n0\r\n\r\n'
const FIXED = 'HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone'

/** serve answers each request with the next script, in pieces of the given size. */
async function serve(scripts: readonly string[], piece: number): Promise<{ server: Server; port: number }> {
  let next = 0
  const server = createServer({ noDelay: true }, socket => {
    socket.on('error', () => {})
    socket.on('data', async () => {
      const bytes = Buffer.from(scripts[next++] ?? '')
      for (let at = 0; at < bytes.length; at += piece) {
        socket.write(bytes.subarray(at, at + piece))
        await new Promise(resolve => setImmediate(resolve))
      }
      if (bytes.length === 0) socket.destroy()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { server, port: (server.address() as AddressInfo).port }
}

const send = (connection: Connection) =>
  new Promise<{ error: Error | undefined; reply: Reply }>(resolve =>
    connection.send(Buffer.from('GET / HTTP/1.1\r\n\r\n'), true, (error, reply) => resolve({ error, reply }))
  )

for (const piece of [1, 7, 1000]) {
  t.test(`replies are read the same in pieces of ${piece} bytes, one after another on one connection`, async t => {
    const { server, port } = await serve([CHUNKED, FIXED], piece)
    t.teardown(() => server.close())
    const connection = new Connection(port)
    t.teardown(() => connection.destroy())
    const first = await send(connection)
    t.equal(first.error, undefined)
    t.equal(Buffer.concat(first.reply.body ?? []).toString(), 'hello, world – ')
    t.match(first.reply, { status: 200, writes: 2, bytes: 17 })
    const second = await send(connection)
    t.equal(second.error, undefined)
    t.match(second.reply, { status: 404, writes: 0, bytes: 4 })
  })
}

t.test('a connection that closes is an error, and untouched when no byte came', async t => {
  const { server, port } = await serve([''], 1)
  t.teardown(() => server.close())
  const connection = new Connection(port)
  const { error } = await send(connection)
  t.ok(error)
  t.ok(connection.untouched)
  t.ok(connection.closed)
})
