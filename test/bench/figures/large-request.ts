import type { Load } from '../lab.ts'
import { PAIRS, pairName, variant } from '../variants.ts'
import { WIRES, type Wire } from '../wires/index.ts'
import { inTurn, measureAll, proxyOf } from './against-proxies.ts'
import type { Figure } from './figure.ts'

const LOAD: Load = { shape: 'whole', size: '200k', connections: 16, until: { ms: 250 } }
const JSON_MS = 150
const ROUNDS = 4
const PROXIES = WIRES.map(wire => variant('plain', wire))

/** largeRequest is what the gateway adds to P for a large body, in units of what JSON itself costs for that body. */
export const largeRequest: Figure = {
  id: 'large',
  rounds: ROUNDS,
  variants: [...PROXIES, ...PAIRS],
  rows: PAIRS.map(pair => ({
    id: `large/${pairName(pair)}`,
    title: `200 KB request, (${pairName(pair)} − P) ÷ JSON`,
    unit: 'ratio',
    goal: 1.25,
    stretch: 1.05,
    pair,
    column: '(large − P) ÷ JSON'
  })),
  async round(lab, turn, round) {
    const jsonUs = new Map<Wire, number>()
    for (const wire of WIRES) jsonUs.set(wire, await lab.jsonUs(wire, LOAD.size, JSON_MS))
    const pairs = inTurn(turn, ROUNDS)
    const of = await measureAll(lab, turn, round, [...PROXIES, ...pairs], LOAD)
    for (const pair of pairs) {
      const added = of(pair).cpuUs - of(proxyOf('plain', pair)).cpuUs
      round.value(`large/${pairName(pair)}`, added / (jsonUs.get(pair.client) ?? Number.NaN))
    }
  }
}
