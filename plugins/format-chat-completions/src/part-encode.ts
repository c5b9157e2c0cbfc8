import type { CacheMark, FilePart, ImagePart, MediaSource, OpaquePart, Part, TextPart } from '@isthmus/core'
import { dataUrl, type JsonObject } from '@isthmus/core/wire'
import { cacheControl } from './cache.ts'
import type { Encoding } from './encoding.ts'
import { addMembers, membersOf, spellingOf } from './ext.ts'
import { audioFormat } from './part-decode.ts'
import { FORMAT, type Spelling } from './types.ts'

/** encodePart writes a part of a content list; a part may become several, or none. */
export function encodePart(part: Part, encoding: Encoding): JsonObject[] {
  encoding.reportForeign(part, 'messages')
  switch (part.type) {
    case 'text':
      return [finish({ type: 'text', text: part.text }, part, encoding)]
    case 'image':
      return [finish({ type: 'image_url', image_url: encodeImage(part, encoding) }, part, encoding)]
    case 'audio': {
      const { source } = part
      if (source.kind !== 'inline') encoding.refuse('audio that is not inline')
      const format = part.format ?? audioFormat(source.mime)
      const { audioFormats } = encoding.traits
      if (audioFormats !== undefined && !audioFormats.includes(format))
        encoding.refuse(`audio in the format '${format}'`)
      return [finish({ type: 'input_audio', input_audio: { data: source.data, format } }, part, encoding)]
    }
    case 'video':
      if (part.clip !== undefined) {
        encoding.report({ feature: 'input.video', action: 'converted', field: 'clip', message: 'sent whole' })
      }
      return [finish({ type: 'video_url', video_url: { url: address(part.source, encoding) } }, part, encoding)]
    case 'file':
      return encodeFile(part, encoding)
    case 'refusal':
      return [finish({ type: 'refusal', refusal: part.text }, part, encoding)]
    case 'opaque':
      return encodeOpaque(part, encoding)
    case 'hosted_call':
    case 'hosted_result':
      return [{ type: 'text', text: describeHosted(part) }]
    default:
      return []
  }
}

/** finish adds what every part may have. */
function finish(wire: JsonObject, part: Part, encoding: Encoding): JsonObject {
  if (part.cache !== undefined) encodeCache(wire, part.cache, spellingOf(part)?.breakpoint, encoding)
  return addMembers(wire, membersOf(part))
}

/** reportText names what a text loses that is written as a bare string. */
export function reportText(part: TextPart, encoding: Encoding): void {
  encoding.reportForeign(part, 'messages')
  if (part.cache !== undefined) reportCache(encoding)
}

/** encodeCache writes a cache mark in the spelling of the upstream, or that of the client. */
export function encodeCache(
  wire: JsonObject,
  mark: CacheMark,
  breakpoint: Spelling['breakpoint'],
  encoding: Encoding
): void {
  const spelling = cacheSpelling(breakpoint, encoding)
  if (spelling === undefined) reportCache(encoding)
  if (spelling === 'cache_control') wire.cache_control = cacheControl(fitted(mark, breakpoint, encoding))
  if (encoding.traits.cacheMarks === 'prompt_cache_breakpoint') encoding.marked = true
  if (spelling === 'prompt_cache_breakpoint') wire.prompt_cache_breakpoint = breakpoint ?? { mode: 'explicit' }
}

/** The two spellings know other lifetimes. What is too short would have to be written to the cache again. */
function fitted(mark: CacheMark, breakpoint: Spelling['breakpoint'], encoding: Encoding): CacheMark {
  const { ttl } = mark
  const same = encoding.native && breakpoint === undefined
  if (ttl === undefined || same || ttl === '5m' || ttl === '1h') return mark
  encoding.report({ feature: 'cache.mark', action: 'converted', field: 'messages', from: ttl, to: '1h' })
  return { ttl: '1h' }
}

/** cacheSpelling is the member in which a mark is written; undefined where it is left out. */
export function cacheSpelling(
  breakpoint: Spelling['breakpoint'],
  { traits, native }: Encoding
): 'cache_control' | 'prompt_cache_breakpoint' | undefined {
  const { cacheMarks } = traits
  if (cacheMarks !== undefined) return cacheMarks === 'none' ? undefined : cacheMarks
  // Servers that do not know the mark may refuse it: only a client of this format knows that its upstream does.
  if (!native) return undefined
  return breakpoint === undefined ? 'cache_control' : 'prompt_cache_breakpoint'
}

/** reportCache names a mark that is left out, unless the feature table says so. */
export function reportCache(encoding: Encoding): void {
  if (encoding.traits.cacheMarks === 'none') return
  encoding.report({ feature: 'cache.mark', action: 'dropped', field: 'messages' })
}

function encodeImage(part: ImagePart, encoding: Encoding): JsonObject {
  const image: JsonObject = { url: address(part.source, encoding) }
  if (part.detail !== undefined) image.detail = part.detail
  return image
}

/** address writes a source where the format has one string for data URLs and addresses. */
function address(source: MediaSource, encoding: Encoding): string {
  if (source.kind === 'inline') return dataUrl(source.mime, source.data)
  if (source.kind === 'url') return source.url
  return encoding.refuse('an image or video by the id of an upload')
}

function encodeFile(part: FilePart, encoding: Encoding): JsonObject[] {
  const { source } = part
  switch (source.kind) {
    case 'inline':
      return [file({ file_data: dataUrl(source.mime, source.data), filename: filename(part, source.mime) })]
    case 'url':
      return [file({ file_data: source.url, ...(part.filename !== undefined && { filename: part.filename }) })]
    case 'file_ref':
      if (!knowsFile(source.provider, encoding)) encoding.refuse(`a file uploaded to '${source.provider}'`)
      return [file({ file_id: source.id, ...(part.filename !== undefined && { filename: part.filename }) })]
    case 'text':
      return [finish({ type: 'text', text: titled(part, source.text) }, part, encoding)]
    case 'blocks': {
      const title = part.title === undefined ? [] : [{ type: 'text', text: part.title }]
      return [...title, ...source.parts.flatMap(inner => encodePart(inner, encoding))]
    }
  }
  function file(members: JsonObject): JsonObject {
    return finish({ type: 'file', file: members }, part, encoding)
  }
}

function titled(part: FilePart, text: string): string {
  const title = part.title ?? part.filename
  return title === undefined ? text : `${title}\n\n${text}`
}

/** filename is needed in practice: a client of this format that gave none is taken at its word. */
function filename(part: FilePart, mime: string): string | undefined {
  if (part.filename !== undefined || spellingOf(part) !== undefined) return part.filename
  return part.title ?? `document.${mime.replace(/^.*\//, '').replace(/[^a-z0-9].*$/, '') || 'bin'}`
}

/** knowsFile: a client of this format means uploads of the upstream it is sent to. */
export function knowsFile(issuer: string, { provider, traits }: Encoding): boolean {
  return issuer === FORMAT || issuer === provider || (traits.fileIssuers ?? []).includes(issuer)
}

function encodeOpaque(part: OpaquePart, encoding: Encoding): JsonObject[] {
  if (part.native.format === FORMAT) return [part.native.object as JsonObject]
  const field = 'messages'
  if (part.describe !== undefined) {
    encoding.report({ feature: 'input.opaque', action: 'emulated', field })
    return [{ type: 'text', text: part.describe }]
  }
  if (part.replay === 'same_dialect') encoding.refuse(`a block that only '${part.native.format}' knows`, field)
  encoding.report({ feature: 'input.opaque', action: 'dropped', field })
  return []
}

/** describeHosted puts a call of a hosted tool, or its result, into words: the format has no place for either. */
function describeHosted(part: Extract<Part, { type: 'hosted_call' | 'hosted_result' }>): string {
  const call = part.type === 'hosted_call'
  const value = call ? part.input : part.output
  const text = value === undefined ? part.status : typeof value === 'string' ? value : JSON.stringify(value)
  const what = call ? `${part.kind} call` : `${part.kind} result`
  return text === undefined ? `[${what}]` : `[${what}: ${text}]`
}
