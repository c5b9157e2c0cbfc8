import { isGatewayError, type Store } from '@isthmus/core'
import { isObject, type JsonObject, parseObject } from '@isthmus/core/wire'
import { INGRESS_RESPONSES_CONTENDED } from './errors.ts'
import type { Options } from './options.ts'

/** Kept is a value that belongs to whoever made it. */
export interface Kept {
  readonly principal?: string | undefined
}

/** Entry is a value as it is stored. Aliases are other names it is found by. */
interface Entry<T extends Kept = Kept> {
  readonly version: 1
  readonly writtenMs: number
  readonly aliases: readonly string[]
  readonly value: T
}

interface Write {
  readonly entry: Entry
  readonly done: Promise<void>
}

/** ShelfOptions bound what is kept. */
export type ShelfOptions = Pick<Options, 'keepMs' | 'maxKept' | 'maxBytes'>

/** Log takes what went wrong behind a client's back. */
export interface Log {
  error(facts: object, message: string): void
}

const MAX_TRIES = 8

/**
 * Shelf keeps values for a while after their last use, for their owners alone. A write is not waited for: until it is
 * done the value is found here. Whatever the store says, a value is only ever given to who made it.
 */
export class Shelf {
  #store: Store
  #log: Log
  #options: ShelfOptions
  #nowMs: () => number
  #writes = new Map<string, Write>()
  /** What this process keeps, the one unused longest first, with the aliases of each. */
  #order = new Map<string, readonly string[]>()

  constructor(store: Store, log: Log, options: ShelfOptions, nowMs: () => number) {
    this.#store = store
    this.#log = log
    this.#options = options
    this.#nowMs = nowMs
  }

  /** keep writes a value in the background; false for one that is too large. */
  keep(key: string, value: Kept, aliases: readonly string[] = []): boolean {
    const entry: Entry = { version: 1, writtenMs: this.#nowMs(), aliases, value }
    const text = JSON.stringify(entry)
    if (Buffer.byteLength(text) > this.#options.maxBytes) return false
    const before = this.#writes.get(key)?.done
    const done = this.#write(key, text, aliases, before)
    this.#writes.set(key, { entry, done })
    void done.then(() => {
      if (this.#writes.get(key)?.done === done) this.#writes.delete(key)
    })
    this.#use(key, aliases)
    this.#makeRoom()
    return true
  }

  async #write(
    key: string,
    text: string,
    aliases: readonly string[],
    before: Promise<void> | undefined
  ): Promise<void> {
    await before
    const { keepMs: ttlMs } = this.#options
    try {
      await this.#store.set(key, text, { ttlMs })
      for (const alias of aliases) await this.#store.set(alias, key, { ttlMs })
    } catch (thrown) {
      this.#log.error({ err: thrown }, 'a reply could not be kept')
    }
  }

  /** get gives a value to its owner, and keeps what is in use from expiring. */
  async get<T extends Kept>(key: string, principal: string | undefined): Promise<T | undefined> {
    const write = this.#writes.get(key)
    if (write !== undefined) return ownedBy<T>(write.entry, principal)
    const stored = await this.#store.get(key)
    const entry = entryOf<T>(stored?.value)
    const value = entry && ownedBy<T>(entry, principal)
    if (stored === undefined || entry === undefined || value === undefined) return undefined
    if (this.#order.has(key)) this.#use(key, entry.aliases)
    if (this.#nowMs() - entry.writtenMs > this.#options.keepMs / 2) await this.#renew(key, entry, stored.version)
    return value
  }

  /** Deleted or changed meanwhile, it needs no more time. */
  async #renew(key: string, entry: Entry, ifVersion: string): Promise<void> {
    const { keepMs: ttlMs } = this.#options
    const text = JSON.stringify({ ...entry, writtenMs: this.#nowMs() })
    try {
      await this.#store.set(key, text, { ttlMs, ifVersion })
      for (const alias of entry.aliases) await this.#store.set(alias, key, { ttlMs })
    } catch (thrown) {
      if (!isConflict(thrown)) this.#log.error({ err: thrown }, 'a reply in use could not be kept longer')
    }
  }

  /** find gives the key that an alias stands for. */
  async find(alias: string): Promise<string | undefined> {
    for (const [key, { entry }] of this.#writes) if (entry.aliases.includes(alias)) return key
    return (await this.#store.get(alias))?.value
  }

  /** change replaces a value by what is made of it, again if somebody else was faster; false if it is gone. */
  async change<T extends Kept>(
    key: string,
    principal: string | undefined,
    make: (value: T) => T | Promise<T>
  ): Promise<boolean> {
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      await this.written(key)
      const stored = await this.#store.get(key)
      const entry = entryOf<T>(stored?.value)
      const value = entry && ownedBy<T>(entry, principal)
      if (stored === undefined || entry === undefined || value === undefined) return false
      const next: Entry = { ...entry, writtenMs: this.#nowMs(), value: await make(value) }
      try {
        await this.#store.set(key, JSON.stringify(next), { ttlMs: this.#options.keepMs, ifVersion: stored.version })
        return true
      } catch (thrown) {
        if (!isConflict(thrown)) throw thrown
      }
    }
    throw INGRESS_RESPONSES_CONTENDED(key)
  }

  /** delete forgets a value, also one that is still being written. */
  async delete(key: string): Promise<void> {
    await this.written(key)
    const aliases = this.#order.get(key) ?? entryOf((await this.#store.get(key))?.value)?.aliases ?? []
    this.#order.delete(key)
    await this.#store.delete(key)
    for (const alias of aliases) await this.#store.delete(alias)
  }

  /** written waits until a value is stored. */
  async written(key: string): Promise<void> {
    await this.#writes.get(key)?.done
  }

  /** close waits for what is still being written. */
  async close(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all([...this.#writes.values()].map(({ done }) => done))
  }

  #use(key: string, aliases: readonly string[]): void {
    this.#order.delete(key)
    this.#order.set(key, aliases)
  }

  #makeRoom(): void {
    for (const key of this.#order.keys()) {
      if (this.#order.size <= this.#options.maxKept) return
      const aliases = this.#order.get(key)
      this.#order.delete(key)
      this.#forget(key, aliases ?? []).catch(thrown => {
        this.#log.error({ err: thrown }, 'a reply could not be forgotten')
      })
    }
  }

  async #forget(key: string, aliases: readonly string[]): Promise<void> {
    await this.written(key)
    for (const name of [key, ...aliases]) await this.#store.delete(name)
  }
}

function entryOf<T extends Kept>(text: string | undefined): Entry<T> | undefined {
  const entry: JsonObject | undefined = text === undefined ? undefined : parseObject(text)
  if (entry?.version !== 1 || !isObject(entry.value)) return undefined
  return entry as unknown as Entry<T>
}

function ownedBy<T extends Kept>({ value }: Entry, principal: string | undefined): T | undefined {
  return value.principal === principal ? (value as T) : undefined
}

const isConflict = (thrown: unknown): boolean => isGatewayError(thrown) && thrown.kind === 'conflict'
