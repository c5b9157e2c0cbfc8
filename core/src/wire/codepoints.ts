import type { Annotation } from '../ir/index.ts'

/** codepoints counts the characters of a text, where a string counts UTF-16 units. */
export function codepoints(text: string): number {
  let pairs = 0
  for (let at = 0; at < text.length; at++) if (text.codePointAt(at)! > 0xffff) pairs++
  return text.length - pairs
}

/** codepointsTo counts the characters before an offset that may count another way. */
export function codepointsTo(text: string, offset: number, unit: Annotation['unit']): number {
  if (unit === 'utf16') return codepoints(text.slice(0, offset))
  if (unit !== 'byte') return offset
  let bytes = 0
  let count = 0
  for (const character of text) {
    if (bytes >= offset) break
    bytes += Buffer.byteLength(character)
    count++
  }
  return count
}
