import type { Load } from '../lab.ts'
import { PAIRS, pairName, variant } from '../variants.ts'
import { measureAll, proxyOf } from './against-proxies.ts'
import type { Figure } from './figure.ts'

const LOAD: Load = { shape: 'whole', size: '160k', connections: 16, until: { ms: 250 } }
const JSON_MS = 150
const VARIANTS = [variant('plain', 'chat'), variant('plain', 'messages'), ...PAIRS]

/** largeRequest is what the gateway adds to P for a large body, in units of what JSON itself costs for that body. */
export const largeRequest: Figure = {
  id: 'large',
  rounds: 4,
  variants: VARIANTS,
  rows: PAIRS.map(pair => ({
    id: `large/${pairName(pair)}`,
    title: `160 KB request, (${pairName(pair)} − P) ÷ JSON`,
    unit: 'ratio',
    goal: 1.25,
    stretch: 1.05
  })),
  async round(lab, turn, round) {
    const jsonUs = { chat: 0, messages: 0 }
    for (const wire of ['chat', 'messages'] as const) jsonUs[wire] = await lab.jsonUs(wire, '160k', JSON_MS)
    const of = await measureAll(lab, turn, round, VARIANTS, LOAD)
    for (const pair of PAIRS) {
      const added = of(pair).cpuUs - of(proxyOf('plain', pair)).cpuUs
      round.value(`large/${pairName(pair)}`, added / jsonUs[pair.client])
    }
  }
}
