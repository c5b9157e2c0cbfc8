import type { Ext } from '@isthmus/core'
import { type JsonObject, put } from '@isthmus/core/wire'
import { FORMAT, ITEM, type ItemSpelling, SPELLING, type Spelling } from './types.ts'

interface Extended {
  readonly ext?: Ext
}

/** makeExt builds the `ext` of a node from members that were not understood and from how the others were written. */
export function makeExt(
  members: JsonObject | undefined,
  spelling?: Spelling | undefined,
  itemMembers?: JsonObject | undefined
): Ext | undefined {
  if (isEmpty(members) && isEmpty(itemMembers) && isEmpty(spelling)) return undefined
  return {
    ...(!isEmpty(members) && { [FORMAT]: members }),
    ...(!isEmpty(itemMembers) && { [ITEM]: itemMembers }),
    ...(!isEmpty(spelling) && { [SPELLING]: spelling as Record<string, unknown> })
  }
}

function isEmpty(object: object | undefined): object is undefined {
  return object === undefined || Object.keys(object).length === 0
}

/** withExt gives a node its `ext`, if there is any. */
export function withExt<N extends Extended>(node: N, ext: Ext | undefined): N {
  return ext === undefined ? node : { ...node, ext }
}

/** membersOf gives the members of this format that the IR has no place for. */
export function membersOf(node: Extended): JsonObject | undefined {
  return node.ext?.[FORMAT] as JsonObject | undefined
}

/** itemMembersOf gives such members of the item that begins with a part. */
export function itemMembersOf(node: Extended): JsonObject | undefined {
  return node.ext?.[ITEM] as JsonObject | undefined
}

/** spellingOf tells how a node was written, when it came in this format. */
export function spellingOf(node: Extended): Spelling | undefined {
  return node.ext?.[SPELLING] as Spelling | undefined
}

/** itemSpellingOf tells how the item was written that a message is, or that begins with a part. */
export function itemSpellingOf(node: Extended): ItemSpelling | undefined {
  return spellingOf(node)?.item
}

/** hasForeignMembers tells whether a node carries members that only another format knows. */
export function hasForeignMembers({ ext }: Extended): boolean {
  if (ext === undefined) return false
  for (const namespace of Object.keys(ext)) {
    if (namespace === FORMAT || namespace === ITEM || namespace.includes('/')) continue
    if (Object.keys(ext[namespace]!).length > 0) return true
  }
  return false
}

/** nullsOf lists the known members that were written as null, undefined when there are none. */
export function nullsOf(wire: JsonObject, known: ReadonlySet<string>, path = ''): readonly string[] | undefined {
  let nulls: string[] | undefined
  for (const name in wire) {
    if (wire[name] !== null || !known.has(name)) continue
    nulls ??= []
    nulls.push(path + name)
  }
  return nulls
}

/** addNulls writes them back, where nothing else was written. */
export function addNulls(wire: JsonObject, nulls: readonly string[] | undefined): JsonObject {
  for (const path of nulls ?? []) {
    const [name, inner] = path.split('.') as [string, string?]
    if (inner === undefined) wire[name] ??= null
    else {
      const nested = { ...(wire[name] as JsonObject | undefined) }
      nested[inner] ??= null
      wire[name] = nested
    }
  }
  return wire
}

/** keep puts what a nested object holds beyond what is read under the object's own name. */
export function keep(rest: JsonObject, key: string, nested: JsonObject | undefined): void {
  if (nested !== undefined) put(rest, key, nested)
}
