import type { Feature, FeatureTable, HostedKind } from '@isthmus/core'
import { FEATURES } from '@isthmus/core'

/** MoreSampling are the members for sampling that some vendors added to the format. */
export type MoreSampling = 'topK' | 'frequencyPenalty' | 'presencePenalty'

const MORE_SAMPLING: Readonly<Record<MoreSampling, Feature>> = {
  topK: 'sampling.top_k',
  frequencyPenalty: 'sampling.frequency_penalty',
  presencePenalty: 'sampling.presence_penalty'
}

/** ResponsesTraits is what the encoder has to know of a model. What is absent is written as the client wrote it. */
export interface ResponsesTraits {
  /** Features the model refuses: they are left out, and {@link responsesFeatures} says so to the kernel. */
  readonly lacks?: readonly Feature[]
  readonly reasoning?: {
    /** False for a model that does not reason: it is told nothing of reasoning, and asked for none. */
    readonly supported?: boolean
    /** The efforts it knows, `none` among them if it can be turned off. */
    readonly efforts?: readonly string[]
    /** Where earlier reasoning is sent back: sealed beside its summary, or as plain text in `content`. */
    readonly replay?: 'summary' | 'content'
    /** Who issued the seals that it takes: a name of the public registry. */
    readonly sealFormat?: string
  }
  /** `never`: temperature and top_p are refused. `without_reasoning`: they are refused unless reasoning is off. */
  readonly sampling?: 'always' | 'without_reasoning' | 'never'
  /** Sampling that the vendor added to the format. */
  readonly moreSampling?: readonly MoreSampling[]
  /** Smaller limits are raised to this one. */
  readonly minOutputTokens?: number
  readonly maxOutputTokens?: number
  /** What `store` says where the client said nothing; `omit` for a server that refuses the member. */
  readonly store?: boolean | 'omit'
  /** Images and files in the result of a tool: sent in place, or in a user message that follows. */
  readonly resultMedia?: 'inline' | 'follow'
  /** Results that are a list of texts are sent as one string. */
  readonly flattenOutputs?: boolean
  /** False for a server without tools that take free text. */
  readonly customTools?: boolean
  /** Kinds of hosted tools that the upstream runs; all of the format's own when absent. */
  readonly hostedTools?: readonly HostedKind[]
  /** Whether the model takes cache breakpoints. */
  readonly cacheMarks?: boolean
  /** Characters of `user`, at most: longer ones are hashed. */
  readonly maxUserChars?: number
  /** Names under which uploaded files of this upstream are known in the IR. */
  readonly fileIssuers?: readonly string[]
}

/** responsesFeatures says of a model's traits what the kernel has to know: what the encoder leaves out or does otherwise. */
export function responsesFeatures(traits: ResponsesTraits): Partial<FeatureTable> {
  const table: { -readonly [F in Feature]?: FeatureTable[F] } = {}
  if (traits.resultMedia === 'follow') table['tools.result.media'] = 'emulated'
  if (traits.customTools === false) table['tools.custom'] = 'emulated'
  if (traits.cacheMarks === false) table['cache.mark'] = 'dropped'
  for (const name of traits.moreSampling ?? []) table[MORE_SAMPLING[name]] = 'exact'
  if (traits.sampling === 'never') {
    table['sampling.temperature'] = 'dropped'
    table['sampling.top_p'] = 'dropped'
  }
  if (traits.reasoning?.supported === false) {
    for (const feature of REASONING) table[feature] = 'dropped'
    // What does not reason is off already.
    table['reasoning.off'] = 'converted'
  }
  for (const feature of traits.lacks ?? []) {
    table[feature] = FEATURES[feature].class === 'meaning' ? 'rejected' : 'dropped'
  }
  return table
}

const REASONING: readonly Feature[] = [
  'input.reasoning',
  'reasoning.on',
  'reasoning.effort',
  'reasoning.budget',
  'reasoning.expose',
  'reasoning.context'
]
