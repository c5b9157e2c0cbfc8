import type { Candidate } from '../contract/index.ts'
import { expresses, type Feature, type FeatureTable, type Gap, verdictOf } from '../ir/index.ts'

/** FetchedFeature is something by URL that the gateway can turn into the same thing inline. */
export type FetchedFeature = 'input.image.url' | 'input.file.url'

const INLINE: Readonly<Record<FetchedFeature, Feature>> = {
  'input.image.url': 'input.image.inline',
  'input.file.url': 'input.file.inline'
}
const FETCHED = Object.keys(INLINE) as readonly FetchedFeature[]

const needsFetching = (table: FeatureTable, feature: FetchedFeature): boolean =>
  verdictOf(table, feature) === 'rejected' && expresses(verdictOf(table, INLINE[feature]))

/** withFetching gives the verdicts of an endpoint for which the gateway fetches what it does not fetch itself. */
export function withFetching(table: FeatureTable): FeatureTable {
  const fetched = FETCHED.filter(feature => needsFetching(table, feature))
  if (fetched.length === 0) return table
  return { ...table, ...Object.fromEntries(fetched.map(feature => [feature, 'emulated'])) }
}

/** fetchedFor names what has to be fetched before a candidate is asked. Its own verdicts tell it from what it emulates itself. */
export function fetchedFor({ endpoint, model }: Candidate, gaps: readonly Gap[]): readonly FetchedFeature[] {
  const emulated = FETCHED.filter(feature => gaps.some(gap => gap.feature === feature && gap.action === 'emulated'))
  if (emulated.length === 0) return emulated
  const own = endpoint.featuresFor?.(model) ?? endpoint.features
  return emulated.filter(feature => needsFetching(own, feature))
}
