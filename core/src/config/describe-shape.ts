import { describe } from '../wire/index.ts'
import type { Shape } from './shape.ts'

/** describeShape says in words what a schema wants, e.g. `an integer of at least 1`; undefined where it says nothing. */
export function describeShape(shape: Shape | undefined): string | undefined {
  if (shape === undefined) return undefined
  if (shape.title !== undefined) return shape.title
  if (shape.anyOf !== undefined) return alternatives(shape.anyOf.map(one => describeShape(one) ?? 'another value'))
  if (shape.const !== undefined) return describe(shape.const)
  if (shape.enum !== undefined) return alternatives(shape.enum.map(describe))
  switch (shape.type) {
    case 'string':
      return describeText(shape)
    case 'integer':
      return `an integer${bounds(shape)}`
    case 'number':
      return `a number${bounds(shape)}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return describeArray(shape)
    case 'object':
      return 'an object'
    default:
      return undefined
  }
}

/** describeKind names the type of a value and shows nothing of it. */
export function describeKind(value: unknown): string {
  if (value === undefined || value === null || value === '' || typeof value === 'object') return describe(value)
  return typeof value === 'boolean' ? 'true or false' : `a ${typeof value}`
}

/** alternatives joins what may stand in one place: `a, b or c`. */
export function alternatives(words: readonly string[]): string {
  const unique = [...new Set(words)]
  return unique.length <= 1 ? (unique[0] ?? 'another value') : `${unique.slice(0, -1).join(', ')} or ${unique.at(-1)}`
}

function describeText({ minLength, maxLength, pattern }: Shape): string {
  if (pattern !== undefined) return `text that matches \`${pattern}\``
  if (maxLength !== undefined) return `a string of ${minLength ?? 0} to ${maxLength} characters`
  if (minLength === undefined || minLength === 0) return 'a string'
  return minLength === 1 ? 'a non-empty string' : `a string of at least ${minLength} characters`
}

function describeArray({ items, minItems, maxItems }: Shape): string {
  const item = Array.isArray(items) ? undefined : describeShape(items as Shape | undefined)
  const what = item === undefined ? '' : ` of ${plural(item)}`
  if (minItems === undefined && maxItems === undefined) return `an array${what}`
  const count = maxItems === undefined ? `at least ${minItems}` : `${minItems ?? 0} to ${maxItems}`
  return minItems === 1 && maxItems === undefined ? `a non-empty array${what}` : `an array${what}, ${count} of them`
}

function plural(item: string): string {
  return item
    .replace(/^an? (non-empty )?(string|number|integer|object|array)/, '$1$2s')
    .replace(/^text that matches/, 'texts that match')
}

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Shape): string {
  if (minimum !== undefined && maximum !== undefined) return ` from ${minimum} to ${maximum}`
  const words: string[] = []
  if (minimum !== undefined) words.push(`of at least ${minimum}`)
  if (exclusiveMinimum !== undefined) words.push(`of more than ${exclusiveMinimum}`)
  if (maximum !== undefined) words.push(`of at most ${maximum}`)
  if (exclusiveMaximum !== undefined) words.push(`of less than ${exclusiveMaximum}`)
  return words.length === 0 ? '' : ` ${words.join(' and ')}`
}
