import type { TSchema } from 'typebox'
import { checker, describe, didYouMean, type Problem } from '../wire/index.ts'
import { describeKind, describeShape } from './describe-shape.ts'
import type { Filled, Origin } from './fill.ts'
import type { ConfigProblem } from './problems.ts'
import { isSecret, memberNames, type Shape, shapeUnder, valueUnder } from './shape.ts'

/** PlacedProblem is a problem that still knows its place, for whoever puts it under a heading. */
export interface PlacedProblem extends ConfigProblem {
  readonly keys: readonly string[]
  /** The variable whose absence is the reason. */
  readonly unset?: string
}

const MOST_NAMES = 12

/** checkFilled gives all that is wrong with a filled value. Values the schema marks as secret, and unknown ones, are not shown. */
export function checkFilled(schema: TSchema, { value, origins }: Filled): readonly PlacedProblem[] {
  const shape = schema as Shape
  const found = withoutOuterUnions(checker(schema).problems(value), shape, value)
  const problems = found.map(problem => {
    const origin = origins.find(({ keys }) => samePlace(keys, problem.keys))
    return problem.unknown ? unknownMember(problem, shape, value) : wrongValue(problem, origin, shape, value)
  })
  const unreadable = origins.filter(
    ({ unreadable, keys }) => unreadable === true && !found.some(problem => samePlace(problem.keys, keys))
  )
  return [...problems, ...unreadable.map(unreadableFile)]
}

function wrongValue(problem: Problem, origin: Origin | undefined, shape: Shape, whole: unknown): PlacedProblem {
  const at = shapeUnder(shape, whole, problem.keys)
  const value = valueUnder(whole, problem.keys)
  const got = mayHoldSecret(at) ? describeKind(value) : describe(value)
  return {
    keys: problem.keys,
    path: pathOf(problem.keys),
    message: `expected ${describeShape(at) ?? problem.expected}, got ${got}`,
    hints: origin === undefined ? [] : [`comes from ${origin.words}`],
    ...(origin?.unset !== undefined && { unset: origin.unset })
  }
}

/** mayHoldSecret also covers a scalar in the place of an object or an array: it may be what belongs inside. */
function mayHoldSecret(shape: Shape | undefined): boolean {
  return isSecret(shape) || shape?.type === 'object' || shape?.type === 'array'
}

function unknownMember({ keys }: Problem, shape: Shape, whole: unknown): PlacedProblem {
  const holder = keys.slice(0, -1)
  const names = memberNames(shapeUnder(shape, whole, holder), valueUnder(whole, holder))
  const meant = didYouMean(keys.at(-1) ?? '', names)
  const hints =
    meant !== '' ? [meant] : names.length > 0 && names.length <= MOST_NAMES ? [`known here: ${names.join(', ')}`] : []
  return { keys, path: pathOf(keys), message: 'is not known here', hints }
}

function unreadableFile({ keys, words }: Origin): PlacedProblem {
  return { keys, path: pathOf(keys), message: 'expected a file that can be read', hints: [`comes from ${words}`] }
}

/** withoutOuterUnions leaves out "none of the branches fits" where a problem further inside says why. */
function withoutOuterUnions(problems: readonly Problem[], shape: Shape, value: unknown): readonly Problem[] {
  return problems.filter(
    outer =>
      shapeUnder(shape, value, outer.keys)?.anyOf === undefined ||
      !problems.some(inner => inner.keys.length > outer.keys.length && startsWith(inner.keys, outer.keys))
  )
}

function samePlace(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && startsWith(a, b)
}

function startsWith(keys: readonly string[], start: readonly string[]): boolean {
  return start.every((key, index) => keys[index] === key)
}

/** pathOf writes a place as code would: `models.aliases["gpt-4o"][0]`. */
export function pathOf(keys: readonly string[]): string {
  let path = ''
  for (const key of keys) {
    if (/^\d+$/.test(key)) path += `[${key}]`
    else if (/^[A-Za-z_$][\w$]*$/.test(key)) path += path === '' ? key : `.${key}`
    else path += `[${JSON.stringify(key)}]`
  }
  return path
}
