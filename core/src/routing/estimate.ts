import { estimateTokenCount } from 'tokenx'
import type { Endpoint } from '../contract/index.ts'
import { ISTHMUS_INTERNAL } from '../errors/index.ts'
import { endEvent, featureTable, type GenerateRequest, type IrRequest, type Part, resultEvent } from '../ir/index.ts'

/** What services add for each turn: its role and its borders. */
const TURN_TOKENS = 4
/** A picture of middling size; what it really costs depends on the model. */
const MEDIA_TOKENS = 1000

/** ESTIMATE counts tokens where no endpoint does: roughly, at once, and without a tokenizer that long text could stall. */
export const ESTIMATE: Endpoint = {
  operation: 'count_tokens',
  format: 'estimate',
  features: featureTable({}),
  encode: () => never(),
  decoder: () => never(),
  decodeError: () => never(),
  answer: request => [resultEvent({ op: 'count_tokens', inputTokens: estimate(request), estimated: true }), endEvent()]
}

function never(): never {
  throw ISTHMUS_INTERNAL.with({ cause: new Error('an estimate asks no upstream') })
}

/** estimate is about what the input of any request comes to. */
export function estimate(request: IrRequest): number {
  switch (request.op) {
    case 'generate':
      return inputTokens(request)
    case 'count_tokens':
      return inputTokens(request.input)
    case 'complete':
      return request.prompts.reduce((sum, it) => sum + (typeof it === 'string' ? textTokens(it) : it.length), 0)
    default:
      return 0
  }
}

/** inputTokens is about what the input of a request comes to. */
export function inputTokens({ messages, tools }: GenerateRequest): number {
  let total = 0
  for (const message of messages) {
    total += TURN_TOKENS
    for (const part of message.parts) total += partTokens(part)
  }
  for (const tool of tools) total += textTokens(JSON.stringify(tool))
  return total
}

function partTokens(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return textTokens(part.text)
    case 'reasoning':
      return textTokens(part.text ?? part.summary?.join('\n') ?? '')
    case 'tool_call':
      return textTokens(part.name) + textTokens(part.argsText)
    case 'tool_result':
      return part.content.reduce((sum, inner) => sum + partTokens(inner), 0)
    case 'file':
      if (part.source.kind === 'text') return textTokens(part.source.text)
      if (part.source.kind === 'blocks') return part.source.parts.reduce((sum, inner) => sum + partTokens(inner), 0)
      return MEDIA_TOKENS
    case 'image':
    case 'audio':
    case 'video':
      return MEDIA_TOKENS
    default:
      return textTokens(JSON.stringify(part.native.object ?? null))
  }
}

const textTokens = (text: string): number => estimateTokenCount(text)
