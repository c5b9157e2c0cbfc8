import { isObject, type JsonObject } from '@isthmus/core/wire'

const MAX_DEPTH = 6
/** No value fits a schema that must contain itself: it is cut off here. */
const LAST_DEPTH = 50
/** How much is made of one schema: a few words in it can ask for more than there is memory. */
const MAX_PIECES = 5000

/**
 * jsonInstance makes a value that fits a JSON Schema: the shortest that is easy to find, always the same. It follows
 * local references and combines `allOf`; `pattern`, `not`, `if`, `contains` and `patternProperties` are not looked at. A
 * schema of which nothing small is an instance gets the beginning of one.
 */
export function jsonInstance(schema: unknown, name = 'value'): unknown {
  return new Generator(schema).make(schema, name, 0)
}

class Generator {
  #root: unknown
  #pieces = 0

  constructor(root: unknown) {
    this.#root = root
  }

  make(schema: unknown, name: string, depth: number): unknown {
    if (!isObject(schema) || depth > LAST_DEPTH || this.#isEnough()) return name
    const merged = this.#resolve(schema, 0)
    if ('const' in merged) return merged.const
    if (Array.isArray(merged.enum) && merged.enum.length > 0) return merged.enum[0]
    for (const key of ['anyOf', 'oneOf'] as const) {
      const options = merged[key]
      if (!Array.isArray(options) || options.length === 0) continue
      const { [key]: _options, ...rest } = merged
      const option = options[depth > MAX_DEPTH ? options.length - 1 : 0]
      return this.make(isObject(option) ? combine(rest, option) : rest, name, depth + 1)
    }
    switch (typeOf(merged)) {
      case 'object':
        return this.#object(merged, depth)
      case 'array':
        return this.#array(merged, name, depth)
      case 'string':
        return this.#string(merged, name)
      case 'integer':
        return numberFor(merged, 1)
      case 'number':
        return numberFor(merged, 0)
      case 'boolean':
        return true
      case 'null':
        return null
      default:
        return name
    }
  }

  /** The optional members are left out once it gets deep, so that a schema which contains itself comes to an end. */
  #object(schema: JsonObject, depth: number): JsonObject {
    const properties = isObject(schema.properties) ? schema.properties : {}
    const required = new Set(Array.isArray(schema.required) ? schema.required.map(String) : [])
    const entries: [string, unknown][] = []
    for (const [name, property] of Object.entries(properties)) {
      if (depth < 2 || required.has(name)) entries.push([name, this.make(property, name, depth + 1)])
    }
    const rest = isObject(schema.additionalProperties) ? schema.additionalProperties : {}
    for (const name of required) {
      if (!Object.hasOwn(properties, name)) entries.push([name, this.make(rest, name, depth + 1)])
    }
    return Object.fromEntries(entries)
  }

  #array(schema: JsonObject, name: string, depth: number): unknown[] {
    const prefix = Array.isArray(schema.prefixItems) ? schema.prefixItems : []
    const least = typeof schema.minItems === 'number' ? schema.minItems : depth < 2 ? 1 : 0
    const most = typeof schema.maxItems === 'number' ? schema.maxItems : Number.POSITIVE_INFINITY
    const length = Math.min(Math.max(least, prefix.length), most, 1000)
    if (length > prefix.length && schema.items === false) return prefix.map(item => this.make(item, name, depth + 1))
    const items = Array.from({ length }, (_, at) => this.make(prefix[at] ?? schema.items ?? {}, name, depth + 1))
    return schema.uniqueItems === true ? items.map(distinct) : items
  }

  #string(schema: JsonObject, name: string): string {
    const value = stringFor(schema, name)
    this.#pieces += Math.floor(value.length / 100)
    return value
  }

  #isEnough(): boolean {
    this.#pieces++
    return this.#pieces > MAX_PIECES
  }

  #resolve(schema: JsonObject, hops: number): JsonObject {
    if (this.#isEnough()) return {}
    let merged = schema
    if (typeof schema.$ref === 'string' && hops < 20) {
      const { $ref, ...rest } = schema
      const target = this.#lookUp(schema.$ref)
      merged = isObject(target) ? combine(this.#resolve(target, hops + 1), rest) : rest
    }
    if (!Array.isArray(merged.allOf)) return merged
    const { allOf, ...rest } = merged
    return (allOf as unknown[]).reduce<JsonObject>(
      (sum, part) => (isObject(part) ? combine(sum, this.#resolve(part, hops + 1)) : sum),
      rest
    )
  }

  #lookUp(ref: string): unknown {
    if (!ref.startsWith('#')) return undefined
    let at: unknown = this.#root
    for (const raw of ref.split('/').slice(1)) {
      const key = unescaped(raw).replaceAll('~1', '/').replaceAll('~0', '~')
      if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined
      at = (at as JsonObject)[key]
    }
    return at
  }
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A per cent sign that escapes nothing stands for itself.
    return text
  }
}

function combine(one: JsonObject, other: JsonObject): JsonObject {
  const both: JsonObject = { ...one, ...other }
  if (isObject(one.properties) && isObject(other.properties)) {
    both.properties = { ...one.properties, ...other.properties }
  }
  if (Array.isArray(one.required) && Array.isArray(other.required)) both.required = [...one.required, ...other.required]
  return both
}

/** Some clients write type names in upper case. */
function typeOf(schema: JsonObject): string | undefined {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (typeof type === 'string') return type.toLowerCase()
  if ('properties' in schema || 'required' in schema) return 'object'
  if ('items' in schema || 'prefixItems' in schema) return 'array'
  return undefined
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': '2000-01-01T00:00:00Z',
  date: '2000-01-01',
  time: '00:00:00Z',
  duration: 'P1D',
  email: 'someone@example.com',
  hostname: 'example.com',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1'
}

function stringFor(schema: JsonObject, name: string): string {
  const format = typeof schema.format === 'string' ? FORMATS[schema.format] : undefined
  if (format !== undefined) return format
  const least = typeof schema.minLength === 'number' ? Math.min(schema.minLength, 10_000) : 0
  const most = typeof schema.maxLength === 'number' ? schema.maxLength : Number.POSITIVE_INFINITY
  return name.padEnd(least, name === '' ? 'x' : name).slice(0, most)
}

function numberFor(schema: JsonObject, whole: 0 | 1): number {
  const read = (key: string) => (typeof schema[key] === 'number' ? (schema[key] as number) : undefined)
  const step = read('multipleOf') ?? (whole === 1 ? 1 : 0.5)
  const above = read('exclusiveMinimum')
  const below = read('exclusiveMaximum')
  const least = above ?? read('minimum')
  const most = below ?? read('maximum')
  if (least === undefined && most === undefined) return step
  if (least === undefined) {
    const value = Math.floor((most as number) / step) * step
    return value === below ? value - step : value
  }
  const value = Math.ceil(least / step) * step
  if (value !== above) return most === undefined || value <= most ? value : least
  const next = value + step
  return most === undefined || next < most ? next : (value + most) / 2
}

function distinct(value: unknown, at: number): unknown {
  if (typeof value === 'string') return at === 0 ? value : `${value}${at}`
  return typeof value === 'number' ? value + at : value
}
