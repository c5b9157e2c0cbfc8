import { randomUUID } from 'node:crypto'
import type { Store, Stored } from '../contract/index.ts'
import { ISTHMUS_STORE_CONFLICT } from '../errors/index.ts'
import type { Registry } from '../registry/index.ts'

interface Entry {
  readonly value: string
  readonly version: string
  readonly expiresMs: number
}

const SWEEP_MS = 60_000

/**
 * MemoryStore keeps values in this process, for as long as it runs. It serves plugins while no store plugin is configured.
 * Values past their time are gone at once for readers, and their memory at the next write a minute later.
 */
export class MemoryStore implements Store {
  readonly #entries = new Map<string, Entry>()
  readonly #nowMs: () => number
  #sweepMs: number

  constructor(nowMs: () => number = Date.now) {
    this.#nowMs = nowMs
    this.#sweepMs = nowMs() + SWEEP_MS
  }

  /** How many values are held, those past their time included. */
  get size(): number {
    return this.#entries.size
  }

  async get(key: string): Promise<Stored | undefined> {
    const entry = this.#live(key)
    return entry && { key, value: entry.value, version: entry.version }
  }

  async set(
    key: string,
    value: string,
    { ttlMs, ifVersion }: { readonly ttlMs?: number; readonly ifVersion?: string } = {}
  ): Promise<string> {
    this.#expect(key, ifVersion)
    return this.#write(key, value, this.#end(ttlMs))
  }

  async delete(key: string, { ifVersion }: { readonly ifVersion?: string } = {}): Promise<void> {
    this.#expect(key, ifVersion)
    this.#entries.delete(key)
  }

  async list(prefix: string): Promise<readonly Stored[]> {
    const found: Stored[] = []
    for (const key of [...this.#entries.keys()].filter(name => name.startsWith(prefix)).sort()) {
      const entry = this.#live(key)
      if (entry !== undefined) found.push({ key, value: entry.value, version: entry.version })
    }
    return found
  }

  /** add keeps the time of a count that exists, so that a window ends when it was going to. */
  async add(key: string, by: number, ttlMs?: number): Promise<number> {
    const entry = this.#live(key)
    const total = Number(entry?.value ?? 0) + by
    if (Number.isNaN(total)) throw ISTHMUS_STORE_CONFLICT()
    this.#write(key, String(total), entry?.expiresMs ?? this.#end(ttlMs))
    return total
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined || entry.expiresMs > this.#nowMs()) return entry
    this.#entries.delete(key)
    return undefined
  }

  #expect(key: string, version: string | undefined): void {
    if (version !== undefined && version !== (this.#live(key)?.version ?? '')) throw ISTHMUS_STORE_CONFLICT()
  }

  /** Versions are random: after a restart a client may still hold one of before. */
  #write(key: string, value: string, expiresMs: number): string {
    const version = randomUUID()
    this.#entries.set(key, { value, version, expiresMs })
    const nowMs = this.#nowMs()
    if (nowMs < this.#sweepMs) return version
    this.#sweepMs = nowMs + SWEEP_MS
    for (const [name, entry] of this.#entries) if (entry.expiresMs <= nowMs) this.#entries.delete(name)
    return version
  }

  #end(ttlMs: number | undefined): number {
    return ttlMs === undefined ? Number.POSITIVE_INFINITY : this.#nowMs() + ttlMs
  }
}

/** storeOf gives the store that is configured, and the memory where none is. */
export const storeOf = (registry: Registry, memory: Store): Store => registry.all('store')[0]?.contribution ?? memory

/** prefixed gives a plugin its own part of a store: it cannot name another's keys. */
export function prefixed(store: Store, prefix: string): Store {
  const own = (stored: Stored): Stored => ({ ...stored, key: stored.key.slice(prefix.length) })
  return {
    get: async key => {
      const stored = await store.get(prefix + key)
      return stored && own(stored)
    },
    set: (key, value, options) => store.set(prefix + key, value, options),
    delete: (key, options) => store.delete(prefix + key, options),
    list: async start => (await store.list(prefix + start)).map(own),
    add: (key, by, ttlMs) => store.add(prefix + key, by, ttlMs)
  }
}
