import type { Feature } from '@isthmus/core'
import type { ChatTraits } from '@isthmus/format-chat-completions'

/** What the Chat endpoint of OpenAI lacks beside what other vendors of the format have added to it. */
const NOT_AT_OPENAI: readonly Feature[] = [
  'input.video',
  'input.file.url',
  'tools.hosted',
  'tools.choice.hosted',
  'output.image',
  'sampling.top_k',
  'sampling.min_p',
  'sampling.top_a',
  'sampling.repetition_penalty',
  'reasoning.expose',
  'cache.auto'
]
const SAMPLING: readonly Feature[] = ['sampling.temperature', 'sampling.top_p']
/** What models refuse that reason before they answer. */
const NOT_WITH_REASONING: readonly Feature[] = [
  'sampling.frequency_penalty',
  'sampling.presence_penalty',
  'sampling.logit_bias',
  'output.logprobs'
]
const NO_REASONING: readonly Feature[] = [
  'reasoning.on',
  'reasoning.off',
  'reasoning.effort',
  'reasoning.budget',
  'output.verbosity'
]

const OPENAI: ChatTraits = {
  maxTokensField: 'max_completion_tokens',
  minOutputTokens: 16,
  replay: 'none',
  cacheMarks: 'none',
  resultMedia: 'follow',
  audioFormats: ['wav', 'mp3'],
  maxStops: 4,
  maxUserChars: 64,
  fileIssuers: ['openai']
}

const plain: ChatTraits = { ...OPENAI, systemRole: 'system', lacks: [...NOT_AT_OPENAI, ...NO_REASONING] }

const reasoning = (efforts: readonly string[], lacks: readonly Feature[] = []): ChatTraits => ({
  ...OPENAI,
  systemRole: 'developer',
  lacks: [...NOT_AT_OPENAI, ...NOT_WITH_REASONING, ...lacks],
  reasoning: { efforts }
})

/** For models that can be told not to reason: then they take a temperature. */
const switchable = (efforts: readonly string[]): ChatTraits => ({
  ...reasoning(efforts),
  samplingOnlyWithoutReasoning: true
})

/** What is not known of a model of OpenAI's is taken to be as in the newest generation. */
const NEWEST: ChatTraits = {
  ...switchable(['none', 'low', 'medium', 'high', 'xhigh']),
  cacheMarks: 'prompt_cache_breakpoint',
  reasoning: { efforts: ['none', 'low', 'medium', 'high', 'xhigh'], refusesTools: true }
}

/** FAMILIES says of each family of models what the encoder has to know; the first that fits counts. */
const FAMILIES: readonly (readonly [RegExp, ChatTraits])[] = [
  [/^(gpt-5(\.\d+)?|chatgpt-\d*o?)-?(chat-)?latest/, plain],
  [/^chatgpt-4o/, plain],
  [/^gpt-(3\.5|4|audio|realtime)/, plain],
  [/^o\d(-|$)/, reasoning(['low', 'medium', 'high'], [...SAMPLING, 'output.stop', 'output.verbosity'])],
  [/^gpt-5-pro/, reasoning(['high'], SAMPLING)],
  [/^gpt-5(-|$)/, reasoning(['minimal', 'low', 'medium', 'high'], SAMPLING)],
  [/^gpt-5\.1(-|$)/, switchable(['none', 'low', 'medium', 'high'])],
  [/^gpt-5\.[2-5](-|$)/, switchable(['none', 'low', 'medium', 'high', 'xhigh'])],
  [/^gpt-([6-9]|5\.)/, NEWEST]
]

/** A server that speaks the format, of which nothing else is known. */
const COMPATIBLE: ChatTraits = { systemRole: 'system' }

const OFFICIAL = /(^|\.)openai\.com$/

/** modelTraits says what the encoder has to know of a model, by its name and by whose server it is on. */
export function modelTraits(model: string, baseUrl: string): ChatTraits {
  const base = model.replace(/^ft:/, '').replace(/^openai\//, '')
  const family = FAMILIES.find(([pattern]) => pattern.test(base))
  if (family !== undefined) return family[1]
  return OFFICIAL.test(new URL(baseUrl).hostname) ? NEWEST : COMPATIBLE
}
