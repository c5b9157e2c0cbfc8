import { rejects } from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Store } from '../contract/index.ts'
import { ISTHMUS_STORE_CONFLICT } from '../errors/index.ts'
import { prefixed } from '../plugins/memory-store.ts'

/** ownPart gives a part of any store that no other case uses, as a store on a server keeps what earlier runs left. */
export function ownPart(): (store: Store) => Store {
  const prefix = `kit-${randomUUID()}/`
  return store => prefixed(store, prefix)
}

/** conflicts expects a write to be refused because another came first. */
export function conflicts(write: Promise<unknown>): Promise<void> {
  const { code, kind } = ISTHMUS_STORE_CONFLICT
  return rejects(write, { code, kind }, 'expected a conflict: throw ISTHMUS_STORE_CONFLICT()')
}
