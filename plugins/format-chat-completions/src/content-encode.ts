import type { Message, Part, TextPart } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import type { Encoding } from './encoding.ts'
import { addMembers, membersOf, spellingOf } from './ext.ts'
import { cacheSpelling, encodeCache, encodePart, reportText } from './part-encode.ts'

/** finishMessage adds what every message may have. */
export function finishMessage(wire: JsonObject, message: Message, encoding: Encoding): JsonObject {
  if (message.name !== undefined && !encoding.lacks('input.name')) wire.name = message.name
  if (message.cache !== undefined) {
    encodeCache(wire, message.cache, spellingOf(message)?.breakpoint, encoding)
  }
  return addMembers(wire, membersOf(message))
}

/** encodeContent writes parts as a string where that says it all, else as a list. */
export function encodeContent(parts: readonly Part[], encoding: Encoding): string | JsonObject[] {
  if (parts.length === 0) return ''
  const [first] = parts
  if (parts.length === 1 && first?.type === 'text' && isPlain(first, encoding)) {
    reportText(first, encoding)
    return first.text
  }
  const written: JsonObject[] = []
  for (const part of parts) for (const wire of encodePart(part, encoding)) written.push(wire)
  return written
}

/** isPlain tells whether a text says the same as a bare string. A mark that is left out takes its list along. */
export function isPlain(part: TextPart, encoding: Encoding): boolean {
  if (membersOf(part) !== undefined) return false
  const spelling = spellingOf(part)
  return part.cache === undefined
    ? spelling?.as !== 'part'
    : cacheSpelling(spelling?.breakpoint, encoding) === undefined
}
