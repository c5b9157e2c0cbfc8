import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { CatalogView, GatewayView, Host, Kind, ResponseHead, Store, UpstreamRequest } from '../contract/index.ts'
import { ISTHMUS_PLUGIN_ORIGIN } from '../errors/index.ts'
import type { Registry } from '../registry/index.ts'
import { prefixed } from './memory-store.ts'

/** SendFromPlugin sends a request of a plugin's own; the origin has been checked. */
export type SendFromPlugin = (
  id: string,
  origin: string,
  request: UpstreamRequest,
  signal: AbortSignal
) => Promise<{ readonly head: ResponseHead; readonly body: Uint8Array }>

/** HostDeps are the parts of the kernel that plugins reach through their host. */
export interface HostDeps {
  readonly log: Logger
  readonly catalog: CatalogView
  readonly gateway: GatewayView
  readonly send: SendFromPlugin
  /** To be filled; default: a new one. */
  readonly registry?: Registry
  /** Serves plugins while no store plugin is configured; default: a new one. */
  readonly memory?: Store
}

export interface HostParts {
  readonly kind: Kind
  readonly id: string
  readonly dir: string
  readonly log: Logger
  readonly store: Store
  readonly catalog: CatalogView
  readonly gateway: GatewayView
  readonly http: FastifyInstance
  readonly send: SendFromPlugin
  /** Origins that may be sent to. */
  readonly origins: readonly string[]
}

/** hostFor makes what one instance sees of the kernel. */
export function hostFor({ kind, id, dir, log, store, catalog, gateway, http, send, origins }: HostParts): Host {
  const allowed = new Set(origins.map(originOf))
  return {
    id,
    dir,
    log,
    store: prefixed(store, `${kind}/${id}/`),
    catalog,
    gateway,
    http,
    async send(origin, request, signal) {
      // A path like `@other.example/` would move the request to another host when put behind the origin.
      const target = originOf(origin + request.path)
      const exact = target === origin && request.path.startsWith('/')
      if (!exact || !allowed.has(target)) throw ISTHMUS_PLUGIN_ORIGIN.with({ instance: id }, id, target ?? 'no URL')
      return send(id, target, request, signal)
    },
    onClose(close) {
      closeWithGateway(http, log, close)
    }
  }
}

/** closeWithGateway adds a function to what runs when the gateway closes. One that fails is logged and keeps no other from closing. */
export function closeWithGateway(http: FastifyInstance, log: Logger, close: () => void | Promise<void>): void {
  http.addHook('onClose', async () => {
    try {
      await close()
    } catch (error) {
      log.error({ err: error }, 'a plugin failed to close')
    }
  })
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined
}
