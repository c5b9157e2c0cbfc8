import { type FeatureTable, featureTable } from '@isthmus/core'

/**
 * EMBEDDINGS_FEATURES is what the format makes of each feature. Members of other formats are reported by the encoder, as
 * only it knows whether there are any. Media are an addition of few vendors: an endpoint that takes them says so.
 */
export const EMBEDDINGS_FEATURES: FeatureTable = featureTable({
  'embed.tokens': 'exact',
  'embed.media': 'rejected',
  'embed.dimensions': 'exact',
  'embed.task': 'dropped',
  'identity.user': 'exact',
  ext: 'exact'
})
