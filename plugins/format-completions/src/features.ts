import { type FeatureTable, featureTable } from '@isthmus/core'

/**
 * COMPLETIONS_FEATURES is what the format makes of each feature, the ways to sample that other vendors added to it
 * included. Conversations, tools and media are none of its concern; of a reply it has words for text alone.
 */
export const COMPLETIONS_FEATURES: FeatureTable = featureTable({
  'complete.prompt': 'exact',
  'complete.prompts': 'exact',
  'complete.tokens': 'exact',
  'complete.suffix': 'exact',
  'complete.echo': 'exact',
  'complete.best_of': 'exact',
  'output.max_tokens': 'exact',
  // With `echo` it is how log probabilities of a given text are asked for.
  'output.max_tokens.zero': 'exact',
  'output.stop': 'exact',
  'output.n': 'exact',
  'output.logprobs': 'exact',
  'sampling.temperature': 'exact',
  'sampling.top_p': 'exact',
  'sampling.top_k': 'exact',
  'sampling.min_p': 'exact',
  'sampling.top_a': 'exact',
  'sampling.seed': 'exact',
  'sampling.frequency_penalty': 'exact',
  'sampling.presence_penalty': 'exact',
  'sampling.repetition_penalty': 'exact',
  'sampling.logit_bias': 'exact',
  'identity.user': 'exact',
  ext: 'exact',
  // There is no word for it: the refusal is the text, and the finish reason says `content_filter`.
  'reply.refusal': 'emulated',
  'reply.logprobs': 'converted',
  'reply.choices': 'exact'
})
