import { isObject, type JsonObject, put } from '@isthmus/core/wire'
import { snakeCase } from './snake-case.ts'

/*
 * The service's own `Schema` is the OpenAPI dialect written as a protocol buffer: types in upper case, `nullable`, whole
 * numbers as text, `format: "enum"`. The IR holds JSON Schema.
 */

const TYPES: ReadonlySet<unknown> = new Set(['STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'ARRAY', 'OBJECT', 'NULL'])
const WHOLE = new Set(['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'])
const SNAKE: ReadonlyMap<string, string> = new Map([
  ...[...WHOLE].map(name => [snakeCase(name), name] as const),
  ['any_of', 'anyOf'],
  ['property_ordering', 'propertyOrdering']
])

/** fromOpenApi makes JSON Schema of a `Schema`. The input is not changed. */
export function fromOpenApi(schema: JsonObject): JsonObject {
  const out: JsonObject = {}
  for (const [key, value] of Object.entries(schema)) openApiMember(out, SNAKE.get(key) ?? key, value, schema)
  return schema.nullable === true ? nullable(out) : out
}

function openApiMember(out: JsonObject, key: string, value: unknown, schema: JsonObject): void {
  switch (key) {
    case 'type':
      if (value !== 'TYPE_UNSPECIFIED') put(out, key, lowerType(value))
      break
    case 'nullable':
      break
    case 'format':
      if (value !== 'enum') put(out, key, value)
      break
    case 'example':
      if (schema.examples === undefined) out.examples = [value]
      break
    case 'properties':
      put(out, key, mapMembers(value, fromOpenApi))
      break
    case 'items':
      put(out, key, isObject(value) ? fromOpenApi(value) : value)
      break
    case 'anyOf':
      put(out, key, Array.isArray(value) ? value.map(one => (isObject(one) ? fromOpenApi(one) : one)) : value)
      break
    default:
      put(out, key, WHOLE.has(key) && typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value)
  }
}

/** nullable says in JSON Schema that null will do as well. */
function nullable(schema: JsonObject): JsonObject {
  const { type } = schema
  if (Array.isArray(schema.enum) && !schema.enum.includes(null)) schema.enum = [...(schema.enum as unknown[]), null]
  if (typeof type === 'string' && type !== 'null') return { ...schema, type: [type, 'null'] }
  if (type === undefined && Array.isArray(schema.anyOf)) {
    return { ...schema, anyOf: [...(schema.anyOf as unknown[]), { type: 'null' }] }
  }
  return schema
}

/** fromUpperCase lower-cases the types of a JSON Schema: some clients write it with the types of the other dialect. */
export function fromUpperCase(schema: unknown): unknown {
  if (!isObject(schema) || !hasUpperCase(schema)) return schema
  return lowered(schema)
}

/** Members of a schema that hold schemas: a list of them, some by name, or one. Anything else is data. */
const LISTS = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems'])
const NAMED = new Set(['properties', '$defs', 'definitions', 'patternProperties'])
const SINGLE = new Set(['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'])

function hasUpperCase(schema: JsonObject): boolean {
  const { type } = schema
  if (TYPES.has(type) || (Array.isArray(type) && type.some(one => TYPES.has(one)))) return true
  for (const key in schema) {
    const value = schema[key]
    if (SINGLE.has(key) && isObject(value) && hasUpperCase(value)) return true
    const inner =
      LISTS.has(key) && Array.isArray(value) ? value : NAMED.has(key) && isObject(value) ? Object.values(value) : []
    if (inner.some(one => isObject(one) && hasUpperCase(one))) return true
  }
  return false
}

function lowered(schema: JsonObject): JsonObject {
  const out: JsonObject = {}
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'type') put(out, key, lowerType(value))
    else if (NAMED.has(key)) put(out, key, mapMembers(value, lowered))
    else if (SINGLE.has(key)) put(out, key, isObject(value) ? lowered(value) : value)
    else if (LISTS.has(key) && Array.isArray(value))
      put(
        out,
        key,
        value.map(one => (isObject(one) ? lowered(one) : one))
      )
    else put(out, key, value)
  }
  return out
}

function lowerType(type: unknown): unknown {
  if (Array.isArray(type)) return type.map(lowerType)
  return typeof type === 'string' && TYPES.has(type) ? type.toLowerCase() : type
}

function mapMembers(value: unknown, map: (schema: JsonObject) => JsonObject): unknown {
  if (!isObject(value)) return value
  const out: JsonObject = {}
  for (const [name, inner] of Object.entries(value)) put(out, name, isObject(inner) ? map(inner) : inner)
  return out
}
