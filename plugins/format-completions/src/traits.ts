import { FEATURES, type Feature, type FeatureTable } from '@isthmus/core'

/** CompletionsTraits is what the encoder has to know of a model. What is absent is written as the client wrote it. */
export interface CompletionsTraits {
  /** Features the model refuses: they are left out, and {@link completionsFeatures} says so to the kernel. */
  readonly lacks?: readonly Feature[]
  /** False for a server that refuses `stream_options`. */
  readonly streamUsage?: boolean
}

/** completionsFeatures says of a model's traits what the kernel has to know. */
export function completionsFeatures(traits: CompletionsTraits): Partial<FeatureTable> {
  const table: { -readonly [F in Feature]?: FeatureTable[F] } = {}
  for (const feature of traits.lacks ?? []) {
    table[feature] = FEATURES[feature].class === 'meaning' ? 'rejected' : 'dropped'
  }
  return table
}
