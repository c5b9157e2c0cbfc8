import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { Catalog } from '../catalog/index.ts'
import { type Loaded, reason } from '../config/index.ts'
import type { CatalogView, ReloadOutcome } from '../contract/index.ts'
import { type GatewayError, ISTHMUS_SERVER_DRAINING, isGatewayError, toGatewayError } from '../errors/index.ts'
import { MemoryStore, type Prepared } from '../plugins/index.ts'
import type { Registry } from '../registry/index.ts'
import { answerClientError } from './client-errors.ts'
import { activeIn, drain, LAST_WRITES_MS, until } from './drain.ts'
import { Front } from './front.ts'
import { createGraph, type Graph } from './graph.ts'
import { listen } from './listen.ts'
import { atNextStart, oneAtATime, pluginChanges } from './reload.ts'
import { readTls } from './server-options.ts'

/** GatewayConfig is a config that has been read, and found to be right. */
export interface GatewayConfig {
  readonly loaded: Pick<Loaded, 'dir' | 'env'>
  readonly prepared: Prepared
}

/** GatewayParts are what a gateway is made of. */
export interface GatewayParts extends GatewayConfig {
  readonly log: Logger
  /** load reads the config again, past all caches; without it there is no reload. */
  readonly load?: () => Promise<GatewayConfig>
  /** onReload hears of every reload that was tried, whoever asked for it. */
  readonly onReload?: (outcome: ReloadOutcome) => void
}

/** Gateway is everything set up behind one server, listening or about to. */
export interface Gateway {
  /** For requests without a socket, and for the routes. Another one after a reload, as are the next three. */
  readonly app: FastifyInstance
  readonly registry: Registry
  readonly catalog: Catalog
  /** The catalogue as plugins see it, with what may be changed in it. */
  readonly books: CatalogView
  /** How many exchanges are under way. */
  readonly active: number
  /** listen gives the address that clients on this machine use. */
  listen(): Promise<string>
  /**
   * reload reads the config again, sets everything up anew beside what there is, and sends requests there from then on. What
   * runs ends where it began. It never rejects: a config that is not right changes nothing. Absent without `load`.
   */
  readonly reload?: () => Promise<ReloadOutcome>
  /** close drains: what runs may end, for as long as `server.drainMs`, and nothing new begins. */
  close(): Promise<void>
}

/** How often to look whether the last request under a replaced config has been answered. */
const LOOK_MS = 100

/** createGateway sets the plugins up, compiles the pipeline and mounts the routes. It does not listen. */
export async function createGateway(parts: GatewayParts): Promise<Gateway> {
  const gateway = new LiveGateway(parts)
  await gateway.setUp(parts)
  return gateway
}

class LiveGateway implements Gateway {
  readonly reload?: () => Promise<ReloadOutcome>
  #running: Prepared['config']
  #log: Logger
  #memory = new MemoryStore()
  #front: Front
  /** The last one answers new requests, the others end theirs. */
  #graphs: Graph[] = []
  #reloads = 0
  #reloading = false
  #closing: Promise<void> | undefined

  constructor({ loaded, prepared, log, load, onReload }: GatewayParts) {
    const { config } = prepared
    this.#running = config
    this.#log = log
    this.#front = new Front(config.server, readTls(config.server, loaded.dir), (error, socket) => {
      log.debug({ code: error.code }, 'cannot read from a connection')
      const fail = (told: GatewayError) => this.#graphs.some(graph => graph.fail(socket, told))
      answerClientError(error, socket, fail, () => this.#current.ingresses())
    })
    if (load === undefined) return
    this.reload = oneAtATime(async () => {
      this.#reloading = true
      const outcome = await this.#reload(load).catch(thrown => this.#refused(thrown))
      this.#reloading = false
      onReload?.(outcome)
      return outcome
    })
  }

  async setUp(config: GatewayConfig): Promise<void> {
    this.#goOver(await this.#build(config, this.#log))
  }

  get #current(): Graph {
    return this.#graphs.at(-1) as Graph
  }

  get app(): FastifyInstance {
    return this.#current.app
  }

  get registry(): Registry {
    return this.#current.registry
  }

  get catalog(): Catalog {
    return this.#current.catalog
  }

  get books(): CatalogView {
    return this.#current.books
  }

  get active(): number {
    return activeIn(this.#graphs)
  }

  async listen(): Promise<string> {
    const address = await listen(this.#front.server, this.#running.server)
    this.#current.begin()
    this.#log.info({ address }, 'listening')
    return address
  }

  #build(config: GatewayConfig, log: Logger): Promise<Graph> {
    // An admin's request that began before a reload changes what clients are answered by after it.
    const onChange = async (): Promise<void> => void (await Promise.all(this.#graphs.map(({ books }) => books.load())))
    return createGraph({ ...config, log, memory: this.#memory, reload: this.reload, onChange })
  }

  #goOver(graph: Graph): void {
    this.#graphs.push(graph)
    this.#front.goOver(graph)
    if (this.#front.server.listening) graph.begin()
  }

  async #reload(load: () => Promise<GatewayConfig>): Promise<ReloadOutcome> {
    this.#refuseClosing()
    const before = this.#current
    const config = await load()
    const { prepared, loaded } = config
    const tls = readTls(prepared.config.server, loaded.dir)
    const reload = this.#reloads + 1
    const { level } = prepared.config.log
    const hasLevel = level !== before.prepared.config.log.level
    const graph = await this.#build(config, this.#log.child({ reload }, hasLevel ? { level } : {}))
    try {
      this.#refuseClosing()
    } catch (thrown) {
      await graph.close()
      throw thrown
    }
    if (hasLevel) this.#log.level = level
    this.#reloads = reload
    this.#goOver(graph)
    if (tls !== undefined) this.#front.certify(tls)
    before.retire()
    void this.#end(before)
    const changes = pluginChanges(before.prepared, prepared)
    const atStart = atNextStart(this.#running, prepared.config)
    graph.log.info(changes, 'config reloaded')
    if (atStart.length > 0) graph.log.warn({ members: atStart }, 'these take effect at the next start')
    return { ok: true, reload, ...changes, atStart }
  }

  #refuseClosing(): void {
    if (this.#closing !== undefined) throw ISTHMUS_SERVER_DRAINING()
  }

  /** Everything of a replaced config is taken down when the last request that began under it has been answered. */
  async #end(graph: Graph): Promise<void> {
    await until(() => !graph.busy || this.#closing !== undefined, Number.POSITIVE_INFINITY, LOOK_MS)
    if (this.#closing !== undefined) return
    try {
      await graph.close()
      graph.log.info('replaced config ended')
    } catch (err) {
      graph.log.error({ err }, 'replaced config did not end well')
    }
    this.#graphs.splice(this.#graphs.indexOf(graph), 1)
  }

  #refused(thrown: unknown): ReloadOutcome {
    const known = isGatewayError(thrown)
    const { code, message, details } = toGatewayError(thrown)
    const problems = Number(details?.problems ?? 1)
    this.#log.error({ code, problems, ...(!known && { err: thrown }) }, 'config not reloaded')
    return { ok: false, code, problems, report: known ? message : reason(thrown) }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    const { drainMs } = this.#current.prepared.config.server
    const graphs = this.#graphs
    this.#current.refuseNew()
    for (const graph of graphs) graph.retire()
    await drain(graphs, this.#front.connections, drainMs, this.#log)
    const lastMs = Math.min(LAST_WRITES_MS, drainMs)
    await until(() => !this.#reloading, lastMs)
    // A client that reads no more, or sends half a request, must not keep the gateway up.
    await this.#front.close(lastMs)
    await Promise.all(graphs.map(graph => graph.close()))
  }
}
