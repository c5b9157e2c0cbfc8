import { DELTAS } from '../content.ts'
import type { Load } from '../lab.ts'
import { variant } from '../variants.ts'
import { measureAll } from './against-proxies.ts'
import type { Figure } from './figure.ts'

const NONE = variant('without', 'chat')
const THREE = variant('with', 'chat')

/** middleware is what three middleware that do nothing add to the gateway. */
const middleware = (id: string, title: string, rounds: number, load: Load): Figure => ({
  id,
  rounds,
  variants: [NONE, THREE],
  ...(load.shape !== 'whole' && { perReply: DELTAS[load.shape] }),
  rows: [{ id, title: `three no-op middleware ÷ none, ${title}`, unit: 'ratio', goal: 1.1, stretch: 1.05 }],
  async round(lab, turn, round) {
    const of = await measureAll(lab, turn, round, [NONE, THREE], load)
    round.value(id, of(THREE).cpuUs / of(NONE).cpuUs)
  }
})

export const middlewareWhole = middleware('middleware-whole', 'whole reply', 5, {
  shape: 'whole',
  size: '1k',
  connections: 32,
  until: { ms: 200 }
})

export const middlewareStream = middleware('middleware-paced', 'paced stream', 3, {
  shape: 'paced',
  size: '1k',
  connections: 64,
  until: { count: 64 }
})
