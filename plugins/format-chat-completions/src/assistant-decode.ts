import type { Part, ToolCallPart } from '@isthmus/core'
import { invalid, isObject, type JsonObject, restOf } from '@isthmus/core/wire'
import { DIALECT } from './dialect.ts'
import { type Mutable, makeExt, put, withNested } from './ext.ts'
import { decodeContent } from './part-decode.ts'
import { decodeDetail, plainText, sealCalls } from './reasoning-details.ts'
import { gatherDetails } from './replayed-details.ts'
import { callShapes, messageShapes } from './request-schema.ts'
import { FORMAT } from './types.ts'

const KEYS: ReadonlySet<string> = new Set([
  'role',
  'content',
  'name',
  'cache_control',
  'prompt_cache_breakpoint',
  'refusal',
  'audio',
  'tool_calls',
  'function_call',
  'reasoning_content',
  'reasoning',
  'reasoning_details'
])
const CALL_KEYS = { function: new Set(['id', 'type', 'function']), custom: new Set(['id', 'type', 'custom']) }
const FUNCTION_KEYS: ReadonlySet<string> = new Set(['name', 'arguments'])
const CUSTOM_KEYS: ReadonlySet<string> = new Set(['name', 'input'])
const AUDIO_KEYS: ReadonlySet<string> = new Set(['id'])

export interface DecodedAssistant {
  readonly parts: readonly Part[]
  readonly rest: JsonObject | undefined
  readonly also: readonly string[] | undefined
}

type Wire = ReturnType<typeof messageShapes.assistant.check>

/** decodeAssistant reads a turn of the model: reasoning, content, refusal, audio, calls, in this order. */
export function decodeAssistant(
  entry: JsonObject,
  path: string,
  model: string,
  dialect: Set<string>,
  functions: { next(): string }
): DecodedAssistant {
  const wire = messageShapes.assistant.check(entry, path)
  const left: JsonObject = restOf(entry, KEYS) ?? {}
  const parts: Part[] = []
  const also = replayedReasoning(wire, model, parts, left, dialect)
  for (const part of decodeContent(wire.content, `${path}.content`)) parts.push(part)
  if (typeof wire.refusal === 'string') parts.push({ type: 'refusal', text: wire.refusal })
  if (wire.audio) {
    const nested = restOf(wire.audio as JsonObject, AUDIO_KEYS)
    if (nested !== undefined) put(left, 'audio', nested)
    parts.push({ type: 'audio', source: { kind: 'file_ref', provider: FORMAT, id: wire.audio.id } })
  }
  const { tool_calls: calls } = wire
  if (calls) for (let at = 0; at < calls.length; at++) parts.push(decodeCall(calls[at], `${path}.tool_calls[${at}]`))
  if (wire.function_call) {
    const { name, arguments: argsText } = wire.function_call
    const ext = makeExt(undefined, { as: 'function_call' })!
    parts.push({ type: 'tool_call', id: functions.next(), name, kind: 'function', argsText, ext })
  }
  return {
    parts: wire.reasoning_details ? sealCalls(parts) : parts,
    rest: Object.keys(left).length > 0 ? left : undefined,
    also
  }
}

/** replayedReasoning reads reasoning that the client sends back, once, though it may stand in up to three members. */
function replayedReasoning(
  wire: Wire,
  model: string,
  parts: Part[],
  left: JsonObject,
  dialect: Set<string>
): readonly string[] | undefined {
  const { reasoning_details: details, reasoning_content: content, reasoning } = wire
  if (!details && typeof content !== 'string' && typeof reasoning !== 'string') return undefined
  if (details) dialect.add(DIALECT.reasoning)
  else if (typeof content === 'string') dialect.add(DIALECT.reasoningContent)
  if (details?.length === 0) put(left, 'reasoning_details', details)
  for (const detail of gatherDetails(details ?? [])) parts.push(decodeDetail(detail, { provider: '', model }))
  let read = detailsText(parts)
  const also: string[] = []
  for (const [member, text] of [
    ['reasoning_content', content],
    ['reasoning', reasoning]
  ] as const) {
    if (typeof text !== 'string') continue
    if (read === undefined) {
      read = text
      parts.push({ type: 'reasoning', text, hidden: false, ext: makeExt(undefined, { as: member })! })
    } else if (read === text) also.push(member)
    else put(left, member, text)
  }
  return also.length > 0 ? also : undefined
}

/** detailsText is the text that the details hold; undefined when there is none in them. */
function detailsText(parts: readonly Part[]): string | undefined {
  let text: string | undefined
  for (const part of parts) if (part.type === 'reasoning' && !part.hidden) text = (text ?? '') + plainText(part)
  return text
}

function decodeCall(call: unknown, path: string): ToolCallPart {
  if (!isObject(call)) throw invalid(path, 'a tool call', call)
  const type = call.type ?? 'function'
  if (type === 'custom') {
    const { id, custom } = callShapes.custom.check(call, path)
    const nested = restOf(custom as JsonObject, CUSTOM_KEYS)
    return toolCall(id, custom.name, 'custom', custom.input ?? '', restOf(call, CALL_KEYS.custom), nested)
  }
  if (type !== 'function') throw invalid(`${path}.type`, '"function" or "custom"', type)
  const { id, function: called } = callShapes.function.check(call, path)
  const nested = restOf(called as JsonObject, FUNCTION_KEYS)
  return toolCall(id, called.name, 'function', called.arguments ?? '', restOf(call, CALL_KEYS.function), nested)
}

function toolCall(
  id: string,
  name: string,
  kind: ToolCallPart['kind'],
  argsText: string,
  rest: JsonObject | undefined,
  nested: JsonObject | undefined
): ToolCallPart {
  const part: Mutable<ToolCallPart> = { type: 'tool_call', id, name, kind, argsText }
  const ext = makeExt(withNested(rest, kind, nested))
  if (ext !== undefined) part.ext = ext
  return part
}
