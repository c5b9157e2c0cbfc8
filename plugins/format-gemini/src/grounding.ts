import type { Annotation, HostedKind, HostedPart } from '@isthmus/core'
import { isObject, type JsonObject, numberOf, stringOf } from '@isthmus/core/wire'
import { FORMAT } from './types.ts'

/** Citation is a citation before it is known which text it stands on. */
export interface Citation {
  readonly annotation: Annotation
  /** The part of the content it is about; the first when the service does not say. */
  readonly partIndex: number
}

/** mergeGrounding joins what several chunks say: the last that says something counts, member by member. */
export function mergeGrounding(before: JsonObject | undefined, later: unknown): JsonObject | undefined {
  if (!isObject(later)) return before
  if (before === undefined) return later
  const merged = { ...before }
  for (const [key, value] of Object.entries(later)) if (!isEmpty(value)) merged[key] = value
  return merged
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (Array.isArray(value) && value.length === 0)

/** mergeCited joins the recitations that several chunks tell of: each chunk has its own. */
export function mergeCited(before: JsonObject | undefined, later: unknown): JsonObject | undefined {
  if (!isObject(later)) return before
  if (before === undefined) return later
  const merged = { ...before, ...later }
  for (const name of CITED) {
    const all = [...listOf(before[name]), ...listOf(later[name])]
    if (all.length > 0) merged[name] = all
  }
  return merged
}

/** The list has an older name. */
const CITED = ['citations', 'citationSources'] as const

/** decodeCitations reads the citations of a candidate. Offsets are bytes of the text. */
export function decodeCitations(grounding: JsonObject | undefined, cited: JsonObject | undefined): Citation[] {
  const found: Citation[] = []
  const chunks = listOf(grounding?.groundingChunks)
  for (const support of listOf(grounding?.groundingSupports)) {
    if (!isObject(support)) continue
    const segment = isObject(support.segment) ? support.segment : {}
    for (const at of listOf(support.groundingChunkIndices)) {
      const chunk: unknown = chunks[at as number]
      if (!isObject(chunk)) continue
      const annotation = annotationOf(sourceOf(chunk), rangeOf(segment), support, stringOf(segment.text))
      found.push({ annotation, partIndex: numberOf(segment.partIndex) ?? 0 })
    }
  }
  for (const citation of CITED.flatMap(name => listOf(cited?.[name]))) {
    if (isObject(citation))
      found.push({ annotation: annotationOf(citation, rangeOf(citation), citation), partIndex: 0 })
  }
  return found
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** A source is a page, a document that was looked up, or a place on a map. */
function sourceOf(chunk: JsonObject): JsonObject {
  return Object.values(chunk).find(isObject) ?? {}
}

type Range = Pick<Annotation, 'start' | 'end' | 'unit'>

/** An offset of zero is left out by the service. */
function rangeOf(segment: JsonObject): Range {
  const end = numberOf(segment.endIndex)
  return end === undefined ? {} : { start: numberOf(segment.startIndex) ?? 0, end, unit: 'byte' }
}

function annotationOf(source: JsonObject, range: Range, native: JsonObject, citedText?: string): Annotation {
  const url = stringOf(source.uri)
  const title = stringOf(source.title)
  return {
    kind: url === undefined ? 'file' : 'url',
    ...range,
    ...(url !== undefined && { url }),
    ...(title !== undefined && { title }),
    ...(citedText !== undefined && { citedText }),
    native: { format: FORMAT, object: native }
  }
}

/** fits tells whether a citation's offsets are those of a text: a reply in several parts may count across them. */
export function fits(text: Buffer, { start, end, citedText }: Annotation): boolean {
  if (start === undefined || end === undefined) return true
  if (end > text.length) return false
  return citedText === undefined || text.toString('utf8', start, end) === citedText
}

/** withoutRange makes a citation one of the whole text. */
export function withoutRange({ start: _start, end: _end, unit: _unit, ...annotation }: Annotation): Annotation {
  return annotation
}

/** hostedGrounding is the search, or what else the service did for a candidate; undefined when it did nothing. */
export function hostedGrounding(grounding: JsonObject, id: string): HostedPart | undefined {
  if (Object.values(grounding).every(isEmpty)) return undefined
  const queries = grounding.webSearchQueries ?? grounding.imageSearchQueries ?? grounding.retrievalQueries
  return {
    type: 'hosted_call',
    kind: groundingKind(grounding),
    id,
    ...(queries !== undefined && { input: { queries } }),
    status: 'completed',
    native: { format: FORMAT, object: { groundingMetadata: grounding } }
  }
}

function groundingKind(grounding: JsonObject): HostedKind {
  const chunks = listOf(grounding.groundingChunks)
  if (listOf(grounding.webSearchQueries).length > 0) return 'web_search'
  if (chunks.some(chunk => isObject(chunk) && isObject(chunk.maps))) return 'maps'
  if (chunks.some(chunk => isObject(chunk) && isObject(chunk.retrievedContext))) return 'file_search'
  return 'web_search'
}

/** hostedUrlContext is the reading of pages that a request named; undefined when there was none. */
export function hostedUrlContext(metadata: JsonObject, id: string): HostedPart | undefined {
  if (listOf(metadata.urlMetadata).length === 0) return undefined
  const native = { format: FORMAT, object: { urlContextMetadata: metadata } }
  return { type: 'hosted_result', kind: 'url_context', id, output: metadata.urlMetadata, status: 'completed', native }
}
