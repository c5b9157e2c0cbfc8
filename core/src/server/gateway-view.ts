import type { FastifyInstance } from 'fastify'
import type { Catalog } from '../catalog/index.ts'
import type { GatewayView, MountedRoute, ReloadOutcome, RouteSchema } from '../contract/index.ts'
import type { Registry } from '../registry/index.ts'
import { waysFor } from '../routing/index.ts'
import { coreVersion } from './probes.ts'

/** GatewayViewParts are what a view looks at; the catalogue comes after the plugins are up. */
export interface GatewayViewParts {
  readonly registry: Registry
  readonly basePath: string
  catalog(): Catalog | undefined
  readonly reload?: (() => Promise<ReloadOutcome>) | undefined
}

/** gatewayView makes the view that plugins get. It is made before any route is mounted, so that it sees all of them. */
export function gatewayView(
  app: FastifyInstance,
  { registry, basePath, catalog, reload }: GatewayViewParts
): GatewayView {
  const mounted: MountedRoute[] = []
  app.addHook('onRoute', ({ method, url, schema }) => {
    const about = schema as RouteSchema | undefined
    // What answers for the absence of a route is hidden, as are the files of a page.
    if (about?.hide === true) return
    for (const each of Array.isArray(method) ? method : [method]) {
      mounted.push({ method: each, path: url, ...(about !== undefined && { schema: about }) })
    }
  })
  return {
    basePath,
    version: coreVersion,
    ingresses: () => registry.all('ingress').map(({ id, contribution }) => ({ id, ingress: contribution })),
    providers: () => registry.all('provider').map(({ id }) => id),
    routes: () => mounted.filter(route => !isOwnHead(route, mounted)),
    ways: (operation, provider, model) => waysFor(operation, catalog()?.waysTo(provider, model) ?? []),
    ...(reload && { reload })
  }
}

/** Fastify adds a HEAD route to each GET route by itself. */
const isOwnHead = ({ method, path }: MountedRoute, mounted: readonly MountedRoute[]): boolean =>
  method === 'HEAD' && mounted.some(other => other.method === 'GET' && other.path === path)
