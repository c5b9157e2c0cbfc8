import type { FastifyInstance, FastifyReply, FastifyRequest, HTTPMethods } from 'fastify'
import type { RequestHead, RouteSchema } from '../contract/index.ts'
import {
  type GatewayError,
  ISTHMUS_OPERATION_UNSUPPORTED,
  ISTHMUS_REQUEST_INVALID,
  ISTHMUS_ROUTE_METHOD,
  ISTHMUS_ROUTE_NOT_FOUND,
  ISTHMUS_ROUTE_UPGRADE
} from '../errors/index.ts'
import type { Instance } from '../registry/index.ts'
import { type AnswerOptions, answerError } from './answer.ts'
import { claims, isBelow, isOpenPath, type Mount, speaker } from './mounts.ts'
import { requestHead, shownPath } from './request-head.ts'

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Ingresses gives the ingresses that are up, in the order of the config. */
export type Ingresses = () => readonly Instance<'ingress'>[]

/** refuseUpgrades answers a WebSocket upgrade on any route at once: some clients try it first and wait on anything but 426. */
export function refuseUpgrades(app: FastifyInstance, ingresses: Ingresses): void {
  app.addHook('onRequest', (request, reply, next) => {
    const { upgrade } = request.headers
    if (upgrade === undefined || !/\bwebsocket\b/i.test(upgrade)) next()
    else answerIn(ingresses, request, reply, ISTHMUS_ROUTE_UPGRADE(), { status: 426, headers: HTTP_ONLY })
  })
}
const HTTP_ONLY = { upgrade: 'HTTP/1.1', connection: 'Upgrade, close' }

/** A route that is none: no list of the routes has it. */
const HIDDEN: RouteSchema = { hide: true }

/** mountUnknown answers unknown paths, and known paths asked with a method they do not have. */
export function mountUnknown(app: FastifyInstance, mounts: readonly Mount[], ingresses: Ingresses): void {
  const allowed = new Map<string, Set<HTTPMethods>>()
  const known = new Set(mounts.filter(mount => !isOpenPath(mount)).map(({ path }) => path))
  for (const { method, path } of mounts) {
    const methods = allowed.get(path) ?? new Set()
    methods.add(method)
    if (method === 'GET') methods.add('HEAD')
    allowed.set(path, methods)
  }
  // A scope without body parsers: what is refused is not read.
  app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers()
    scope.setNotFoundHandler((request, reply) => {
      return answerUnknown(ingresses, request, reply)
    })
    for (const [url, methods] of allowed) {
      if (!known.has(url)) continue
      const allow = [...methods].join(', ')
      const refuse = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
        const error = ISTHMUS_ROUTE_METHOD(request.method, shownPath(request.originalUrl), allow)
        return answerIn(ingresses, request, reply, error, { headers: { allow } })
      }
      for (const method of METHODS) {
        if (methods.has(method) || scope.hasRoute({ method, url })) continue
        const onRequest = (request: FastifyRequest, reply: FastifyReply) => void refuse(request, reply)
        scope.route({ method, url, exposeHeadRoute: false, schema: HIDDEN, onRequest, handler: refuse })
      }
    }
    done()
  })
}

/** answerFramework answers what Fastify refuses before any route is found, such as a path that cannot be decoded. */
export function answerFramework(request: FastifyRequest, reply: FastifyReply, ingresses: Ingresses): void {
  answerIn(ingresses, request, reply, ISTHMUS_REQUEST_INVALID('The path of the request cannot be read'))
}

function answerUnknown(ingresses: Ingresses, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const head = requestHead(request)
  const { error, family } = unknownPath(ingresses(), head, request.originalUrl)
  return answerError(reply, family ?? speaker(ingresses(), head), error)
}

/** unknownPath tells a path that nobody knows from one that its family knows and that is not served here. */
export function unknownPath(
  all: readonly Instance<'ingress'>[],
  head: RequestHead,
  url: string
): { readonly error: GatewayError; readonly family?: Instance<'ingress'> } {
  const families = all.filter(it => it.contribution.unsupported?.some(prefix => isBelow(head.path, prefix)))
  const [first] = families
  if (first === undefined) return { error: ISTHMUS_ROUTE_NOT_FOUND(head.method, shownPath(url)) }
  const served = all.flatMap(({ contribution }) => contribution.routes.find(route => 'calls' in route)?.path ?? [])
  const details = { clientCode: 'unsupported_operation' }
  const error = ISTHMUS_OPERATION_UNSUPPORTED.with(details, shownPath(head.path), [...new Set(served)].join(', '))
  // Families share paths such as that of files: there the headers tell more than the path.
  return { error, family: families.find(it => claims(it, head)) ?? first }
}

function answerIn(
  ingresses: Ingresses,
  request: FastifyRequest,
  reply: FastifyReply,
  error: GatewayError,
  options?: AnswerOptions
): FastifyReply {
  return answerError(reply, speaker(ingresses(), requestHead(request)), error, options)
}
