import type { Socket } from 'node:net'
import createFastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { Catalog, ModelLister } from '../catalog/index.ts'
import type { Loaded } from '../config/index.ts'
import { isGatewayError, toGatewayError } from '../errors/index.ts'
import { Pipeline } from '../pipeline/index.ts'
import { type Prepared, registerPlugins } from '../plugins/index.ts'
import { Registry } from '../registry/index.ts'
import { withFetching } from '../routing/index.ts'
import { Fetcher, Transport } from '../transport/index.ts'
import { answerError } from './answer.ts'
import { answerClientError } from './client-errors.ts'
import { allowOrigins } from './cors.ts'
import { Connections, drain, LAST_WRITES_MS } from './drain.ts'
import { Exchanges } from './exchanges.ts'
import { gatewayView } from './gateway-view.ts'
import { mountIngresses } from './ingress-routes.ts'
import { listen } from './listen.ts'
import { mountsOf, unreachable } from './mounts.ts'
import { mountProbes } from './probes.ts'
import { serverOptions } from './server-options.ts'
import { answerFramework, mountUnknown, refuseUpgrades } from './unknown-routes.ts'

/** GatewayParts are what a gateway is made of. */
export interface GatewayParts {
  readonly loaded: Pick<Loaded, 'dir' | 'env'>
  readonly prepared: Prepared
  readonly log: Logger
}

/** Gateway is everything set up behind one server, listening or about to. */
export interface Gateway {
  /** For requests without a socket, and for the routes. */
  readonly app: FastifyInstance
  readonly registry: Registry
  readonly catalog: Catalog
  /** How many exchanges are under way. */
  readonly active: number
  /** listen gives the address that clients on this machine use. */
  listen(): Promise<string>
  /** close drains: what runs may end, for as long as `server.drainMs`, and nothing new begins. */
  close(): Promise<void>
}

/** createGateway sets the plugins up, compiles the pipeline and mounts the routes. It does not listen. */
export async function createGateway({ loaded, prepared, log }: GatewayParts): Promise<Gateway> {
  const { config } = prepared
  const registry = new Registry()
  const ingresses = () => registry.all('ingress')
  const transport = new Transport(config.upstream, loaded.env)
  const fetcher = config.fetch.enabled ? new Fetcher(config.fetch) : undefined
  const closeTransports = async () => void (await Promise.all([transport.close(), fetcher?.close()]))
  const app = createFastify({
    ...serverOptions(config.server, loaded.dir),
    frameworkErrors: (_error, request, reply) => answerFramework(request, reply, ingresses),
    clientErrorHandler(error, socket) {
      log.debug({ code: error.code }, 'cannot read from a connection')
      answerClientError(error, socket as Socket, exchanges, ingresses)
    }
  }) as unknown as FastifyInstance
  const connections = new Connections(app.server, config.server.tls !== undefined)
  let catalog: Catalog | undefined
  let pipeline: Pipeline
  let exchanges: Exchanges
  let lister: ModelLister

  const view = gatewayView(app, { registry, basePath: config.server.basePath, catalog: () => catalog })
  refuseUpgrades(app, ingresses)
  const extraHeaders = await allowOrigins(app, config.server.cors)
  answerBugs(app, log)

  try {
    await registerPlugins(app, prepared, {
      log,
      registry,
      catalog: { models: () => catalog?.rows() ?? [] },
      gateway: view,
      send: (id, origin, request, signal) => transport.fetchWhole(transport.plain(id, origin), request, signal)
    })
    registry.freeze()
    catalog = new Catalog(registry, config.models, log, fetcher && withFetching)
    lister = new ModelLister(catalog, registry, transport, config.models.refreshMs, log)
    pipeline = new Pipeline({ registry, catalog, transport, config, log, fetcher })
    exchanges = new Exchanges(pipeline)
    const mounts = mountsOf(ingresses())
    for (const mount of mounts) {
      for (const { ingress } of unreachable(mount)) {
        log.warn({ plugin: ingress.id, path: mount.path }, 'another ingress answers this path for everyone')
      }
    }
    const { bodyLimitBytes } = config.server
    mountProbes(app, () => exchanges.draining)
    mountIngresses(app, mounts, { ingresses, exchanges, catalog, bodyLimitBytes, extraHeaders, log })
    mountUnknown(app, mounts, ingresses)
    await app.ready()
  } catch (thrown) {
    await app.close()
    await closeTransports()
    throw thrown
  }

  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    exchanges.draining = true
    lister.stop()
    const { drainMs } = config.server
    await drain(pipeline, connections, drainMs, log)
    // A client that reads no more, or sends half a request, must not keep the gateway up.
    const cut = setTimeout(() => app.server.closeAllConnections(), Math.min(LAST_WRITES_MS, drainMs))
    await app.close()
    clearTimeout(cut)
    await closeTransports()
  }

  return {
    app,
    registry,
    catalog,
    get active() {
      return pipeline.active
    },
    async listen() {
      const address = await listen(app, config.server)
      lister.start()
      log.info({ address }, 'listening')
      return address
    },
    close() {
      closing ??= close()
      return closing
    }
  }
}

/** answerBugs answers what a plugin's own route throws; the ingresses have an answer of their own. */
function answerBugs(app: FastifyInstance, log: Logger): void {
  app.setErrorHandler((thrown, request, reply) => {
    const status = (thrown as { statusCode?: unknown }).statusCode
    if (!isGatewayError(thrown) && typeof status === 'number' && status < 500) {
      const { message, code } = thrown as Error & { code?: string }
      return reply.code(status).send({ error: { message, code } })
    }
    const error = toGatewayError(thrown)
    if (error.kind === 'internal') log.error({ err: thrown, path: request.url.split('?', 1)[0] }, 'request failed')
    return answerError(reply, undefined, error)
  })
}
