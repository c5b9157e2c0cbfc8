import type { AudioPart, FilePart, ImagePart, MediaSource, VideoPart } from '@isthmus/core'
import { type JsonObject, wordTable } from '@isthmus/core/wire'
import type { Encoding } from './encoding.ts'
import { FILE_ISSUER } from './media-decode.ts'

type MediaPart = ImagePart | AudioPart | VideoPart | FilePart

const BY_EXTENSION: Readonly<Record<string, string>> = wordTable({
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  heic: 'image/heic',
  heif: 'image/heif',
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  xml: 'text/xml',
  mp3: 'audio/mp3',
  wav: 'audio/wav',
  ogg: 'audio/ogg',
  flac: 'audio/flac',
  aac: 'audio/aac',
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  mpeg: 'video/mpeg'
})
const BY_PART: Readonly<Record<MediaPart['type'], string>> = {
  image: 'image/jpeg',
  audio: 'audio/wav',
  video: 'video/mp4',
  file: 'application/pdf'
}
const ADDRESS_FEATURES = {
  image: 'input.image.url',
  audio: 'input.audio',
  video: 'input.video',
  file: 'input.file.url'
} as const

/** encodeMedia writes bytes, or the address of a file; undefined for what has neither. */
export function encodeMedia(part: MediaPart, encoding: Encoding): JsonObject | undefined {
  const data = encodeSource(part, part.source, encoding)
  if (data === undefined) return undefined
  if (part.type === 'video' && part.clip !== undefined) {
    const { start, end, fps } = part.clip
    data.videoMetadata = {
      ...(start !== undefined && { startOffset: start }),
      ...(end !== undefined && { endOffset: end }),
      ...(fps !== undefined && { fps })
    }
  }
  return data
}

function encodeSource(part: MediaPart, source: MediaSource, encoding: Encoding): JsonObject | undefined {
  switch (source.kind) {
    case 'inline': {
      const displayName = displayNameOf(part, encoding)
      return {
        inlineData: {
          mimeType: inlineMime(source.mime, encoding),
          data: source.data,
          ...(displayName !== undefined && { displayName })
        }
      }
    }
    case 'url':
      // Films on YouTube are read by all models: of other media only the service knows what it reads.
      if (encoding.traits.urlFiles === false && (part.type === 'image' || part.type === 'file')) {
        encoding.refuse('the address of a file for a model that reads none')
      }
      return fileData(part, source.url, source.mime, encoding)
    case 'file_ref': {
      const { provider, id } = source
      const own = provider === FILE_ISSUER || provider === encoding.provider
      if (!own && !encoding.traits.fileIssuers?.includes(provider)) {
        encoding.refuse(`a file id issued by ${provider || 'another service'}`)
      }
      return fileData(part, id, source.mime, encoding)
    }
    default:
      return undefined
  }
}

/** The service takes no name with a file; a client of this format that gives one may know of a service that does. */
function displayNameOf(part: MediaPart, encoding: Encoding): string | undefined {
  if (part.type !== 'file' || part.filename === undefined) return undefined
  if (encoding.native) return part.filename
  encoding.gap('input.file.title', 'dropped', { field: 'filename' })
  return undefined
}

/** Clients of other formats write a type that the service knows by another name. */
function inlineMime(mime: string, { native }: Encoding): string {
  return !native && mime === 'image/jpg' ? 'image/jpeg' : mime
}

function fileData(part: MediaPart, fileUri: string, known: string | undefined, encoding: Encoding): JsonObject {
  const displayName = displayNameOf(part, encoding)
  // The service wants a type. A client of this format that gave none knows that it is not needed.
  const mimeType = known ?? (encoding.native ? undefined : guessMime(part, fileUri, encoding))
  return {
    fileData: {
      ...(mimeType !== undefined && { mimeType }),
      fileUri,
      ...(displayName !== undefined && { displayName })
    }
  }
}

function guessMime(part: MediaPart, uri: string, encoding: Encoding): string {
  const name = part.type === 'file' ? (part.filename ?? uri) : uri
  const extension = /\.([a-z0-9]+)(?:[?#].*)?$/i.exec(name)?.[1]?.toLowerCase() ?? ''
  const mime = BY_EXTENSION[extension] ?? BY_PART[part.type]
  encoding.gap(ADDRESS_FEATURES[part.type], 'converted', { message: 'the type of a file was guessed', to: mime })
  return mime
}
