import type { AudioPart, FilePart, ImagePart, MediaSource, Part, VideoPart } from '@isthmus/core'
import { isObject, type JsonObject, restOf, stringOf } from '@isthmus/core/wire'
import { withExt } from './ext.ts'
import { FORMAT } from './types.ts'

/** FILE_ISSUER is the provider of the ids of files that clients of this format send. */
export const FILE_ISSUER = FORMAT

const BLOB: ReadonlySet<string> = new Set(['mimeType', 'data'])
const NAMED_BLOB: ReadonlySet<string> = new Set([...BLOB, 'displayName'])
const FILE: ReadonlySet<string> = new Set(['fileUri', 'mimeType'])
const NAMED_FILE: ReadonlySet<string> = new Set([...FILE, 'displayName'])
const PART: ReadonlySet<string> = new Set(['inlineData', 'fileData', 'thoughtSignature'])
const VIDEO_PART: ReadonlySet<string> = new Set([...PART, 'videoMetadata'])
const CLIP: ReadonlySet<string> = new Set(['startOffset', 'endOffset', 'fps'])

/** decodeInline reads bytes that stand in the request; what they are is said by their type. */
export function decodeInline(part: JsonObject): Part {
  const blob = part.inlineData as JsonObject
  const mime = blob.mimeType as string
  const source: MediaSource = { kind: 'inline', mime, data: blob.data as string }
  const media = mediaPart(mime, source, blob)
  return finish(media, part, 'inlineData', blob, media.type === 'file' ? NAMED_BLOB : BLOB)
}

/** decodeFileData reads an address: of a file that was uploaded to the service, or of one that anybody can read. */
export function decodeFileData(part: JsonObject): Part {
  const file = part.fileData as JsonObject
  const uri = file.fileUri as string
  const mime = stringOf(file.mimeType)
  const type = mime === undefined ? {} : { mime }
  const source: MediaSource = isPublic(uri)
    ? { kind: 'url', url: uri, ...type }
    : { kind: 'file_ref', provider: FILE_ISSUER, id: uri, ...type }
  const media = mediaPart(mime ?? (isYouTube(uri) ? 'video/*' : ''), source, file)
  return finish(media, part, 'fileData', file, media.type === 'file' ? NAMED_FILE : FILE)
}

function mediaPart(mime: string, source: MediaSource, wire: JsonObject): ImagePart | AudioPart | VideoPart | FilePart {
  const type = mime.slice(0, mime.indexOf('/'))
  if (type === 'image' || type === 'audio' || type === 'video') return { type, source }
  const filename = stringOf(wire.displayName)
  return { type: 'file', source, ...(filename !== undefined && { filename }) }
}

function finish(
  media: ImagePart | AudioPart | VideoPart | FilePart,
  part: JsonObject,
  member: 'inlineData' | 'fileData',
  wire: JsonObject,
  known: ReadonlySet<string>
): Part {
  const { videoMetadata } = part
  const clips = media.type === 'video' && isObject(videoMetadata)
  const inner = restOf(wire, known)
  const clip = clips ? decodeClip(videoMetadata) : undefined
  let rest = restOf(part, clips ? VIDEO_PART : PART)
  if (inner !== undefined) rest = { ...rest, [member]: inner }
  if (clip?.rest !== undefined) rest = { ...rest, videoMetadata: clip.rest }
  const cut = clip?.clip
  return withExt(media.type === 'video' && cut !== undefined ? { ...media, clip: cut } : media, rest)
}

interface Clip {
  readonly clip?: NonNullable<VideoPart['clip']>
  readonly rest?: JsonObject | undefined
}

/** An offset that is no text stays with the members that are not understood. */
function decodeClip(wire: JsonObject): Clip {
  const { startOffset: start, endOffset: end, fps } = wire
  const known = [...CLIP].filter(name => typeof wire[name] === (name === 'fps' ? 'number' : 'string'))
  const clip = {
    ...(typeof start === 'string' && { start }),
    ...(typeof end === 'string' && { end }),
    ...(typeof fps === 'number' && { fps })
  }
  const rest = restOf(wire, new Set(known))
  return known.length === 0 ? { rest: rest ?? {} } : { clip, rest }
}

/** Files that were uploaded, and those of its storage, only the service itself can read. */
function isPublic(uri: string): boolean {
  return /^https?:\/\//i.test(uri) && !/^https?:\/\/[^/]*googleapis\.com\/.*\bfiles\//i.test(uri)
}

function isYouTube(uri: string): boolean {
  return /^https?:\/\/((www|m)\.)?(youtube\.com|youtu\.be)\//i.test(uri)
}
