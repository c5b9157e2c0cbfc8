import cors from '@fastify/cors'
import type { FastifyInstance } from 'fastify'
import type { ServerConfig } from '../config/index.ts'

const EXPOSED = [
  'x-isthmus-id',
  'x-isthmus-model',
  'x-isthmus-provider',
  'x-isthmus-gaps',
  'request-id',
  'x-request-id',
  'retry-after'
]
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
const PREFLIGHT_SECONDS = 600

/** allowOrigins lets the listed origins call from browsers, on every route; false when there are none. */
export async function allowOrigins(app: FastifyInstance, { origins }: ServerConfig['cors']): Promise<boolean> {
  if (origins.length === 0) return false
  await app.register(cors, {
    origin: [...origins],
    methods: METHODS,
    exposedHeaders: EXPOSED,
    maxAge: PREFLIGHT_SECONDS,
    strictPreflight: false
  })
  return true
}
