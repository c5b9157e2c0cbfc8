import type { ClientCall, Host, IngressRoute, MountedIngress } from '@isthmus/core'
import { errorResponses } from './error-responses.ts'
import { featuresOf } from './features.ts'
import { operationId } from './operation-id.ts'
import { documentPath } from './path.ts'
import { exampleOf, listsOf, repliesOf } from './samples.ts'
import type { Components } from './schemas.ts'
import type { Content, Json, Operation } from './types.ts'

/** Found is an operation of the document, and the mounted route it is on. */
export interface Found {
  readonly path: string
  readonly method: string
  readonly route: string
  readonly operation: Operation
}

/** Share is what one ingress does on a path; several may share one. */
interface Share {
  readonly mounted: MountedIngress
  readonly route: IngressRoute
  readonly call: ClientCall | undefined
}

interface Place {
  readonly path: string
  readonly parameters: readonly Json[]
  readonly route: string
  readonly method: string
  readonly shares: Share[]
}

/** ingressOperations gives the operations of all ingresses; a path that several share is one operation. */
export function ingressOperations(
  gateway: Host['gateway'],
  components: Components,
  tables: Record<string, Json>
): readonly Found[] {
  const own = ownPaths(gateway)
  return [...placesOf(gateway.ingresses(), own).values()].map(place => {
    const { path, method, route } = place
    return { path, method: method.toLowerCase(), route, operation: operationOf(place, gateway, components, tables) }
  })
}

/** ownPaths are the routes of plugins that tell of themselves: a list of an ingress stands back behind one of these. */
const ownPaths = (gateway: Host['gateway']): ReadonlySet<string> =>
  new Set(gateway.routes().flatMap(({ method, path, schema }) => (schema === undefined ? [] : `${method} ${path}`)))

function placesOf(ingresses: readonly MountedIngress[], own: ReadonlySet<string>): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  for (const mounted of ingresses) {
    for (const route of mounted.ingress.routes) {
      if ('operation' in route && own.has(`${route.method} ${route.path}`)) continue
      const calls: readonly (ClientCall | undefined)[] = 'calls' in route ? route.calls : [undefined]
      for (const call of calls) {
        const { path, parameters } = documentPath(route.path, call?.suffix)
        const { method } = route
        const key = `${method} ${path}`
        const place = places.get(key) ?? { path, parameters, method, route: `${method} ${route.path}`, shares: [] }
        places.set(key, place)
        place.shares.push({ mounted, route, call })
      }
    }
  }
  return places
}

function operationOf(
  { path, method, parameters, shares }: Place,
  gateway: Host['gateway'],
  components: Components,
  tables: Record<string, Json>
): Operation {
  const ingresses = [...new Set(shares.map(({ mounted }) => mounted))]
  const calls = shares.flatMap(({ call }) => call ?? [])
  const open = shares.every(({ route }) => 'open' in route && route.open === true)
  const errors = calls.length > 0 ? 'call' : parameters.length > 0 ? 'one' : 'list'
  const features = calls.map(call => [`${call.format}.${call.operation}`, featuresOf(call, gateway, tables)] as const)
  return {
    operationId: operationId(method, path),
    tags: ingresses.map(({ id }) => id),
    summary: [...new Set(shares.map(summaryOf))].join(' '),
    ...(ingresses.length > 1 && { description: 'Who answers is told by the headers of the request.' }),
    ...(parameters.length > 0 && { parameters }),
    ...(calls.length > 0 && { requestBody: { required: true, content: requestContent(calls, components) } }),
    responses: {
      200: { description: 'The reply.', ...replyContent(shares, path) },
      ...(open ? {} : errorResponses(ingresses, errors, components))
    },
    ...(open && { security: [{}] }),
    ...(features.length > 0 && { 'x-isthmus-features': Object.fromEntries(features) })
  }
}

const OPERATIONS = {
  generate: 'Ask a model, in the format {}.',
  complete: 'Let a model go on from a text, in the format {}.',
  embed: 'Turn text into vectors, in the format {}.',
  count_tokens: 'Count the tokens of a request, in the format {}.'
} as const

function summaryOf({ route, call, mounted }: Share): string {
  if (call !== undefined) return call.summary ?? OPERATIONS[call.operation].replace('{}', call.format)
  if ('operation' in route) return route.operation === 'models' ? 'List the models.' : 'Show one model.'
  const said = 'summary' in route ? route.summary : undefined
  return said ?? `A route of ${mounted.id} that asks no model.`
}

function requestContent(calls: readonly ClientCall[], components: Components): Content {
  const schemas = calls.map(call =>
    components.named(`${call.format}.${call.operation}.request`, call.format, (call.schema ?? {}) as Json)
  )
  const examples = calls.flatMap(call => {
    const value = exampleOf(call)
    return value === undefined ? [] : [[`${call.format}.${call.operation}`, { value }] as const]
  })
  const schema = schemas.length === 1 ? schemas[0] : { anyOf: schemas }
  return { 'application/json': { schema, ...(examples.length > 0 && { examples: Object.fromEntries(examples) }) } }
}

/** Where several ingresses answer on one path, each shows its own shape. */
function replyContent(shares: readonly Share[], path: string): { readonly content?: Content } {
  const byType = new Map<string, (readonly [id: string, shown: Json])[]>()
  for (const { mounted, route, call } of shares) {
    for (const [type, shown] of Object.entries(shownBy(mounted, route, call, path))) {
      const found = byType.get(type) ?? []
      byType.set(type, found)
      found.push([call === undefined ? mounted.id : `${mounted.id}.${call.operation}`, shown])
    }
  }
  if (byType.size === 0) return {}
  return { content: Object.fromEntries([...byType].map(([type, found]) => [type, together(found)])) }
}

function shownBy(
  { ingress }: MountedIngress,
  route: IngressRoute,
  call: ClientCall | undefined,
  path: string
): Content {
  if (call !== undefined) return repliesOf(call, path)
  return 'operation' in route ? listsOf(ingress, route.operation, path) : {}
}

function together(found: readonly (readonly [id: string, shown: Json])[]): Json {
  const [only] = found
  if (found.length === 1 && only !== undefined) return only[1]
  return {
    schema: { anyOf: found.map(([, { schema }]) => schema ?? {}) },
    examples: Object.fromEntries(found.map(([id, { example }]) => [id, { value: example }]))
  }
}
