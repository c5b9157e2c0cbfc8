import { fittedName } from '@isthmus/core/wire'

const ILLEGAL = /[^a-zA-Z0-9_.:-]/g
const MAX_CHARS = 128

/** fitName makes a tool name of any text that fits the format: it begins with a letter or `_`. */
export function fitName(name: string): string {
  if (/^[a-zA-Z_]/.test(name)) return fittedName(name, ILLEGAL, MAX_CHARS)
  // With an illegal character in front, what does not begin well is marked as changed and gets its hash.
  return fittedName(` ${name}`, ILLEGAL, MAX_CHARS)
}
