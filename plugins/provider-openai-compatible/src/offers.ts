import type { Feature } from '@isthmus/core'
import type { PresetName } from './presets.ts'

/** Offer is what is known of an endpoint beside the one for conversations. */
export interface Offer {
  /** Patterns of the models that it has; `*` stands for any text. */
  readonly models: readonly string[]
  /** Instead of the format's own path; `{model}` and `{version}` are filled in. */
  readonly path?: string
  /** The path where the option `apiVersion` is set. */
  readonly versionedPath?: string
  readonly without?: readonly Feature[]
  /** Members of the request under other names, the format's → the server's. */
  readonly rename?: Readonly<Record<string, string>>
  /** The most inputs of one request. */
  readonly maxInputs?: number
}

/** Offers are the endpoints of a server beside the one for conversations. */
export interface Offers {
  readonly completions?: Offer
  readonly embeddings?: Offer
}

/** VECTOR_NAMES are patterns of names of models that make vectors and do nothing else. */
export const VECTOR_NAMES: readonly string[] = [
  '*embed*',
  'bge-*',
  '*/bge-*',
  'gte-*',
  '*/gte-*',
  'e5-*',
  '*/e5-*',
  '*multilingual-e5*',
  '*minilm*'
]

const ALL: Offer = { models: ['*'] }
const BY_NAME: Offer = { models: VECTOR_NAMES }

/** UNKNOWN_OFFERS hold for a server of which nothing is known: without vectors there is no other way to ask for them. */
export const UNKNOWN_OFFERS: Offers = { embeddings: ALL }

/** OFFERS are what the servers of the presets have. */
export const OFFERS: Readonly<Record<PresetName, Offers>> = {
  azure: {
    completions: {
      models: ['*instruct*', 'davinci*', 'babbage*'],
      path: '/openai/v1/completions',
      versionedPath: '/openai/deployments/{model}/completions?api-version={version}'
    },
    embeddings: {
      models: VECTOR_NAMES,
      path: '/openai/v1/embeddings',
      versionedPath: '/openai/deployments/{model}/embeddings?api-version={version}',
      maxInputs: 2048
    }
  },
  mistral: { embeddings: { ...BY_NAME, rename: { dimensions: 'output_dimension' }, without: ['identity.user'] } },
  deepseek: {},
  xai: {},
  groq: {},
  cerebras: { completions: ALL },
  together: { completions: ALL, embeddings: { ...BY_NAME, without: ['embed.dimensions'] } },
  fireworks: { completions: ALL, embeddings: BY_NAME },
  perplexity: {},
  moonshot: {},
  zai: { embeddings: { models: ['embedding-*'], without: ['identity.user'] } },
  qwen: {
    completions: { models: ['qwen*coder*'] },
    embeddings: { models: ['text-embedding-*'], without: ['embed.tokens', 'identity.user'], maxInputs: 10 }
  },
  huggingface: {},
  nvidia: { embeddings: BY_NAME },
  ollama: { completions: ALL, embeddings: { ...ALL, without: ['identity.user'] } },
  vllm: { completions: ALL, embeddings: ALL },
  'lm-studio': { completions: ALL, embeddings: { ...ALL, without: ['embed.dimensions'] } },
  'llama-cpp': { completions: ALL, embeddings: { ...ALL, without: ['embed.dimensions'] } }
}
