import { PROVIDER_SIMULATOR_PARAMETER } from './errors.ts'

/** ModelName is a simulated model's name taken apart: `tokens:200@10ms` is base, amount and delay. */
export interface ModelName {
  readonly text: string
  readonly base: string
  readonly amount: string | undefined
  /** What stands behind the `@`: the time for each token, or what the model's table entry says. */
  readonly delayMs: number | undefined
}

const NAME = /^([^:@]*)(?::([^@]*))?(?:@(.*))?$/s
const DURATION = /^(\d{1,8}(?:\.\d{1,3})?)(ms|s)$/
const COUNT = /^\d{1,5}$/
const MAX_MS = 24 * 60 * 60 * 1000

/** parseModelName takes a model name apart. */
export function parseModelName(text: string): ModelName {
  const [, base = '', amount, delay] = NAME.exec(text) ?? []
  return { text, base, amount, delayMs: delay === undefined ? undefined : duration(text, delay) }
}

/** countOf reads a name's amount as a number of tokens or calls. */
export function countOf(name: ModelName, fallback: number): number {
  if (name.amount === undefined) return fallback
  if (!COUNT.test(name.amount)) throw wrong(name.text, name.amount, 'a number up to 99999')
  return Number(name.amount)
}

/** durationOf reads a name's amount as a time. */
export function durationOf(name: ModelName, fallbackMs: number): number {
  return name.amount === undefined ? fallbackMs : duration(name.text, name.amount)
}

/** noAmount refuses an amount where a model takes none. */
export function noAmount(name: ModelName): void {
  if (name.amount !== undefined) throw wrong(name.text, name.amount, 'nothing after the colon')
}

/** wrong makes the error for a part of a model name that cannot be read. */
export function wrong(name: string, part: string, expected: string) {
  return PROVIDER_SIMULATOR_PARAMETER(part.slice(0, 40), name.slice(0, 40), expected)
}

function duration(name: string, text: string): number {
  const match = DURATION.exec(text)
  const ms = match === null ? Number.NaN : Number(match[1]) * (match[2] === 's' ? 1000 : 1)
  if (!(ms <= MAX_MS)) throw wrong(name, text, 'a time like 10ms or 2s, at most a day')
  return ms
}
