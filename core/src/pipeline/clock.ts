/** Clock gives time to the pipeline, so that tests need not wait for it. */
export interface Clock {
  /** Milliseconds that only go forward. */
  nowMs(): number
  /** Seconds since 1970. */
  epochSeconds(): number
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  epochSeconds: () => Math.floor(Date.now() / 1000)
}
