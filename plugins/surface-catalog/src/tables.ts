import { createHash } from 'node:crypto'
import { type Feature, type FeatureTable, type Verdict, verdictOf } from '@isthmus/core'

/** VerdictTable lists features by verdict; a verdict that no feature has is absent. */
export type VerdictTable = { readonly [V in Verdict]?: readonly Feature[] }

const VERDICTS: readonly Verdict[] = ['exact', 'converted', 'emulated', 'dropped', 'rejected']

/** Tables keeps each table once, under an id that is the same for the same content. */
export class Tables {
  #byId: Record<string, VerdictTable> = {}
  /** Many models share one table, and working its id out is not free. */
  #known = new Map<readonly Feature[], WeakMap<FeatureTable, string>>()

  /** add gives the id of what a table says of some features. */
  add(table: FeatureTable, features: readonly Feature[]): string {
    const known = this.#known.get(features) ?? new WeakMap<FeatureTable, string>()
    this.#known.set(features, known)
    let id = known.get(table)
    if (id === undefined) {
      const content = byVerdict(table, features)
      id = createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 10)
      this.#byId[id] = content
      known.set(table, id)
    }
    return id
  }

  all(): Readonly<Record<string, VerdictTable>> {
    return this.#byId
  }
}

function byVerdict(table: FeatureTable, features: readonly Feature[]): VerdictTable {
  const lists: { [V in Verdict]?: Feature[] } = {}
  for (const verdict of VERDICTS) {
    const found = features.filter(feature => verdictOf(table, feature) === verdict)
    if (found.length > 0) lists[verdict] = found
  }
  return lists
}
