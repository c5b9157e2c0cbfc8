import { setTimeout as sleep } from 'node:timers/promises'

/** Clock is where the simulator's time comes from; tests bring their own. */
export interface Clock {
  nowMs(): number
  /** sleep rejects as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** A longer timer would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** systemClock is the time of the machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) => sleep(Math.min(ms, MAX_TIMER_MS), undefined, { signal })
}

/** never waits until the signal aborts, and rejects then. It holds no timer. */
export function never(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
