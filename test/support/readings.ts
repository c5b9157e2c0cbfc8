import Anthropic from '@anthropic-ai/sdk'
import type { Message } from '@anthropic-ai/sdk/resources/messages'
import OpenAI from 'openai'
import type { ChatCompletion } from 'openai/resources/chat/completions'

/** Family is a format that a client or an upstream speaks, by its plugin's short name. */
export type Family = 'chat' | 'messages'

/** Reading is what a program gets out of a reply, in words that both formats share. */
export interface Reading {
  readonly text: string
  /** Name and parsed arguments of each call, in order. */
  readonly calls: readonly (readonly [string, unknown])[]
  readonly finish: string
  readonly usage: { readonly input: number; readonly output: number; readonly cached: number } | undefined
}

/** Asked is where a reading comes from: an address as the client wants it, a model, and whether to stream. */
export interface Asked {
  readonly url: string
  readonly model: string
  readonly stream: boolean
}

const FINISHES: Readonly<Record<string, string>> = {
  '': 'stop',
  stop: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  tool_use: 'tool_calls',
  content_filter: 'refusal',
  refusal: 'refusal'
}

/** read asks with the official client of a format and gives what it read; it throws what the client throws. */
export async function read(family: Family, asked: Asked): Promise<Reading> {
  return family === 'chat' ? readingOfChat(await askChat(asked)) : readingOfMessage(await askMessages(asked))
}

async function askChat({ url, model, stream }: Asked): Promise<ChatCompletion> {
  const openai = new OpenAI({ apiKey: 'any', baseURL: `${url}/v1`, maxRetries: 0 })
  const request = { model, messages: [{ role: 'user' as const, content: 'Hi' }] }
  if (!stream) return openai.chat.completions.create(request)
  return openai.chat.completions.stream({ ...request, stream_options: { include_usage: true } }).finalChatCompletion()
}

async function askMessages({ url, model, stream }: Asked): Promise<Message> {
  const anthropic = new Anthropic({ apiKey: 'any', baseURL: url, maxRetries: 0 })
  const request = { model, max_tokens: 1000, messages: [{ role: 'user' as const, content: 'Hi' }] }
  return stream ? anthropic.messages.stream(request).finalMessage() : anthropic.messages.create(request)
}

/** readingOfChat reads the first choice. */
export function readingOfChat({ choices, usage }: ChatCompletion): Reading {
  const [choice] = choices
  const { content, refusal, tool_calls, function_call } = choice?.message ?? {}
  const calls = (tool_calls ?? []).map(call =>
    call.type === 'function'
      ? ([call.function.name, parsed(call.function.arguments)] as const)
      : ([call.type, null] as const)
  )
  // One vendor sends a call without a name, and a finish reason without text, where there is none.
  if (function_call?.name) calls.push([function_call.name, parsed(function_call.arguments)])
  return {
    text: `${content ?? ''}${refusal ?? ''}`,
    calls,
    finish: FINISHES[choice?.finish_reason ?? 'none'] ?? String(choice?.finish_reason),
    usage: usage
      ? {
          input: usage.prompt_tokens,
          output: usage.completion_tokens,
          cached: usage.prompt_tokens_details?.cached_tokens ?? 0
        }
      : undefined
  }
}

/** readingOfMessage reads text and the calls that the client has to answer. */
export function readingOfMessage({ content, stop_reason, usage }: Message): Reading {
  const cached = usage.cache_read_input_tokens ?? 0
  return {
    text: content.map(block => (block.type === 'text' ? block.text : '')).join(''),
    calls: content.flatMap(block => (block.type === 'tool_use' ? [[block.name, block.input] as const] : [])),
    finish: FINISHES[stop_reason ?? 'none'] ?? String(stop_reason),
    usage: {
      input: usage.input_tokens + cached + (usage.cache_creation_input_tokens ?? 0),
      output: usage.output_tokens,
      cached
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
