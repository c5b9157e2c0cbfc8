import type { Message, Part, ReasoningPart, ToolCallPart } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { encodeContent, finishMessage, isPlain } from './content-encode.ts'
import type { Encoding } from './encoding.ts'
import { addMembers, membersOf, spellingOf } from './ext.ts'
import { encodePart, knowsFile, reportCache, reportText } from './part-encode.ts'
import { carriedSeal, encodeDetails, plainText } from './reasoning-details.ts'
import { joinTexts } from './text-join.ts'
import { FORMAT } from './types.ts'

/** Turn collects what becomes of the parts of one assistant turn: they go to several members of the message. */
interface Turn {
  readonly content: Part[]
  /** The content with everything that stood between its texts. */
  readonly order: Part[]
  readonly calls: JsonObject[]
  readonly details: JsonObject[]
  readonly wire: JsonObject
}

/** encodeAssistant writes a turn of the model. What it cannot hold is put into `carried`, for the next user message. */
export function encodeAssistant(message: Message, carried: JsonObject[], encoding: Encoding): JsonObject {
  const turn: Turn = { content: [], order: [], calls: [], details: [], wire: { role: 'assistant' } }
  for (const part of message.parts) encodeTurnPart(part, turn, carried, encoding)
  const { wire, calls, details } = turn
  wire.content = assistantContent(turn, encoding)
  if (details.length > 0) wire.reasoning_details = details
  for (const member of spellingOf(message)?.also ?? []) if (replays(encoding)) wire[member] = repeated(message)
  if (calls.length > 0) wire.tool_calls = calls
  if (message.prefill) markPrefill(wire, encoding)
  return finishMessage(wire, message, encoding)
}

function markPrefill(wire: JsonObject, encoding: Encoding): void {
  const { prefillMember } = encoding.traits
  if (prefillMember !== undefined) wire[prefillMember] = true
  else encoding.report({ feature: 'input.prefill', action: 'converted', message: 'sent as an ordinary earlier turn' })
}

function add(turn: Turn, part: Part): void {
  turn.content.push(part)
  turn.order.push(part)
}

function encodeTurnPart(part: Part, turn: Turn, carried: JsonObject[], encoding: Encoding): void {
  const { wire, calls } = turn
  switch (part.type) {
    case 'tool_call':
      turn.order.push(part)
      if (part.cache !== undefined) reportCache(encoding)
      encodeCall(part, wire, calls, encoding)
      encodeSeal({ ...part, id: encoding.callId(part.id) }, turn, encoding)
      break
    case 'reasoning':
      turn.order.push(part)
      encodeReplay(part, turn, encoding)
      break
    case 'refusal':
      if (spellingOf(part)?.as === 'part') add(turn, part)
      else wire.refusal = `${wire.refusal ?? ''}${part.text}`
      break
    case 'audio':
      encodeAudio(part, turn, encoding)
      break
    case 'image':
    case 'video':
    case 'file':
      if (encoding.native && spellingOf(part) !== undefined) add(turn, part)
      else {
        turn.order.push(part)
        add(turn, { type: 'text', text: `[${part.type}: see the next user message]` })
        turn.order.push(part)
        carried.push({ type: 'text', text: 'Attachment of the answer before:' }, ...encodePart(part, encoding))
      }
      break
    case 'opaque':
      if (spellingOf(part)?.as === 'detail') turn.details.push(part.native.object as JsonObject)
      else add(turn, part)
      break
    default:
      add(turn, part)
      encodeSeal(part, turn, encoding)
  }
}

/** encodeSeal: some formats seal a call or a text, where this one has the seal among the details of the reasoning. */
function encodeSeal(part: Part, turn: Turn, encoding: Encoding): void {
  const carried = carriedSeal(part)
  if (carried === undefined) return
  const { replay } = encoding.traits
  const asWritten = replay === undefined || replay === 'as-written'
  if (replay === 'details' || (asWritten && encoding.native && spellingOf(part)?.detail !== undefined)) {
    turn.details.push(...encodeDetails(carried, turn.details.length))
  } else if (replay !== 'none') {
    encoding.report({ feature: 'input.reasoning', action: 'dropped', field: 'messages' })
  }
}

function assistantContent(turn: Turn, encoding: Encoding): JsonObject[] | string | null {
  const { content, wire, calls } = turn
  if (content.length === 0) {
    const elsewhere = calls.length > 0 || wire.function_call !== undefined || wire.refusal !== undefined
    return elsewhere || wire.audio !== undefined ? null : ''
  }
  for (const part of content) {
    if (part.type !== 'text' || !isPlain(part, encoding)) return listContent(content, encoding)
    reportText(part, encoding)
  }
  return joinTexts(turn.order)
}

function listContent(parts: readonly Part[], encoding: Encoding): JsonObject[] | string {
  if (parts.some(part => part.type === 'reasoning')) return parts.flatMap(part => thinkingOr(part, encoding))
  return encodeContent(parts, encoding)
}

function thinkingOr(part: Part, encoding: Encoding): JsonObject[] {
  if (part.type !== 'reasoning') return encodePart(part, encoding)
  const wire = { type: 'thinking', thinking: [{ type: 'text', text: plainText(part) }] }
  return [addMembers(wire, membersOf(part))]
}

/** replays tells whether this upstream takes reasoning back. */
function replays({ traits, native }: Encoding): boolean {
  const { replay } = traits
  return replay === undefined || replay === 'as-written' ? native : replay !== 'none'
}

/** encodeReplay sends reasoning back in the member the upstream wants, or the one the client used. */
function encodeReplay(part: ReasoningPart, turn: Turn, encoding: Encoding): void {
  const { replay } = encoding.traits
  // The feature table says that it is left out.
  if (replay === 'none') return
  const spelt = spellingOf(part)?.as
  const as = replay === undefined || replay === 'as-written' ? (encoding.native ? spelt : undefined) : replay
  switch (as) {
    case 'details':
    case 'detail':
      turn.details.push(...encodeDetails(part, turn.details.length))
      return
    case 'reasoning':
    case 'reasoning_content': {
      const text = plainText(part)
      if (text === '' && part.hidden) break
      const before = turn.wire[as]
      turn.wire[as] = typeof before === 'string' ? `${before}\n\n${text}` : text
      return
    }
    case 'thinking':
      if (part.hidden || plainText(part) === '') break
      turn.content.push(part)
      return
  }
  encoding.report({ feature: 'input.reasoning', action: 'dropped', field: 'messages' })
}

/** repeated is the text of the reasoning of a turn, for members that say it a second time. */
function repeated(message: Message): string {
  return message.parts.map(part => (part.type === 'reasoning' && !part.hidden ? plainText(part) : '')).join('')
}

function encodeAudio(part: Extract<Part, { type: 'audio' }>, turn: Turn, encoding: Encoding): void {
  const { source, transcript } = part
  if (source.kind === 'file_ref' && knowsFile(source.provider, encoding)) {
    turn.wire.audio = { id: source.id }
    return
  }
  if (transcript === undefined) encoding.refuse('an earlier audio answer without its transcript', 'messages')
  encoding.report({
    feature: 'input.audio.ref',
    action: 'converted',
    field: 'messages',
    message: 'sent as its transcript'
  })
  turn.content.push({ type: 'text', text: transcript })
}

function encodeCall(part: ToolCallPart, wire: JsonObject, calls: JsonObject[], encoding: Encoding): void {
  encoding.reportForeign(part, 'messages')
  const name = encoding.names.wire(part.name)
  // A call without arguments is written as an empty object: an empty string is no JSON.
  const args = part.kind === 'function' && part.argsText === '' ? '{}' : part.argsText
  if (spellingOf(part)?.as === 'function_call' && encoding.request.ingress.format === FORMAT) {
    wire.function_call = { name, arguments: args }
    return
  }
  const id = encoding.callId(part.id)
  const call: JsonObject =
    part.kind === 'custom'
      ? { id, type: 'custom', custom: { name, input: args } }
      : { id, type: 'function', function: { name, arguments: args } }
  calls.push(addMembers(call, membersOf(part)))
}
