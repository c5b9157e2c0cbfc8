import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Child } from '../child.ts'
import { startBare, startGateway } from '../servers.ts'
import type { Figure } from './figure.ts'

/** timed starts a process, waits until it listens and ends it. */
async function timed(start: () => Child, leave = false): Promise<number> {
  const startMs = performance.now()
  const child = start()
  try {
    await child.listening
    const ms = performance.now() - startMs
    if (leave) await child.leave()
    return ms
  } finally {
    await child.close()
  }
}

/** startTime is the time until the gateway listens, run from TypeScript, with an empty and with a filled compile cache. */
export const startTime: Figure = {
  id: 'start',
  rounds: 3,
  last: true,
  variants: [],
  rows: [
    { id: 'start/cold', title: 'cold start, TypeScript', unit: 'ms', goal: 1000, stretch: 600 },
    { id: 'start/cold/bare', title: 'cold start ÷ Fastify + undici + pino', unit: 'ratio', goal: 4, stretch: 2 },
    { id: 'start/cached', title: 'start with a filled compile cache', unit: 'ms', goal: 1000, stretch: 600 },
    { id: 'start/cached/bare', title: 'cached start ÷ Fastify + undici + pino', unit: 'ratio', goal: 4, stretch: 2 }
  ],
  async round(lab, _turn, round) {
    const cache = mkdtempSync(join(tmpdir(), 'isthmus-bench-cache-'))
    try {
      const cached = () => startGateway(lab.upstreamPort, { NODE_COMPILE_CACHE: cache })
      const bareMs = await timed(startBare)
      // A process has a temporary folder of its own, so its cache is empty.
      const coldMs = await timed(() => startGateway(lab.upstreamPort))
      // Node writes the cache when the process ends by itself.
      await timed(cached, true)
      const cachedMs = await timed(cached)
      round.value('start/cold', coldMs)
      round.value('start/cold/bare', coldMs / bareMs)
      round.value('start/cached', cachedMs)
      round.value('start/cached/bare', cachedMs / bareMs)
    } finally {
      rmSync(cache, { recursive: true, force: true })
    }
  }
}
