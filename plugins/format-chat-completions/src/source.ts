import { isObject, type JsonObject } from '@isthmus/core/wire'

/**
 * isCanonical tells whether a message is written just as the encoder would write it, so that its wire object may be
 * sent again. Explicit nulls, empty lists and the short forms some clients use are written in another way.
 */
export function isCanonical(message: JsonObject): boolean {
  const { role, content } = message
  if (role !== 'system' && role !== 'developer' && role !== 'user') return false
  for (const key in message) {
    if (key !== 'role' && key !== 'content' && (key !== 'name' || typeof message.name !== 'string')) return false
  }
  if (typeof content === 'string') return true
  return Array.isArray(content) && content.length > 0 && content.every(isCanonicalPart)
}

function isCanonicalPart(part: unknown): boolean {
  if (!isObject(part)) return false
  if (part.type === 'text') return typeof part.text === 'string' && only(part, 'type', 'text')
  return false
}

function only(object: JsonObject, ...names: readonly string[]): boolean {
  for (const key in object) if (!names.includes(key)) return false
  return true
}
