import type { EmbedRequest, Part } from '@isthmus/core'
import { dataUrl, type JsonObject } from '@isthmus/core/wire'
import { FORMAT_EMBEDDINGS_UNSUPPORTED } from './errors.ts'
import { FORMAT, SPELLING } from './types.ts'

/** encodeInputs writes `input` as the client wrote it, or as a list where it spoke another format. */
export function encodeInputs({ inputs, ext }: EmbedRequest): unknown {
  const items = inputs.map((input, at) => (isParts(input) ? encodeParts(input, `input[${at}]`) : input))
  return items.length === 1 && ext?.[SPELLING]?.single === true ? items[0] : items
}

function isParts(input: EmbedRequest['inputs'][number]): input is readonly Part[] {
  return typeof input !== 'string' && typeof input[0] !== 'number'
}

function encodeParts(parts: readonly Part[], path: string): unknown {
  const [first] = parts
  if (first?.type === 'opaque' && parts.length === 1 && first.native.format === FORMAT) return first.native.object
  if (parts.every(part => part.type === 'text')) return parts.map(part => part.text).join('')
  return { content: parts.map(part => encodePart(part, path)) }
}

function encodePart(part: Part, path: string): JsonObject {
  if (part.type === 'text') return { type: 'text', text: part.text }
  if (part.type === 'image') {
    const { source } = part
    if (source.kind === 'inline') return { type: 'image_url', image_url: { url: dataUrl(source.mime, source.data) } }
    if (source.kind === 'url') return { type: 'image_url', image_url: { url: source.url } }
  }
  throw FORMAT_EMBEDDINGS_UNSUPPORTED.with({ path, param: path }, `a part of type ${part.type} in ${path}`)
}
