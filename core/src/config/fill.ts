import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { TSchema } from 'typebox'
import { type EnvRef, isEnvRef } from '../contract/index.ts'
import { coerce } from './coerce.ts'
import type { Environment } from './environment.ts'
import { memberNames, type Shape, shapeAt } from './shape.ts'

/** Given is a text from the command line that stands in for a value of the config. */
export class Given {
  readonly text: string
  readonly flag: string
  constructor(text: string, flag: string) {
    this.text = text
    this.flag = flag
  }
}

/** Origin tells where a value came from that the config did not hold itself. */
export interface Origin {
  readonly keys: readonly string[]
  /** In words, e.g. `the environment variable PORT, which is not set`. */
  readonly words: string
  /** The variable that would have to be set for there to be a value. */
  readonly unset?: string
  readonly unreadable?: boolean
}

/** Filled is a value without references and with its defaults, not yet checked. */
export interface Filled {
  readonly value: unknown
  readonly origins: readonly Origin[]
}

export interface FillContext {
  readonly env: Environment
  /** Where the paths of `file()` start. */
  readonly dir: string
}

/**
 * fill resolves references, turns their text into the schema's types, and fills in defaults. It changes nothing else, and
 * it copies: the config's own objects stay as they are.
 */
export function fill(schema: TSchema, value: unknown, context: FillContext): Filled {
  const origins: Origin[] = []
  return { value: walk(schema as Shape, value, [], context, origins), origins }
}

function walk(
  shape: Shape | undefined,
  given: unknown,
  keys: readonly string[],
  context: FillContext,
  origins: Origin[]
): unknown {
  let value = given
  if (isEnvRef(value) || value instanceof Given) {
    const { text, ...origin } = value instanceof Given ? textOfFlag(value) : textOf(value, context)
    origins.push({ keys, ...origin })
    value = text === undefined ? undefined : coerce(shape, text)
  }
  if (value === undefined) value = shape?.default
  if (Array.isArray(value)) {
    return value.map((item, index) =>
      walk(shapeAt(shape, value, index), item, [...keys, String(index)], context, origins)
    )
  }
  if (!isPlainObject(value)) return value
  const filled: Record<string, unknown> = {}
  for (const key of new Set([...Object.keys(value), ...memberNames(shape, value)])) {
    const member = walk(shapeAt(shape, value, key), value[key], [...keys, key], context, origins)
    if (member !== undefined) define(filled, key, member)
  }
  return filled
}

/** define sets a member whatever its name is: `__proto__` from a config stays a member, to be refused as unknown. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true })
}

type Text = Omit<Origin, 'keys'> & { readonly text?: string }

function textOfFlag(given: Given): Text {
  return { text: given.text, words: given.flag }
}

function textOf(ref: EnvRef, context: FillContext): Text {
  return ref.from === 'env' ? textOfVariable(ref, context.env) : textOfFile(ref.name, context.dir)
}

function textOfVariable({ name, fallback }: EnvRef, env: Environment): Text {
  const set = env[name]
  const words = `the environment variable ${name}`
  if (set !== undefined && set !== '') return { text: set, words }
  const why = `${words}, which is ${set === undefined ? 'not set' : 'empty'}`
  if (fallback !== undefined) return { text: fallback, words: `the fallback of ${why}` }
  return { words: why, unset: name }
}

function textOfFile(name: string, dir: string): Text {
  const words = `the file ${name}`
  try {
    return { text: readFileSync(resolve(dir, name), 'utf8').replace(/\r?\n$/, ''), words }
  } catch (error) {
    return { words: `${words}, which cannot be read (${(error as NodeJS.ErrnoException).code})`, unreadable: true }
  }
}

/** isPlainObject tells the objects that a config is written in from instances of classes, which pass as they are. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || isEnvRef(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
