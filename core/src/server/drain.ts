import type { Pipeline } from '../pipeline/index.ts'

const LOOK_MS = 20

/** untilIdle resolves with true when no exchange runs any more, and with false after `limitMs`. */
export function untilIdle(pipeline: Pick<Pipeline, 'active'>, limitMs: number): Promise<boolean> {
  if (pipeline.active === 0) return Promise.resolve(true)
  return new Promise(resolve => {
    const startMs = performance.now()
    const look = setInterval(() => {
      const idle = pipeline.active === 0
      if (!idle && performance.now() - startMs < limitMs) return
      clearInterval(look)
      resolve(idle)
    }, LOOK_MS)
  })
}
