import type { Annotation } from '@isthmus/core'
import { isObject, type JsonObject, stringOf, wordTable } from '@isthmus/core/wire'

const KINDS: Readonly<Record<string, Annotation['kind']>> = wordTable({
  char_location: 'char',
  page_location: 'page',
  content_block_location: 'block',
  search_result_location: 'search',
  web_search_result_location: 'url'
})
const RANGES: Readonly<Record<string, readonly [start: string, end: string]>> = wordTable({
  char_location: ['start_char_index', 'end_char_index'],
  page_location: ['start_page_number', 'end_page_number'],
  content_block_location: ['start_block_index', 'end_block_index'],
  search_result_location: ['start_block_index', 'end_block_index']
})

/** decodeCitation reads a citation. Its range is one in the source; in the answer a citation covers its whole block. */
export function decodeCitation(citation: JsonObject): Annotation {
  const type = stringOf(citation.type) ?? ''
  const [startKey, endKey] = RANGES[type] ?? []
  const start = startKey === undefined ? undefined : citation[startKey]
  const end = endKey === undefined ? undefined : citation[endKey]
  const url = stringOf(citation.url)
  const title = stringOf(citation.title) ?? stringOf(citation.document_title)
  const citedText = stringOf(citation.cited_text)
  const file = stringOf(citation.file_id) ?? stringOf(citation.source)
  return {
    kind: KINDS[type] ?? 'search',
    ...(typeof start === 'number' && { start }),
    ...(typeof end === 'number' && { end }),
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(citedText !== undefined && { citedText }),
    ...(file !== undefined && { file }),
    native: { format: 'messages', object: citation }
  }
}

/** decodeCitations reads a `citations` list that has entries, all of them objects; undefined for anything else. */
export function decodeCitations(list: unknown): readonly Annotation[] | undefined {
  if (!Array.isArray(list) || list.length === 0 || !list.every(isObject)) return undefined
  return list.map(decodeCitation)
}

/** nativeCitation gives the wire object of an annotation that came from this format. */
export function nativeCitation(annotation: Annotation): JsonObject | undefined {
  const { native } = annotation
  return native?.format === 'messages' && isObject(native.object) ? native.object : undefined
}

/** encodeCitation writes any annotation for a client; what comes from elsewhere becomes the nearest location type. */
export function encodeCitation(annotation: Annotation): JsonObject {
  const native = nativeCitation(annotation)
  if (native !== undefined) return native
  const { kind, url, title, citedText, file } = annotation
  if (kind === 'url') {
    return {
      type: 'web_search_result_location',
      cited_text: citedText ?? '',
      url: url ?? '',
      title: title ?? null,
      encrypted_index: ''
    }
  }
  return {
    type: 'search_result_location',
    cited_text: citedText ?? '',
    source: file ?? url ?? '',
    title: title ?? null,
    search_result_index: 0,
    start_block_index: 0,
    end_block_index: 0
  }
}
