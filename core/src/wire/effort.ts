/*
 * Words and numbers for how much a model should reason. All formats share one table, so that an effort that becomes a
 * budget on the way comes back as the same effort.
 */

/** EFFORTS are the words in rising order. `none` is not among them: it is never a neighbour to round to. */
export const EFFORTS: readonly string[] = ['minimal', 'low', 'medium', 'high', 'xhigh', 'max']

/** roundEffort gives the supported effort that comes closest: the next lower one, else the next higher; undefined when there is none. */
export function roundEffort(effort: string, supported: readonly string[]): string | undefined {
  if (supported.includes(effort)) return effort
  const at = EFFORTS.indexOf(effort)
  const known = EFFORTS.filter(name => supported.includes(name))
  if (at < 0) return known.includes('medium') ? 'medium' : known[0]
  return known.findLast(name => EFFORTS.indexOf(name) < at) ?? known[0]
}

/** isAbove compares two efforts. */
export function isAbove(effort: string, limit: string): boolean {
  return EFFORTS.indexOf(effort) > EFFORTS.indexOf(limit)
}

const SHARES: Readonly<Record<string, number>> = {
  minimal: 0.1,
  low: 0.2,
  medium: 0.5,
  high: 0.8,
  xhigh: 0.95,
  max: 0.95
}
/** MIN_BUDGET is the smallest budget that services take, in tokens. */
export const MIN_BUDGET = 1024

/** budgetOf turns an effort into a budget: a share of the output limit that leaves room for the answer. */
export function budgetOf(effort: string, base: number): number {
  const reserve = Math.max(MIN_BUDGET, Math.ceil(base * 0.05))
  return clampBudget(Math.round((Object.hasOwn(SHARES, effort) ? SHARES[effort]! : 0.5) * base), base - reserve)
}

/** clampBudget keeps a budget between the smallest that services take and `most`. */
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
