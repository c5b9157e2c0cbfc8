import type { Ext } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import type { SnakeNames } from './camel.ts'
import { FORMAT, SPELLING, type Spelling } from './types.ts'

interface Extended {
  readonly ext?: Ext
}

/** withExt adds to a node the members that were not understood, and how the others were written. */
export function withExt<N extends Extended>(node: N, members: JsonObject | undefined, spelling?: Spelling): N {
  if (members === undefined && spelling === undefined) return node
  const ext: Record<string, Readonly<Record<string, unknown>>> = { ...node.ext }
  if (members !== undefined) ext[FORMAT] = members
  if (spelling !== undefined) ext[SPELLING] = spelling as Record<string, unknown>
  return { ...node, ext }
}

/** spellingWith joins notes on a spelling; undefined when there is nothing to note. */
export function spellingWith(snake: SnakeNames, notes?: Spelling): Spelling | undefined {
  const renamed = Object.keys(snake).length > 0
  if (!renamed) return notes
  return { ...notes, snake }
}

/** membersOf gives the members of this format that the IR has no place for. */
export function membersOf(node: Extended): JsonObject | undefined {
  return node.ext?.[FORMAT] as JsonObject | undefined
}

/** spellingOf tells how a node was written, when it came in this format. */
export function spellingOf(node: Extended): Spelling | undefined {
  return node.ext?.[SPELLING] as Spelling | undefined
}
