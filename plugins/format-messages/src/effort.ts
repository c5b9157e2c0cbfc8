/** Efforts in rising order; what a model does not have is rounded to its nearest below, then above. */
const ORDER = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/** roundEffort gives the supported effort that comes closest; undefined when the model has none. */
export function roundEffort(effort: string, supported: readonly string[] | undefined): string | undefined {
  if (supported === undefined) return effort === 'minimal' ? 'low' : effort
  if (supported.length === 0) return undefined
  if (supported.includes(effort)) return effort
  const at = ORDER.indexOf(effort)
  if (at < 0) return supported.includes('medium') ? 'medium' : supported[0]
  const below = ORDER.slice(0, at).findLast(name => supported.includes(name))
  return below ?? ORDER.slice(at).find(name => supported.includes(name))
}

/** isAbove compares two efforts. */
export function isAbove(effort: string, limit: string): boolean {
  return ORDER.indexOf(effort) > ORDER.indexOf(limit)
}

const SHARES: Readonly<Record<string, number>> = {
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.95,
  max: 0.95
}
/** The service takes no smaller budget. */
export const MIN_BUDGET = 1024

/** budgetOf turns an effort into a budget: a share of the output limit that leaves room for the answer. */
export function budgetOf(effort: string, base: number): number {
  const reserve = Math.max(MIN_BUDGET, Math.ceil(base * 0.05))
  return clampBudget(Math.round((SHARES[effort] ?? 0.5) * base), base - reserve)
}

export function clampBudget(budget: number, most: number): number {
  return Math.max(MIN_BUDGET, Math.min(budget, most))
}

/** effortOf turns a budget back; never into the two top efforts, which cost a multiple. */
export function effortOf(budget: number, base: number): string {
  const share = budget / base
  if (share <= 0.15) return 'minimal'
  if (share <= 0.35) return 'low'
  return share <= 0.65 ? 'medium' : 'high'
}
