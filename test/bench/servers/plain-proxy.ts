// P, the plain proxy: what anyone would write in twenty lines.
import { kernelFastify, kernelUndici } from './kernel-copy.ts'

const [fastify, { Pool }] = await Promise.all([kernelFastify(), kernelUndici()])
const app = fastify({ bodyLimit: 32 * 1024 * 1024 })
const pool = new Pool(process.env.UPSTREAM ?? '', { connections: 2048 })
const headers = { 'content-type': 'application/json', authorization: 'Bearer bench' }

app.removeAllContentTypeParsers()
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

app.post('/*', async (request, reply) => {
  const upstream = await pool.request({ path: request.url, method: 'POST', headers, body: request.body as Buffer })
  reply.code(upstream.statusCode)
  for (const name of ['content-type', 'content-length']) {
    const value = upstream.headers[name]
    if (value !== undefined) reply.header(name, value)
  }
  return reply.send(upstream.body)
})

await app.listen({ host: '127.0.0.1', port: 0 })
