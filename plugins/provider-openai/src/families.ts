import type { Feature } from '@isthmus/core'
import type { ChatTraits } from '@isthmus/format-chat-completions'
import type { CompletionsTraits } from '@isthmus/format-completions'
import type { ResponsesTraits } from '@isthmus/format-responses'

/** Family is what is known of models of one kind: where they are served, and what the encoder there has to know. */
export interface Family {
  readonly chat?: ChatTraits
  readonly responses?: ResponsesTraits
  readonly complete?: CompletionsTraits
  readonly embed?: EmbedTraits
}

/** EmbedTraits is what is known of a model that makes vectors. */
export interface EmbedTraits {
  /** Whether it can be told how long its vectors are. */
  readonly dimensions: boolean
}

/** What OpenAI's own endpoints lack beside what other vendors have added to the format. */
const NOT_IN_CHAT: readonly Feature[] = [
  'input.video',
  'input.file.url',
  'tools.hosted',
  'tools.search',
  'tools.choice.hosted',
  'output.image',
  'sampling.top_k',
  'sampling.min_p',
  'sampling.top_a',
  'sampling.repetition_penalty',
  'reasoning.expose',
  'cache.auto'
]
const NOT_IN_RESPONSES: readonly Feature[] = ['input.audio', 'state.background']
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

const CHAT: ChatTraits = {
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
const RESPONSES: ResponsesTraits = {
  minOutputTokens: 16,
  cacheMarks: false,
  maxUserChars: 64,
  fileIssuers: ['openai'],
  lacks: NOT_IN_RESPONSES
}

const PLAIN_CHAT: ChatTraits = { ...CHAT, systemRole: 'system', lacks: [...NOT_IN_CHAT, ...NO_REASONING] }
const PLAIN: Family = {
  chat: PLAIN_CHAT,
  responses: {
    ...RESPONSES,
    reasoning: { supported: false },
    lacks: [...NOT_IN_RESPONSES, 'output.verbosity']
  }
}

const LOW_TO_HIGH = ['low', 'medium', 'high']
const TO_XHIGH = [...LOW_TO_HIGH, 'xhigh']

/** For models that always reason. */
function reasoning(efforts: readonly string[], lacks: readonly Feature[] = []): Required<Pick<Family, Conversing>> {
  return {
    chat: {
      ...CHAT,
      systemRole: 'developer',
      lacks: [...NOT_IN_CHAT, ...NOT_WITH_REASONING, ...SAMPLING, ...lacks],
      reasoning: { efforts }
    },
    responses: {
      ...RESPONSES,
      reasoning: { supported: true, efforts },
      sampling: 'never',
      // Stop sequences it lacks for every model.
      lacks: [...NOT_IN_RESPONSES, 'output.logprobs', ...lacks.filter(feature => feature !== 'output.stop')]
    }
  }
}
type Conversing = 'chat' | 'responses'

/** For models that can be told not to reason: then they take a temperature. */
function switchable(efforts: readonly string[]): Required<Pick<Family, Conversing>> {
  return {
    chat: {
      ...CHAT,
      systemRole: 'developer',
      lacks: [...NOT_IN_CHAT, ...NOT_WITH_REASONING],
      reasoning: { efforts },
      samplingOnlyWithoutReasoning: true
    },
    responses: {
      ...RESPONSES,
      reasoning: { supported: true, efforts },
      sampling: 'without_reasoning',
      lacks: [...NOT_IN_RESPONSES, 'output.logprobs']
    }
  }
}

const onlyResponses = ({ responses }: Required<Pick<Family, Conversing>>): Family => ({ responses })

const EFFORTS_OF_NEWEST = ['none', ...TO_XHIGH]
const newest = switchable(EFFORTS_OF_NEWEST)

/** NEWEST is what is taken to hold for a model of OpenAI's of which nothing is known. */
export const NEWEST: Family = {
  chat: {
    ...newest.chat,
    cacheMarks: 'prompt_cache_breakpoint',
    reasoning: { efforts: EFFORTS_OF_NEWEST, refusesTools: true }
  },
  responses: {
    ...newest.responses,
    cacheMarks: true,
    reasoning: { supported: true, efforts: [...EFFORTS_OF_NEWEST, 'max'] }
  }
}

const NOT_IN_COMPLETIONS: readonly Feature[] = [
  'sampling.top_k',
  'sampling.min_p',
  'sampling.top_a',
  'sampling.repetition_penalty'
]

/** A server that speaks the formats, of which nothing else is known: it may have any of them. */
export const COMPATIBLE: Family = {
  chat: { systemRole: 'system' },
  responses: {},
  complete: {},
  embed: { dimensions: true }
}

/** VECTORS are models that make vectors, wherever they run. */
export const VECTORS: Family = { embed: { dimensions: true } }

/** FAMILIES are OpenAI's models; the first that fits counts. */
export const FAMILIES: readonly (readonly [RegExp, Family])[] = [
  [/^text-embedding-ada/, { embed: { dimensions: false } }],
  [/^text-embedding-/, VECTORS],
  [/^gpt-3\.5-turbo-instruct/, { complete: { lacks: NOT_IN_COMPLETIONS } }],
  [/^(davinci|babbage)-002/, { complete: { lacks: [...NOT_IN_COMPLETIONS, 'complete.suffix'] } }],
  // They are asked in other ways than any that is spoken here.
  [/^(whisper|tts|dall-e|gpt-image|chatgpt-image|sora|omni-moderation|text-moderation|gpt-realtime)/, {}],
  [/^gpt-4o(-mini)?-(realtime|transcribe|tts)/, {}],
  [/^gpt-(audio|4o-audio|4o-mini-audio)/, { chat: PLAIN_CHAT }],
  [/^gpt-[^:]*-search-(preview|api)/, { chat: PLAIN_CHAT }],
  [/^computer-use/, { responses: { ...RESPONSES, reasoning: { supported: true } } }],
  [/^o\d[^:]*-deep-research/, { responses: { ...RESPONSES, reasoning: { supported: true }, sampling: 'never' } }],
  [/^o\d-pro/, onlyResponses(reasoning(LOW_TO_HIGH, ['output.verbosity']))],
  [/^gpt-5-pro/, onlyResponses(reasoning(['high']))],
  [/^gpt-[5-9](\.\d+)?-pro/, onlyResponses(reasoning(['medium', 'high', 'xhigh']))],
  [/^(codex|gpt-5(\.1)?-codex(?!-max))/, onlyResponses(reasoning(LOW_TO_HIGH))],
  [/^gpt-[^:]*-codex/, onlyResponses(reasoning(TO_XHIGH))],
  [/^(gpt-5(\.\d+)?|chatgpt-\d*o?)-?(chat-)?latest/, PLAIN],
  [/^chatgpt-4o/, PLAIN],
  [/^gpt-(3\.5|4)/, PLAIN],
  [/^o\d(-|$)/, reasoning(LOW_TO_HIGH, ['output.stop', 'output.verbosity'])],
  [/^gpt-5(-|$)/, reasoning(['minimal', ...LOW_TO_HIGH])],
  [/^gpt-5\.1(-|$)/, switchable(['none', ...LOW_TO_HIGH])],
  [/^gpt-5\.[2-5](-|$)/, switchable(['none', ...TO_XHIGH])],
  [/^gpt-([6-9]|5\.)/, NEWEST]
]
