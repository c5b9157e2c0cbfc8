import { type IncomingMessage, Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import createFastify, { type FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import { Catalog, CatalogBooks, lateView, ModelLister } from '../catalog/index.ts'
import { configInvalid, type Loaded } from '../config/index.ts'
import type { ReloadOutcome, Store } from '../contract/index.ts'
import { type GatewayError, isGatewayError, toGatewayError } from '../errors/index.ts'
import { Pipeline } from '../pipeline/index.ts'
import { type Prepared, prefixed, registerPlugins, storeOf } from '../plugins/index.ts'
import { Registry } from '../registry/index.ts'
import { withFetching } from '../routing/index.ts'
import { Fetcher, Transport } from '../transport/index.ts'
import { answerError } from './answer.ts'
import { allowOrigins } from './cors.ts'
import type { Draining } from './drain.ts'
import { Exchanges } from './exchanges.ts'
import type { Behind } from './front.ts'
import { gatewayView } from './gateway-view.ts'
import { mountIngresses } from './ingress-routes.ts'
import { mountsOf, unreachable } from './mounts.ts'
import { mountProbes } from './probes.ts'
import { appOptions } from './server-options.ts'
import { answerFramework, type Ingresses, mountUnknown, refuseUpgrades } from './unknown-routes.ts'

/** GraphParts are what a graph is made of. */
export interface GraphParts {
  readonly loaded: Pick<Loaded, 'env'>
  readonly prepared: Prepared
  readonly log: Logger
  /** What plugins keep while no store plugin is configured. */
  readonly memory: Store
  readonly reload: (() => Promise<ReloadOutcome>) | undefined
  /** Called when something was changed through this graph that other graphs read, too. */
  readonly onChange: () => Promise<void>
}

/** Graph is everything that one reading of the config has set up. It answers requests and listens nowhere. */
export interface Graph extends Behind, Draining {
  readonly prepared: Prepared
  readonly log: Logger
  readonly app: FastifyInstance
  readonly registry: Registry
  readonly catalog: Catalog
  readonly books: CatalogBooks
  readonly ingresses: Ingresses
  /** Whether any request is being answered, be it for a model or not. */
  readonly busy: boolean
  /** begin starts what goes on in the background. */
  begin(): void
  /** retire ends what goes on in the background; requests are answered as ever. */
  retire(): void
  /** refuseNew refuses exchanges from here on. */
  refuseNew(): void
  /** fail tells the client whose body is being read on a connection what went wrong; false if there is none. */
  fail(socket: Duplex, error: GatewayError): boolean
  /** close takes everything down; once, however often it is called. */
  close(): Promise<void>
}

/** createGraph sets the plugins up, compiles the pipeline and mounts the routes. */
export async function createGraph({ loaded, prepared, log, memory, reload, onChange }: GraphParts): Promise<Graph> {
  const { config } = prepared
  const registry = new Registry()
  const ingresses = () => registry.all('ingress')
  const transport = new Transport(config.upstream, loaded.env)
  const fetcher = config.fetch.enabled ? new Fetcher(config.fetch) : undefined
  let handler: Behind['handle'] = () => {}
  const app = createFastify({
    ...appOptions(config.server),
    frameworkErrors: (_error, request, reply) => answerFramework(request, reply, ingresses),
    serverFactory(handle) {
      handler = handle
      return new Server()
    }
  }) as unknown as FastifyInstance
  let catalog: Catalog | undefined
  let pipeline: Pipeline
  let exchanges: Exchanges
  let lister: ModelLister
  let books: CatalogBooks | undefined
  const closeAll = async (): Promise<void> => {
    await app.close()
    await Promise.all([transport.close(), fetcher?.close()])
  }

  const view = gatewayView(app, { registry, basePath: config.server.basePath, catalog: () => catalog, reload })
  refuseUpgrades(app, ingresses)
  const extraHeaders = await allowOrigins(app, config.server.cors)
  answerBugs(app, log)

  try {
    await registerPlugins(app, prepared, {
      log,
      registry,
      memory,
      catalog: lateView(() => books),
      gateway: view,
      send: (id, origin, request, signal) => transport.fetchWhole(transport.plain(id, origin), request, signal)
    })
    registry.freeze()
    catalog = new Catalog(registry, config.models, log, fetcher && withFetching)
    const store = storeOf(registry, memory)
    const part = (name: string): Store => prefixed(store, `catalog/${name}/`)
    const { refreshMs } = config.models
    lister = new ModelLister({ catalog, registry, transport, store: part('lists'), refreshMs, log })
    const stores = { aliases: telling(part('aliases'), onChange), facts: telling(part('facts'), onChange) }
    books = new CatalogBooks(catalog, stores, channel => lister.refresh(channel), log)
    await Promise.all([lister.restore(), books.load()])
    refuseBadAliases(catalog)
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
    await closeAll()
    throw thrown
  }

  let open = 0
  const onEnd = (): void => void open--
  let closing: Promise<void> | undefined
  return {
    prepared,
    log,
    app,
    registry,
    catalog,
    books,
    ingresses,
    get active() {
      return pipeline.active
    },
    get busy() {
      return open > 0 || pipeline.active > 0
    },
    handle(request: IncomingMessage, response: ServerResponse) {
      open++
      response.once('close', onEnd)
      if (response.socket === null) closeWith(request.socket, response)
      handler(request, response)
    },
    begin() {
      lister.start()
      books?.watch()
    },
    retire() {
      lister.stop()
      books?.stop()
    },
    refuseNew() {
      exchanges.draining = true
    },
    abortAll: () => pipeline.abortAll(),
    fail: (socket, error) => exchanges.fail(socket, error),
    close() {
      closing ??= closeAll()
      return closing
    }
  }
}

/**
 * closeWith closes a response together with its connection. One that waits for another on the same connection has no socket
 * yet, and Node 22 does not tell it when the client goes.
 */
function closeWith(socket: Socket, response: ServerResponse): void {
  const closed = (): void => {
    // Newer versions of Node do it themselves, right after this.
    setImmediate(() => response.closed || response.emit('close'))
  }
  socket.once('close', closed)
  response.once('close', () => socket.off('close', closed))
}

/** telling gives a store that tells of what was written to it. */
function telling(store: Store, written: () => Promise<void>): Store {
  return {
    ...store,
    async set(...args) {
      const version = await store.set(...args)
      await written()
      return version
    },
    async delete(...args) {
      await store.delete(...args)
      await written()
    }
  }
}

/** refuseBadAliases: what an alias leads to is only known once there are channels. */
function refuseBadAliases(catalog: Catalog): void {
  const problems = catalog.problems().map(({ name, problem }) => ({
    path: `models.aliases[${JSON.stringify(name)}]`,
    message: problem,
    hints: []
  }))
  if (problems.length > 0) throw configInvalid('the config', problems)
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
