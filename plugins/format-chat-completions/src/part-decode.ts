import type { FilePart, ImagePart, MediaSource, OpaquePart, Part } from '@isthmus/core'
import { invalid, isObject, type JsonObject, parseDataUrl, restOf, stringOf, wordTable } from '@isthmus/core/wire'
import { decodeCache } from './cache.ts'
import { type Mutable, makeExt, partSpelling, withNested } from './ext.ts'
import { partShapes } from './request-schema.ts'
import { FORMAT } from './types.ts'

const keys = (...names: string[]): ReadonlySet<string> =>
  new Set(['type', 'cache_control', 'prompt_cache_breakpoint', ...names])
const KEYS = {
  text: keys('text'),
  refusal: keys('refusal'),
  image_url: keys('image_url'),
  input_audio: keys('input_audio'),
  video_url: keys('video_url'),
  file: keys('file'),
  thinking: keys('thinking')
}
const URL_KEYS: ReadonlySet<string> = new Set(['url'])
const IMAGE_KEYS: ReadonlySet<string> = new Set(['url', 'detail'])
const AUDIO_KEYS: ReadonlySet<string> = new Set(['data', 'format'])
const FILE_KEYS: ReadonlySet<string> = new Set(['file_data', 'file_id', 'filename'])

/**
 * decodeContent reads a content member: a string, a list of parts, or nothing. Reasoning is the model's: with `told`, what
 * is spelt like it is an example of it.
 */
export function decodeContent(
  content: string | readonly unknown[] | null | undefined,
  path: string,
  told = false
): Part[] {
  if (content === undefined || content === null || content === '') return []
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  const parts: Part[] = []
  for (let at = 0; at < content.length; at++) {
    const part = decodePart(content[at], `${path}[${at}]`)
    parts.push(
      told && part.type === 'reasoning' ? { ...opaque(content[at] as JsonObject), describe: part.text ?? '' } : part
    )
  }
  return parts
}

function decodePart(entry: unknown, path: string): Part {
  if (!isObject(entry)) throw invalid(path, 'a content part', entry)
  const { type } = entry
  if (typeof type !== 'string') throw invalid(`${path}.type`, 'a string', type)
  switch (type) {
    case 'text': {
      const { text } = partShapes.text.check(entry, path)
      return finish({ type: 'text', text }, entry, KEYS.text, path)
    }
    case 'refusal': {
      const { refusal } = partShapes.refusal.check(entry, path)
      return finish({ type: 'refusal', text: refusal }, entry, KEYS.refusal, path)
    }
    case 'image_url':
      return decodeImage(entry, path)
    case 'input_audio': {
      // Some vendors take data or an address of any container in place of the object.
      if (typeof entry.input_audio === 'string') return opaque(entry)
      const { input_audio: audio } = partShapes.input_audio.check(entry, path)
      const { data, format } = audio
      const source: MediaSource = { kind: 'inline', mime: audioMime(format), data }
      const nested = restOf(audio as JsonObject, AUDIO_KEYS)
      return finish({ type: 'audio', source, format }, entry, KEYS.input_audio, path, 'input_audio', nested)
    }
    case 'video_url': {
      const { video_url: video } = partShapes.video_url.check(entry, path)
      const nested = restOf(video as JsonObject, URL_KEYS)
      const part: Part = { type: 'video', source: urlSource(video.url) }
      return finish(part, entry, KEYS.video_url, path, 'video_url', nested)
    }
    case 'file':
      return decodeFile(entry, path)
    case 'thinking':
      return decodeThinking(entry, path)
    default:
      return opaque(entry)
  }
}

/** finish adds what every part may have, and keeps what is left. */
function finish(
  part: Mutable<Part>,
  entry: JsonObject,
  known: ReadonlySet<string>,
  path: string,
  nestedKey = '',
  nested?: JsonObject | undefined
): Part {
  const cache = decodeCache(entry, path)
  const rest = withNested(withNested(restOf(entry, known), nestedKey, nested), 'cache_control', cache?.rest)
  if (cache?.mark !== undefined) part.cache = cache.mark
  const { breakpoint } = cache ?? {}
  part.ext = makeExt(rest, breakpoint === undefined ? partSpelling() : { as: 'part', breakpoint })!
  return part
}

function opaque(entry: JsonObject): OpaquePart {
  return {
    type: 'opaque',
    native: { format: FORMAT, object: entry },
    replay: 'same_dialect',
    ext: makeExt(undefined, partSpelling())!
  }
}

function decodeImage(entry: JsonObject, path: string): Part {
  const { image_url: image } = partShapes.image_url.check(entry, path)
  // Some vendors take the URL itself in place of the object.
  if (typeof image === 'string') {
    return finish({ type: 'image', source: urlSource(image) }, entry, KEYS.image_url, path)
  }
  const nested = restOf(image as JsonObject, IMAGE_KEYS)
  const { detail } = image
  const part: Mutable<ImagePart> = { type: 'image', source: urlSource(image.url) }
  if (typeof detail === 'string') part.detail = detail
  return finish(part, entry, KEYS.image_url, path, 'image_url', nested)
}

function decodeFile(entry: JsonObject, path: string): Part {
  // Some vendors name the upload without an object around it.
  if (entry.file === undefined && typeof entry.file_id === 'string') return opaque(entry)
  const { file } = partShapes.file.check(entry, path)
  const source = fileSource(file, `${path}.file`)
  // Data that is neither a data URL nor an address has no known type: only an upstream of this format can read it.
  if (source === undefined) return opaque(entry)
  const { filename } = file
  const nested = restOf(file as JsonObject, FILE_KEYS)
  const part: Mutable<FilePart> = { type: 'file', source }
  if (typeof filename === 'string') part.filename = filename
  return finish(part, entry, KEYS.file, path, 'file', nested)
}

function fileSource(
  file: { readonly file_data?: string | null; readonly file_id?: string | null },
  path: string
): MediaSource | undefined {
  const { file_data: data, file_id: id } = file
  if (typeof data === 'string') {
    if (typeof id === 'string') throw invalid(path, 'either file_data or file_id', file)
    const source = urlSource(data)
    return source.kind === 'inline' || /^https?:/i.test(data) ? source : undefined
  }
  if (typeof id === 'string') return { kind: 'file_ref', provider: FORMAT, id }
  throw invalid(`${path}.file_data`, 'a string', data)
}

/** decodeThinking reads the reasoning that some vendors put into the content list. */
function decodeThinking(entry: JsonObject, path: string): Part {
  const { thinking } = partShapes.thinking.check(entry, path)
  return {
    type: 'reasoning',
    text: thinkingText(thinking),
    hidden: false,
    ext: makeExt(restOf(entry, KEYS.thinking), { as: 'thinking' })!
  }
}

/** thinkingText joins the texts of a `thinking` entry. */
export function thinkingText(thinking: unknown): string {
  if (typeof thinking === 'string') return thinking
  if (!Array.isArray(thinking)) return ''
  return thinking.map(piece => (isObject(piece) ? (stringOf(piece.text) ?? '') : '')).join('')
}

/** urlSource takes data URLs apart; anything else is an address. */
export function urlSource(url: string): MediaSource {
  const data = parseDataUrl(url)
  return data === undefined ? { kind: 'url', url } : { kind: 'inline', mime: data.mime, data: data.data }
}

const AUDIO_MIMES: Readonly<Record<string, string>> = wordTable({
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  pcm16: 'audio/pcm'
})

/** audioMime names the media type of an audio container. */
export function audioMime(format: string): string {
  return AUDIO_MIMES[format] ?? `audio/${format}`
}

/** audioFormat is the inverse of {@link audioMime}. */
export function audioFormat(mime: string): string {
  const type = mime.replace(/;.*$/, '').trim()
  for (const [format, known] of Object.entries(AUDIO_MIMES)) if (known === type) return format
  return type.replace(/^audio\/(x-)?/, '').replace('wave', 'wav')
}
