import { isObject, type JsonObject } from '@isthmus/core/wire'

/*
 * What the service's structured output takes of JSON Schema: no limits on numbers, lengths or patterns, no recursion,
 * closed objects, few optional members. Limits move into the description, where the model still reads them.
 */

const LIMITS = new Set([
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties'
])
const FORMATS = new Set(['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'])
const MAX_OPTIONAL = 10

export interface NativeSchema {
  readonly schema: JsonObject
  /** How many constraints became words. */
  readonly moved: number
}

/** nativeSchema derives a schema that the service takes; undefined when none says the same. The input is not changed. */
export function nativeSchema(schema: unknown): NativeSchema | undefined {
  if (!isObject(schema)) return undefined
  const walk = new Walk(schema)
  const derived = walk.derive(schema, [])
  if (walk.unfit || derived.type !== 'object' || walk.optional > MAX_OPTIONAL) return undefined
  return { schema: derived, moved: walk.moved }
}

class Walk {
  unfit = false
  moved = 0
  optional = 0
  #root: JsonObject
  /** References that were followed and found not to come back: each is followed once. */
  #finite: Set<string>

  constructor(root: JsonObject, finite = new Set<string>()) {
    this.#root = root
    this.#finite = finite
  }

  derive(schema: unknown, refs: readonly string[]): JsonObject {
    if (!isObject(schema)) {
      this.unfit = true
      return {}
    }
    this.#checkRecursion(schema, refs)
    const out: JsonObject = {}
    const words: string[] = []
    for (const [key, value] of Object.entries(schema)) {
      if (LIMITS.has(key) || (key === 'format' && !FORMATS.has(String(value)))) {
        words.push(`${key}: ${JSON.stringify(value)}`)
        continue
      }
      this.#member(out, key, value, refs)
    }
    if (words.length > 0) {
      this.moved += words.length
      const before = typeof schema.description === 'string' ? `${schema.description} ` : ''
      out.description = `${before}{${words.join(', ')}}`
    }
    if (schema.type === 'object' || isObject(schema.properties)) this.#close(schema, out)
    return out
  }

  #member(out: JsonObject, key: string, value: unknown, refs: readonly string[]): void {
    switch (key) {
      case 'properties':
      case '$defs':
      case 'definitions':
        if (!isObject(value)) this.unfit = true
        else out[key] = Object.fromEntries(Object.entries(value).map(([name, sub]) => [name, this.derive(sub, refs)]))
        break
      case 'items':
        out.items = this.derive(value, refs)
        break
      case 'oneOf':
      case 'anyOf':
      case 'allOf':
        if (!Array.isArray(value)) this.unfit = true
        else out[key === 'oneOf' ? 'anyOf' : key] = value.map(sub => this.derive(sub, refs))
        break
      case 'patternProperties':
      case 'not':
      case 'if':
      case 'propertyNames':
        this.unfit = true
        break
      case '$schema':
        break
      default:
        out[key] = value
    }
  }

  #close(schema: JsonObject, out: JsonObject): void {
    out.type ??= 'object'
    const properties = isObject(schema.properties) ? Object.keys(schema.properties) : []
    // An open object has members that a closed one could not hold.
    if (properties.length === 0 || isObject(schema.additionalProperties) || schema.additionalProperties === true) {
      this.unfit = true
    }
    out.additionalProperties = false
    const required = Array.isArray(schema.required) ? schema.required : []
    this.optional += properties.filter(name => !required.includes(name)).length
  }

  #checkRecursion(schema: JsonObject, refs: readonly string[]): void {
    const ref = schema.$ref
    if (typeof ref !== 'string' || this.unfit || this.#finite.has(ref)) return
    if (refs.includes(ref)) {
      this.unfit = true
      return
    }
    const target = resolve(this.#root, ref)
    if (target === undefined) this.unfit = true
    // Only to see whether it comes back to itself; what it derives is thrown away.
    else {
      const probe = new Walk(this.#root, this.#finite)
      probe.derive(target, [...refs, ref])
      if (probe.unfit) this.unfit = true
      else this.#finite.add(ref)
    }
  }
}

function resolve(root: JsonObject, ref: string): unknown {
  if (!ref.startsWith('#/')) return undefined
  let at: unknown = root
  for (const name of ref.slice(2).split('/'))
    at = isObject(at) ? at[name.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined
  return at
}
