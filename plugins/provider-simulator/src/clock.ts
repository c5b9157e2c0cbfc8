import { setTimeout as sleep } from 'node:timers/promises'

/** Clock is where the simulator's time comes from; tests bring their own. */
export interface Clock {
  nowMs(): number
  /** sleep rejects as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

/** systemClock is the time of the machine. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, { signal })
}

/** never waits until the signal aborts, and rejects then. It holds no timer. */
export function never(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    else signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
}
