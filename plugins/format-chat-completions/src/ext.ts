import type { Ext } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { FORMAT, SPELLING, type Spelling } from './types.ts'

export { addMembers, defined, put, withNested } from '@isthmus/core/wire'

/** Mutable is a node of the IR while a decoder makes it. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] }

interface Extended {
  readonly ext?: Ext
}

/** makeExt builds the `ext` of a node from members that were not understood and from how the others were written. */
export function makeExt(members: JsonObject | undefined, spelling?: Spelling): Ext | undefined {
  if (members === undefined) return spelling === undefined ? undefined : spellingOnly(spelling)
  return spelling === undefined
    ? { [FORMAT]: members }
    : { [FORMAT]: members, [SPELLING]: spelling as Record<string, unknown> }
}

const AS_PART: Spelling = Object.freeze({ as: 'part' })
const AS_PART_EXT: Ext = Object.freeze({ [SPELLING]: AS_PART as Record<string, unknown> })

/** partSpelling marks a node that was an entry of a content list. */
export const partSpelling = (): Spelling => AS_PART

function spellingOnly(spelling: Spelling): Ext {
  return spelling === AS_PART ? AS_PART_EXT : { [SPELLING]: spelling as Record<string, unknown> }
}

/** membersOf gives the members of this format that the IR has no place for. */
export function membersOf(node: Extended): JsonObject | undefined {
  return node.ext?.[FORMAT] as JsonObject | undefined
}

/** spellingOf tells how a node was written, when it came in this format. */
export function spellingOf(node: Extended): Spelling | undefined {
  return node.ext?.[SPELLING] as Spelling | undefined
}

/** hasForeignMembers tells whether a node carries members that only another format knows. */
export function hasForeignMembers(node: Extended): boolean {
  const { ext } = node
  if (ext === undefined || ext === AS_PART_EXT) return false
  for (const namespace of Object.keys(ext)) {
    if (namespace !== FORMAT && !namespace.includes('/') && Object.keys(ext[namespace]!).length > 0) return true
  }
  return false
}
