import { isUtf8 } from 'node:buffer'
import {
  type GatewayError,
  type Host,
  ISTHMUS_REQUEST_JSON,
  ISTHMUS_REQUEST_MEDIA_TYPE,
  ISTHMUS_ROUTE_NOT_FOUND,
  isGatewayError,
  type RouteSchema,
  toGatewayError
} from '@isthmus/core'
import { STATUSES, SURFACE_ADMIN_TOO_LARGE } from './errors.ts'

type Http = Host['http']
/** Request is a request to a route of this package. */
export type Request = Parameters<Parameters<Http['setErrorHandler']>[0]>[1]
/** Reply is an answer under way. */
export type Reply = Parameters<Parameters<Http['setErrorHandler']>[0]>[2]

const BODY_LIMIT_BYTES = 256 * 1024
const JSON_TYPE = /^\s*(?:application\/(?:[\w.-]+\+)?json)\s*(?:;|$)/i

/** shapeAnswers gives a scope its reading of bodies and its errors: JSON both ways, nothing converted or left out. */
export function shapeAnswers({ http, log }: Pick<Host, 'http' | 'log'>): void {
  // The schemas of the routes describe them. What checks is the catalogue itself, in the same words for every caller.
  http.setValidatorCompiler(() => () => true)
  http.removeAllContentTypeParsers()
  http.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_LIMIT_BYTES }, (request, body, done) => {
    try {
      done(null, read(body as Buffer, request.headers['content-type']))
    } catch (thrown) {
      done(thrown as Error)
    }
  })
  http.setErrorHandler((thrown, _request, reply) => {
    const error = asError(thrown)
    if (error.kind === 'internal') log.error({ err: thrown }, 'admin request failed')
    return answerError(reply, error)
  })
}

/** answerUnknown answers all else below a path, so that only who has the token learns what is there. */
export function answerUnknown(http: Http, below: string): void {
  http.route({
    method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: `${below}/*`,
    exposeHeadRoute: false,
    schema: HIDDEN,
    config: NO_CORS,
    handler(request) {
      throw noRoute(request)
    }
  })
}
const HIDDEN: RouteSchema = { hide: true }

/** noRoute makes the error for a path that is none. */
export function noRoute({ method, originalUrl }: Request): GatewayError {
  return ISTHMUS_ROUTE_NOT_FOUND(method, (originalUrl.split('?', 1)[0] ?? '').slice(0, 120))
}

/** NO_CORS keeps a route to pages of its own origin, whatever `server.cors` allows the others. */
export const NO_CORS: object = { cors: false }

/** json answers with a value. Text goes past Fastify's serializer, which leaves out what a schema does not name. */
export function json(reply: Reply, value: unknown, etag?: string): Reply {
  if (etag !== undefined) reply.header('etag', etag)
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(value))
}

/** none answers that it is done; `etag` is of what stands now, if anything does. */
export function none(reply: Reply, etag?: string): Reply {
  if (etag !== undefined) reply.header('etag', etag)
  return reply.code(204).send()
}

function answerError(reply: Reply, error: GatewayError): Reply {
  const { message, kind, code, param = null, details } = error
  reply.code(STATUSES[code] ?? error.statusCode)
  return json(reply, { error: { message, type: kind, code, param } }, details?.etag as string | undefined)
}

function asError(thrown: unknown): GatewayError {
  if (isGatewayError(thrown)) return thrown
  const { code } = thrown as { readonly code?: unknown }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return SURFACE_ADMIN_TOO_LARGE(BODY_LIMIT_BYTES)
  return toGatewayError(thrown)
}

function read(bytes: Buffer, type: string | undefined): unknown {
  if (bytes.length === 0) return undefined
  if (type !== undefined && !JSON_TYPE.test(type)) throw ISTHMUS_REQUEST_MEDIA_TYPE(type.slice(0, 80))
  if (!isUtf8(bytes)) throw ISTHMUS_REQUEST_JSON('it is not UTF-8')
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch {
    throw ISTHMUS_REQUEST_JSON('it cannot be parsed')
  }
}
