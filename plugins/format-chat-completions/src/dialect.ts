import type { GenerateRequest } from '@isthmus/core'

/**
 * Flags of a client's dialect, kept in `request.reply.dialect`. The first three change how its reply is written, the
 * others only how a request is written back in this format.
 */
export const DIALECT = {
  /** The deprecated `functions` and `function_call`. */
  functions: 'functions',
  /** Reasoning as `reasoning` and `reasoning_details`, as OpenRouter writes it. */
  reasoning: 'reasoning',
  /** Reasoning as `reasoning_content`, as DeepSeek and many open servers write it. */
  reasoningContent: 'reasoning_content',
  /** The limit was written as `max_tokens`. */
  maxTokens: 'max_tokens',
  /** Usage was asked for as `usage`, OpenRouter's older switch. */
  usage: 'spelt:usage',
  /** The schema of the answer stood beside the plain JSON mode, as Together, Fireworks and llama.cpp take it. */
  objectSchema: 'spelt:json_object',
  /** The wish to reason was written in this member instead of `reasoning_effort`. */
  reasoningObject: 'spelt:reasoning',
  includeReasoning: 'spelt:include_reasoning',
  thinking: 'spelt:thinking',
  enableThinking: 'spelt:enable_thinking',
  chatTemplate: 'spelt:chat_template_kwargs',
  think: 'spelt:think'
} as const

/** ReasoningText says where a client is shown reasoning. `auto` follows what its request gives away. */
export type ReasoningText = 'auto' | 'none' | 'reasoning' | 'reasoning_content'

/** showsReasoning tells whether a client of this dialect is shown reasoning text. */
export function showsReasoning(dialect: readonly string[]): boolean {
  return dialect.includes(DIALECT.reasoning) || dialect.includes(DIALECT.reasoningContent)
}

/** withReasoningText sets where the client of a request is shown reasoning. */
export function withReasoningText(request: GenerateRequest, text: ReasoningText): GenerateRequest {
  if (text === 'auto') return request
  const others = (request.reply.dialect ?? []).filter(
    flag => flag !== DIALECT.reasoning && flag !== DIALECT.reasoningContent
  )
  const dialect = text === 'none' ? others : [...others, text]
  const { dialect: _before, ...reply } = request.reply
  return { ...request, reply: dialect.length === 0 ? reply : { ...reply, dialect } }
}
