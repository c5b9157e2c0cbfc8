import type { Lab, Load, Measured } from '../lab.ts'
import { DELTAS } from '../replies.ts'
import { rotate } from '../statistics.ts'
import { PAIRS, pairName, type ServerName, type Variant, variant } from '../variants.ts'
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

/** againstProxies is a figure of CPU per reply: each of the four pairs, divided by proxies in the same round. */
export function againstProxies(
  id: string,
  title: string,
  rounds: number,
  against: readonly Against[],
  load: Load
): Figure {
  const variants = [...against.flatMap(({ proxy }) => [variant(proxy, 'chat'), variant(proxy, 'messages')]), ...PAIRS]
  const rowId = (pair: Variant, proxy: 'plain' | 'tuned') => `${id}/${pairName(pair)}/${PROXY[proxy].toLowerCase()}`
  const rows = against.flatMap(({ proxy, goal, stretch }) =>
    PAIRS.map(
      (pair): RowSpec => ({
        id: rowId(pair, proxy),
        title: `${title}, ${pairName(pair)} ÷ ${PROXY[proxy]}`,
        unit: 'ratio',
        goal,
        stretch
      })
    )
  )
  return {
    id,
    rows,
    variants,
    rounds,
    ...(load.shape !== 'whole' && { perReply: DELTAS[load.shape] }),
    async round(lab, turn, round) {
      const of = await measureAll(lab, turn, round, variants, load)
      for (const { proxy } of against) {
        for (const pair of PAIRS) round.value(rowId(pair, proxy), of(pair).cpuUs / of(proxyOf(proxy, pair)).cpuUs)
      }
    }
  }
}
