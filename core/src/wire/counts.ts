import { isObject, type JsonObject } from './json.ts'

/** Names of what counts tokens or calls, as the formats spell them: `prompt_tokens`, `tokenCount`, `web_search_requests`. */
const COUNTER = /(?:tokens|token_?count|_requests)$/i

/** countOf gives a number that can be a count, and anything else, such as one below zero, as undefined. */
export function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= Number.MAX_VALUE ? value : undefined
}

/**
 * countsOnly leaves out counters that do not count, at any depth: clients add them up as they come. An object without
 * such is given back as it is.
 */
export function countsOnly(usage: JsonObject): JsonObject {
  let clean: JsonObject | undefined
  for (const key in usage) {
    const value = usage[key]
    if (countOf(value) !== undefined) continue
    const kept = COUNTER.test(key) ? (value === null ? null : undefined) : insideOf(value)
    if (kept === value) continue
    clean ??= { ...usage }
    if (kept === undefined) delete clean[key]
    else clean[key] = kept
  }
  return clean ?? usage
}

function insideOf(value: unknown): unknown {
  if (isObject(value)) return countsOnly(value)
  if (!Array.isArray(value)) return value
  const items: readonly unknown[] = value.map(insideOf)
  return items.some((item, at) => item !== value[at]) ? items : value
}

/** MAX_CHOICES is how many answers clients expect to one request at the most. */
const MAX_CHOICES = 128

/** choiceIndexOf gives the number that a server gave to a choice, `at` where it says none that clients stand. */
export function choiceIndexOf(index: unknown, at: number): number {
  return Number.isInteger(index) && (index as number) >= 0 && (index as number) < MAX_CHOICES ? (index as number) : at
}
