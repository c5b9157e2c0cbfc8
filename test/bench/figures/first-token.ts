import type { Load } from '../lab.ts'
import { median } from '../statistics.ts'
import { IDENTITIES, pairName, variant } from '../variants.ts'
import { WIRES } from '../wires/index.ts'
import { measureAll, proxyOf } from './against-proxies.ts'
import type { Figure } from './figure.ts'

const LOAD: Load = { shape: 'short', size: '1k', connections: 1, until: { count: 40 } }
const VARIANTS = [...WIRES.map(wire => variant('plain', wire)), ...IDENTITIES]

/** firstToken is the time from the request to the first byte of a stream, one request at a time. */
export const firstToken: Figure = {
  id: 'ttft',
  rounds: 4,
  variants: VARIANTS,
  rows: IDENTITIES.map(pair => ({
    id: `ttft/${pairName(pair)}`,
    title: `time to first token, ${pairName(pair)} − P`,
    unit: 'ms',
    goal: null,
    stretch: null
  })),
  async round(lab, turn, round) {
    const of = await measureAll(lab, turn, round, VARIANTS, LOAD)
    for (const pair of IDENTITIES) {
      const added = median(of(pair).firstByteMs) - median(of(proxyOf('plain', pair)).firstByteMs)
      round.value(`ttft/${pairName(pair)}`, added)
    }
  }
}
