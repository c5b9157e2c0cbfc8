import { DELTAS } from '../content.ts'
import type { Lab, Load, Measured } from '../lab.ts'
import { rotate } from '../statistics.ts'
import { isCrossing, PAIRS, pairName, type ServerName, type Variant, variant } from '../variants.ts'
import { WIRES } from '../wires/index.ts'
import type { Figure, Round, RowSpec } from './figure.ts'

const PROXY = { plain: 'P', tuned: 'T' } as const

interface Against {
  readonly proxy: 'plain' | 'tuned'
  readonly goal: number
  readonly stretch: number
}

/** measureAll runs the variants one after another, beginning with another one each turn. */
export async function measureAll(
  lab: Lab,
  turn: number,
  round: Round,
  variants: readonly Variant[],
  load: Load
): Promise<(variant: Variant) => Measured> {
  const found = new Map<string, Measured>()
  for (const one of rotate(variants, turn)) {
    const measured = await lab.measure(one, load)
    round.measured(one, measured)
    found.set(one.id, measured)
  }
  return one => {
    const measured = found.get(one.id)
    if (!measured) throw new Error(`${one.id} was not measured`)
    return measured
  }
}

/** proxyOf is the proxy a pair is compared with: the one that passes on the same upstream's format. */
export const proxyOf = (server: ServerName, pair: Variant): Variant => variant(server, pair.upstream)

/** inTurn are the pairs that a turn measures: all of them in the first of each launch, then those of one format. */
export const inTurn = (turn: number, rounds: number): readonly Variant[] =>
  turn % rounds === 0 ? PAIRS : PAIRS.filter(pair => !isCrossing(pair))

/** againstProxies is a figure of CPU per reply: each of the pairs, divided by proxies in the same round. */
export function againstProxies(
  id: string,
  title: string,
  rounds: number,
  against: readonly Against[],
  load: Load
): Figure {
  const proxies = against.flatMap(({ proxy }) => WIRES.map(wire => variant(proxy, wire)))
  const rowId = (pair: Variant, proxy: 'plain' | 'tuned') => `${id}/${pairName(pair)}/${PROXY[proxy].toLowerCase()}`
  const rows = against.flatMap(({ proxy, goal, stretch }) =>
    PAIRS.map(
      (pair): RowSpec => ({
        id: rowId(pair, proxy),
        title: `${title}, ${pairName(pair)} ÷ ${PROXY[proxy]}`,
        unit: 'ratio',
        goal,
        stretch,
        pair,
        column: `${id} ÷ ${PROXY[proxy]}`
      })
    )
  )
  return {
    id,
    rows,
    variants: [...proxies, ...PAIRS],
    rounds,
    ...(load.shape !== 'whole' && { perReply: DELTAS[load.shape] }),
    async round(lab, turn, round) {
      const pairs = inTurn(turn, rounds)
      const of = await measureAll(lab, turn, round, [...proxies, ...pairs], load)
      for (const { proxy } of against) {
        for (const pair of pairs) round.value(rowId(pair, proxy), of(pair).cpuUs / of(proxyOf(proxy, pair)).cpuUs)
      }
    }
  }
}
