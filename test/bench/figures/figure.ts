import type { Lab, Measured } from '../lab.ts'
import type { Variant } from '../variants.ts'

/** RowSpec is one line of the result: a number and what it may be. */
export interface RowSpec {
  readonly id: string
  readonly title: string
  readonly unit: 'ratio' | 'ms' | 'µs' | 'KB'
  /** null: told, not judged. */
  readonly goal: number | null
  readonly stretch: number | null
  /** The gateway's way that it is about, and the column that it has in the table of pairs. */
  readonly pair?: Variant
  readonly column?: string
}

/** Round collects what one round of a figure found. */
export interface Round {
  /** value records one value of a row. */
  value(rowId: string, value: number): void
  /** measured records a variant's own numbers, which are printed beside the ratios. */
  measured(variant: Variant, measured: Measured): void
}

/** Figure is one thing the bench measures. */
export interface Figure {
  readonly id: string
  readonly rows: readonly RowSpec[]
  readonly variants: readonly Variant[]
  /** Rounds in each of the launches. */
  readonly rounds: number
  /** Measured with the other figures in turn, or when they are done. Default: in turn. */
  readonly last?: boolean
  /** Units of one reply for the printed numbers, e.g. the events of a stream. */
  readonly perReply?: number
  round(lab: Lab, turn: number, round: Round): Promise<void>
}
