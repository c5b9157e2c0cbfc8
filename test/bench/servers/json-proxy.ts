// J, the plain proxy that reads and writes the JSON of both bodies: what a gateway does at least when a reply is large.
import { text } from 'node:stream/consumers'
import { kernelFastify, kernelUndici } from './kernel-copy.ts'

const [fastify, { Pool }] = await Promise.all([kernelFastify(), kernelUndici()])
const app = fastify({ bodyLimit: 32 * 1024 * 1024 })
const pool = new Pool(process.env.UPSTREAM ?? '', { connections: 2048 })
const headers = { 'content-type': 'application/json', authorization: 'Bearer bench' }

app.removeAllContentTypeParsers()
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

app.post('/*', async (request, reply) => {
  const body = Buffer.from(JSON.stringify(JSON.parse((request.body as Buffer).toString())))
  const upstream = await pool.request({ path: request.url, method: 'POST', headers, body })
  const answer = JSON.stringify(JSON.parse(await text(upstream.body)))
  return reply.code(upstream.statusCode).header('content-type', 'application/json').send(answer)
})

await app.listen({ host: '127.0.0.1', port: 0 })
