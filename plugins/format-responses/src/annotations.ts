import type { Annotation } from '@isthmus/core'
import { isObject, type JsonObject, numberOf, stringOf, wordTable } from '@isthmus/core/wire'
import { FORMAT } from './types.ts'

const KINDS: Readonly<Record<string, Annotation['kind']>> = wordTable({
  url_citation: 'url',
  file_citation: 'file',
  container_file_citation: 'container_file',
  file_path: 'path'
})

/** decodeAnnotation reads one citation; it keeps the wire object, which the same format writes back. */
export function decodeAnnotation(wire: JsonObject): Annotation {
  const start = numberOf(wire.start_index)
  const end = numberOf(wire.end_index)
  const url = stringOf(wire.url)
  const title = stringOf(wire.title)
  const file = stringOf(wire.filename) ?? stringOf(wire.file_id)
  return {
    kind: KINDS[stringOf(wire.type) ?? ''] ?? 'file',
    ...(start !== undefined && { start }),
    ...(end !== undefined && { end }),
    ...((start !== undefined || end !== undefined) && { unit: 'codepoint' as const }),
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(file !== undefined && { file }),
    native: { format: FORMAT, object: wire }
  }
}

/** decodeAnnotations reads the list of an `output_text`; an empty one stays a list. */
export function decodeAnnotations(wire: unknown): readonly Annotation[] | undefined {
  return Array.isArray(wire) ? wire.filter(isObject).map(decodeAnnotation) : undefined
}

/**
 * encodeAnnotation writes a citation, undefined for one of nothing. A document of another service has no id here: its
 * title stands for it.
 */
export function encodeAnnotation(annotation: Annotation): JsonObject | undefined {
  const { native, kind, start = 0, end = 0, url, title = '', file = '' } = annotation
  if (native?.format === FORMAT && isObject(native.object)) return native.object
  if (kind === 'url' && url !== undefined) {
    return { type: 'url_citation', start_index: start, end_index: end, url, title }
  }
  const filename = title || file
  return filename === '' ? undefined : { type: 'file_citation', file_id: file, filename, index: end }
}
