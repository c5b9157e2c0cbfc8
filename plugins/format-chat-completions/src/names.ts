import { fittedName, shortHash } from '@isthmus/core/wire'

const ILLEGAL = /[^a-zA-Z0-9_-]/g
const NOTHING = /(?!)/g
const MAX_CHARS = 64

/** fitName makes a tool name of any text that fits the format. */
export function fitName(name: string): string {
  return fittedName(name, ILLEGAL, MAX_CHARS)
}

const PLAIN = /^[a-zA-Z0-9]+$/

/** fitCallId changes an id that the upstream has no room for; call and result get the same one. */
export function fitCallId(id: string, exactChars?: number): string {
  if (exactChars === undefined) return fittedName(id, NOTHING, MAX_CHARS)
  return id.length === exactChars && PLAIN.test(id) ? id : shortHash(id, exactChars)
}
