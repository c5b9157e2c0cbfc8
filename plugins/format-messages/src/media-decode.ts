import type { FilePart, ImagePart, MediaSource, Part } from '@isthmus/core'
import { type JsonObject, restOf, stringOf } from '@isthmus/core/wire'
import { common, NAMESPACE } from './blocks.ts'
import { spelled } from './spelling.ts'
import { SourceShapes } from './types.ts'

const IMAGE = new Set(['type', 'source', 'cache_control'])
const DOCUMENT = new Set(['type', 'source', 'title', 'context', 'citations', 'cache_control'])
const SEARCH_RESULT = new Set(['type', 'source', 'title', 'content', 'citations', 'cache_control'])

/** The issuer of file ids that clients of this format send. */
export const FILE_ISSUER = NAMESPACE

/** ContentReader reads a nested content list; it comes from the list decoder, which knows all blocks. */
export type ContentReader = (content: unknown, path: string) => readonly Part[]

export function decodeImage(block: JsonObject, path: string): ImagePart | undefined {
  const source = decodeSource(block.source as JsonObject, `${path}.source`, undefined)
  if (source === undefined) return undefined
  const part: ImagePart = { type: 'image', source: source.media, ...common(block, IMAGE) }
  return spelled(withSourceRest(part, source.rest), block, IMAGE)
}

export function decodeDocument(block: JsonObject, path: string, read: ContentReader): FilePart | undefined {
  const source = decodeSource(block.source as JsonObject, `${path}.source`, read)
  if (source === undefined) return undefined
  const title = stringOf(block.title)
  const context = stringOf(block.context)
  const citations = enabledOnly(block.citations)
  const known = citations === undefined && block.citations ? documentWithoutCitations : DOCUMENT
  const part: FilePart = {
    type: 'file',
    kind: 'document',
    source: source.media,
    ...(title !== undefined && { title }),
    ...(context !== undefined && { context }),
    ...(citations !== undefined && { citations }),
    ...common(block, known)
  }
  const blocks = Array.isArray((block.source as JsonObject).content)
  return spelled(withSourceRest(part, source.rest), block, DOCUMENT, blocks)
}
const documentWithoutCitations = new Set([...DOCUMENT].filter(name => name !== 'citations'))
const searchWithoutCitations = new Set([...SEARCH_RESULT].filter(name => name !== 'citations'))

/** decodeSearchResult keeps the result's own source, a URL or an id, in `filename`. */
export function decodeSearchResult(block: JsonObject, path: string, read: ContentReader): FilePart {
  const citations = enabledOnly(block.citations)
  const known = citations === undefined && block.citations ? searchWithoutCitations : SEARCH_RESULT
  const part: FilePart = {
    type: 'file',
    kind: 'search_result',
    filename: block.source as string,
    title: block.title as string,
    source: { kind: 'blocks', parts: read(block.content, `${path}.content`) },
    ...(citations !== undefined && { citations }),
    ...common(block, known)
  }
  return spelled(part, block, SEARCH_RESULT)
}

function enabledOnly(citations: unknown): boolean | undefined {
  if (typeof citations !== 'object' || citations === null) return undefined
  const { enabled } = citations as JsonObject
  return typeof enabled === 'boolean' && Object.keys(citations).length === 1 ? enabled : undefined
}

interface Source {
  readonly media: MediaSource
  /** Members of the source that only this format knows. */
  readonly rest: JsonObject | undefined
}

/** decodeSource gives undefined for a source type that is not known: its block stays opaque. */
function decodeSource(source: JsonObject, path: string, read: ContentReader | undefined): Source | undefined {
  const shape = SourceShapes[source.type as string]
  if (shape === undefined) return undefined
  const documentOnly = source.type === 'text' || source.type === 'content'
  if (documentOnly && read === undefined) return undefined
  shape.check(source, path)
  switch (source.type) {
    case 'base64':
      return {
        media: { kind: 'inline', mime: source.media_type as string, data: source.data as string },
        rest: restOf(source, new Set(['type', 'media_type', 'data']))
      }
    case 'url':
      return { media: { kind: 'url', url: source.url as string }, rest: restOf(source, new Set(['type', 'url'])) }
    case 'file':
      return {
        media: { kind: 'file_ref', provider: FILE_ISSUER, id: source.file_id as string },
        rest: restOf(source, new Set(['type', 'file_id']))
      }
    case 'text': {
      const known = source.media_type === 'text/plain' ? ['type', 'media_type', 'data'] : ['type', 'data']
      return { media: { kind: 'text', text: source.data as string }, rest: restOf(source, new Set(known)) }
    }
    default: {
      const { content } = source
      return {
        media: { kind: 'blocks', parts: read?.(content, `${path}.content`) ?? [] },
        rest: restOf(source, new Set(['type', 'content']))
      }
    }
  }
}

function withSourceRest<P extends ImagePart | FilePart>(part: P, rest: JsonObject | undefined): P {
  if (rest === undefined) return part
  return { ...part, ext: { ...part.ext, [NAMESPACE]: { ...part.ext?.[NAMESPACE], source: rest } } }
}
