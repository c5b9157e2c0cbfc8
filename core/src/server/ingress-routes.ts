import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Logger } from 'pino'
import type { Catalog } from '../catalog/index.ts'
import type { RequestHead } from '../contract/index.ts'
import { ISTHMUS_INTERNAL, ISTHMUS_REQUEST_TOO_LARGE, isGatewayError, toGatewayError } from '../errors/index.ts'
import type { LiveExchange } from '../pipeline/index.ts'
import type { Instance } from '../registry/index.ts'
import { answerError, idHeaders } from './answer.ts'
import { readJson } from './body.ts'
import type { Exchanges } from './exchanges.ts'
import { choose, isList, type Mount, type MountEntry } from './mounts.ts'
import { requestHead } from './request-head.ts'
import { type Ingresses, unknownPath } from './unknown-routes.ts'

/** IngressDeps are what the routes of the ingresses need. */
export interface IngressDeps {
  readonly ingresses: Ingresses
  readonly exchanges: Exchanges
  readonly catalog: Pick<Catalog, 'rows' | 'find' | 'notFound'>
  readonly bodyLimitBytes: number
  /** Whether other hooks may have put headers on the reply, such as CORS's. */
  readonly extraHeaders: boolean
  readonly log: Logger
}

/** Visit is what the hooks of one request tell each other. */
interface Visit {
  readonly head: RequestHead
  readonly entry: MountEntry
  x: LiveExchange | undefined
  /** Who asks, on a route that calls no model. */
  arrival: LiveExchange | undefined
}

const kVisit = Symbol('isthmus.visit')
const NO_HEADERS: Readonly<Record<string, string>> = Object.freeze({})

/**
 * mountIngresses mounts each path once; who answers is decided for each request. A list of models that a plugin has
 * mounted there already is left to it: the ingress's own is for where nobody has more to tell.
 */
export function mountIngresses(app: FastifyInstance, mounts: readonly Mount[], deps: IngressDeps): void {
  // A scope of its own: the body parser and the error reply are for these routes alone.
  app.register((scope, _options, done) => {
    scope.decorateRequest(kVisit, null)
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(['application/json', '*'], { parseAs: 'buffer' }, (_request, body, parsed) => {
      try {
        parsed(null, readJson(body as Buffer))
      } catch (thrown) {
        parsed(thrown as Error)
      }
    })
    scope.setErrorHandler((thrown, request, reply) => onError(thrown, request, reply, deps))
    for (const mount of mounts) {
      if (isList(mount) && app.hasRoute({ method: mount.method, url: mount.path })) continue
      scope.route({
        method: mount.method,
        url: mount.path,
        bodyLimit: deps.bodyLimitBytes,
        onRequest: (request, reply, next) => onRequest(mount, request, reply, deps, next),
        handler: (request, reply) => onWhole(request, reply, deps)
      })
    }
    done()
  })
}

function onRequest(
  mount: Mount,
  request: FastifyRequest,
  reply: FastifyReply,
  deps: IngressDeps,
  next: (error?: Error) => void
): void {
  const head = requestHead(request)
  const entry = choose(mount.entries, head)
  const visit: Visit = { head, entry, x: undefined, arrival: undefined }
  setVisit(request, visit)
  const { route, ingress } = entry
  if (!('calls' in route)) {
    const open = 'open' in route && route.open === true
    deps.exchanges.visit(ingress, head, reply.raw, open).then(x => {
      visit.arrival = x
      next()
    }, next)
    return
  }
  const call = route.choose === undefined ? route.calls[0] : route.choose(head)
  if (call === undefined) {
    next(unknownPath(deps.ingresses(), head, head.path).error)
    return
  }
  const headers = deps.extraHeaders ? textHeaders(reply) : NO_HEADERS
  deps.exchanges.arrive(ingress, call, head, reply.raw, headers, x => {
    visit.x = x
    // Hijacking is how Fastify is told that nothing of the request remains to be done.
    if (x === undefined) reply.hijack()
    next()
  })
}

function onWhole(request: FastifyRequest, reply: FastifyReply, deps: IngressDeps): unknown {
  const { head, entry, x, arrival } = visitOf(request)
  if (x !== undefined) {
    reply.hijack()
    const body = request.body
    // The body is the pipeline's now; Fastify's request lives until the reply has ended.
    request.body = undefined
    deps.exchanges.run(x, body)
    return undefined
  }
  const { ingress, route } = entry
  reply.headers(idHeaders(ingress, randomUUID()))
  if ('handle' in route) return answerOwn(reply, route.handle(head, arrival as LiveExchange, request.body))
  if (!('operation' in route)) throw ISTHMUS_INTERNAL.with({ cause: new Error('a call that was never begun') })
  if (route.operation === 'models') return json(reply, ingress.contribution.encodeModels(deps.catalog.rows(), head))
  const name = modelName(head)
  const row = deps.catalog.find(name)
  if (row === undefined) return answerError(reply, ingress, deps.catalog.notFound(name))
  return json(reply, ingress.contribution.encodeModel(row))
}

function onError(thrown: unknown, request: FastifyRequest, reply: FastifyReply, deps: IngressDeps): unknown {
  const visit = visitOf(request) as Visit | null
  const error = requestError(thrown, deps.bodyLimitBytes)
  if (visit?.x !== undefined) {
    reply.hijack()
    deps.exchanges.refuse(visit.x, error)
    return undefined
  }
  if (!isGatewayError(error)) deps.log.error({ err: error, path: request.url.split('?', 1)[0] }, 'request failed')
  const ingress: Instance<'ingress'> | undefined = visit?.entry.ingress
  return answerError(reply, ingress, toGatewayError(error, ingress?.id))
}

/** requestError knows what Fastify itself throws while it reads a body. */
function requestError(thrown: unknown, bodyLimitBytes: number): unknown {
  return (thrown as { code?: unknown }).code === 'FST_ERR_CTP_BODY_TOO_LARGE'
    ? ISTHMUS_REQUEST_TOO_LARGE(bodyLimitBytes)
    : thrown
}

async function answerOwn(reply: FastifyReply, answer: unknown): Promise<unknown> {
  const value = await answer
  return value === undefined ? reply.send() : typeof value === 'string' ? reply.send(value) : json(reply, value)
}

const json = (reply: FastifyReply, value: unknown): FastifyReply =>
  reply.type('application/json; charset=utf-8').send(JSON.stringify(value))

/** modelName takes the id from the route's `*`, or from its one named parameter. */
const modelName = ({ params }: RequestHead): string => params['*'] ?? Object.values(params)[0] ?? ''

function textHeaders(reply: FastifyReply): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : String(value)
  }
  return headers
}

const visitOf = (request: FastifyRequest): Visit => (request as unknown as { readonly [kVisit]: Visit })[kVisit]

function setVisit(request: FastifyRequest, visit: Visit): void {
  ;(request as unknown as { [kVisit]: Visit })[kVisit] = visit
}
