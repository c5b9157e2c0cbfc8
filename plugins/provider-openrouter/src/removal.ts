import type { Feature, Gap } from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import { PARAMS, type ParamName } from './params.ts'

export const CACHE_KEYS = ['cache_control', 'prompt_cache_breakpoint'] as const
/** Members of a tool that only one vendor's models understand; others fail over them. */
const TOOL_KEYS = ['defer_loading', 'allowed_callers', 'input_examples', 'eager_input_streaming'] as const
const PART_KEYS = ['citations'] as const

/** Report collects what was taken away, once for each feature and place. */
export class Report {
  #gaps: Gap[]
  constructor(gaps: Gap[]) {
    this.#gaps = gaps
  }
  drop(feature: Feature, field: string, message?: string): void {
    if (this.#gaps.some(gap => gap.feature === feature && gap.field === field)) return
    this.#gaps.push({ feature, action: 'dropped', field, ...(message !== undefined && { message }) })
  }
}

/** remove takes a member of the body away. */
export function remove(body: JsonObject, key: string, feature: Feature, report: Report): void {
  if (!(key in body)) return
  delete body[key]
  report.drop(feature, key)
}

/** removeParams takes what the codec kept as members that it does not know. */
export function removeParams(body: JsonObject, removed: readonly ParamName[], marks: boolean, report: Report): void {
  for (const name of removed) remove(body, name, PARAMS[name], report)
  if (!marks) for (const key of CACHE_KEYS) remove(body, key, 'cache.auto', report)
}

/** without copies an object only if it has one of the members: it may be the client's own. */
export function without(
  object: JsonObject,
  keys: readonly string[],
  feature: Feature,
  field: string,
  report: Report
): JsonObject {
  if (!keys.some(key => key in object)) return object
  report.drop(feature, field)
  return Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))
}

/** finishParts takes marks and wishes off the parts of a content; what has none stays the same object. */
export function finishParts(content: readonly unknown[], marks: boolean, field: string, report: Report) {
  const parts = content.map(part => {
    if (!isObject(part)) return part
    const unmarked = marks ? part : without(part, CACHE_KEYS, 'cache.mark', field, report)
    return without(unmarked, PART_KEYS, 'input.file.citations', field, report)
  })
  return parts.every((part, at) => part === content[at]) ? content : parts
}

/** finishTool takes off a tool what its upstream may not understand. */
export function finishTool(tool: JsonObject, marks: boolean, report: Report): JsonObject {
  const unmarked = marks ? tool : without(tool, CACHE_KEYS, 'tools.cache', 'tools', report)
  if (tool.type !== 'function') return unmarked
  const plain = without(unmarked, TOOL_KEYS, 'tools.extras', 'tools', report)
  if (!isObject(plain.function)) return plain
  const called = without(plain.function, TOOL_KEYS, 'tools.extras', 'tools', report)
  return called === plain.function ? plain : { ...plain, function: called }
}

/** requireParams: without it, the service may pick an upstream that ignores what was asked. */
export function requireParams(body: JsonObject): void {
  const { provider } = body
  if (provider === undefined || isObject(provider)) body.provider = { require_parameters: true, ...provider }
}
