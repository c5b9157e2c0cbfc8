import type { Ext } from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import { FORMAT, SPELLING, type Spelling } from './types.ts'

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

/** put sets a member; a key such as `__proto__` stays a key. */
export function put(target: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  } else target[key] = value
}

/** addMembers writes kept members back, into nested objects too. What the encoder wrote itself stands. */
export function addMembers(target: JsonObject, members: JsonObject | undefined): JsonObject {
  if (members === undefined) return target
  for (const key of Object.keys(members)) {
    const value = members[key]
    const own = Object.hasOwn(target, key) ? target[key] : undefined
    if (own === undefined || own === null) put(target, key, value)
    else if (isObject(own) && isObject(value)) put(target, key, addMembers({ ...own }, value))
  }
  return target
}

/** withNested adds the unread members of a nested object to those of its owner. */
export function withNested(
  rest: JsonObject | undefined,
  key: string,
  nested: JsonObject | undefined
): JsonObject | undefined {
  if (nested === undefined) return rest
  const members = rest ?? {}
  put(members, key, nested)
  return members
}

/** defined leaves out members that are undefined. Deleting them in place would turn the object into a slow dictionary. */
export function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const full: Partial<T> = {}
  for (const key in object) if (object[key] !== undefined) full[key] = object[key]
  return full as { [K in keyof T]: Exclude<T[K], undefined> }
}
