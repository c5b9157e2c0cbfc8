import { readFileSync } from 'node:fs'
import type { FastifyInstance } from 'fastify'
import type { RouteSchema } from '../contract/index.ts'

/** coreVersion is the version of this package. */
export const coreVersion: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version

const TAGS = ['gateway']
const LIVES: RouteSchema = { summary: 'Whether the process lives.', tags: TAGS }
const TAKES: RouteSchema = { summary: 'Whether it takes requests; 503 while it drains.', tags: TAGS }
const VERSIONS: RouteSchema = { summary: 'The versions of the gateway and of Node.', tags: TAGS }

/** mountProbes adds the routes for whoever watches the process: alive, ready for more, and which version. */
export function mountProbes(app: FastifyInstance, isDraining: () => boolean): void {
  app.get('/health', { schema: LIVES }, () => ({ status: 'ok' }))
  app.get('/ready', { schema: TAKES }, (_request, reply) => {
    if (!isDraining()) return { status: 'ready' }
    reply.code(503)
    return { status: 'draining' }
  })
  app.get('/version', { schema: VERSIONS }, () => ({ name: 'isthmus', version: coreVersion, node: process.version }))
}
