import type { Figure } from './figures/figure.ts'
import { Lab, type LabOptions } from './lab.ts'
import type { Results } from './results.ts'
import type { Variant } from './variants.ts'

/** Figures with few rounds are those whose rounds are long. */
const roundsOf = ({ rounds }: Figure, quick: boolean): number => (quick ? Math.ceil(rounds / 3) : rounds)

/** variantsOf lists the variants that figures use, each once. */
const variantsOf = (figures: readonly Figure[]): readonly Variant[] => [
  ...new Map(figures.flatMap(({ variants }) => variants).map(variant => [variant.id, variant])).values()
]

/**
 * measureLaunch starts every server anew, warms them up and takes one launch's rounds of all figures. The figures take
 * turns, round by round, so that a change in the machine meets them all.
 */
export async function measureLaunch(
  figures: readonly Figure[],
  launch: number,
  results: Results,
  options: Omit<LabOptions, 'servers'>,
  tell: (line: string) => void
): Promise<void> {
  const variants = variantsOf(figures)
  const lab = await Lab.launch({ ...options, servers: new Set(variants.map(({ server }) => server)) })
  try {
    await lab.warmUp(variants)
    const inTurn = figures.filter(({ last }) => !last)
    const most = Math.max(0, ...inTurn.map(figure => roundsOf(figure, options.quick)))
    const take = async (figure: Figure, turn: number) => {
      const startMs = performance.now()
      await figure.round(lab, launch * figure.rounds + turn, results.round(figure, launch))
      tell(`  ${figure.id} ${turn + 1}: ${((performance.now() - startMs) / 1000).toFixed(1)} s`)
    }
    for (let turn = 0; turn < most; turn++) {
      for (const figure of inTurn) if (turn < roundsOf(figure, options.quick)) await take(figure, turn)
    }
    for (const figure of figures.filter(({ last }) => last)) {
      for (let turn = 0; turn < roundsOf(figure, options.quick); turn++) await take(figure, turn)
    }
  } finally {
    await lab.close()
  }
}
