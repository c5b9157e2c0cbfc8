import { isObject, type JsonObject } from './json.ts'

/** hostedOptions gives what a hosted tool says beside what it is: it is named by its `type`, or by its only member. */
export function hostedOptions(object: unknown): JsonObject {
  if (!isObject(object)) return {}
  const { type, name: _name, cache_control: _cache, ...options } = object
  const [only, ...others] = Object.values(options)
  return type === undefined && others.length === 0 && isObject(only) ? only : options
}

/** searchQueries gives what a hosted search looked for, as the formats say it: one query, or several. */
export function searchQueries(input: unknown): readonly string[] {
  const { query, queries } = isObject(input) ? input : {}
  return (Array.isArray(queries) ? queries : [query]).filter(one => typeof one === 'string')
}

/** flatLocation writes where a user is as most do: Chat Completions nests what the others write flat. */
export function flatLocation({ approximate, ...location }: JsonObject): JsonObject {
  return { ...location, ...(isObject(approximate) && approximate) }
}
