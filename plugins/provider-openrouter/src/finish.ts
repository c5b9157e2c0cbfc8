import type { Gap, GenerateRequest } from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import type { ParamName } from './params.ts'
import { CACHE_KEYS, finishParts, finishTool, Report, remove, removeParams, requireParams, without } from './removal.ts'
import { Replay } from './replay.ts'

export interface FinishOptions {
  readonly removed: readonly ParamName[]
  readonly reasoningStyle: 'effort' | 'object'
  readonly strictParams: boolean
  /** Whether cache breakpoints are sent to this model. */
  readonly marks: boolean
}

const STRICT_KEYS = ['tools', 'response_format', 'stop'] as const

/** finish makes the encoded body one for this service. What it takes away that no feature table tells of is reported. */
export function finish(body: JsonObject, request: GenerateRequest, options: FinishOptions, gaps: Gap[]): JsonObject {
  const report = new Report(gaps)
  const { removed, reasoningStyle, strictParams, marks } = options
  removeParams(body, removed, marks, report)
  oneSpelling(body, reasoningStyle, report)
  if (body.n === 1) delete body.n
  if (reasoningStyle === 'effort' && request.reasoning?.expose === 'none') body.include_reasoning = false
  const replay = new Replay(body.model as string)
  body.messages = (body.messages as JsonObject[]).map(message => finishMessage(message, replay, marks, report))
  if (replay.dropped) report.drop('input.reasoning', 'messages', 'the model cannot take it back')
  if (Array.isArray(body.tools)) body.tools = body.tools.map(tool => finishTool(tool as JsonObject, marks, report))
  if (strictParams && STRICT_KEYS.some(key => key in body)) requireParams(body)
  return body
}

/** oneSpelling: the service refuses both spellings in one request. */
function oneSpelling(body: JsonObject, reasoningStyle: FinishOptions['reasoningStyle'], report: Report): void {
  const other = reasoningStyle === 'effort' ? 'reasoning' : 'reasoning_effort'
  if (saysNothing(body[other])) delete body[other]
  else remove(body, other, 'ext', report)
}

/** saysNothing: that reasoning is on is said by the effort beside it. */
function saysNothing(rest: unknown): boolean {
  return isObject(rest) && Object.entries(rest).every(([key, value]) => key === 'enabled' && value === true)
}

function finishMessage(message: JsonObject, replay: Replay, marks: boolean, report: Report): JsonObject {
  let finished = marks ? markLastPart(message) : without(message, CACHE_KEYS, 'cache.mark', 'messages', report)
  const { content, reasoning_details: details } = finished
  if (Array.isArray(details)) {
    const kept = replay.filter(details)
    if (kept !== details) finished = withDetails(finished, kept)
  }
  if (!Array.isArray(content)) return finished
  const parts = finishParts(content, marks, 'messages', report)
  return parts === content ? finished : { ...finished, content: parts }
}

function withDetails(message: JsonObject, kept: readonly unknown[]): JsonObject {
  const { reasoning_details: _details, ...rest } = message
  return kept.length === 0 ? rest : { ...message, reasoning_details: kept }
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
