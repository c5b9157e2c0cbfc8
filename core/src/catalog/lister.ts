import type { Logger } from 'pino'
import type { Registry } from '../registry/index.ts'
import type { Transport } from '../transport/index.ts'
import { parseJson } from '../wire/index.ts'
import type { Catalog } from './catalog.ts'

const RETRY_MS = 60_000
const LIST_MS = 30_000

/** ModelLister asks the upstreams for their model lists, in the background: a list is never a reason not to start. */
export class ModelLister {
  #timers = new Map<string, NodeJS.Timeout>()
  #abort = new AbortController()
  #catalog: Catalog
  #registry: Registry
  #transport: Transport
  #refreshMs: number
  #log: Logger

  constructor(catalog: Catalog, registry: Registry, transport: Transport, refreshMs: number, log: Logger) {
    this.#catalog = catalog
    this.#registry = registry
    this.#transport = transport
    this.#refreshMs = refreshMs
    this.#log = log
  }

  start(): void {
    for (const { id, contribution } of this.#registry.all('provider')) {
      if (contribution.models?.list !== undefined) void this.#run(id)
    }
  }

  stop(): void {
    this.#abort.abort()
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  async #run(id: string): Promise<void> {
    let listed = false
    try {
      await this.#list(id)
      listed = true
    } catch (thrown) {
      if (!this.#abort.signal.aborted)
        this.#log.warn({ channel: id, reason: String((thrown as Error).message) }, 'cannot read the model list')
    }
    if (this.#abort.signal.aborted || this.#refreshMs === 0) return
    const waitMs = listed ? this.#refreshMs : Math.min(RETRY_MS, this.#refreshMs)
    this.#timers.set(id, setTimeout(() => void this.#run(id), waitMs).unref())
  }

  async #list(id: string): Promise<void> {
    const provider = this.#registry.get('provider', id)?.contribution
    const list = provider?.models?.list
    if (provider === undefined || list === undefined) return
    const signal = AbortSignal.any([this.#abort.signal, AbortSignal.timeout(LIST_MS)])
    const request = { ...list.request, headers: { ...list.request.headers } }
    await provider.authorize?.(request, { signal })
    const { head, body } = await this.#transport.fetchWhole({ id, provider }, request, signal)
    if (head.status !== 200) throw new Error(`the upstream answered ${head.status}`)
    this.#catalog.setModels(id, list.decode(parseJson(Buffer.from(body).toString('utf8'))))
  }
}
