import type { Host, MountedRoute } from '@isthmus/core'
import { ingressOperations } from './ingress-operations.ts'
import { operationId } from './operation-id.ts'
import { documentPath } from './path.ts'
import { Components } from './schemas.ts'
import type { Json, OpenApi, Operation } from './types.ts'

/** The ways in which clients send their key. Whether one is asked for is up to the middleware. */
const SECURITY: Readonly<Record<string, Json>> = {
  bearer: { type: 'http', scheme: 'bearer', description: '`authorization: Bearer …`' },
  'x-api-key': { type: 'apiKey', in: 'header', name: 'x-api-key' },
  'x-goog-api-key': { type: 'apiKey', in: 'header', name: 'x-goog-api-key' },
  'api-key': { type: 'apiKey', in: 'header', name: 'api-key' },
  key: { type: 'apiKey', in: 'query', name: 'key' }
}
const ABOUT =
  'Every format reaches every model. What a format or a model cannot say is never left out in silence: see ' +
  '`x-isthmus-features` of each operation, and the header `x-isthmus-gaps` of a reply.'

/** openApiDocument describes every route that is mounted. */
export function openApiDocument({ gateway }: Pick<Host, 'gateway'>, title: string): OpenApi {
  const components = new Components()
  const tables: Record<string, Json> = {}
  const paths: Record<string, Record<string, Operation>> = {}
  const taken = new Set<string>()
  for (const { path, method, route, operation } of ingressOperations(gateway, components, tables)) {
    taken.add(route)
    paths[path] = { ...paths[path], [method]: operation }
  }
  for (const route of gateway.routes()) {
    if (taken.has(`${route.method} ${route.path}`)) continue
    const { path, parameters } = documentPath(route.path, '', route.schema?.params as Json | undefined)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: ownOperation(route, parameters) }
  }
  const formats = gateway
    .ingresses()
    .map(({ id, ingress }) => ({ name: id, description: `Format: ${ingress.format}.` }))
  const own = new Set(Object.values(paths).flatMap(methods => Object.values(methods).flatMap(it => it.tags)))
  for (const { name } of formats) own.delete(name)
  return {
    openapi: '3.1.0',
    info: { title, version: gateway.version, description: ABOUT },
    servers: [{ url: gateway.basePath === '' ? '/' : gateway.basePath }],
    tags: [...formats, ...[...own].map(name => ({ name }))],
    security: [...Object.keys(SECURITY).map(name => ({ [name]: [] })), {}],
    paths,
    components: {
      schemas: components.schemas,
      responses: components.responses,
      securitySchemes: SECURITY,
      'x-isthmus-features': tables
    }
  }
}

/** ownOperation tells of a route that is no ingress's what it says of itself. */
function ownOperation({ method, path, schema = {} }: MountedRoute, parameters: readonly Json[]): Operation {
  const { summary = `${method} ${path}`, tags = ['other'], querystring, body, response } = schema
  const all = [...parameters, ...queryParameters(querystring)]
  const replies = Object.entries((response ?? { 200: {} }) as Record<string, Json>)
  return {
    operationId: operationId(method, path),
    tags,
    summary,
    ...(all.length > 0 && { parameters: all }),
    ...(body !== undefined && { requestBody: { required: true, content: json(body as Json) } }),
    responses: Object.fromEntries(
      replies.map(([status, shape]) => [
        status,
        {
          description: String(shape.description ?? 'The reply.'),
          ...(shape.type !== 'null' && { content: json(shape) })
        }
      ])
    ),
    security: schema.security ?? [{}]
  }
}

const json = (schema: Json) => ({ 'application/json': { schema } })

function queryParameters(querystring: unknown): readonly Json[] {
  const { properties = {}, required = [] } = (querystring ?? {}) as {
    readonly properties?: Readonly<Record<string, Json>>
    readonly required?: readonly string[]
  }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description !== undefined && { description }),
    schema
  }))
}
