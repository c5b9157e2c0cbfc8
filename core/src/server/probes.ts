import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'

/** coreVersion is the version of this package. */
export const coreVersion: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version

/** mountProbes adds the routes for whoever watches the process: alive, ready for more, and which version. */
export function mountProbes(app: FastifyInstance, isDraining: () => boolean): void {
  app.get('/health', () => ({ status: 'ok' }))
  app.get('/ready', (_request, reply) => {
    if (!isDraining()) return { status: 'ready' }
    reply.code(503)
    return { status: 'draining' }
  })
  app.get('/version', () => ({ name: 'isthmus', version: coreVersion, node: process.version }))
}
