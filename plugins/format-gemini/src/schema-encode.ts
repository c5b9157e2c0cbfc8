import { isObject, type JsonObject, put } from '@isthmus/core/wire'

/*
 * What the service takes of JSON Schema. What it does not know is left out: `const` becomes a list of one, `oneOf` and
 * `anyOf` mean the same to it, `allOf` is merged where that says the same, and limits that it lacks become words.
 */

const KNOWN = new Set([
  '$id',
  '$defs',
  '$ref',
  '$anchor',
  'type',
  'format',
  'title',
  'description',
  'enum',
  'items',
  'prefixItems',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'anyOf',
  'oneOf',
  'properties',
  'additionalProperties',
  'required',
  'propertyOrdering'
])
/** What says nothing about which values fit. */
const IDLE = new Set(['$schema', '$comment', 'default', 'examples', 'deprecated', 'readOnly', 'writeOnly'])

/** GeminiSchema is a schema that the service takes, and the members that were taken from the client's, as pointers. */
export interface GeminiSchema {
  readonly schema: JsonObject
  readonly removed: readonly string[]
}

const derived = new WeakMap<object, GeminiSchema>()

/** geminiSchema derives a schema that the service takes. The input is not changed, and is derived from only once. */
export function geminiSchema(schema: unknown): GeminiSchema {
  if (!isObject(schema)) return { schema: {}, removed: schema === false ? ['/'] : [] }
  const known = derived.get(schema)
  if (known !== undefined) return known
  const walk = new Walk()
  const made = { schema: walk.derive(schema, ''), removed: walk.removed }
  derived.set(schema, made)
  return made
}

class Walk {
  readonly removed: string[] = []

  derive(schema: JsonObject, at: string): JsonObject {
    const out: JsonObject = {}
    const words: string[] = []
    for (const [key, value] of Object.entries(merged(schema))) this.#member(out, key, value, `${at}/${key}`, words)
    if (words.length > 0) {
      const before = typeof schema.description === 'string' ? `${schema.description} ` : ''
      out.description = `${before}{${words.join(', ')}}`
    }
    if (out.type === undefined && isObject(out.properties)) out.type = 'object'
    return out
  }

  #member(out: JsonObject, key: string, value: unknown, at: string, words: string[]): void {
    switch (key) {
      case 'properties':
      case '$defs':
        put(out, key, this.#named(value, at))
        break
      case 'definitions':
        put(out, '$defs', { ...(isObject(out.$defs) && out.$defs), ...(this.#named(value, at) as JsonObject) })
        break
      case '$ref':
        put(out, key, typeof value === 'string' ? value.replace(/^#\/definitions\//, '#/$defs/') : value)
        break
      case 'items':
      case 'additionalProperties':
        put(out, key, typeof value === 'boolean' ? value : this.#one(value, at))
        break
      case 'anyOf':
      case 'oneOf':
      case 'prefixItems':
        put(out, key, Array.isArray(value) ? value.map((one, index) => this.#one(one, `${at}/${index}`)) : value)
        break
      case 'const':
        if (out.enum === undefined) put(out, 'enum', [value])
        break
      default:
        if (KNOWN.has(key)) put(out, key, value)
        else if (!IDLE.has(key)) this.#remove(key, value, at, words)
    }
  }

  /** A limit becomes words, which the model still reads; of anything else only the report tells. */
  #remove(key: string, value: unknown, at: string, words: string[]): void {
    this.removed.push(at)
    if (typeof value !== 'object') words.push(`${key}: ${JSON.stringify(value)}`)
  }

  #named(value: unknown, at: string): unknown {
    if (!isObject(value)) return value
    const out: JsonObject = {}
    for (const [name, inner] of Object.entries(value)) put(out, name, this.#one(inner, `${at}/${name}`))
    return out
  }

  /** A schema may be true or false: the first is what an empty one says. */
  #one(value: unknown, at: string): JsonObject {
    if (isObject(value)) return this.derive(value, at)
    if (value !== true) this.removed.push(at)
    return {}
  }
}

/** merged folds `allOf` into the schema around it where no member is said twice; else it stays, and is reported as lost. */
function merged(schema: JsonObject): JsonObject {
  const { allOf, ...rest } = schema
  if (!Array.isArray(allOf) || !allOf.every(isObject)) return schema
  const out: JsonObject = rest
  for (const inner of allOf.map(merged)) {
    for (const [key, value] of Object.entries(inner)) {
      if (!Object.hasOwn(out, key)) put(out, key, value)
      else if (key === 'properties' && isObject(out.properties) && isObject(value)) {
        if (Object.keys(value).some(name => Object.hasOwn(out.properties as JsonObject, name))) return schema
        out.properties = { ...out.properties, ...value }
      } else if (key === 'required' && Array.isArray(out.required) && Array.isArray(value)) {
        out.required = [...new Set([...(out.required as unknown[]), ...(value as unknown[])])]
      } else if (JSON.stringify(out[key]) !== JSON.stringify(value)) return schema
    }
  }
  return out
}
