import type { AudioPart, FilePart, ImagePart, MediaSource, Part, Seal, ToolCallPart, VideoPart } from '@isthmus/core'
import { addMembers, encodeEnvelope, encodeInput, isObject, type JsonObject, type SealPlace } from '@isthmus/core/wire'
import { isPartNative } from './hosted.ts'
import { FILE_ISSUER } from './media-decode.ts'
import { FORMAT, isOwnSeal } from './types.ts'

type MediaPart = ImagePart | AudioPart | VideoPart

/** thoughtText gives the text of a reasoning part that clients are shown. */
export function thoughtText(part: Extract<Part, { type: 'reasoning' }>): string {
  return part.text || (part.summary?.join('\n\n') ?? '')
}

/** ownSignature gives a seal of this service as it is written; undefined for any other. */
export function ownSignature(seal: Seal | undefined): string | undefined {
  return seal !== undefined && isOwnSeal(seal) && seal.kind === 'thought_signature' ? seal.data : undefined
}

/** signatureFor writes a seal in the place it belongs: this service's own as it is, another's in an envelope. */
export function signatureFor(seal: Seal, place: SealPlace): string {
  return ownSignature(seal) ?? encodeEnvelope(seal, place)
}

/** callObject writes a call. `signature` is of the call, or one that travels with it. */
export function callObject(part: ToolCallPart, id: string, signature: string | undefined): JsonObject {
  const args = part.kind === 'custom' ? { input: part.argsText } : encodeInput(part.argsText)
  const wire = { functionCall: { id, name: part.name, args }, ...(signature && { thoughtSignature: signature }) }
  return withMembers(wire, part)
}

/** plainObject writes a part that needs nothing but itself: media, and what came in this format. */
export function plainObject(part: Part): JsonObject | undefined {
  switch (part.type) {
    case 'hosted_call':
    case 'hosted_result':
    case 'opaque':
      // What only another service understands is no part of what was said.
      return part.native.format === FORMAT && isPartNative(part.native.object) ? part.native.object : undefined
    case 'audio':
      return spoken(part) ?? { text: part.transcript ?? '[audio]' }
    case 'image':
      return media(part, 'image/png') ?? { text: '[image]' }
    case 'video':
      return media(part, 'video/mp4') ?? { text: '[video]' }
    case 'file':
      return media(part, 'application/octet-stream') ?? { text: part.filename ?? '[file]' }
    default:
      return undefined
  }
}

function spoken(part: AudioPart): JsonObject | undefined {
  const wire = media(part, `audio/${part.format ?? 'wav'}`)
  if (wire === undefined || part.transcript === undefined || 'audioTranscription' in wire) return wire
  return { ...wire, audioTranscription: { text: part.transcript } }
}

function media(part: FilePart | MediaPart, otherwise: string): JsonObject | undefined {
  const wire = located(part.source, otherwise)
  if (wire === undefined) return undefined
  const name = part.type === 'file' ? part.filename : undefined
  const data = name === undefined ? wire : { ...wire, displayName: name }
  const signature = part.seal && signatureFor(part.seal, { on: 'text' })
  const member = 'data' in wire ? 'inlineData' : 'fileData'
  return withMembers({ [member]: data, ...(signature && { thoughtSignature: signature }) }, part)
}

/** Bytes, or an address that clients of this service can read. */
function located(source: MediaSource, otherwise: string): JsonObject | undefined {
  switch (source.kind) {
    case 'inline':
      return source.data === '' ? undefined : { mimeType: source.mime || otherwise, data: source.data }
    case 'url':
      return { fileUri: source.url, mimeType: source.mime ?? otherwise }
    case 'file_ref':
      return source.provider === FILE_ISSUER ? { fileUri: source.id, mimeType: source.mime ?? otherwise } : undefined
    default:
      return undefined
  }
}

/** ownMembers gives the members of a part that only this format knows. */
export function ownMembers(part: Part): JsonObject | undefined {
  const members = part.ext?.[FORMAT]
  return isObject(members) ? members : undefined
}

/** withMembers adds the members that only this format knows. */
export function withMembers(wire: JsonObject, part: Part): JsonObject {
  return addMembers(wire, ownMembers(part))
}
