import type { Annotation } from '@isthmus/core'
import { isObject, type JsonObject, numberOf, stringOf } from '@isthmus/core/wire'
import { FORMAT } from './types.ts'

/** decodeAnnotation reads a citation; one of another kind is kept as it is. */
export function decodeAnnotation(wire: JsonObject): Annotation {
  const native = { format: FORMAT, object: wire }
  const citation = wire.url_citation
  if (!isObject(citation)) return { kind: 'file', native }
  const start = numberOf(citation.start_index)
  const end = numberOf(citation.end_index)
  const url = stringOf(citation.url)
  const title = stringOf(citation.title)
  return {
    kind: 'url',
    ...(start !== undefined && { start, unit: 'codepoint' as const }),
    ...(end !== undefined && { end }),
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    native
  }
}

/** Length is how much text of a choice stands before a part, in both units that citations count. */
export interface Length {
  readonly utf16: number
  readonly codepoints: number
}

export const NO_LENGTH: Length = { utf16: 0, codepoints: 0 }

/** lengthOf counts a text in both units. */
export function lengthOf(text: string): Length {
  let pairs = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit >= 0xd800 && unit < 0xdc00 && at + 1 < text.length) {
      pairs++
      at++
    }
  }
  return { utf16: text.length, codepoints: text.length - pairs }
}

/** encodeAnnotation writes a citation of a page; other kinds have no place here. Offsets count the joined text. */
export function encodeAnnotation(annotation: Annotation, before: Length): JsonObject | undefined {
  if (annotation.native?.format === FORMAT) return annotation.native.object as JsonObject
  if (annotation.kind !== 'url' || annotation.url === undefined) return undefined
  const shift = annotation.unit === 'utf16' ? before.utf16 : before.codepoints
  return {
    type: 'url_citation',
    url_citation: {
      start_index: (annotation.start ?? 0) + shift,
      end_index: (annotation.end ?? annotation.start ?? 0) + shift,
      title: annotation.title ?? '',
      url: annotation.url
    }
  }
}
