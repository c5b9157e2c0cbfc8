import type { Message, Part, Seal } from '@isthmus/core'
import { decodeEnvelope, type Envelope, invalid, isEnvelope, isObject, type JsonObject } from '@isthmus/core/wire'
import { common } from './blocks.ts'
import {
  decodeHosted,
  decodeOpaque,
  decodeRedacted,
  decodeText,
  decodeThinking,
  decodeToolUse,
  isHostedCall,
  isHostedResult,
  type SealReader,
  stringPart
} from './blocks-decode.ts'
import { decodeDocument, decodeImage, decodeSearchResult } from './media-decode.ts'
import { redactedSeal, signatureSeal } from './seals.ts'
import { isListOfText, spelled } from './spelling.ts'
import { BlockShapes } from './types.ts'

const MESSAGE = new Set(['role', 'content'])
const TOOL_RESULT = new Set(['type', 'tool_use_id', 'content', 'is_error', 'cache_control'])

/** Remember is told which wire content an IR message was read from. */
export type Remember = (message: Message, content: readonly unknown[]) => void

/** decodeSystem reads the top-level `system`, a string or a list of text blocks. */
export function decodeSystem(system: unknown): Message[] {
  if (system === undefined || system === null) return []
  const parts = decodeContent(system, 'system')
  if (parts.length === 0) return []
  return [spelled<Message>({ role: 'system', origin: 'system', parts }, {}, MESSAGE, isListOfText(system, parts))]
}

/** decodeMessages reads the conversation. Tool results become tool messages; what stood beside them joins on. */
export function decodeMessages(list: readonly unknown[], remember: Remember): Message[] {
  const messages: Message[] = []
  list.forEach((entry, at) => {
    const path = `messages[${at}]`
    if (!isObject(entry)) throw invalid(path, 'an object', entry)
    const { role, content = entry.role === 'system' ? saysMore(entry) : undefined } = entry
    if (role !== 'user' && role !== 'assistant' && role !== 'system') {
      throw invalid(`${path}.role`, '"user", "assistant" or "system"', role)
    }
    if (typeof content !== 'string' && !Array.isArray(content)) {
      throw invalid(`${path}.content`, 'a string or an array of blocks', content)
    }
    const blocks = decodeContent(content, `${path}.content`)
    checkSpeaker(blocks, role === 'assistant' ? isGiven : isSaid, `${path}.content`, role)
    const parts = placeSeals(content, blocks)
    const { ext } = common(entry, MESSAGE)
    if (role === 'user') pushTurns(messages, parts, ext, content, remember)
    else {
      const message: Message = {
        role,
        parts,
        ...(role === 'system' && { origin: 'list' }),
        ...(role === 'assistant' && isPrefill(at === list.length - 1, parts) && { prefill: true }),
        ...(ext !== undefined && { ext })
      }
      if (Array.isArray(content)) remember(message, content)
      messages.push(spelled(message, entry, MESSAGE, isListOfText(content, parts)))
    }
  })
  return messages
}

/** An instruction may be nothing but settings for what follows. */
const saysMore = ({ output_config: settings }: JsonObject): readonly unknown[] | undefined =>
  isObject(settings) && Object.keys(settings).length > 0 ? [] : undefined

const isSaid = (part: Part): boolean => part.type === 'tool_call' || part.type === 'reasoning'
const isGiven = (part: Part): boolean => part.type === 'tool_result'

/** checkSpeaker refuses what the service refuses: no other format has a place for a call that the user makes. */
function checkSpeaker(parts: readonly Part[], isOthers: (part: Part) => boolean, path: string, role: string): void {
  const at = parts.findIndex(isOthers)
  if (at >= 0) throw invalid(`${path}[${at}].type`, `a block that may stand in a turn of the ${role}`, parts[at]?.type)
}

/** A last assistant turn that ends in text is to be continued; one that ends in a hosted call was only paused. */
function isPrefill(last: boolean, parts: readonly Part[]): boolean {
  return last && parts.at(-1)?.type === 'text'
}

/** pushTurns splits one user message where results and other blocks meet. */
function pushTurns(
  messages: Message[],
  parts: readonly Part[],
  ext: Message['ext'],
  content: unknown,
  remember: Remember
): void {
  let from = 0
  do {
    const results = parts[from]?.type === 'tool_result'
    let to = from
    while (to < parts.length && (parts[to]!.type === 'tool_result') === results) to++
    const message: Message = {
      role: results ? 'tool' : 'user',
      parts: from === 0 && to === parts.length ? parts : parts.slice(from, to),
      ...(from > 0 && { joinedToPrevious: true }),
      ...(from === 0 && ext !== undefined && { ext })
    }
    if (Array.isArray(content) && content.length === parts.length) remember(message, content.slice(from, to))
    messages.push(spelled(message, {}, MESSAGE, isListOfText(content, message.parts)))
    from = to
  } while (from < parts.length)
}

function decodeContent(content: unknown, path: string): readonly Part[] {
  if (typeof content === 'string') return [stringPart(content)]
  return (content as readonly unknown[]).map((block, at) => decodeBlock(block, `${path}[${at}]`))
}

function decodeBlock(block: unknown, path: string): Part {
  if (!isObject(block)) throw invalid(path, 'a content block', block)
  const { type } = block
  if (typeof type !== 'string') throw invalid(`${path}.type`, 'a string', type)
  const shape = BlockShapes[type]
  if (shape !== undefined) shape.check(block, path)
  switch (type) {
    case 'text':
      return decodeText(block)
    case 'image':
      return decodeImage(block, path) ?? decodeOpaque(block)
    case 'document':
      return decodeDocument(block, path, decodeContent) ?? decodeOpaque(block)
    case 'search_result':
      return decodeSearchResult(block, path, decodeContent)
    case 'thinking':
      return decodeThinking(block, requestSeals)
    case 'redacted_thinking':
      return decodeRedacted(block, requestSeals)
    case 'tool_use':
      return decodeToolUse(block, JSON.stringify(block.input))
    case 'tool_result':
      return decodeToolResult(block, path)
    default:
      return isHostedCall(type) || isHostedResult(type) ? decodeHosted(block) : decodeOpaque(block)
  }
}

function decodeToolResult(block: JsonObject, path: string): Part {
  const { content, is_error: isError } = block
  const parts = content === undefined || content === null ? [] : decodeContent(content, `${path}.content`)
  checkSpeaker(parts, part => isSaid(part) || isGiven(part), `${path}.content`, 'tool')
  const part: Part = {
    type: 'tool_result',
    callId: block.tool_use_id as string,
    content: parts,
    ...(typeof isError === 'boolean' && { isError }),
    ...common(block, TOOL_RESULT)
  }
  return spelled(part, block, TOOL_RESULT, isListOfText(content, parts))
}

/** requestSeals finds the seals of other vendors that this gateway put into a client's blocks. */
const requestSeals: SealReader = (kind, data) => {
  const own = kind === 'signature' ? signatureSeal(data) : redactedSeal(data)
  // One that claims to be an envelope and cannot be read is nobody's: with an unknown issuer it is never sent.
  if (!isEnvelope(data)) return own
  return decodeEnvelope(data)?.seal ?? { ...own, issuer: { provider: '', modelFamily: '', format: 'unknown' } }
}

/** placeSeals gives seals of calls and texts, which travelled in a block beside them, back to what they belong to. */
function placeSeals(content: unknown, parts: readonly Part[]): readonly Part[] {
  const carried = Array.isArray(content) ? content.map(carriedBy) : []
  if (carried.every(envelope => envelope === undefined)) return parts
  const placed: Part[] = []
  const byCall = new Map<string, Seal>()
  parts.forEach((part, at) => {
    const envelope = carried[at]
    if (envelope === undefined) {
      placed.push(part)
      return
    }
    const before = placed.at(-1)
    if (envelope.place.on === 'call') byCall.set(envelope.place.callId, envelope.seal)
    else if (before?.type === 'text') placed[placed.length - 1] = { ...before, seal: envelope.seal }
  })
  return placed.map(part => {
    const seal = part.type === 'tool_call' ? byCall.get(part.id) : undefined
    return seal === undefined ? part : { ...part, seal }
  })
}

/** carriedBy reads a thinking block that is only there to carry the seal of a call or a text. */
function carriedBy(block: unknown): Envelope | undefined {
  if (!isObject(block)) return undefined
  const { type, thinking, signature } = block
  if (type !== 'thinking' || (thinking ?? '') !== '' || typeof signature !== 'string') return undefined
  const envelope = decodeEnvelope(signature)
  return envelope === undefined || envelope.place.on === 'reasoning' ? undefined : envelope
}
