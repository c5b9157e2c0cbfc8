import type { Ext } from '../ir/index.ts'
import { isObject, type JsonObject } from './json.ts'

/** Mutable is a node of the IR while a decoder makes it. */
export type Mutable<T> = { -readonly [K in keyof T]: T[K] }

/** put sets a member; a key such as `__proto__` stays a key. */
export function put(target: JsonObject, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true })
  } else target[key] = value
}

/** wordTable makes a table to look up words of a wire in: one without the members of every object, such as `constructor`. */
export function wordTable<T>(entries: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.assign(Object.create(null) as Record<string, T>, entries)
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

/** foreignMembers names the members of a node that only other formats than `own` know. A namespace with a slash says nothing but spelling. */
export function foreignMembers({ ext }: { readonly ext?: Ext }, own: string): readonly string[] {
  if (ext === undefined) return []
  return Object.entries(ext).flatMap(([format, members]) =>
    format === own || format.includes('/') ? [] : Object.keys(members)
  )
}

/** defined leaves out members that are undefined. Deleting them in place would turn the object into a slow dictionary. */
export function defined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const full: Partial<T> = {}
  for (const key in object) if (object[key] !== undefined) full[key] = object[key]
  return full as { [K in keyof T]: Exclude<T[K], undefined> }
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
