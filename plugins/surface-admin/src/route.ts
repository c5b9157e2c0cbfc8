import type { Host, RouteSchema } from '@isthmus/core'
import { NO_CORS, noRoute, type Reply, type Request } from './answers.ts'
import { ErrorSchema } from './schema.ts'

type Http = Host['http']
/** RouteSpec is a route, and what the documentation of the API says of it. */
export interface RouteSpec {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE'
  readonly path: string
  readonly schema: RouteSchema
  handle(request: Request, reply: Reply): Promise<Reply> | Reply
}

const SECURITY = [{ bearer: [] }]

/** mount adds a route that needs the token and answers no other origin. */
export function mount(http: Http, { method, path, schema, handle }: RouteSpec): void {
  const { response, ...rest } = schema
  const described: RouteSchema = {
    tags: ['admin'],
    security: SECURITY,
    ...rest,
    response: { ...(response as object | undefined), '4XX': ErrorSchema }
  }
  http.route({
    method,
    url: path,
    schema: described,
    config: NO_CORS,
    handler: (request, reply) => handle(request, reply)
  })
}

/** nameOf is the name at the end of a path; its slashes may be encoded or not. */
export function nameOf(request: Request): string {
  const name = (request.params as { readonly '*': string })['*']
  if (name === '') throw noRoute(request)
  return name
}
