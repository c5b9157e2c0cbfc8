/** Chunking is one way a network may cut the same bytes. */
export interface Chunking {
  readonly name: string
  readonly chunks: readonly Uint8Array[]
}

/**
 * chunkings cuts bytes in the ways that break decoders: not at all, after each line and each event, at each byte,
 * inside each character of several bytes, between CR and LF, and with empty chunks between.
 */
export function chunkings(bytes: Uint8Array | string): readonly Chunking[] {
  const all = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes
  return [
    { name: 'whole', chunks: [all] },
    { name: 'by event', chunks: cut(all, at => all[at - 1] === LF && (all[at - 2] === LF || all[at - 3] === LF)) },
    { name: 'by line', chunks: cut(all, at => all[at - 1] === LF) },
    { name: 'before each line end', chunks: cut(all, at => all[at] === LF) },
    { name: 'inside characters', chunks: cut(all, at => (all[at]! & 0xc0) === 0x80) },
    { name: 'every seven bytes', chunks: cut(all, at => at % 7 === 0) },
    { name: 'byte by byte', chunks: cut(all, () => true) },
    { name: 'with empty chunks', chunks: cut(all, at => at % 64 === 0).flatMap(chunk => [chunk, EMPTY]) }
  ]
}

const LF = 0x0a
const EMPTY = new Uint8Array(0)

/** cut splits before each position that the test names. */
function cut(bytes: Uint8Array, before: (at: number) => boolean): Uint8Array[] {
  const chunks: Uint8Array[] = []
  let from = 0
  for (let at = 1; at < bytes.length; at++) {
    if (!before(at)) continue
    chunks.push(bytes.subarray(from, at))
    from = at
  }
  chunks.push(bytes.subarray(from))
  return chunks
}
