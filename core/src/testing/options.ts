import type { TObject } from 'typebox'
import { Default } from 'typebox/value'
import { Secret } from '../contract/secret.ts'
import { checker, isObject, type JsonObject } from '../wire/index.ts'

/** resolveOptions does to options what the plugin host does at boot: checks them, fills in defaults, wraps secrets. */
export function resolveOptions<T>(schema: TObject, options: Readonly<Record<string, unknown>>): T {
  const filled = Default(schema, copy(options))
  checker(schema).check(filled)
  return wrapSecrets(schema, filled as JsonObject) as T
}

/** secretsIn lists the paths of a schema's secrets that have a value, with their texts. */
export function secretsIn(schema: TObject, options: JsonObject): readonly string[] {
  const texts: string[] = []
  visitSecrets(schema, options, (object, name) => {
    if (typeof object[name] === 'string') texts.push(object[name])
  })
  return texts
}

/** markSecrets replaces the value of every secret by a text that cannot occur by accident. */
export function markSecrets(schema: TObject, options: Readonly<Record<string, unknown>>): JsonObject {
  const marked = copy(options) as JsonObject
  visitSecrets(schema, marked, (object, name) => {
    if (typeof object[name] === 'string') object[name] = `kit-secret-${name}-5d41402abc4b`
  })
  return marked
}

function wrapSecrets(schema: TObject, options: JsonObject): JsonObject {
  visitSecrets(schema, options, (object, name) => {
    if (typeof object[name] === 'string') object[name] = new Secret(object[name])
  })
  return options
}

function visitSecrets(schema: unknown, object: JsonObject, found: (object: JsonObject, name: string) => void): void {
  const properties = (schema as { properties?: JsonObject }).properties ?? {}
  for (const [name, property] of Object.entries(properties)) {
    const value = object[name]
    if (isObject(property) && property['x-secret'] === true) found(object, name)
    else if (isObject(property) && isObject(value)) visitSecrets(property, value, found)
  }
}

function copy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copy)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, copy(member)]))
}
