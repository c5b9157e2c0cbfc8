import type { CacheMark, FilePart, ImagePart, MediaSource, OpaquePart, Part, TextPart } from '@isthmus/core'
import { addMembers, dataUrl, type JsonObject } from '@isthmus/core/wire'
import { encodeAnnotation } from './annotations.ts'
import type { Encoding } from './encoding.ts'
import { addNulls, membersOf, spellingOf } from './ext.ts'
import { encodeLogprobs } from './logprobs.ts'
import { audioFormat, type Side, textType } from './parts-decode.ts'
import { FORMAT } from './types.ts'

/** encodePart writes a part of a content list; a part may become several, or none. */
export function encodePart(part: Part, side: Side, encoding: Encoding): JsonObject[] {
  encoding.reportForeign(part, 'input')
  switch (part.type) {
    case 'text':
      return [finish(encodeText(part, side, encoding), part, encoding)]
    case 'refusal':
      return [finish({ type: 'refusal', refusal: part.text }, part, encoding)]
    case 'image':
      return [finish(encodeImage(part, encoding), part, encoding)]
    case 'audio': {
      const { source } = part
      if (source.kind !== 'inline') return spoken(part, side, encoding)
      const format = part.format ?? audioFormat(source.mime)
      return [finish({ type: 'input_audio', input_audio: { data: source.data, format } }, part, encoding)]
    }
    case 'video':
      return encoding.refuse('video', 'input')
    case 'file':
      return encodeFile(part, side, encoding)
    case 'opaque':
      return encodeOpaque(part, side, encoding)
    case 'hosted_call':
    case 'hosted_result':
      encoding.report({ feature: 'input.hosted', action: 'emulated', field: 'input' })
      return [{ type: textType(side), text: describeHosted(part) }]
    default:
      return []
  }
}

/** finish adds what every part may have. */
function finish(wire: JsonObject, part: Part, encoding: Encoding): JsonObject {
  const spelling = spellingOf(part)
  if (part.cache !== undefined) encodeCache(wire, part.cache, spelling?.breakpoint, encoding)
  return addNulls(addMembers(wire, membersOf(part)), spelling?.nulls)
}

/** encodeCache: servers that do not know the mark may refuse it; only a client of this format knows that its upstream does. */
function encodeCache(
  wire: JsonObject,
  { ttl }: CacheMark,
  breakpoint: JsonObject | undefined,
  encoding: Encoding
): void {
  const { traits, native } = encoding
  if (!(traits.cacheMarks ?? native)) {
    reportMark(encoding)
    return
  }
  if (!native) encoding.marked = true
  wire.prompt_cache_breakpoint = breakpoint ?? {
    mode: 'explicit',
    ...(ttl !== undefined && { ttl: native ? ttl : lifetime(ttl, encoding) })
  }
}

/** reportMark names a mark that is left out, unless the feature table says so. */
export function reportMark(encoding: Encoding): void {
  if (encoding.traits.cacheMarks !== false)
    encoding.report({ feature: 'cache.mark', action: 'dropped', field: 'input' })
}

/** markLast puts the mark of a whole message or result on the last entry of its content. */
export function markLast(content: unknown, mark: CacheMark, encoding: Encoding): unknown {
  const list = typeof content === 'string' ? [{ type: 'input_text', text: content }] : (content as JsonObject[])
  const last = list.at(-1)
  if (last === undefined) return content
  const marked: JsonObject = { ...last }
  encodeCache(marked, mark, undefined, encoding)
  return marked.prompt_cache_breakpoint === undefined ? content : [...list.slice(0, -1), marked]
}

/** The format knows two lifetimes, and the longer one is never the cheaper. */
function lifetime(ttl: string, encoding: Encoding): string {
  if (ttl === '30m' || ttl === '12h') return ttl
  encoding.report({ feature: 'cache.mark', action: 'converted', field: 'input', from: ttl, to: '30m' })
  return '30m'
}

function encodeText(part: TextPart, side: Side, encoding: Encoding): JsonObject {
  const { text, annotations, logprobs } = part
  const { native } = encoding
  const type = spellingOf(part)?.as ?? textType(side)
  if (type !== 'output_text') {
    if (annotations?.length) encoding.report({ feature: 'input.annotations', action: 'dropped', field: 'input' })
    return { type, text }
  }
  const written = annotations?.map(encodeAnnotation).filter(wire => wire !== undefined)
  return {
    type,
    text,
    ...((written !== undefined || !native) && { annotations: written ?? [] }),
    ...(native && logprobs !== undefined && { logprobs: encodeLogprobs(logprobs) })
  }
}

function spoken(part: Extract<Part, { type: 'audio' }>, side: Side, encoding: Encoding): JsonObject[] {
  if (part.transcript === undefined) encoding.refuse('audio that is not inline', 'input')
  return [{ type: textType(side), text: part.transcript }]
}

function encodeImage(part: ImagePart, encoding: Encoding): JsonObject {
  const detail = part.detail ?? (encoding.native ? undefined : 'auto')
  return {
    type: 'input_image',
    ...place(part.source, spellingOf(part)?.prefix, encoding, 'image_url', 'image_url'),
    ...(detail !== undefined && { detail })
  }
}

/** place writes where the bytes are: data and addresses as a URL, uploads by their id. */
function place(
  source: MediaSource,
  prefix: string | undefined,
  encoding: Encoding,
  dataKey: string,
  urlKey: string
): JsonObject {
  switch (source.kind) {
    case 'inline':
      return { [dataKey]: prefix === undefined ? dataUrl(source.mime, source.data) : prefix + source.data }
    case 'url':
      return { [urlKey]: source.url }
    case 'file_ref':
      if (!knowsFile(source.provider, encoding)) encoding.refuse(`a file uploaded to '${source.provider}'`, 'input')
      return { file_id: source.id }
    default:
      return encoding.refuse('media made of text', 'input')
  }
}

/** knowsFile: a client of this format means uploads of the upstream it is sent to. */
function knowsFile(issuer: string, { provider, traits }: Encoding): boolean {
  return issuer === FORMAT || issuer === provider || (traits.fileIssuers ?? []).includes(issuer)
}

function encodeFile(part: FilePart, side: Side, encoding: Encoding): JsonObject[] {
  const { source, detail } = part
  switch (source.kind) {
    case 'text':
      return [finish({ type: textType(side), text: titled(part, source.text) }, part, encoding)]
    case 'blocks': {
      const title = part.title === undefined ? [] : [{ type: textType(side), text: part.title }]
      return [...title, ...source.parts.flatMap(inner => encodePart(inner, side, encoding))]
    }
    default: {
      const filename = filenameOf(part, encoding)
      const wire = {
        type: 'input_file',
        ...(filename !== undefined && { filename }),
        ...place(source, spellingOf(part)?.prefix, encoding, 'file_data', 'file_url'),
        ...(detail !== undefined && { detail })
      }
      return [finish(wire, part, encoding)]
    }
  }
}

function titled(part: FilePart, text: string): string {
  const title = part.title ?? part.filename
  return title === undefined ? text : `${title}\n\n${text}`
}

/** filenameOf: data needs a name; a client of this format that gave none is taken at its word. */
function filenameOf({ filename, title, source }: FilePart, { native }: Encoding): string | undefined {
  if (filename !== undefined || native || source.kind !== 'inline') return filename
  return title ?? `document.${source.mime.replace(/^.*\//, '').replace(/[^a-z0-9].*$/, '') || 'bin'}`
}

/** encodeOpaque puts a block of another format into words, where it can be put in words. */
export function encodeOpaque(part: OpaquePart, side: Side, encoding: Encoding): JsonObject[] {
  if (part.native.format === FORMAT) return [part.native.object as JsonObject]
  if (part.describe !== undefined) {
    encoding.report({ feature: 'input.opaque', action: 'emulated', field: 'input' })
    return [{ type: textType(side), text: part.describe }]
  }
  if (part.replay === 'same_dialect') encoding.refuse(`a block that only '${part.native.format}' knows`, 'input')
  encoding.report({ feature: 'input.opaque', action: 'dropped', field: 'input' })
  return []
}

/** describeHosted puts a call of another service's hosted tool, or its result, into words. */
function describeHosted(part: Extract<Part, { type: 'hosted_call' | 'hosted_result' }>): string {
  const call = part.type === 'hosted_call'
  const value = call ? part.input : part.output
  const text = value === undefined ? part.status : typeof value === 'string' ? value : JSON.stringify(value)
  const what = call ? `${part.kind} call` : `${part.kind} result`
  return text === undefined ? `[${what}]` : `[${what}: ${text}]`
}

/** encodeContent writes parts as a string where that says it all, else as a list. */
export function encodeContent(parts: readonly Part[], as: string | undefined, encoding: Encoding): unknown {
  if (parts.length === 0) return as === 'none' ? [] : ''
  const written = parts.flatMap(part => encodePart(part, 'input', encoding))
  const only = written[0]
  if (as !== 'list' && written.length === 1 && only?.type === 'input_text' && Object.keys(only).length === 2) {
    return only.text
  }
  return written
}
