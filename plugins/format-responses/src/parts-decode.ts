import type { CacheMark, FilePart, ImagePart, MediaSource, OpaquePart, Part } from '@isthmus/core'
import {
  invalid,
  isObject,
  type JsonObject,
  type Mutable,
  parseDataUrl,
  restOf,
  stringOf,
  wordTable
} from '@isthmus/core/wire'
import { decodeAnnotations } from './annotations.ts'
import { makeExt, nullsOf } from './ext.ts'
import { decodeLogprobs } from './logprobs.ts'
import { partShapes } from './schema/item-shapes.ts'
import { FORMAT, type Spelling } from './types.ts'

const keys = (...names: string[]): ReadonlySet<string> => new Set(['type', 'prompt_cache_breakpoint', ...names])
const KEYS = {
  text: keys('text'),
  output_text: keys('text', 'annotations', 'logprobs'),
  refusal: keys('refusal'),
  input_image: keys('image_url', 'file_id', 'detail'),
  input_file: keys('file_data', 'file_url', 'file_id', 'filename', 'detail'),
  input_audio: keys('input_audio')
}
const AUDIO_KEYS: ReadonlySet<string> = new Set(['data', 'format'])
const MARK_KEYS: ReadonlySet<string> = new Set(['mode', 'ttl'])

/** Side tells which type of text a list holds as a rule. */
export type Side = 'input' | 'output'

/** decodeContent reads a content member: a string, or a list of parts. */
export function decodeContent(content: string | readonly unknown[], side: Side, path: string): Part[] {
  if (typeof content === 'string') return [{ type: 'text', text: content }]
  return content.map((entry, at) => decodePart(entry, side, `${path}[${at}]`))
}

function decodePart(entry: unknown, side: Side, path: string): Part {
  if (!isObject(entry)) throw invalid(path, 'a content part', entry)
  const { type } = entry
  if (typeof type !== 'string') throw invalid(`${path}.type`, 'a string', type)
  switch (type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return decodeText(entry, type, side, path)
    case 'refusal': {
      const { refusal } = partShapes.refusal.check(entry, path)
      return finish({ type: 'refusal', text: refusal }, entry, KEYS.refusal)
    }
    case 'input_image':
      return decodeImage(entry, path)
    case 'input_file':
      return decodeFile(entry, path)
    case 'input_audio':
      return decodeAudio(entry, path)
    default:
      return opaqueEntry(entry)
  }
}

/** textType is the type of a text that is written as a rule. */
export const textType = (side: Side): string => (side === 'input' ? 'input_text' : 'output_text')

function decodeText(entry: JsonObject, type: string, side: Side, path: string): Part {
  const { text } = partShapes.text.check(entry, path)
  const spelling = type === textType(side) ? undefined : { as: type }
  if (type !== 'output_text') return finish({ type: 'text', text }, entry, KEYS.text, spelling)
  const annotations = decodeAnnotations(entry.annotations)
  const logprobs = decodeLogprobs(entry.logprobs)
  const part: Part = { type: 'text', text, ...(annotations && { annotations }), ...(logprobs && { logprobs }) }
  return finish(part, entry, KEYS.output_text, spelling)
}

/** opaqueEntry keeps an entry of a content list that has no meaning elsewhere. */
function opaqueEntry(entry: JsonObject): OpaquePart {
  return {
    type: 'opaque',
    native: { format: FORMAT, object: entry },
    replay: 'same_dialect',
    ext: makeExt(undefined, { as: 'part' })!
  }
}

/** finish adds what every part may have, and keeps what is left. */
function finish(
  part: Mutable<Part>,
  entry: JsonObject,
  known: ReadonlySet<string>,
  spelling?: Spelling | undefined,
  rest = restOf(entry, known)
): Part {
  const mark = entry.prompt_cache_breakpoint
  if (isObject(mark)) part.cache = cacheMark(mark)
  const breakpoint = isObject(mark) && !isPlainMark(mark) ? mark : undefined
  const nulls = nullsOf(entry, known)
  const ext = makeExt(rest, {
    ...spelling,
    ...(breakpoint !== undefined && { breakpoint }),
    ...(nulls !== undefined && { nulls })
  })
  if (ext !== undefined) part.ext = ext
  return part
}

function cacheMark({ ttl }: JsonObject): CacheMark {
  return typeof ttl === 'string' ? { ttl } : {}
}

const isPlainMark = (mark: JsonObject): boolean =>
  mark.mode === 'explicit' &&
  restOf(mark, MARK_KEYS) === undefined &&
  (mark.ttl === undefined || stringOf(mark.ttl) !== undefined)

function decodeImage(entry: JsonObject, path: string): Part {
  const { image_url: url, file_id: id, detail } = partShapes.input_image.check(entry, path)
  const place = typeof url === 'string' ? address(url) : typeof id === 'string' ? { source: upload(id) } : undefined
  if (place === undefined) throw invalid(`${path}.image_url`, 'a string', url)
  const part: Mutable<ImagePart> = { type: 'image', source: place.source }
  if (typeof detail === 'string') part.detail = detail
  return finish(part, entry, KEYS.input_image, place.prefix === undefined ? undefined : { prefix: place.prefix }, {
    ...restOf(entry, KEYS.input_image),
    ...(typeof url === 'string' && typeof id === 'string' && { file_id: id })
  })
}

function decodeFile(entry: JsonObject, path: string): Part {
  const wire = partShapes.input_file.check(entry, path)
  const { file_data: data, file_url: url, file_id: id, filename, detail } = wire
  const place =
    typeof data === 'string'
      ? address(data)
      : typeof url === 'string'
        ? { source: { kind: 'url', url } as MediaSource }
        : typeof id === 'string'
          ? { source: upload(id) }
          : undefined
  if (place === undefined) throw invalid(`${path}.file_data`, 'a string', data)
  // Bare base64 has no type that another format could be told.
  if (typeof data === 'string' && place.source.kind !== 'inline') return opaqueEntry(entry)
  const part: Mutable<FilePart> = { type: 'file', source: place.source }
  if (typeof filename === 'string') part.filename = filename
  if (typeof detail === 'string') part.detail = detail
  const { prefix } = place as { prefix?: string }
  return finish(part, entry, KEYS.input_file, prefix === undefined ? undefined : { prefix }, {
    ...restOf(entry, KEYS.input_file),
    ...(typeof data === 'string' && typeof url === 'string' && { file_url: url }),
    ...((typeof data === 'string' || typeof url === 'string') && typeof id === 'string' && { file_id: id })
  })
}

const upload = (id: string): MediaSource => ({ kind: 'file_ref', provider: FORMAT, id })

/** address takes data URLs apart; anything else is an address. */
function address(url: string): { readonly source: MediaSource; readonly prefix?: string } {
  const data = parseDataUrl(url)
  if (data === undefined) return { source: { kind: 'url', url } }
  const prefix = url.slice(0, url.length - data.data.length)
  const source: MediaSource = { kind: 'inline', mime: data.mime, data: data.data }
  return prefix === `data:${data.mime};base64,` ? { source } : { source, prefix }
}

function decodeAudio(entry: JsonObject, path: string): Part {
  const { input_audio: audio } = partShapes.input_audio.check(entry, path)
  const nested = restOf(audio as JsonObject, AUDIO_KEYS)
  const part: Part = {
    type: 'audio',
    source: { kind: 'inline', mime: audioMime(audio.format), data: audio.data },
    format: audio.format
  }
  const rest = restOf(entry, KEYS.input_audio)
  return finish(part, entry, KEYS.input_audio, undefined, nested ? { ...rest, input_audio: nested } : rest)
}

const AUDIO_MIMES: Readonly<Record<string, string>> = wordTable({
  mp3: 'audio/mpeg',
  m4a: 'audio/mp4',
  pcm16: 'audio/pcm'
})

/** audioMime names the media type of an audio container. */
function audioMime(format: string): string {
  return AUDIO_MIMES[format] ?? `audio/${format}`
}

/** audioFormat is the inverse of {@link audioMime}. */
export function audioFormat(mime: string): string {
  const type = mime.replace(/;.*$/, '').trim()
  for (const [format, known] of Object.entries(AUDIO_MIMES)) if (known === type) return format
  return type.replace(/^audio\/(x-)?/, '').replace('wave', 'wav')
}
