import type { Native } from './values.ts'

/**
 * Usage counts tokens in disjoint buckets. A counter that was not reported is absent: unknown is not zero.
 * `fresh`, `cacheRead`, `cacheWrite.total` and `toolPrompt` never overlap; `reasoning` is a part of `output.total`.
 */
export interface Usage {
  readonly input: {
    readonly fresh?: number | undefined
    readonly cacheRead?: number | undefined
    readonly cacheWrite?: { readonly total: number; readonly byTtl?: Readonly<Record<string, number>> } | undefined
    readonly toolPrompt?: number | undefined
    readonly byModality?: Readonly<Record<string, number>> | undefined
  }
  readonly output: {
    readonly total?: number | undefined
    readonly reasoning?: number | undefined
    readonly byModality?: Readonly<Record<string, number>> | undefined
    readonly acceptedPrediction?: number | undefined
    readonly rejectedPrediction?: number | undefined
  }
  /** Calls of hosted tools, by tool. */
  readonly requests?: Readonly<Record<string, number>> | undefined
  /** What the upstream says it charged. */
  readonly cost?: { readonly amount: number; readonly currency: string; readonly detail?: unknown } | undefined
  readonly estimated?: boolean | undefined
  /** The upstream's own object, for an encoder of the same format. */
  readonly native?: Native | undefined
}

/** inputTotal adds the disjoint input counters; undefined when none was reported. */
export function inputTotal(usage: Usage): number | undefined {
  const { fresh, cacheRead, cacheWrite, toolPrompt } = usage.input
  if (fresh === undefined && cacheRead === undefined && cacheWrite === undefined && toolPrompt === undefined) {
    return undefined
  }
  return (fresh ?? 0) + (cacheRead ?? 0) + (cacheWrite?.total ?? 0) + (toolPrompt ?? 0)
}

/** subtract keeps a derived counter from going below zero: providers report more cached than prompted tokens. */
export function subtract(total: number, ...parts: readonly (number | undefined)[]): number {
  let rest = total
  for (const part of parts) rest -= part ?? 0
  return Math.max(0, rest)
}
