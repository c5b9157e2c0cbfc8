import type { Figure, Round, RowSpec } from './figures/figure.ts'
import type { Measured } from './lab.ts'
import { median, type Spread, spread } from './statistics.ts'
import { isCrossing, pairName, type Variant } from './variants.ts'

/** ResultRow is a row with what was found. `ok` is null where there is no limit. */
export interface ResultRow {
  readonly id: string
  readonly title: string
  readonly unit: RowSpec['unit']
  readonly figure: number
  readonly limit: number | null
  readonly stretch: number | null
  readonly ok: boolean | null
  readonly lower: number
  readonly upper: number
  readonly rounds: number
  readonly launches: number
  /** For the table of pairs. */
  readonly pair?: string
  readonly column?: string
  readonly crossing: boolean
}

/** Absolute is a variant's own numbers under one figure's load: they hold for this machine and this run only. */
export interface Absolute {
  readonly figure: string
  readonly variant: string
  readonly crossing: boolean
  readonly cpuUs: number
  /** What `cpuUs` is counted for. */
  readonly per: 'exchange' | 'event'
  readonly bytesPerReply: number
  readonly writesPerReply: number
  readonly readsPerReply: number
  readonly connectionsPerReply: number
}

interface Seen {
  readonly figure: Figure
  readonly variant: Variant
  readonly all: Measured[]
}

const rounded = (value: number): number => Number(value.toPrecision(4))

/** Results collects what the rounds of all launches found. */
export class Results {
  readonly #values = new Map<string, number[][]>()
  readonly #seen = new Map<string, Seen>()

  /** round gives a figure the place for its next values. */
  round(figure: Figure, launch: number): Round {
    return {
      value: (rowId, value) => {
        if (!Number.isFinite(value)) throw new Error(`${rowId}: ${value} is not a number`)
        const launches = this.#values.get(rowId) ?? []
        this.#values.set(rowId, launches)
        launches[launch] = [...(launches[launch] ?? []), value]
      },
      measured: (variant, measured) => {
        const key = `${figure.id} ${variant.id}`
        const seen = this.#seen.get(key) ?? { figure, variant, all: [] }
        this.#seen.set(key, seen)
        seen.all.push(measured)
      }
    }
  }

  rows(figures: readonly Figure[]): readonly ResultRow[] {
    return figures.flatMap(({ rows }) =>
      rows.map(spec => {
        const launches = (this.#values.get(spec.id) ?? []).filter(values => values !== undefined)
        const { figure, lower, upper, rounds }: Spread = spread(launches)
        return {
          id: spec.id,
          title: spec.title,
          unit: spec.unit,
          figure: rounded(figure),
          limit: spec.goal === null ? null : rounded(spec.goal),
          stretch: spec.stretch,
          ok: spec.goal === null ? null : figure <= spec.goal,
          lower: rounded(lower),
          upper: rounded(upper),
          rounds,
          launches: launches.length,
          ...(spec.pair && { pair: pairName(spec.pair) }),
          ...(spec.column !== undefined && { column: spec.column }),
          crossing: spec.pair !== undefined && isCrossing(spec.pair)
        }
      })
    )
  }

  absolute(): readonly Absolute[] {
    return [...this.#seen.values()].map(({ figure, variant, all }) => {
      const middle = (read: (measured: Measured) => number) => rounded(median(all.map(read)))
      return {
        figure: figure.id,
        variant: variant.id,
        crossing: isCrossing(variant),
        cpuUs: middle(measured => measured.cpuUs / (figure.perReply ?? 1)),
        per: figure.perReply === undefined ? 'exchange' : 'event',
        bytesPerReply: middle(measured => measured.bytesPerReply),
        writesPerReply: middle(measured => measured.writesPerReply),
        readsPerReply: middle(measured => measured.readsPerReply),
        connectionsPerReply: middle(measured => measured.connectionsPerReply)
      }
    })
  }
}
