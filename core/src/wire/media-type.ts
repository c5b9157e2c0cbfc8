/** What files begin with; a '.' stands for any byte. WebP and its kin say what they are behind a length. */
const MAGIC: readonly (readonly [mime: string, start: string])[] = [
  ['image/png', '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', '\xff\xd8\xff'],
  ['image/gif', 'GIF87a'],
  ['image/gif', 'GIF89a'],
  ['image/webp', 'RIFF....WEBP'],
  ['application/pdf', '%PDF-']
]

/** sniffMediaType tells what a file is by its first bytes, for the types that models take; undefined for others. */
export function sniffMediaType(bytes: Uint8Array): string | undefined {
  const isAt = (start: string): boolean =>
    bytes.length >= start.length && [...start].every((char, at) => char === '.' || char.charCodeAt(0) === bytes[at])
  return MAGIC.find(([, start]) => isAt(start))?.[0]
}

/** mediaTypeOf takes the type out of a content-type header; undefined where there is none. */
export function mediaTypeOf(contentType: string | undefined): string | undefined {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() || undefined
}
