import {
  type ClientCall,
  concerns,
  FEATURE_NAMES,
  FEATURES,
  type Feature,
  type FeatureTable,
  type Host,
  type Verdict,
  verdictOf
} from '@isthmus/core'
import type { Json } from './types.ts'

const LOST: readonly Verdict[] = ['emulated', 'dropped', 'rejected']

/** featuresOf sums up what does not come through as it is: of replies to this client, and of requests to each provider. */
export function featuresOf(call: ClientCall, gateway: Host['gateway'], tables: Record<string, Json>): Json {
  const isReply = (feature: Feature) => FEATURES[feature].class === 'reply'
  const upstreams = gateway.providers().map(provider => {
    const names = gateway.ways(call.operation, provider, '').map(({ endpoint, features }) => {
      const name = `${provider}.${endpoint.format}.${call.operation}`
      tables[name] ??= lost(features, feature => concerns(call.operation, feature))
      return name
    })
    return [provider, names] as const
  })
  return {
    ...('features' in call && { reply: lost(call.features, isReply) }),
    requests: Object.fromEntries(upstreams)
  }
}

function lost(table: FeatureTable, about: (feature: Feature) => boolean): Json {
  const features = FEATURE_NAMES.filter(about)
  return Object.fromEntries(
    LOST.map(verdict => [verdict, features.filter(name => verdictOf(table, name) === verdict)] as const).filter(
      ([, names]) => names.length > 0
    )
  )
}
