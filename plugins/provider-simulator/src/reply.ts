import type { UpstreamReply } from '@isthmus/core'

/** bytes is a text as it goes over a wire. */
export const bytes = (text: string): Uint8Array => Buffer.from(text)

/** reply puts a head before a body; `id` is the request's id in the header names of several vendors. */
export function reply(
  status: number,
  contentType: string,
  id: string,
  body: AsyncIterable<Uint8Array> | readonly Uint8Array[],
  headers: Readonly<Record<string, string>> = {}
): UpstreamReply {
  return {
    head: { status, headers: { 'content-type': contentType, 'x-request-id': id, 'request-id': id, ...headers } },
    body: Symbol.asyncIterator in body ? body : chunks(body)
  }
}

async function* chunks(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts
}
