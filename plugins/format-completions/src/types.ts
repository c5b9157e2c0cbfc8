import type { Ext, FormatId } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'

/** FORMAT is the id of this wire format. */
export const FORMAT: FormatId = 'completions'

/** ReplyContext is what the writer of a reply has to know of the request. */
export interface ReplyContext {
  /** Characters before the completion, where log probabilities were asked for: tokens are placed from there. */
  readonly promptChars: number
}

/** makeExt holds members that only this format knows; undefined when there are none. */
export function makeExt(members: JsonObject | undefined): Ext | undefined {
  return members === undefined || Object.keys(members).length === 0 ? undefined : { [FORMAT]: members }
}

/** membersOf gives the members of this format that the IR has no place for. */
export function membersOf(node: { readonly ext?: Ext }): JsonObject | undefined {
  return node.ext?.[FORMAT] as JsonObject | undefined
}
