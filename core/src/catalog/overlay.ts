import type { Logger } from 'pino'
import { Type } from 'typebox'
import type { Change, Changed, Store } from '../contract/index.ts'
import { isGatewayError } from '../errors/index.ts'
import { checker, parseJson } from '../wire/index.ts'

/** Overlaid is one change that lies over the config: by whom, when, over what. */
export interface Overlaid<T> extends Changed {
  readonly value: T
  /** What stood there before, if anything did. */
  readonly over?: unknown
}

const changeChecker = checker(
  Type.Object({ value: Type.Unknown(), by: Type.String(), atMs: Type.Number(), over: Type.Optional(Type.Unknown()) })
)

/** How often a store is asked whether another process has changed something. */
const LOOK_MS = 5_000

/** Overlay is a table of changes made while the gateway runs. It lives in the store; what is here is a copy to read from. */
export class Overlay<T> {
  readonly #store: Store
  readonly #log: Logger
  readonly #check: (value: unknown) => T
  readonly #changed: () => void
  /** The versions that were told of already. */
  readonly #unreadable = new Map<string, string>()
  #loads = 0
  #loaded = 0
  #entries: ReadonlyMap<string, Overlaid<T>> = new Map()
  #timer: NodeJS.Timeout | undefined
  #looking = false

  /** `store` holds nothing else; `check` throws on a value that is none; `changed` is called when the copy differs from before. */
  constructor(store: Store, log: Logger, check: (value: unknown) => T, changed: () => void) {
    this.#store = store
    this.#log = log
    this.#check = check
    this.#changed = changed
  }

  get entries(): ReadonlyMap<string, Overlaid<T>> {
    return this.#entries
  }

  /** load reads the store once; what cannot be read in it is left out and told. */
  async load(): Promise<void> {
    const load = ++this.#loads
    const stored = await this.#store.list('')
    // One that was asked for later has come before: what this one saw may be older.
    if (load < this.#loaded) return
    this.#loaded = load
    const entries = new Map<string, Overlaid<T>>()
    for (const { key, value, version } of stored) {
      const before = this.#entries.get(key)
      if (this.#unreadable.get(key) === version) continue
      const entry = before?.version === version ? before : this.#read(key, value, version)
      if (entry !== undefined) entries.set(key, entry)
      else this.#unreadable.set(key, version)
    }
    const same =
      entries.size === this.#entries.size &&
      [...entries].every(([key, { version }]) => this.#entries.get(key)?.version === version)
    if (same) return
    this.#entries = entries
    this.#changed()
  }

  /** watch looks from time to time whether another process has changed something. */
  watch(): void {
    // Something may have been written between the first reading and now.
    void this.#look()
    this.#timer = setInterval(() => void this.#look(), LOOK_MS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  async put(name: string, value: T, { by, ifVersion }: Change, over: unknown): Promise<Overlaid<T>> {
    const change = { value, by, atMs: Date.now(), over }
    const options = ifVersion === undefined ? {} : { ifVersion }
    const version = await this.#checked(() => this.#store.set(name, JSON.stringify(change), options))
    await this.load()
    return { ...change, version }
  }

  async remove(name: string, { ifVersion }: Change): Promise<void> {
    await this.#checked(() => this.#store.delete(name, ifVersion === undefined ? {} : { ifVersion }))
    await this.load()
  }

  /** checked brings the copy up to date when someone else was first, so that the caller sees what stands. */
  async #checked<R>(write: () => Promise<R>): Promise<R> {
    try {
      return await write()
    } catch (thrown) {
      if (isGatewayError(thrown) && thrown.kind === 'conflict') await this.load()
      throw thrown
    }
  }

  async #look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    try {
      await this.load()
    } catch (thrown) {
      this.#log.warn(
        { reason: String((thrown as Error).message) },
        'cannot read the changes in the store; the last ones hold'
      )
    } finally {
      this.#looking = false
    }
  }

  #read(key: string, text: string, version: string): Overlaid<T> | undefined {
    try {
      const { value, by, atMs, over } = changeChecker.check(parseJson(text)) as Omit<Overlaid<T>, 'version'>
      return { value: this.#check(value), by, atMs, version, ...(over !== undefined && { over }) }
    } catch (thrown) {
      this.#log.warn({ key, reason: String((thrown as Error).message) }, 'a change in the store cannot be read')
      return undefined
    }
  }
}
