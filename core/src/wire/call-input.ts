import { isObject, type JsonObject, parseJson, parseObject } from './json.ts'

/** readInput reads arguments that are an object, also one in a string, as some models write it, and none at all. */
export function readInput(argsText: string): JsonObject | undefined {
  if (argsText.trim() === '') return {}
  const value = parseJson(argsText)
  if (isObject(value)) return value
  return typeof value === 'string' ? parseObject(value) : undefined
}

/** wrapInput makes an object of arguments that are none: they are to be seen. */
export function wrapInput(argsText: string): JsonObject {
  const value = parseJson(argsText)
  return value === undefined ? { _raw: argsText } : { input: value }
}

/** encodeInput makes the object that a call's input must be in formats that have no other. */
export function encodeInput(argsText: string): JsonObject {
  return readInput(argsText) ?? wrapInput(argsText)
}

/** isWholeInput tells arguments to which nothing can be added: some upstreams say only at the end of a reply that a call has ended. */
export function isWholeInput(text: string): boolean {
  return text.trimEnd().endsWith('}') && parseObject(text) !== undefined
}
