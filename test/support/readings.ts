import Anthropic from '@anthropic-ai/sdk'
import type { Message } from '@anthropic-ai/sdk/resources/messages'
import { type GenerateContentResponse, GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import type { ChatCompletion } from 'openai/resources/chat/completions'
import type { Response } from 'openai/resources/responses/responses'

/** FAMILIES are the formats of conversations that a client or an upstream speaks, by their short names. */
export const FAMILIES = ['chat', 'responses', 'messages', 'gemini'] as const
export type Family = (typeof FAMILIES)[number]

/** Reading is what a program gets out of a reply, in words that all formats share. */
export interface Reading {
  readonly text: string
  /** Name and parsed arguments of each call, in order; the free text of a custom tool is the member `input`. */
  readonly calls: readonly (readonly [string, unknown])[]
  /** `stop`, `length`, `tool_calls`, `refusal`, `other`, or `none` where the upstream said nothing; else its own word. */
  readonly finish: string
  readonly usage: ReadUsage | undefined
}

/** ReadUsage is what a reply cost. Input counts what was cached, and output the reasoning. */
export interface ReadUsage {
  readonly input: number
  readonly output: number
  readonly cached: number
  readonly reasoning: number
  /** As the format says it; some upstreams count reasoning in it alone. */
  readonly total: number
}

/** Asked is where a reading comes from: an address as the client wants it, a model, and whether to stream. */
export interface Asked {
  readonly url: string
  readonly model: string
  readonly stream: boolean
}

const FINISHES: Readonly<Record<string, string>> = {
  '': 'none',
  stop: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  completed: 'stop',
  STOP: 'stop',
  length: 'length',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  max_output_tokens: 'length',
  MAX_TOKENS: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  tool_use: 'tool_calls',
  content_filter: 'refusal',
  refusal: 'refusal',
  SAFETY: 'refusal',
  RECITATION: 'refusal',
  PROHIBITED_CONTENT: 'refusal',
  OTHER: 'other'
}
const finishOf = (word: string | null | undefined) => FINISHES[word ?? 'none'] ?? String(word)

const READERS: Readonly<Record<Family, (asked: Asked) => Promise<Reading>>> = {
  chat: async asked => readingOfChat(await askChat(asked)),
  responses: async asked => readingOfResponse(await askResponses(asked)),
  messages: async asked => readingOfMessage(await askMessages(asked)),
  gemini: async asked => readingOfChunks(await askGemini(asked))
}

/** read asks with the official client of a format and gives what it read; it throws what the client throws. */
export const read = (family: Family, asked: Asked): Promise<Reading> => READERS[family](asked)

/** openaiAt, anthropicAt and googleAt are the official clients, which do not ask twice. */
export const openaiAt = (url: string) => new OpenAI({ apiKey: 'any', baseURL: `${url}/v1`, maxRetries: 0 })
export const anthropicAt = (url: string) => new Anthropic({ apiKey: 'any', baseURL: url, maxRetries: 0 })
export const googleAt = (url: string) => new GoogleGenAI({ apiKey: 'any', httpOptions: { baseUrl: url } })

async function askChat({ url, model, stream }: Asked): Promise<ChatCompletion> {
  const { completions } = openaiAt(url).chat
  const request = { model, messages: [{ role: 'user' as const, content: 'Hi' }] }
  if (!stream) return completions.create(request)
  return completions.stream({ ...request, stream_options: { include_usage: true } }).finalChatCompletion()
}

/** Nothing is kept: the upstream's own id of a reply would be asked for elsewhere. */
async function askResponses({ url, model, stream }: Asked): Promise<Response> {
  const { responses } = openaiAt(url)
  const request = { model, input: 'Hi', store: false }
  return stream ? responses.stream(request).finalResponse() : responses.create(request)
}

async function askMessages({ url, model, stream }: Asked): Promise<Message> {
  const { messages } = anthropicAt(url)
  const request = { model, max_tokens: 1000, messages: [{ role: 'user' as const, content: 'Hi' }] }
  return stream ? messages.stream(request).finalMessage() : messages.create(request)
}

async function askGemini({ url, model, stream }: Asked): Promise<readonly GenerateContentResponse[]> {
  const { models } = googleAt(url)
  const request = { model, contents: 'Hi' }
  if (!stream) return [await models.generateContent(request)]
  const chunks: GenerateContentResponse[] = []
  for await (const chunk of await models.generateContentStream(request)) chunks.push(chunk)
  return chunks
}

/** readingOfChat reads the first choice. */
export function readingOfChat({ choices, usage }: ChatCompletion): Reading {
  const [choice] = choices
  const { content, refusal, tool_calls, function_call } = choice?.message ?? {}
  const calls = (tool_calls ?? []).map(call =>
    call.type === 'function'
      ? ([call.function.name, parsed(call.function.arguments)] as const)
      : ([call.custom.name, { input: call.custom.input }] as const)
  )
  // One vendor sends a call without a name, and a finish reason without text, where there is none.
  if (function_call?.name) calls.push([function_call.name, parsed(function_call.arguments)])
  return {
    text: `${content ?? ''}${refusal ?? ''}`,
    calls,
    finish: finishOf(choice?.finish_reason),
    usage: usage
      ? {
          input: usage.prompt_tokens,
          output: usage.completion_tokens,
          cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
          reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
          total: usage.total_tokens
        }
      : undefined
  }
}

/** readingOfResponse reads what is said in all messages, and the calls that the client has to answer. */
export function readingOfResponse({ output, status, incomplete_details, usage }: Response): Reading {
  const said = output.flatMap(item => (item.type === 'message' ? item.content : []))
  const calls = output.flatMap(item => {
    if (item.type === 'function_call') return [[item.name, parsed(item.arguments)] as const]
    return item.type === 'custom_tool_call' ? [[item.name, { input: item.input }] as const] : []
  })
  const finish = finishOf(incomplete_details?.reason ?? status)
  return {
    text: said.map(entry => (entry.type === 'refusal' ? entry.refusal : (entry.text ?? ''))).join(''),
    calls,
    finish: finish === 'stop' && calls.length > 0 ? 'tool_calls' : finish,
    usage: usage
      ? {
          input: usage.input_tokens,
          output: usage.output_tokens,
          cached: usage.input_tokens_details?.cached_tokens ?? 0,
          reasoning: usage.output_tokens_details?.reasoning_tokens ?? 0,
          total: usage.total_tokens
        }
      : undefined
  }
}

/** readingOfMessage reads text and the calls that the client has to answer. */
export function readingOfMessage({ content, stop_reason, usage }: Message): Reading {
  const cached = usage.cache_read_input_tokens ?? 0
  const input = usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0)
  return {
    text: content.map(block => (block.type === 'text' ? block.text : '')).join(''),
    calls: content.flatMap(block => (block.type === 'tool_use' ? [[block.name, block.input] as const] : [])),
    finish: finishOf(stop_reason),
    usage: { input, output: usage.output_tokens, cached, reasoning: 0, total: input + usage.output_tokens }
  }
}

/** readingOfChunks reads the first candidate of all chunks; the last words on its end and on usage count. */
export function readingOfChunks(chunks: readonly GenerateContentResponse[]): Reading {
  const candidates = chunks.flatMap(({ candidates = [] }) => candidates.filter(({ index }) => (index ?? 0) === 0))
  const parts = candidates.flatMap(({ content }) => content?.parts ?? [])
  const calls = parts.flatMap(({ functionCall }) =>
    functionCall === undefined ? [] : [[functionCall.name ?? '', functionCall.args ?? {}] as const]
  )
  const blocked = chunks.some(({ promptFeedback }) => promptFeedback?.blockReason !== undefined)
  const ended = candidates.findLast(({ finishReason }) => finishReason !== undefined)
  const finish = blocked ? 'refusal' : finishOf(ended?.finishReason)
  const usage = chunks.findLast(({ usageMetadata }) => usageMetadata?.promptTokenCount !== undefined)?.usageMetadata
  const reasoning = usage?.thoughtsTokenCount ?? 0
  return {
    text: parts.map(({ text, thought }) => (thought ? '' : (text ?? ''))).join(''),
    calls,
    finish: finish === 'stop' && calls.length > 0 ? 'tool_calls' : finish,
    usage: usage && {
      input: (usage.promptTokenCount ?? 0) + (usage.toolUsePromptTokenCount ?? 0),
      output: (usage.candidatesTokenCount ?? 0) + reasoning,
      cached: usage.cachedContentTokenCount ?? 0,
      reasoning,
      total: usage.totalTokenCount ?? 0
    }
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text)
  } catch {
    return text
  }
}
