import { type Static, type TSchema, Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Settings } from 'typebox/system'
import { type GatewayError, ISTHMUS_REQUEST_INVALID } from '../errors/index.ts'
import type { JsonObject } from './json.ts'

/** AnyObject is the schema of an object with any members. As a record of them, each key would be tested for being a text. */
export const AnyObject = Type.Unsafe<JsonObject>({ type: 'object' })

/** Problem is one thing that is wrong with a value, in words for the person who wrote it. */
export interface Problem {
  /** Where, e.g. `messages[2].content`; '' for the value as a whole. */
  readonly path: string
  /** The path's member names and indices, for a reader that looks the place up. */
  readonly keys: readonly string[]
  readonly expected: string
  readonly got: string
  /** Set when the path names a member that the schema does not know. */
  readonly unknown?: boolean
}

/** Checker checks values against one compiled schema. It changes nothing: no coercion, no defaults, no removal. */
export interface Checker<T, S extends TSchema = TSchema> {
  /** The schema itself, for the documentation of an API. */
  readonly schema: S
  /** check gives the value back, typed, or throws `invalid_request` with the first problem's path; `at` is the path of the value itself. */
  check(value: unknown, at?: string): T
  /** problems gives all there are, grouped by path. */
  problems(value: unknown): readonly Problem[]
}

type Validator = Pick<ReturnType<typeof Compile>, 'Check' | 'Errors'>

interface SchemaError {
  readonly keyword: string
  readonly instancePath: string
  readonly params: object
  readonly message?: string
}

/** checker compiles a schema once, when it is first used: few of all there are have anything to check. */
export function checker<S extends TSchema>(schema: S): Checker<Static<S>, S> {
  let made: Validator | undefined
  const compiled = (): Validator => {
    made ??= Compile(schema)
    return made
  }
  const problems = (value: unknown, most: number): readonly Problem[] =>
    toProblems(
      upTo(most, () => compiled().Errors(value)),
      value
    )
  return {
    schema,
    problems: value => problems(value, 1000),
    check(value, at = '') {
      if (compiled().Check(value)) return value as Static<S>
      const problem = problems(value, 64)[0]
      throw problem === undefined
        ? invalid(at, 'another value', value)
        : invalidBecause(joinPath(at, problem.path), problem.expected, problem.got)
    }
  }
}

/** upTo raises the validator's limit of eight lines for one call: a union of many constants alone has more. */
function upTo<T>(most: number, collect: () => T): T {
  const { maxErrors } = Settings.Get()
  Settings.Set({ maxErrors: most })
  try {
    return collect()
  } finally {
    Settings.Set({ maxErrors })
  }
}

/** invalid makes the error for one wrong value of a client's request: where, what was expected, what came. */
export function invalid(path: string, expected: string, got: unknown): GatewayError {
  return invalidBecause(path, expected, describe(got))
}

function joinPath(outer: string, inner: string): string {
  return outer === '' || inner === '' || inner.startsWith('[') ? outer + inner : `${outer}.${inner}`
}

function invalidBecause(path: string, expected: string, got: string): GatewayError {
  const where = path === '' ? 'the request body' : path
  return ISTHMUS_REQUEST_INVALID.with({ path, param: path }, `${where}: expected ${expected}, got ${got}`)
}

/** describe names the type of a value; it shows short scalars and never the content of long ones. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : 'an array'
  switch (typeof value) {
    case 'string':
      return value === '' ? 'an empty string' : value.length <= 40 ? JSON.stringify(value) : 'a string'
    case 'number':
    case 'boolean':
      return String(value)
    case 'object':
      return 'an object'
    default:
      return `a ${typeof value}`
  }
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  integer: 'an integer',
  boolean: 'true or false',
  null: 'null',
  array: 'an array',
  object: 'an object'
}

/**
 * toProblems groups a validator's lines by path: a union of constants becomes "one of". Of a union that failed inside
 * one of its branches only the inner problem is told: the others say no more than that the value is of that branch.
 */
function toProblems(errors: readonly SchemaError[], value: unknown): readonly Problem[] {
  const byPath = new Map<
    string,
    {
      readonly path: string
      readonly keys: readonly string[]
      readonly got: unknown
      readonly wants: string[]
      unknown: boolean
      union: boolean
    }
  >()
  const at = (pointer: string) => {
    let entry = byPath.get(pointer)
    if (entry === undefined) {
      const keys = segments(pointer)
      entry = { path: toPath(keys), keys, got: lookUp(value, keys), wants: [], unknown: false, union: false }
      byPath.set(pointer, entry)
    }
    return entry
  }
  for (const error of errors) {
    const params = error.params as Record<string, unknown>
    if (error.keyword === 'required') {
      for (const name of (params.requiredProperties ?? params.missingProperty ?? []) as string[]) {
        at(`${error.instancePath}/${escapeKey(name)}`).wants.push('a value')
      }
    } else if (error.keyword === 'additionalProperties') {
      for (const name of params.additionalProperties as string[]) {
        at(`${error.instancePath}/${escapeKey(name)}`).unknown = true
      }
    } else if (error.keyword !== 'anyOf' && error.keyword !== 'boolean') {
      at(error.instancePath).wants.push(expectation(error.keyword, params, error.message))
    } else if (error.keyword === 'anyOf') {
      at(error.instancePath).union = true
    }
  }
  const pointers = [...byPath.keys()]
  const told = [...byPath].filter(
    ([pointer, entry]) => !entry.union || !pointers.some(other => other.startsWith(`${pointer}/`))
  )
  return told.map(([, { path, keys, got, wants, unknown }]) => ({
    path,
    keys,
    expected: unknown ? 'no such member' : listOf(wants),
    got: describe(got),
    ...(unknown && { unknown })
  }))
}

function expectation(keyword: string, params: Record<string, unknown>, message: string | undefined): string {
  switch (keyword) {
    case 'type':
      return TYPE_NAMES[String(params.type)] ?? `a ${String(params.type)}`
    case 'const':
      return describe(params.allowedValue)
    case 'enum':
      return (params.allowedValues as unknown[]).map(describe).join(' or ')
    case 'minLength':
      return params.limit === 1 ? 'a non-empty string' : `a string of at least ${params.limit} characters`
    case 'maxLength':
      return `a string of at most ${params.limit} characters`
    case 'minItems':
      return params.limit === 1 ? 'a non-empty array' : `at least ${params.limit} items`
    case 'maxItems':
      return `at most ${params.limit} items`
    case 'minimum':
    case 'exclusiveMinimum':
      return `${keyword === 'minimum' ? 'at least' : 'more than'} ${params.limit}`
    case 'maximum':
    case 'exclusiveMaximum':
      return `${keyword === 'maximum' ? 'at most' : 'less than'} ${params.limit}`
    default:
      return message ?? keyword
  }
}

function listOf(wants: readonly string[]): string {
  const unique = [...new Set(wants)]
  if (unique.length <= 1) return unique[0] ?? 'another value'
  return `${unique.slice(0, -1).join(', ')} or ${unique.at(-1)}`
}

function escapeKey(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function segments(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map(segment => segment.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function toPath(keys: readonly string[]): string {
  let path = ''
  for (const segment of keys) {
    path += /^\d+$/.test(segment) ? `[${segment}]` : path === '' ? segment : `.${segment}`
  }
  return path
}

function lookUp(value: unknown, keys: readonly string[]): unknown {
  let at: unknown = value
  for (const segment of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, segment)) return undefined
    at = (at as Record<string, unknown>)[segment]
  }
  return at
}
