import type { Part, Seal, TextPart } from '@isthmus/core'
import { encodeEnvelope, encodeInput, isObject, type JsonObject, type SealPlace } from '@isthmus/core/wire'
import { NAMESPACE, ownMembers } from './blocks.ts'
import { encodeCitation } from './citations.ts'
import { splitCited } from './cited-text.ts'
import { legalId } from './ids.ts'
import { isOwnSeal } from './seals.ts'

/** replyBlocks writes one whole part of an answer: as one block, none, or several where it is cited in pieces. */
export function replyBlocks(part: Part, fallbackId: string): readonly JsonObject[] {
  const head = blockHead(part, fallbackId)
  if (head === undefined) return []
  if (part.type === 'text') return textBlocks(part, head)
  const block = wholeBlock(part, head)
  return block === undefined ? [] : [block]
}

function textBlocks(part: TextPart, head: JsonObject): readonly JsonObject[] {
  const { text, annotations } = part
  if (annotations === undefined || annotations.length === 0) return text === '' ? [] : [{ ...head, text }]
  return splitCited(part).map(piece => {
    if (piece.annotations.length === 0) return { ...head, text: piece.text }
    return { ...head, text: piece.text, citations: piece.annotations.map(encodeCitation) }
  })
}

function wholeBlock(part: Part, block: JsonObject): JsonObject | undefined {
  switch (part.type) {
    case 'reasoning':
      return part.hidden ? block : thinkingBlock(part, block)
    case 'tool_call':
      return { ...block, input: part.kind === 'custom' ? { input: part.argsText } : encodeInput(part.argsText) }
    default:
      return block
  }
}

function thinkingBlock(part: Extract<Part, { type: 'reasoning' }>, block: JsonObject): JsonObject | undefined {
  const thinking = part.text || (part.summary?.join('\n\n') ?? '')
  const signature = signatureOf(part.seal)
  return thinking === '' && signature === '' ? undefined : { ...block, thinking, signature }
}

/**
 * blockHead is a block as a stream opens it: empty, but with every member that clients read. Blocks that do not grow
 * are whole in it.
 */
export function blockHead(part: Part, fallbackId: string): JsonObject | undefined {
  const own = ownMembers(part)
  switch (part.type) {
    case 'text':
      return { type: 'text', text: '', ...own }
    case 'refusal':
      return part.text === '' ? { type: 'text', text: '' } : { type: 'text', text: part.text }
    case 'reasoning':
      if (!part.hidden) return { type: 'thinking', thinking: '', signature: '', ...own }
      return part.seal && { type: 'redacted_thinking', data: hiddenData(part.seal), ...own }
    case 'tool_call': {
      const { caller } = part
      const id = legalId(part.id || fallbackId)
      const hasType = isObject(caller) && typeof caller.type === 'string'
      return { type: 'tool_use', id, name: part.name, input: {}, ...(hasType && { caller }), ...own }
    }
    case 'hosted_call':
    case 'hosted_result':
    case 'opaque':
      return !isForeign(part) && isObject(part.native.object) ? part.native.object : undefined
    // A line of text says what the format cannot hold, so that a reader sees that there was something.
    case 'audio':
      return { type: 'text', text: part.transcript ?? '[audio]' }
    case 'image':
    case 'video':
    case 'file':
      return { type: 'text', text: `[${part.type}]` }
    default:
      return undefined
  }
}

/** isForeign tells what only the format of another service understands, such as the search it ran. It is no part of what was said. */
export function isForeign(part: Part): boolean {
  switch (part.type) {
    case 'hosted_call':
    case 'hosted_result':
    case 'opaque':
      return part.native.format !== NAMESPACE
    default:
      return false
  }
}

/** signatureOf gives a thinking block's signature: the vendor's own, another's in an envelope, '' for none. */
export function signatureOf(seal: Seal | undefined): string {
  if (seal === undefined) return ''
  return isOwnSeal(seal) && seal.kind === 'signature' ? seal.data : encodeEnvelope(seal)
}

function hiddenData(seal: Seal): string {
  return isOwnSeal(seal) && seal.kind === 'redacted' ? seal.data : encodeEnvelope(seal)
}

/** carrierBlock is the thinking block in which the seal of a call or a text travels. */
export function carrierBlock(part: Part, fallbackId: string): JsonObject | undefined {
  const place = carriedPlace(part, fallbackId)
  if (place === undefined || part.seal === undefined) return undefined
  return { type: 'thinking', thinking: '', signature: encodeEnvelope(part.seal, place) }
}

function carriedPlace(part: Part, fallbackId: string): SealPlace | undefined {
  if (part.type === 'tool_call') return { on: 'call', callId: legalId(part.id || fallbackId) }
  return part.type === 'text' ? { on: 'text' } : undefined
}
