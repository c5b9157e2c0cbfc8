import type { Annotation, HostedPart, TextPart } from '@isthmus/core'
import { type JsonObject, searchQueries } from '@isthmus/core/wire'
import { FORMAT } from './types.ts'

/** CitationWriter collects the citations of pages on the texts of a candidate: the format has them beside its content. */
export class CitationWriter {
  #chunks: JsonObject[] = []
  #indices = new Map<string, number>()
  #supports: JsonObject[] = []
  #queries: string[] = []

  /** add takes the citations of a text. Those that came in this format stand in an object that was kept whole. */
  add({ text, annotations }: TextPart, partIndex: number): void {
    for (const annotation of annotations ?? []) {
      const { kind, url, native } = annotation
      if (kind !== 'url' || url === undefined || native?.format === FORMAT) continue
      const segment = { ...(partIndex > 0 && { partIndex }), ...segmentOf(Buffer.from(text), text, annotation) }
      this.#supports.push({ segment, groundingChunkIndices: [this.#chunk(url, annotation.title)] })
    }
  }

  /** search takes what another service's search looked for. */
  search({ input }: HostedPart): void {
    this.#queries.push(...searchQueries(input))
  }

  /** grounding gives what was collected; undefined when there is nothing. */
  grounding(): JsonObject | undefined {
    const searched = this.#queries.length > 0 && { webSearchQueries: this.#queries }
    if (this.#supports.length === 0) return searched || undefined
    return { ...searched, groundingChunks: this.#chunks, groundingSupports: this.#supports }
  }

  #chunk(url: string, title: string | undefined): number {
    const known = this.#indices.get(url)
    if (known !== undefined) return known
    const index = this.#chunks.length
    this.#indices.set(url, index)
    this.#chunks.push({ web: { uri: url, ...(title !== undefined && { title }) } })
    return index
  }
}

/** segmentOf writes where a citation stands, in bytes. One that does not say is of the whole text. */
function segmentOf(bytes: Buffer, text: string, { start, end, unit }: Annotation): JsonObject {
  if (end === undefined) return { endIndex: bytes.length }
  const from = bytesTo(text, start ?? 0, unit)
  const to = bytesTo(text, end, unit)
  return { ...(from > 0 && { startIndex: from }), endIndex: to, text: bytes.toString('utf8', from, to) }
}

/** bytesTo counts the bytes before an offset that may count another way. */
function bytesTo(text: string, offset: number, unit: Annotation['unit']): number {
  if (unit === 'byte') return offset
  if (unit === 'utf16') return Buffer.byteLength(text.slice(0, offset))
  let at = 0
  for (let count = 0; count < offset && at < text.length; count++) at += text.codePointAt(at)! > 0xffff ? 2 : 1
  return Buffer.byteLength(text.slice(0, at))
}
