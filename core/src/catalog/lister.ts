import type { Logger } from 'pino'
import { type ModelInfo, ModelInfoSchema, type Store } from '../contract/index.ts'
import { ISTHMUS_ALIAS_UNKNOWN } from '../errors/index.ts'
import type { Registry } from '../registry/index.ts'
import type { Transport } from '../transport/index.ts'
import { checker, parseJson } from '../wire/index.ts'
import type { Catalog } from './catalog.ts'
import { shown } from './names.ts'

const RETRY_MS = 60_000
const LIST_MS = 30_000
/** The largest list there is takes a tenth of it. */
const MAX_LIST_BYTES = 32 * 1024 * 1024
const MAX_MODELS = 50_000
/** So much of the interval is left to chance, so that many gateways do not ask at once. */
const JITTER = 0.1

const modelChecker = checker(ModelInfoSchema)

/** ListerParts are what the lists are asked with, and where they are kept. */
export interface ListerParts {
  readonly catalog: Catalog
  readonly registry: Registry
  readonly transport: Transport
  /** Holds nothing but the lists, by channel. */
  readonly store: Store
  /** Between two looks; 0 looks once. */
  readonly refreshMs: number
  readonly log: Logger
}

/**
 * ModelLister asks the upstreams for their model lists, in the background: a list is never a reason not to start. The last
 * good list of each is kept in the store. One that makes no sense is refused as a whole.
 */
export class ModelLister {
  readonly #timers = new Map<string, NodeJS.Timeout>()
  readonly #abort = new AbortController()
  readonly #parts: ListerParts

  constructor(parts: ListerParts) {
    this.#parts = parts
  }

  /** restore takes over the lists of earlier runs. */
  async restore(): Promise<void> {
    const { store, catalog, log } = this.#parts
    for (const { key, value } of await store.list('')) {
      try {
        const { baseUrl, atMs, models } = parseJson(value) as { baseUrl: string; atMs: number; models: unknown }
        // A channel that was pointed elsewhere since has another list.
        if (baseUrl !== this.#provider(key)?.baseUrl) continue
        catalog.setModels(key, checked(models), { listing: 'kept', listedAtMs: atMs })
      } catch (thrown) {
        log.warn({ channel: key, reason: reasonOf(thrown) }, 'cannot read the model list that was kept')
      }
    }
  }

  start(): void {
    for (const id of this.#listable()) void this.#run(id)
  }

  stop(): void {
    this.#abort.abort()
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  /** refresh asks now: all channels, or one. What fails is in the channel's state. */
  async refresh(channel: string | undefined): Promise<void> {
    if (channel !== undefined && this.#provider(channel) === undefined) {
      throw ISTHMUS_ALIAS_UNKNOWN('channel', shown(channel))
    }
    const ids = this.#listable().filter(id => channel === undefined || id === channel)
    await Promise.all(ids.map(id => this.#look(id)))
  }

  async #run(id: string): Promise<void> {
    const listed = await this.#look(id)
    const { refreshMs } = this.#parts
    if (this.#abort.signal.aborted || refreshMs === 0) return
    const waitMs = (listed ? refreshMs : Math.min(RETRY_MS, refreshMs)) * (1 + JITTER * (Math.random() - 0.5))
    this.#timers.set(id, setTimeout(() => void this.#run(id), waitMs).unref())
  }

  /** look asks one upstream. It never throws. */
  async #look(id: string): Promise<boolean> {
    const { catalog, log } = this.#parts
    try {
      await this.#list(id)
      return true
    } catch (thrown) {
      if (this.#abort.signal.aborted) return false
      const problem = reasonOf(thrown)
      log.warn({ channel: id, reason: problem }, 'cannot read the model list; what was known holds')
      catalog.setState(id, { listing: 'failed', problem, failures: failuresOf(catalog, id) + 1 })
      return false
    }
  }

  async #list(id: string): Promise<void> {
    const { catalog, transport, store, log } = this.#parts
    const provider = this.#provider(id)
    const list = provider?.models?.list
    if (provider === undefined || list === undefined) return
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(LIST_MS)])
    const request = { ...list.request, headers: { ...list.request.headers } }
    await provider.authorize?.(request, { signal })
    const { head, body } = await transport.fetchWhole({ id, provider }, request, signal, MAX_LIST_BYTES)
    if (head.status !== 200) throw new Error(`the upstream answered ${head.status}`)
    const models = checked(list.decode(parseJson(Buffer.from(body).toString('utf8'))))
    const atMs = Date.now()
    catalog.setModels(id, models, { listing: 'read', listedAtMs: atMs })
    try {
      await store.set(id, JSON.stringify({ baseUrl: provider.baseUrl, atMs, models }))
    } catch (thrown) {
      log.warn({ channel: id, reason: reasonOf(thrown) }, 'cannot keep the model list; it holds until the gateway ends')
    }
  }

  #listable(): readonly string[] {
    const providers = this.#parts.registry.all('provider')
    return providers.flatMap(({ id, contribution }) => (contribution.models?.list === undefined ? [] : id))
  }

  #provider(id: string) {
    return this.#parts.registry.get('provider', id)?.contribution
  }
}

const failuresOf = (catalog: Catalog, id: string): number =>
  catalog.channels().find(channel => channel.id === id)?.failures ?? 0

/** checked refuses a list as a whole: half of one that makes no sense is no better. */
function checked(models: unknown): readonly ModelInfo[] {
  if (!Array.isArray(models)) throw new Error('expected a list of models')
  if (models.length > MAX_MODELS) throw new Error(`expected at most ${MAX_MODELS} models, got ${models.length}`)
  return models.map((model, index) => modelChecker.check(model, `[${index}]`) as ModelInfo)
}

function reasonOf(thrown: unknown): string {
  return (thrown instanceof Error ? thrown.message : 'unknown').slice(0, 300)
}
