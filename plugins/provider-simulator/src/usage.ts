import type { GenerateRequest, Message, Part, ToolDef, Usage } from '@isthmus/core'
import { countTokens } from './tokens.ts'

const MEDIA_TOKENS = 100

/**
 * inputUsage counts a prompt. A conversation up to its last assistant turn counts as read from a cache, as if that turn
 * had just been answered; what follows counts as written to it as far as cache marks reach, and as fresh otherwise.
 */
export function inputUsage(request: GenerateRequest): Usage['input'] {
  const { messages, tools } = request
  const answered = messages.findLastIndex(message => message.role === 'assistant')
  const marked = messages.findLastIndex(isMarked)
  let cacheRead = 0
  let cacheWrite = 0
  let fresh = 0
  const add = (at: number, tokens: number) => {
    if (at <= answered) cacheRead += tokens
    else if (at <= marked) cacheWrite += tokens
    else fresh += tokens
  }
  add(0, sum(tools, toolTokens))
  messages.forEach((message, at) => {
    add(at, sum(message.parts, partTokens))
  })
  return { fresh, cacheRead, ...(marked >= 0 && { cacheWrite: { total: cacheWrite } }) }
}

/** countInput is the number of all tokens of a prompt. */
export function countInput(request: GenerateRequest): number {
  const { fresh, cacheRead, cacheWrite } = inputUsage(request)
  return (fresh ?? 0) + (cacheRead ?? 0) + (cacheWrite?.total ?? 0)
}

function isMarked(message: Message): boolean {
  return message.cache !== undefined || message.parts.some(part => part.cache !== undefined)
}

function partTokens(part: Part): number {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return countTokens(part.text)
    case 'reasoning':
      return countTokens(part.text ?? '')
    case 'tool_call':
      return 1 + countTokens(part.argsText)
    case 'tool_result':
      return sum(part.content, partTokens)
    case 'image':
    case 'audio':
    case 'video':
    case 'file':
      return MEDIA_TOKENS
    default:
      return 1
  }
}

function toolTokens(tool: ToolDef): number {
  if (tool.type === 'hosted') return 1
  const schema = tool.type === 'function' && tool.schema !== undefined ? JSON.stringify(tool.schema) : ''
  return 1 + countTokens(tool.description ?? '') + countTokens(schema)
}

function sum<T>(items: readonly T[], count: (item: T) => number): number {
  let total = 0
  for (const item of items) total += count(item)
  return total
}
