/** quantile interpolates between the two nearest values; the values need not be sorted. */
export function quantile(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.NaN
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * q
  const low = sorted[Math.floor(place)] ?? Number.NaN
  const high = sorted[Math.ceil(place)] ?? low
  return low + (high - low) * (place - Math.floor(place))
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** Spread is a figure: the median over launches of each launch's median, and the quartiles of all rounds. */
export interface Spread {
  readonly figure: number
  readonly lower: number
  readonly upper: number
  readonly rounds: number
}

/**
 * spread weighs every launch alike: the same code differs more from one launch to the next than rounds inside one launch
 * can show.
 */
export function spread(launches: readonly (readonly number[])[]): Spread {
  const measured = launches.filter(rounds => rounds.length > 0)
  const all = measured.flat()
  return {
    figure: median(measured.map(median)),
    lower: quantile(all, 0.25),
    upper: quantile(all, 0.75),
    rounds: all.length
  }
}

/** rotate starts the list at another place for each turn, so that no variant always runs first. */
export function rotate<T>(values: readonly T[], turn: number): readonly T[] {
  const first = values.length === 0 ? 0 : turn % values.length
  return [...values.slice(first), ...values.slice(0, first)]
}
