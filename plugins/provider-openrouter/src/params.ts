import type { Feature } from '@isthmus/core'

/**
 * PARAMS are members of a request that are left out unless the config says otherwise, and the feature that goes with
 * each. The first four are the service's to decide: a key of a cache, a tier and so on mean something on one upstream only,
 * and the service picks the upstream.
 */
export const PARAMS = {
  prompt_cache_key: 'cache.key',
  verbosity: 'output.verbosity',
  store: 'state.store',
  service_tier: 'service.tier',
  prompt_cache_retention: 'cache.options',
  prompt_cache_options: 'cache.options',
  web_search_options: 'hosted.options',
  safety_identifier: 'identity.safety',
  moderation: 'safety'
} as const satisfies Record<string, Feature>

/** ParamName is one of the members. */
export type ParamName = keyof typeof PARAMS

const NAMES = Object.keys(PARAMS) as ParamName[]

/** removedParams are the members that a config does not forward. */
export function removedParams(forwarded: readonly ParamName[]): readonly ParamName[] {
  return NAMES.filter(name => !forwarded.includes(name))
}

/** ELSEWHERE are features that have another place to go: the id of a user, and a tool. */
const ELSEWHERE: ReadonlySet<Feature> = new Set(['identity.safety', 'hosted.options'])

/** removedFeatures are the features of which no member is forwarded. */
export function removedFeatures(forwarded: readonly ParamName[]): readonly Feature[] {
  const kept = new Set<Feature>(forwarded.map(name => PARAMS[name]))
  const removed = removedParams(forwarded).map(name => PARAMS[name])
  return [...new Set(removed)].filter(feature => !kept.has(feature) && !ELSEWHERE.has(feature))
}
