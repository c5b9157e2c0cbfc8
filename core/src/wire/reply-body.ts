import { type GatewayError, ISTHMUS_UPSTREAM_PROTOCOL, isGatewayError } from '../errors/index.ts'

/** textOf decodes a whole body. It strips a byte order mark, which JSON.parse would refuse. */
export function textOf(chunks: readonly Uint8Array[]): string {
  const [first] = chunks
  const bytes = chunks.length === 1 && Buffer.isBuffer(first) ? first : Buffer.concat(chunks)
  const text = bytes.toString()
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** notAnObject makes the error for a body that cannot be read as one JSON object. */
export function notAnObject(provider: string, text: string): GatewayError {
  return ISTHMUS_UPSTREAM_PROTOCOL(provider, text === '' ? 'empty body' : 'body is not a JSON object')
}

/** noAnswer makes the error for a body that can be read and says nothing. */
export function noAnswer(provider: string): GatewayError {
  return ISTHMUS_UPSTREAM_PROTOCOL(provider, 'the body holds no answer')
}

/** unreadable turns what a reader throws into the reply's error: an upstream's nonsense never escapes as an exception. */
export function unreadable(provider: string, thrown: unknown): GatewayError {
  return isGatewayError(thrown)
    ? thrown
    : ISTHMUS_UPSTREAM_PROTOCOL.with({ cause: thrown }, provider, 'unreadable reply')
}
