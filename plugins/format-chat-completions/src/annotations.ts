import type { Annotation, TextPart } from '@isthmus/core'
import { codepoints, codepointsTo, isObject, type JsonObject, numberOf, stringOf } from '@isthmus/core/wire'
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

/**
 * encodeAnnotations writes the citations of pages on a text, `before` characters of the joined content further on; other
 * kinds have no place here. A citation that does not say where it stands is of the whole text.
 */
export function encodeAnnotations({ text, annotations }: TextPart, before: number): JsonObject[] {
  const written: JsonObject[] = []
  for (const annotation of annotations ?? []) {
    const { kind, native, start, end, unit, url, title } = annotation
    if (native?.format === FORMAT) {
      written.push(native.object as JsonObject)
      continue
    }
    if (kind !== 'url' || url === undefined) continue
    const from = start === undefined ? 0 : codepointsTo(text, start, unit)
    const to = end === undefined ? codepoints(text) : codepointsTo(text, end, unit)
    const citation = { start_index: before + from, end_index: before + to, title: title ?? '', url }
    written.push({ type: 'url_citation', url_citation: citation })
  }
  return written
}
