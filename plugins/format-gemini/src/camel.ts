import { isObject, type JsonObject, put } from '@isthmus/core/wire'
import { KEYS } from './request-schema.ts'
import { snakeCase } from './snake-case.ts'

/** SnakeNames are the members that were written by their proto names, in snake case, by the path of their object. */
export type SnakeNames = Record<string, string[]>

interface Shape {
  readonly keys: ReadonlySet<string>
  readonly nested?: Readonly<Record<string, Shape>>
}

/** SHAPES say where known members stand: only those are renamed, and nothing in a schema or in arguments is. */
export const SHAPES = {
  request: {
    keys: KEYS.request,
    nested: {
      generationConfig: {
        keys: KEYS.generationConfig,
        nested: { thinkingConfig: { keys: KEYS.thinkingConfig } }
      },
      toolConfig: {
        keys: KEYS.toolConfig,
        nested: { functionCallingConfig: { keys: KEYS.functionCallingConfig } }
      }
    }
  },
  content: { keys: KEYS.content },
  part: {
    keys: KEYS.part,
    nested: {
      inlineData: { keys: KEYS.inlineData },
      fileData: { keys: KEYS.fileData },
      functionCall: { keys: KEYS.functionCall },
      functionResponse: { keys: KEYS.functionResponse },
      toolCall: { keys: KEYS.hosted },
      toolResponse: { keys: KEYS.hosted },
      videoMetadata: { keys: KEYS.videoMetadata }
    }
  },
  tool: { keys: KEYS.tool },
  declaration: { keys: KEYS.declaration }
} as const satisfies Readonly<Record<string, Shape>>

/**
 * toCamel gives an object with its known members in camel case and without those that are null. An object that needs no
 * change is given back itself; `snake` is told of what was renamed.
 */
export function toCamel(wire: JsonObject, shape: Shape, snake: SnakeNames, at = ''): JsonObject {
  return isCamel(wire, shape) ? wire : renamed(wire, shape, snake, at)
}

/** isCamel tells an object that needs no change, as most do. */
function isCamel(wire: JsonObject, shape: Shape): boolean {
  for (const key in wire) {
    const value = wire[key]
    if (value === null || key.includes('_')) return false
    const inner = typeof value === 'object' ? innerOf(shape, key) : undefined
    if (inner !== undefined && isObject(value) && !isCamel(value, inner)) return false
  }
  return true
}

const innerOf = ({ nested }: Shape, name: string): Shape | undefined =>
  nested !== undefined && Object.hasOwn(nested, name) ? nested[name] : undefined

function renamed(wire: JsonObject, shape: Shape, snake: SnakeNames, at: string): JsonObject {
  const keys = Object.keys(wire)
  let copy: JsonObject | undefined
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!
    const value = wire[key]
    const name = key.includes('_') ? knownName(key, wire, shape) : key
    const unset = value === null && shape.keys.has(name)
    const inner = innerOf(shape, name)
    const read = inner !== undefined && isObject(value) ? toCamel(value, inner, snake, pathOf(at, name)) : value
    if (copy === undefined && (name !== key || read !== value || unset)) {
      copy = {}
      for (const before of keys.slice(0, index)) put(copy, before, wire[before])
    }
    if (unset) continue
    if (name !== key) {
      snake[at] ??= []
      snake[at].push(name)
    }
    if (copy !== undefined) put(copy, name, read)
  }
  return copy ?? wire
}

/** A name in camel case that stands beside it wins: the other is kept as a member that nobody knows. */
function knownName(key: string, wire: JsonObject, shape: Shape): string {
  const name = key.replace(/_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase())
  return shape.keys.has(name) && !Object.hasOwn(wire, name) ? name : key
}

/** respell writes members back by the names that {@link toCamel} renamed. */
export function respell(
  wire: JsonObject,
  snake: Readonly<Record<string, readonly string[]>> | undefined,
  at = ''
): JsonObject {
  if (snake === undefined) return wire
  const respelt: JsonObject = {}
  for (const [key, value] of Object.entries(wire)) {
    const path = pathOf(at, key)
    const inner = Object.keys(snake).some(other => other === path || other.startsWith(`${path}.`))
    put(
      respelt,
      snake[at]?.includes(key) ? snakeCase(key) : key,
      inner && isObject(value) ? respell(value, snake, path) : value
    )
  }
  return respelt
}

const pathOf = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`)
