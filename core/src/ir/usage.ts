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

/** addUsage adds what two replies used. Totals that one of them does not know are not known of both. */
export function addUsage(one: Usage, other: Usage): Usage {
  const { cost } = one
  const known = inputTotal(one) !== undefined && inputTotal(other) !== undefined
  const made = one.output.total !== undefined && other.output.total !== undefined
  const priced = cost !== undefined && other.cost?.currency === cost.currency
  return {
    input: known ? addInput(one.input, other.input) : {},
    output: made ? addOutput(one.output, other.output) : {},
    requests: addEach(one.requests, other.requests),
    cost: priced ? { amount: cost.amount + other.cost.amount, currency: cost.currency } : undefined,
    estimated: one.estimated || other.estimated
  }
}

function addInput(one: Usage['input'], other: Usage['input']): Usage['input'] {
  const written = add(one.cacheWrite?.total, other.cacheWrite?.total)
  const byTtl = addEach(one.cacheWrite?.byTtl, other.cacheWrite?.byTtl)
  return {
    fresh: add(one.fresh, other.fresh),
    cacheRead: add(one.cacheRead, other.cacheRead),
    cacheWrite: written === undefined ? undefined : { total: written, ...(byTtl && { byTtl }) },
    toolPrompt: add(one.toolPrompt, other.toolPrompt),
    byModality: addEach(one.byModality, other.byModality)
  }
}

function addOutput(one: Usage['output'], other: Usage['output']): Usage['output'] {
  return {
    total: add(one.total, other.total),
    reasoning: add(one.reasoning, other.reasoning),
    byModality: addEach(one.byModality, other.byModality),
    acceptedPrediction: add(one.acceptedPrediction, other.acceptedPrediction),
    rejectedPrediction: add(one.rejectedPrediction, other.rejectedPrediction)
  }
}

function add(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined && other === undefined ? undefined : (one ?? 0) + (other ?? 0)
}

type Counts = Readonly<Record<string, number>> | undefined

function addEach(one: Counts, other: Counts): Counts {
  if (one === undefined || other === undefined) return one ?? other
  const sum: Record<string, number> = { ...one }
  for (const [name, count] of Object.entries(other)) sum[name] = (sum[name] ?? 0) + count
  return sum
}
