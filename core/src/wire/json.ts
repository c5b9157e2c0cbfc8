/** JsonObject is a parsed JSON object whose members are not known yet. */
export type JsonObject = Record<string, unknown>

/** isObject tells a JSON object from arrays, null and scalars. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** parseJson gives undefined for text that is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a JSON string spells in another way: a quote, a backslash, a control character, half of a surrogate pair. */
const SPELT = /[^ !#-[\]-\ud7ff\ue000-\uffff]/

/** jsonText writes a string as `JSON.stringify` does, sooner where it is short and stands for itself, as pieces of text do. */
export function jsonText(text: string): string {
  return SPELT.test(text) ? JSON.stringify(text) : `"${text}"`
}

/** parseObject gives undefined for text that is not a JSON object. */
export function parseObject(text: string): JsonObject | undefined {
  const value = parseJson(text)
  return isObject(value) ? value : undefined
}

/** restOf collects the members that a decoder did not read, undefined when there are none. */
export function restOf(object: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  let rest: JsonObject | undefined
  for (const key in object) {
    if (known.has(key) || !Object.hasOwn(object, key)) continue
    rest ??= {}
    // Assigned, it would set the prototype; defined, it is a key like any other, but many times slower.
    if (key !== '__proto__') rest[key] = object[key]
    else Object.defineProperty(rest, key, { value: object[key], enumerable: true, writable: true, configurable: true })
  }
  return rest
}

/** stringOf gives a string as it is and anything else as undefined. */
export function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** numberOf gives a finite number as it is and anything else as undefined. */
export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}
