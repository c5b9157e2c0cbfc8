// T, the tuned proxy: the least that a gateway on this stack can cost.
import type { ServerResponse } from 'node:http'
import { type Controller, type DispatchHandler, type HeaderRecord, kernelFastify, kernelUndici } from './kernel-copy.ts'

const [fastify, { Pool }] = await Promise.all([kernelFastify(), kernelUndici()])
const app = fastify({ bodyLimit: 32 * 1024 * 1024 })
const pool = new Pool(process.env.UPSTREAM ?? '', { connections: 2048 })
const headers = { 'content-type': 'application/json', authorization: 'Bearer bench' }

class Relay implements DispatchHandler {
  readonly #client: ServerResponse
  #controller: Controller | undefined
  #over = false

  constructor(client: ServerResponse) {
    this.#client = client
    client.on('drain', () => this.#controller?.resume())
    client.on('close', () => {
      if (!this.#over) this.#controller?.abort(new Error('the client left'))
    })
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller
  }

  onResponseStart(_controller: Controller, status: number, from: HeaderRecord): void {
    const head: Record<string, string | string[]> = {}
    for (const name of ['content-type', 'content-length']) {
      const value = from[name]
      if (value !== undefined) head[name] = value
    }
    this.#client.writeHead(status, head)
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (!this.#client.write(chunk)) controller.pause()
  }

  onResponseEnd(): void {
    this.#over = true
    this.#client.end()
  }

  onResponseError(): void {
    this.#over = true
    this.#client.destroy()
  }
}

app.removeAllContentTypeParsers()
app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))

app.post('/*', (request, reply) => {
  reply.hijack()
  pool.dispatch({ path: request.url, method: 'POST', headers, body: request.body as Buffer }, new Relay(reply.raw))
})

await app.listen({ host: '127.0.0.1', port: 0 })
