import type { Host } from '@isthmus/core'
import { type SqliteStore, SWEEP_ROWS } from './sqlite-store.ts'

/** SWEEP_MS lies between two sweeps. */
export const SWEEP_MS = 60_000
/** Between two sweeps while there is more to remove than one takes. */
const BACKLOG_MS = 50

/** keepSwept removes values past their time, now and from time to time, until the returned function is called. */
export function keepSwept(store: Pick<SqliteStore, 'sweep'>, log: Host['log']): () => void {
  let timer: NodeJS.Timeout
  const sweep = (): void => {
    let delayMs = SWEEP_MS
    try {
      if (store.sweep() === SWEEP_ROWS) delayMs = BACKLOG_MS
    } catch (err) {
      // Readers do not see these values anyway; the next sweep takes them.
      log.warn({ err }, 'cannot remove values past their time')
    }
    timer = setTimeout(sweep, delayMs).unref()
  }
  sweep()
  return () => clearTimeout(timer)
}
