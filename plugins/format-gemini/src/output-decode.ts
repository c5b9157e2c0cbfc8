import type { OutputFormat } from '@isthmus/core'
import { isObject, type JsonObject, stringOf } from '@isthmus/core/wire'
import { decodeSchema } from './schema-kept.ts'

const JSON_MIME = 'application/json'
const ENUM_MIME = 'text/x.enum'

/** DecodedFormat is the form of the answer, and the members of `generationConfig` that it took in. */
export interface DecodedFormat {
  readonly format?: OutputFormat
  readonly read: readonly string[]
}

/**
 * decodeFormat reads what the answer should look like. A schema may stand in three members, and some clients name no type
 * beside it. The type `text/x.enum` is one word of a list: elsewhere it is a schema with that list.
 */
export function decodeFormat(config: JsonObject): DecodedFormat {
  const { responseSchema, responseJsonSchema, responseFormat } = config
  const mime = stringOf(config.responseMimeType)
  const asked = mime === undefined ? [] : ['responseMimeType']
  if (mime === undefined || mime === JSON_MIME || mime === ENUM_MIME) {
    if (responseJsonSchema !== undefined) {
      const schema = decodeSchema(responseJsonSchema, 'json', {
        member: 'responseJsonSchema',
        wire: responseJsonSchema,
        mime
      })
      return { format: { type: 'json_schema', schema }, read: [...asked, 'responseJsonSchema'] }
    }
    if (responseSchema !== undefined) {
      const schema = decodeSchema(responseSchema, 'openapi', { member: 'responseSchema', wire: responseSchema, mime })
      return { format: { type: 'json_schema', schema }, read: [...asked, 'responseSchema'] }
    }
  }
  if (mime === JSON_MIME) return { format: { type: 'json_object' }, read: asked }
  const newer = newerFormat(responseFormat)
  if (newer !== undefined) {
    const schema = decodeSchema(newer, 'json', { member: 'responseFormat', wire: responseFormat, mime })
    return { format: { type: 'json_schema', schema }, read: [...asked, 'responseFormat'] }
  }
  if (mime === 'text/plain') return { format: { type: 'text' }, read: asked }
  return { read: [] }
}

/** newerFormat finds the one schema of a `responseFormat`. */
function newerFormat(wire: unknown): JsonObject | undefined {
  const only = Array.isArray(wire) && wire.length === 1 ? wire[0] : wire
  const text = isObject(only) && Object.keys(only).length === 1 ? only.text : undefined
  if (!isObject(text) || (text.mimeType ?? text.mime_type) !== JSON_MIME) return undefined
  return isObject(text.schema) ? text.schema : undefined
}
