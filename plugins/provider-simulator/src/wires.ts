import type {
  CompleteRequest,
  CountReply,
  CountRequest,
  EmbedReply,
  EmbedRequest,
  IrRequest,
  MessageFormat,
  ResultFormat,
  Seal,
  Target,
  WireFormat
} from '@isthmus/core'
import { isObject } from '@isthmus/core/wire'
import { type ChatTraits, chatCompletions } from '@isthmus/format-chat-completions'
import { completions } from '@isthmus/format-completions'
import { embeddings } from '@isthmus/format-embeddings'
import { type GeminiTraits, gemini, geminiBatchEmbed, geminiCount, resourceOf } from '@isthmus/format-gemini'
import { type MessagesTraits, messages, messagesCount } from '@isthmus/format-messages'
import { type ResponsesTraits, responses, responsesCount } from '@isthmus/format-responses'

/** Api is one operation of a simulated upstream: where it is asked, and in which format. */
export interface Api<Format> {
  readonly format: Format
  readonly path: string | ((request: IrRequest, target: Target) => string)
  /** isAt tells whether a path, without its query, is this API's. */
  isAt(path: string): boolean
  readonly maxInputs?: number
}

/** SealKind says how the opaque state that goes with reasoning looks on a wire. */
export interface SealKind {
  /** The issuer format whose seals this wire carries as its own. */
  readonly format: string
  readonly kind: Seal['kind']
  /** What it stands on: the reasoning, or the call or text that comes of it. */
  readonly on: 'reasoning' | 'answer'
}

/** Wire is a format that the simulated upstream speaks, and what an upstream of that format is like. */
export interface Wire {
  readonly generate: Api<WireFormat>
  readonly complete?: Api<MessageFormat<CompleteRequest>>
  readonly embed?: Api<ResultFormat<EmbedRequest, EmbedReply>>
  /** Without one, the provider counts by itself what the upstream would read. */
  readonly count?: Api<ResultFormat<CountRequest, CountReply>>
  /** What the request's encoder is told of every model. */
  readonly traits?: unknown
  /** What the reply's encoder is told of its client, so that it writes all that the format can say. */
  readonly dialect: readonly string[]
  readonly seal: SealKind
  /** Set for a format whose calls come whole, one after the other. */
  readonly wholeCalls?: boolean
  /** seals tells whether a request wants the seals of reasoning at all, by its body. Default: always. */
  seals?(body: unknown): boolean
}

/** at makes an API with one path for all models. */
export function at<Format>(format: Format, path: string): Api<Format> {
  return { format, path, isAt: asked => asked === path }
}

/** verb makes an API of the kind that has the model in its path. */
function verb<Format>(format: Format, name: string): Api<Format> {
  return {
    format,
    path: (_request, { model }) => `/v1beta/${resourceOf(model)}:${name}`,
    isAt: path => path.endsWith(`:${name}`)
  }
}

const chatTraits: ChatTraits = { replay: 'details', reasoning: { style: 'object' }, resultMedia: 'inline' }
const messagesTraits: MessagesTraits = { nativeSchema: true, inListSystem: true }
const responsesTraits: ResponsesTraits = { minOutputTokens: 1, reasoning: { supported: true } }
const geminiTraits: GeminiTraits = { callIds: true, resultParts: true }

const MAX_INPUTS = 2048
const openaiApis = {
  complete: at(completions as MessageFormat<CompleteRequest>, '/completions'),
  embed: { ...at(embeddings, '/embeddings'), maxInputs: MAX_INPUTS }
}

/** WIRES are the formats that the option `wire` may name. */
export const WIRES = {
  'chat-completions': {
    generate: at(chatCompletions as WireFormat, '/chat/completions'),
    ...openaiApis,
    traits: chatTraits,
    dialect: ['reasoning'],
    seal: { format: 'simulator-v1', kind: 'signature', on: 'reasoning' }
  },
  messages: {
    generate: at(messages as WireFormat, '/v1/messages'),
    count: at(messagesCount as ResultFormat<CountRequest, CountReply>, '/v1/messages/count_tokens'),
    traits: messagesTraits,
    dialect: [],
    seal: { format: 'anthropic-claude-v1', kind: 'signature', on: 'reasoning' }
  },
  responses: {
    generate: at(responses as WireFormat, '/responses'),
    ...openaiApis,
    count: at(responsesCount as ResultFormat<CountRequest, CountReply>, '/responses/input_tokens'),
    traits: responsesTraits,
    dialect: [],
    seal: { format: 'openai-responses-v1', kind: 'encrypted', on: 'reasoning' },
    // They come only to those who ask for them.
    seals: body => isObject(body) && Array.isArray(body.include) && body.include.includes('reasoning.encrypted_content')
  },
  gemini: {
    generate: {
      ...verb(gemini as WireFormat, 'generateContent'),
      path: (request, { model }) => {
        const streamed = request.op === 'generate' && request.reply.stream
        return `/v1beta/${resourceOf(model)}:${streamed ? 'streamGenerateContent?alt=sse' : 'generateContent'}`
      }
    },
    embed: { ...verb(geminiBatchEmbed, 'batchEmbedContents'), maxInputs: 100 },
    count: verb(geminiCount as ResultFormat<CountRequest, CountReply>, 'countTokens'),
    traits: geminiTraits,
    dialect: [],
    seal: { format: 'google-gemini-v1', kind: 'thought_signature', on: 'answer' },
    wholeCalls: true
  }
} as const satisfies Record<string, Wire>
