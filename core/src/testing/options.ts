import type { TObject } from 'typebox'
import { Default } from 'typebox/value'
import { wrapSecrets } from '../config/secrets.ts'
import { Secret } from '../contract/index.ts'
import { checker, isObject } from '../wire/index.ts'

/** resolveOptions does to options what the plugin host does at boot: fills in defaults, checks them, wraps secrets. */
export function resolveOptions<T>(schema: TObject, options: Readonly<Record<string, unknown>>): T {
  const filled = Default(
    schema,
    map(options, value => value)
  )
  return wrapSecrets(schema, checker(schema).check(filled)) as T
}

/** MarkedOptions are options in which every secret has been replaced by a text that cannot occur by accident. */
export interface MarkedOptions {
  readonly options: Readonly<Record<string, unknown>>
  readonly secrets: readonly string[]
}

/** markSecrets makes {@link MarkedOptions}. */
export function markSecrets(schema: TObject, options: Readonly<Record<string, unknown>>): MarkedOptions {
  const secrets: string[] = []
  const marked = map(wrapSecrets(schema, options), value => {
    if (!(value instanceof Secret)) return value
    const text = `kit-secret-${secrets.length}-5d41402abc4b`
    secrets.push(text)
    return text
  })
  return { options: marked as Record<string, unknown>, secrets }
}

/** map copies plain data and gives everything else to `each`. */
function map(value: unknown, each: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(item => map(item, each))
  if (!isObject(value) || value instanceof Secret) return each(value)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, map(member, each)]))
}
