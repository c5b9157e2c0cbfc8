import { isUtf8 } from 'node:buffer'
import { type GatewayError, ISTHMUS_REQUEST_JSON, ISTHMUS_REQUEST_MEDIA_TYPE, isGatewayError } from '../errors/index.ts'

/**
 * readJson parses a body, undefined where it is empty: clients name a type even for a request without one. Bytes that are not
 * UTF-8 are refused: decoding would replace them in silence.
 */
export function readJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  if (!isUtf8(bytes)) throw ISTHMUS_REQUEST_JSON('it is not UTF-8')
  const text = bytes.toString('utf8')
  try {
    return JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text)
  } catch (thrown) {
    // The engine's message quotes the text around the error, which may be part of a prompt: only its place is kept.
    throw ISTHMUS_REQUEST_JSON(placeOf(thrown))
  }
}

/** isJsonType accepts JSON under any of its names, and the text types that clients send by mistake. */
export function isJsonType(contentType: string | undefined): boolean {
  if (contentType === undefined) return true
  const type = mediaType(contentType)
  return (
    type === '' || type === 'application/json' || type === 'text/plain' || type === 'text/json' || /\+json$/.test(type)
  )
}

/** unreadableType makes the error for a media type that is not JSON. */
export function unreadableType(contentType: string | undefined): GatewayError {
  return ISTHMUS_REQUEST_MEDIA_TYPE(mediaType(contentType ?? '').slice(0, 80))
}

const mediaType = (contentType: string): string => (contentType.split(';', 1)[0] ?? '').trim().toLowerCase()

function placeOf(thrown: unknown): string {
  if (isGatewayError(thrown) || !(thrown instanceof Error)) return 'it cannot be read'
  if (thrown.message.startsWith('Unexpected end')) return 'it ends too early'
  const place = /at position \d+(?: \(line \d+ column \d+\))?/.exec(thrown.message)?.[0]
  return place === undefined ? 'unexpected token' : `unexpected token ${place}`
}
