import type { Feature } from './features.ts'

/** GapAction is what was done about something the other side cannot express. */
export type GapAction = 'dropped' | 'converted' | 'emulated'

/**
 * Gap names one loss. `feature` is from the feature table; `field` the member of the client's request it is about.
 * `from` and `to` hold short values (never prompt text) when one was replaced by another.
 */
export interface Gap {
  readonly feature: Feature
  readonly action: GapAction
  readonly field?: string
  readonly message?: string
  readonly from?: string | number | boolean
  readonly to?: string | number | boolean
}

/** GapPolicy is what to do where a feature has no exact counterpart. */
export type GapPolicy = 'reject' | 'report' | 'emulate'
