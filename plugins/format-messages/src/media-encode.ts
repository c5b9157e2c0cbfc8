import type { FilePart, ImagePart, Part } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { ownMembers } from './blocks.ts'
import type { EncodeEnv } from './encode-env.ts'
import { FORMAT_MESSAGES_UNSUPPORTED } from './errors.ts'
import { FILE_ISSUER } from './media-decode.ts'
import { wroteBlocks } from './spelling.ts'

const IMAGE_MIMES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp'])
const TEXT_MIME = /^(text\/|application\/(json|xml|yaml|javascript|x-ndjson)\b)/

/** ContentWriter writes nested parts; it comes from the block encoder, which knows all parts. */
export type ContentWriter = (parts: readonly Part[], env: EncodeEnv) => JsonObject[]

export function encodeImage(part: ImagePart, env: EncodeEnv): JsonObject {
  const { source } = part
  switch (source.kind) {
    case 'inline':
      return { type: 'image', source: withRest(part, inlineImage(source.mime, source.data, env)) }
    case 'url':
      return { type: 'image', source: withRest(part, { type: 'url', url: source.url }) }
    case 'file_ref':
      return { type: 'image', source: withRest(part, fileSource(source.provider, source.id)) }
    default:
      throw FORMAT_MESSAGES_UNSUPPORTED('an image made of text')
  }
}

function inlineImage(mime: string, data: string, env: EncodeEnv): JsonObject {
  const type = mime === 'image/jpg' ? 'image/jpeg' : mime
  if (!env.native && !IMAGE_MIMES.has(type)) throw FORMAT_MESSAGES_UNSUPPORTED(`an image of type ${type}`)
  return { type: 'base64', media_type: env.native ? mime : type, data }
}

function fileSource(provider: string, id: string): JsonObject {
  if (provider !== FILE_ISSUER)
    throw FORMAT_MESSAGES_UNSUPPORTED(`a file id issued by ${provider || 'another service'}`)
  return { type: 'file', file_id: id }
}

export function encodeFile(part: FilePart, env: EncodeEnv, write: ContentWriter): JsonObject {
  if (part.kind === 'search_result') return encodeSearchResult(part, env, write)
  const { source, context, citations } = part
  if (!env.native && source.kind === 'inline' && source.mime.startsWith('image/')) {
    return encodeImage({ type: 'image', source }, env)
  }
  const title = part.title ?? part.filename
  return {
    type: 'document',
    source: withRest(part, documentSource(part, env, write)),
    ...(title !== undefined && { title }),
    ...(context !== undefined && { context }),
    ...(citations !== undefined && { citations: { enabled: citations } })
  }
}

function documentSource(part: FilePart, env: EncodeEnv, write: ContentWriter): JsonObject {
  const { source } = part
  switch (source.kind) {
    case 'inline':
      if (env.native || source.mime === 'application/pdf') {
        return { type: 'base64', media_type: source.mime, data: source.data }
      }
      if (!TEXT_MIME.test(source.mime)) throw FORMAT_MESSAGES_UNSUPPORTED(`a file of type ${source.mime}`)
      env.gap('input.file.inline', 'emulated', {
        message: 'a text file was sent as a text document',
        from: source.mime
      })
      return { type: 'text', media_type: 'text/plain', data: Buffer.from(source.data, 'base64').toString('utf8') }
    case 'url':
      return { type: 'url', url: source.url }
    case 'file_ref':
      return fileSource(source.provider, source.id)
    case 'text':
      return { type: 'text', media_type: 'text/plain', data: source.text }
    case 'blocks': {
      const only = source.parts[0]
      if (env.native && source.parts.length === 1 && only?.type === 'text' && !wroteBlocks(part)) {
        return { type: 'content', content: only.text }
      }
      return { type: 'content', content: write(source.parts, env) }
    }
  }
}

function encodeSearchResult(part: FilePart, env: EncodeEnv, write: ContentWriter): JsonObject {
  const { source, filename, title, citations } = part
  return {
    type: 'search_result',
    source: filename ?? (source.kind === 'url' ? source.url : ''),
    title: title ?? '',
    content:
      source.kind === 'blocks'
        ? write(source.parts, env)
        : source.kind === 'text'
          ? [{ type: 'text', text: source.text }]
          : [],
    ...(citations !== undefined && { citations: { enabled: citations } })
  }
}

/** withRest writes the source's own unknown members back into it. */
function withRest(part: ImagePart | FilePart, source: JsonObject): JsonObject {
  const rest = ownMembers(part)?.source
  return rest === undefined ? source : { ...source, ...(rest as JsonObject) }
}
