import type { Feature, Gap, GenerateRequest } from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import { PARAMS, type ParamName } from './params.ts'
import { Replay } from './replay.ts'

export interface FinishOptions {
  readonly removed: readonly ParamName[]
  readonly reasoningStyle: 'effort' | 'object'
  readonly strictParams: boolean
  /** Whether cache breakpoints are sent to this model. */
  readonly marks: boolean
}

const CACHE_KEYS = ['cache_control', 'prompt_cache_breakpoint'] as const
/** Members of a tool that only one vendor's models understand; others fail over them. */
const TOOL_KEYS = ['defer_loading', 'allowed_callers', 'input_examples', 'eager_input_streaming'] as const
const PART_KEYS = ['citations'] as const
const STRICT_KEYS = ['tools', 'response_format', 'stop'] as const

/** finish makes the encoded body one for this service. What it takes away that no feature table tells of is reported. */
export function finish(body: JsonObject, request: GenerateRequest, options: FinishOptions, gaps: Gap[]): JsonObject {
  const report = new Report(gaps)
  removeParams(body, options, report)
  if (body.n === 1) delete body.n
  if (options.reasoningStyle === 'effort' && request.reasoning?.expose === 'none') body.include_reasoning = false
  const replay = new Replay(body.model as string)
  body.messages = (body.messages as JsonObject[]).map(message => finishMessage(message, replay, options, report))
  if (replay.dropped) report.drop('input.reasoning', 'messages', 'the model cannot take it back')
  if (Array.isArray(body.tools)) body.tools = body.tools.map(tool => finishTool(tool as JsonObject, options, report))
  if (options.strictParams) requireParams(body)
  return body
}

class Report {
  #gaps: Gap[]
  constructor(gaps: Gap[]) {
    this.#gaps = gaps
  }
  drop(feature: Feature, field: string, message?: string): void {
    if (this.#gaps.some(gap => gap.feature === feature && gap.field === field)) return
    this.#gaps.push({ feature, action: 'dropped', field, ...(message !== undefined && { message }) })
  }
}

/** removeParams takes what the codec kept as members that it does not know. */
function removeParams(body: JsonObject, { removed, reasoningStyle, marks }: FinishOptions, report: Report): void {
  for (const name of removed) {
    if (!(name in body)) continue
    delete body[name]
    report.drop(PARAMS[name], name)
  }
  if (!marks) for (const key of CACHE_KEYS) if (key in body) remove(body, key, 'cache.auto', report)
  // The service refuses both spellings in one request.
  const other = reasoningStyle === 'effort' ? 'reasoning' : 'reasoning_effort'
  if (!(other in body)) return
  if (saysNothing(body[other])) delete body[other]
  else remove(body, other, 'ext', report)
}

/** saysNothing: that reasoning is on is said by the effort beside it. */
function saysNothing(rest: unknown): boolean {
  return isObject(rest) && Object.entries(rest).every(([key, value]) => key === 'enabled' && value === true)
}

function remove(body: JsonObject, key: string, feature: Feature, report: Report): void {
  delete body[key]
  report.drop(feature, key)
}

function finishMessage(message: JsonObject, replay: Replay, options: FinishOptions, report: Report): JsonObject {
  let finished = options.marks ? markLastPart(message) : without(message, CACHE_KEYS, 'cache.mark', 'messages', report)
  const { content, reasoning_details: details } = finished
  if (Array.isArray(details)) {
    const kept = replay.filter(details)
    if (kept !== details) finished = withDetails(finished, kept)
  }
  if (!Array.isArray(content)) return finished
  const parts = content.map(part => (isObject(part) ? finishPart(part, options, report) : part))
  return parts.every((part, at) => part === content[at]) ? finished : { ...finished, content: parts }
}

function withDetails(message: JsonObject, kept: readonly unknown[]): JsonObject {
  const { reasoning_details: _details, ...rest } = message
  return kept.length === 0 ? rest : { ...message, reasoning_details: kept }
}

function finishPart(part: JsonObject, { marks }: FinishOptions, report: Report): JsonObject {
  const unmarked = marks ? part : without(part, CACHE_KEYS, 'cache.mark', 'messages', report)
  return without(unmarked, PART_KEYS, 'input.file.citations', 'messages', report)
}

function finishTool(tool: JsonObject, { marks }: FinishOptions, report: Report): JsonObject {
  const unmarked = marks ? tool : without(tool, CACHE_KEYS, 'tools.cache', 'tools', report)
  if (tool.type !== 'function') return unmarked
  const plain = without(unmarked, TOOL_KEYS, 'tools.extras', 'tools', report)
  if (!isObject(plain.function)) return plain
  const called = without(plain.function, TOOL_KEYS, 'tools.extras', 'tools', report)
  return called === plain.function ? plain : { ...plain, function: called }
}

/** without copies an object only if it has one of the members: it may be the client's own. */
function without(
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

/** markLastPart: a mark on a message is only understood on its last part. */
function markLastPart(message: JsonObject): JsonObject {
  const { cache_control: mark, ...rest } = message
  if (mark === undefined) return message
  const { content } = message
  const parts = typeof content === 'string' ? [{ type: 'text', text: content }] : content
  if (!Array.isArray(parts) || !isObject(parts.at(-1))) return message
  return { ...rest, content: [...parts.slice(0, -1), { cache_control: mark, ...(parts.at(-1) as JsonObject) }] }
}

/** requireParams: without it, the service may pick an upstream that ignores what was asked. */
function requireParams(body: JsonObject): void {
  if (!STRICT_KEYS.some(key => key in body)) return
  const { provider } = body
  if (provider === undefined || isObject(provider)) body.provider = { require_parameters: true, ...provider }
}
