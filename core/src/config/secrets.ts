import type { TSchema } from 'typebox'
import { Secret } from '../contract/index.ts'
import { type Filled, isPlainObject } from './fill.ts'
import { isSecret, type Shape, shapeAt } from './shape.ts'

/** wrapSecrets puts the texts that the schema marks as secret into a {@link Secret}; the value has been checked before. */
export function wrapSecrets(schema: TSchema, value: unknown): unknown {
  return map(schema as Shape, value, [], text => new Secret(text))
}

/** literalSecrets gives the places where the config itself holds a secret, instead of a reference to it. */
export function literalSecrets(schema: TSchema, { value, origins }: Filled): readonly (readonly string[])[] {
  const referred = new Set(origins.map(({ keys }) => JSON.stringify(keys)))
  const places: (readonly string[])[] = []
  map(schema as Shape, value, [], (text, keys) => {
    const within = keys.some((_, index) => referred.has(JSON.stringify(keys.slice(0, index + 1))))
    if (!within) places.push(keys)
    return text
  })
  return places
}

function map(
  shape: Shape | undefined,
  value: unknown,
  keys: readonly string[],
  each: (text: string, keys: readonly string[]) => unknown
): unknown {
  if (typeof value === 'string') return isSecret(shape) ? each(value, keys) : value
  const next = (key: string | number, item: unknown) =>
    map(shapeAt(shape, value, key), item, [...keys, String(key)], each)
  if (Array.isArray(value)) return value.map((item, index) => next(index, item))
  if (shape === undefined || !isPlainObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, next(key, item)]))
}
