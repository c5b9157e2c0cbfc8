import type { Store, Stored } from '../contract/index.ts'
import { createError } from '../errors/index.ts'

const TESTING_STORE_CONFLICT = createError('TESTING_STORE_CONFLICT', 'conflict', "The value of '%s' has changed")

interface Entry extends Stored {
  readonly untilMs: number
}

/** memoryStore is a store for tests; `nowMs` is its clock. */
export function memoryStore(nowMs: () => number = Date.now): Store {
  const entries = new Map<string, Entry>()
  let versions = 0
  const read = (key: string): Entry | undefined => {
    const entry = entries.get(key)
    if (entry === undefined || entry.untilMs > nowMs()) return entry
    entries.delete(key)
    return undefined
  }
  const write = (key: string, value: string, ttlMs: number | undefined, before?: Entry): void => {
    const untilMs = ttlMs === undefined ? (before?.untilMs ?? Number.POSITIVE_INFINITY) : nowMs() + ttlMs
    entries.set(key, { key, value, version: String(++versions), untilMs })
  }
  return {
    get: async key => stored(read(key)),
    async set(key, value, { ttlMs, ifVersion } = {}) {
      if (ifVersion !== undefined && read(key)?.version !== ifVersion) throw TESTING_STORE_CONFLICT(key)
      write(key, value, ttlMs)
    },
    async delete(key) {
      entries.delete(key)
    },
    async list(prefix) {
      const found = [...entries.keys()].filter(key => key.startsWith(prefix)).sort()
      return found.flatMap(key => stored(read(key)) ?? [])
    },
    async add(key, by, ttlMs) {
      const before = read(key)
      const total = Number(before?.value ?? 0) + by
      // A counter keeps the end of life it was born with.
      write(key, String(total), before === undefined ? ttlMs : undefined, before)
      return total
    }
  }
}

function stored(entry: Entry | undefined): Stored | undefined {
  return entry && { key: entry.key, value: entry.value, version: entry.version }
}
