import { transcode } from 'node:buffer'

/** Below this, what node does with a string is quicker than making a buffer of it. */
const LONG_CHARS = 8192
/** Above it, the copy that is made on the way weighs more. As a rule it is base64, which node is quick with. */
const HUGE_CHARS = 1024 * 1024

/**
 * longTextBytes encodes a long text and leaves a short or a huge one as it is. What node writes as a string it goes over twice,
 * one character after another where one of them is outside Latin-1: that costs several times as much.
 */
export function longTextBytes(text: string): string | Buffer {
  if (text.length < LONG_CHARS || text.length > HUGE_CHARS) return text
  try {
    return transcode(Buffer.from(text, 'utf16le'), 'utf16le', 'utf8')
  } catch {
    // Half a character, which is written as a replacement.
    return Buffer.from(text)
  }
}

/** textBytes encodes a text whose length in bytes is asked for as well, unless it is huge: that too would go over it twice. */
export function textBytes(text: string): string | Buffer {
  return text.length < LONG_CHARS ? Buffer.from(text) : longTextBytes(text)
}
