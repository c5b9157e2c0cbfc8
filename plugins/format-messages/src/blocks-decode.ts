import type { HostedPart, OpaquePart, Part, ReasoningPart, Seal, TextPart, ToolCallPart } from '@isthmus/core'
import { isObject, type JsonObject, stringOf } from '@isthmus/core/wire'
import { common, hostedKind, NAMESPACE } from './blocks.ts'
import { decodeCitations } from './citations.ts'
import { redactedSeal, signatureSeal } from './seals.ts'
import { spelled } from './spelling.ts'

const TEXT = new Set(['type', 'text', 'citations', 'cache_control'])
const THINKING = new Set(['type', 'thinking', 'signature', 'cache_control'])
const REDACTED = new Set(['type', 'data', 'cache_control'])
const TOOL_USE = new Set(['type', 'id', 'name', 'input', 'caller', 'cache_control'])

/** SealReader makes a seal of a signature or of hidden data; a request's may hold another vendor's seal. */
export type SealReader = (kind: 'signature' | 'redacted', data: string) => Seal

/** ownSeals takes what it reads for this format's own. */
export const ownSeals =
  (provider = ''): SealReader =>
  (kind, data) =>
    kind === 'signature' ? signatureSeal(data, provider) : redactedSeal(data, provider)

export function decodeText(block: JsonObject): TextPart {
  const annotations = decodeCitations(block.citations)
  const known = annotations === undefined && block.citations ? withoutCitations : TEXT
  const part: TextPart = {
    type: 'text',
    text: stringOf(block.text) ?? '',
    ...(annotations !== undefined && { annotations }),
    ...common(block, known)
  }
  return spelled(part, block, TEXT)
}
const withoutCitations = new Set([...TEXT].filter(name => name !== 'citations'))

export function decodeThinking(block: JsonObject, seals: SealReader): ReasoningPart {
  const signature = stringOf(block.signature)
  const part: ReasoningPart = {
    type: 'reasoning',
    text: stringOf(block.thinking) ?? '',
    hidden: false,
    ...(signature && { seal: seals('signature', signature) }),
    ...common(block, THINKING)
  }
  return spelled(part, block, THINKING)
}

export function decodeRedacted(block: JsonObject, seals: SealReader): ReasoningPart {
  const seal = seals('redacted', stringOf(block.data) ?? '')
  return spelled({ type: 'reasoning', hidden: true, seal, ...common(block, REDACTED) }, block, REDACTED)
}

/** decodeToolUse reads a call whose input is known. A stream's calls begin with `argsText` ''. */
export function decodeToolUse(block: JsonObject, argsText: string): ToolCallPart {
  const { caller } = block
  const part: ToolCallPart = {
    type: 'tool_call',
    id: stringOf(block.id) ?? '',
    name: stringOf(block.name) ?? '',
    kind: 'function',
    argsText,
    ...(caller !== undefined && caller !== null && { caller }),
    ...common(block, TOOL_USE)
  }
  return spelled(part, block, TOOL_USE)
}

/** isHostedCall tells blocks of calls that the service runs by their type. */
export function isHostedCall(type: string): boolean {
  return type === 'server_tool_use' || type === 'mcp_tool_use'
}

/** isHostedResult tells results of such calls; a client's own is `tool_result`. */
export function isHostedResult(type: string): boolean {
  return type.endsWith('_tool_result') && type !== 'tool_result'
}

/** decodeHosted keeps a hosted call or result whole: it can be sent back only as it came. */
export function decodeHosted(block: JsonObject): HostedPart {
  const type = stringOf(block.type) ?? ''
  const native = { format: NAMESPACE, object: block }
  const { cache } = common(block, TEXT)
  const mark = cache !== undefined && { cache }
  if (isHostedCall(type)) {
    const kind = type === 'mcp_tool_use' ? 'mcp' : hostedKind(stringOf(block.name) ?? '')
    return { type: 'hosted_call', kind, id: stringOf(block.id) ?? '', input: block.input, native, ...mark }
  }
  return {
    type: 'hosted_result',
    kind: hostedKind(type),
    id: stringOf(block.tool_use_id) ?? '',
    output: block.content,
    native,
    ...mark
  }
}

/** decodeOpaque keeps a block that has no meaning elsewhere, in words where it can be put in words. */
export function decodeOpaque(block: JsonObject): OpaquePart {
  const describe = description(block)
  const { cache } = common(block, TEXT)
  return {
    type: 'opaque',
    native: { format: NAMESPACE, object: block },
    replay: 'same_dialect',
    ...(describe !== undefined && { describe }),
    ...(cache !== undefined && { cache })
  }
}

function description(block: JsonObject): string | undefined {
  switch (block.type) {
    case 'tool_reference':
      return `Tool: ${stringOf(block.tool_name) ?? ''}`
    case 'tool_addition':
    case 'tool_removal': {
      const name = isObject(block.tool) ? stringOf(block.tool.name) : undefined
      return `Tool ${block.type === 'tool_addition' ? 'added' : 'removed'}: ${name ?? ''}`
    }
    case 'compaction':
      return stringOf(block.content)
    case 'fallback':
      return 'The answer was continued by another model.'
    default:
      return undefined
  }
}

/** decodeReplyBlock reads a whole block of an answer. Nothing is refused here: what is unknown stays opaque. */
export function decodeReplyBlock(block: JsonObject, seals: SealReader): Part {
  const type = stringOf(block.type) ?? ''
  switch (type) {
    case 'text':
      return decodeText(block)
    case 'thinking':
      return decodeThinking(block, seals)
    case 'redacted_thinking':
      return decodeRedacted(block, seals)
    case 'tool_use':
      return decodeToolUse(block, JSON.stringify(block.input ?? {}))
    default:
      return isHostedCall(type) || isHostedResult(type) ? decodeHosted(block) : decodeOpaque(block)
  }
}

/** stringPart is content that the client wrote as a plain string. */
export const stringPart = (text: string): TextPart => ({ type: 'text', text })
