import { fittedName } from '@isthmus/core/wire'

const ILLEGAL = /[^a-zA-Z0-9_-]/g
const NOTHING = /(?!)/g
const MAX_CHARS = 64

/** fitName makes a tool name of any text that fits the format. */
export function fitName(name: string): string {
  return fittedName(name, ILLEGAL, MAX_CHARS)
}

/** fitCallId shortens an id that the format has no room for; call and result get the same one. */
export function fitCallId(id: string): string {
  return fittedName(id, NOTHING, MAX_CHARS)
}
