import type { Message, Part, ToolResultPart } from '@isthmus/core'
import { type JsonObject, mendHistory } from '@isthmus/core/wire'
import { encodeAssistant } from './assistant-encode.ts'
import { encodeContent, finishMessage } from './content-encode.ts'
import type { Encoding } from './encoding.ts'
import { addMembers, membersOf, spellingOf } from './ext.ts'
import { encodeCache, encodePart } from './part-encode.ts'

/** encodeMessages writes the turns. Media that has no place in its turn follows in a user message. */
export function encodeMessages(encoding: Encoding): JsonObject[] {
  const { request, native } = encoding
  const written: JsonObject[] = []
  const calls = new Set<string>()
  let carried: JsonObject[] = []
  // A client of this format is taken at its word.
  const messages = native ? request.messages : mendHistory(request.messages, () => reportMoved(encoding))
  for (const message of messages) {
    if (message.role !== 'tool' && carried.length > 0) {
      written.push({ role: 'user', content: carried })
      carried = []
    }
    encoding.reportForeign(message, 'messages')
    switch (message.role) {
      case 'assistant':
        for (const part of message.parts) if (part.type === 'tool_call') calls.add(part.id)
        written.push(encodeAssistant(message, carried, encoding))
        break
      case 'tool':
        for (const part of message.parts) {
          if (part.type === 'tool_result') encodeAnswer(part, calls, written, carried, encoding)
          else carried.push(...encodePart(part, encoding))
        }
        break
      default:
        written.push(encodeTurn(message, encoding))
    }
  }
  if (carried.length > 0) written.push({ role: 'user', content: carried })
  return written
}

function reportMoved(encoding: Encoding): void {
  const message = 'a result that stood after a later turn is sent right behind its call'
  encoding.report({ feature: 'tools.function', action: 'converted', field: 'messages', message })
}

function encodeTurn(message: Message, encoding: Encoding): JsonObject {
  const role = message.role === 'user' ? 'user' : (encoding.traits.systemRole ?? message.role)
  return finishMessage({ role, content: encodeContent(message.parts, encoding) }, message, encoding)
}

/** encodeAnswer: servers refuse a result whose call is gone, as histories have it that were cut at the front. */
function encodeAnswer(
  part: ToolResultPart,
  calls: ReadonlySet<string>,
  written: JsonObject[],
  carried: JsonObject[],
  encoding: Encoding
): void {
  if (encoding.native || calls.has(part.callId)) {
    written.push(encodeResult(part, carried, encoding))
    return
  }
  const message = 'the result of a call that is not there is sent as text of the user'
  encoding.report({ feature: 'tools.function', action: 'emulated', field: 'messages', message })
  carried.push({ type: 'text', text: `Result of tool call ${part.callId}:` })
  carried.push(...part.content.flatMap(inner => encodePart(inner, encoding)))
}

/** encodeResult writes the result of one call. The format has text for it; an error is told in the text. */
function encodeResult(part: ToolResultPart, carried: JsonObject[], encoding: Encoding): JsonObject {
  encoding.reportForeign(part, 'messages')
  const inline = keepsMedia(encoding)
  const stays: Part[] = []
  for (const inner of part.content) {
    if (inline || inner.type === 'text' || inner.type === 'opaque') stays.push(inner)
    else carry(inner, part.callId, stays, carried, encoding)
  }
  const wire: JsonObject =
    spellingOf(part)?.as === 'function'
      ? { role: 'function', name: part.name }
      : {
          role: 'tool',
          tool_call_id: encoding.callId(part.callId),
          // To others the id says it all; a client that has a name here knows a server that reads it.
          ...(encoding.native && part.name !== undefined && { name: part.name })
        }
  wire.content = encodeContent(part.isError ? told(stays) : stays, encoding)
  if (part.cache !== undefined) encodeCache(wire, part.cache, spellingOf(part)?.breakpoint, encoding)
  return addMembers(wire, membersOf(part))
}

/** keepsMedia: a client of this format that puts images into results knows its upstream. */
function keepsMedia({ traits, native }: Encoding): boolean {
  return traits.resultMedia === undefined ? native : traits.resultMedia === 'inline'
}

function carry(inner: Part, callId: string, stays: Part[], carried: JsonObject[], encoding: Encoding): void {
  const encoded = encodePart(inner, encoding)
  if (encoded.every(({ type }) => type === 'text')) {
    stays.push(...encoded.map(({ text }) => ({ type: 'text' as const, text: text as string })))
    return
  }
  stays.push({ type: 'text', text: `[${inner.type}: see the next user message]` })
  carried.push({ type: 'text', text: `Attachment of the result of tool call ${encoding.callId(callId)}:` }, ...encoded)
}

/** told puts the texts of an error into one that says what it is, before whatever else there is. */
function told(parts: readonly Part[]): readonly Part[] {
  const texts = parts.flatMap(part => (part.type === 'text' ? [part.text] : []))
  const error: Part = { type: 'text', text: JSON.stringify({ error: texts.join('\n') }) }
  return [error, ...parts.filter(part => part.type !== 'text')]
}
