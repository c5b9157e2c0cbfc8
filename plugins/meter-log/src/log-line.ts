import { type Gap, inputTotal, type Summary, type Usage } from '@isthmus/core'

/** LogLine is what the line of one exchange says: numbers and short strings. What is not known is undefined, so absent. */
export interface LogLine {
  readonly exchange: string
  readonly ingress: string
  readonly principal: string | undefined
  readonly model: string
  readonly alias: string | undefined
  readonly target: string | undefined
  /** How many candidates were tried. */
  readonly attempts: number
  readonly usage: LoggedUsage | undefined
  readonly ttftMs: number | undefined
  readonly totalMs: number
  /** `feature=action`, each once. */
  readonly gaps: readonly string[] | undefined
  readonly outcome: Summary['outcome']
  readonly code: string | undefined
}

/** LoggedUsage counts tokens: `input` is the whole prompt, the cache counters are parts of it, `reasoning` of `output`. */
export interface LoggedUsage {
  readonly input: number | undefined
  readonly cacheRead: number | undefined
  readonly cacheWrite: number | undefined
  readonly output: number | undefined
  readonly reasoning: number | undefined
}

const MAX_CHARS = 128

/** logLine makes the line of one exchange. */
export function logLine(summary: Summary): LogLine {
  return {
    exchange: summary.exchange,
    ingress: summary.ingress,
    principal: short(summary.principal),
    model: short(summary.model),
    alias: short(summary.alias),
    target: short(summary.target),
    attempts: summary.attempts.length,
    usage: summary.usage && usageOf(summary.usage),
    ttftMs: summary.ttftMs === undefined ? undefined : tenths(summary.ttftMs),
    totalMs: tenths(summary.totalMs),
    gaps: summary.gaps.length === 0 ? undefined : gapsOf(summary.gaps),
    outcome: summary.outcome,
    code: summary.code
  }
}

function usageOf(usage: Usage): LoggedUsage {
  return {
    input: inputTotal(usage),
    cacheRead: usage.input.cacheRead,
    cacheWrite: usage.input.cacheWrite?.total,
    output: usage.output.total,
    reasoning: usage.output.reasoning
  }
}

/** A gap may be reported for each of a thousand events; the line names it once. */
function gapsOf(gaps: readonly Gap[]): readonly string[] {
  return [...new Set(gaps.map(gap => `${gap.feature}=${gap.action}`))]
}

/** Model names come from clients, who may send a page of text. */
function short<T extends string | undefined>(text: T): T {
  return (text !== undefined && text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text) as T
}

function tenths(ms: number): number {
  return Math.round(ms * 10) / 10
}
