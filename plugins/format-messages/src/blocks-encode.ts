import type { HostedPart, OpaquePart, Part, ReasoningPart, TextPart, ToolCallPart, ToolResultPart } from '@isthmus/core'
import { isObject, type JsonObject, readInput, wrapInput } from '@isthmus/core/wire'
import { NAMESPACE, ownMembers } from './blocks.ts'
import { encodeCache } from './cache-marks.ts'
import { nativeCitation } from './citations.ts'
import type { EncodeEnv } from './encode-env.ts'
import { FORMAT_MESSAGES_UNSUPPORTED } from './errors.ts'
import { encodeFile, encodeImage } from './media-encode.ts'
import { isOwnSeal } from './seals.ts'
import { withNulls, wroteBlocks } from './spelling.ts'

/**
 * encodeParts writes parts as blocks. `wire` are the blocks that the parts were read from: one that would come out the
 * same is used as it is. A cache mark on a part that gives no markable block moves to the block before it.
 */
export function encodeParts(parts: readonly Part[], env: EncodeEnv, wire?: readonly unknown[]): JsonObject[] {
  const blocks: JsonObject[] = []
  parts.forEach((part, at) => {
    const kept = wire?.[at]
    const block = encodePart(part, env, isObject(kept) ? kept : undefined)
    if (block !== undefined) blocks.push(block)
    const last = blocks.at(-1)
    if (part.cache !== undefined && last !== undefined && last.cache_control === undefined && isMarkable(last)) {
      blocks[blocks.length - 1] = { ...last, cache_control: encodeCache(part.cache, env) }
    }
  })
  return blocks
}

/** isMarkable tells whether a block may carry `cache_control`; the service refuses it on reasoning. */
export function isMarkable(block: JsonObject): boolean {
  return block.type !== 'thinking' && block.type !== 'redacted_thinking'
}

function encodePart(part: Part, env: EncodeEnv, kept: JsonObject | undefined): JsonObject | undefined {
  env.reportForeign(part)
  if (part.type !== 'reasoning' && part.seal !== undefined) {
    env.gap('input.reasoning', 'dropped', { message: 'a seal of another vendor' })
  }
  switch (part.type) {
    case 'text':
      return kept ?? encodeText(part, env)
    case 'image':
      return kept ?? finishMedia(encodeImage(part, env), part, env)
    case 'file':
      return kept ?? finishMedia(encodeFile(part, env, encodeParts), part, env)
    case 'reasoning':
      return encodeReasoning(part, env, kept)
    case 'tool_call':
      return encodeToolCall(part, env, kept)
    case 'tool_result':
      return encodeToolResult(part, env, kept)
    case 'refusal':
      return { type: 'text', text: part.text }
    case 'hosted_call':
    case 'hosted_result':
      return encodeHosted(part, env)
    case 'opaque':
      return encodeOpaque(part, env)
    case 'audio':
      if (part.transcript === undefined) env.gap('input.audio', 'dropped')
      return part.transcript === undefined ? undefined : { type: 'text', text: part.transcript }
    case 'video':
      env.gap('input.video', 'dropped')
      return undefined
  }
}

function finish(block: JsonObject, part: Part, env: EncodeEnv): JsonObject {
  const own = ownMembers(part)
  const mark = part.cache !== undefined && isMarkable(block)
  if (!mark && own === undefined) return withNulls(block, part)
  return withNulls({ ...block, ...(mark && { cache_control: encodeCache(part.cache!, env) }), ...own }, part)
}

/** The unknown members of a media source are kept under \`source\` and are in it already. */
function finishMedia(block: JsonObject, part: Part, env: EncodeEnv): JsonObject {
  return { ...finish(block, part, env), source: block.source }
}

function encodeText(part: TextPart, env: EncodeEnv): JsonObject {
  const block = finish({ type: 'text', text: part.text }, part, env)
  const { annotations = [] } = part
  const citations = annotations.map(nativeCitation).filter(citation => citation !== undefined)
  if (citations.length < annotations.length) env.gap('input.annotations', 'dropped')
  return citations.length === 0 ? block : { ...block, citations }
}

/** encodeReasoning sends back what this vendor sealed. Anything else would be refused, and is left out. */
function encodeReasoning(part: ReasoningPart, env: EncodeEnv, kept: JsonObject | undefined): JsonObject | undefined {
  const { seal, hidden, text } = part
  if (seal === undefined || !isOwnSeal(seal)) {
    if (env.traits.replay === 'any' && !hidden && text) {
      return finish({ type: 'thinking', thinking: text, signature: '' }, part, env)
    }
    env.lostReasoning++
    env.gap('input.reasoning', 'dropped', {
      message: seal === undefined ? 'reasoning without a signature' : 'reasoning of another vendor'
    })
    return undefined
  }
  if (kept !== undefined && part.cache === undefined) return kept
  if (seal.kind === 'redacted') return finish({ type: 'redacted_thinking', data: seal.data }, part, env)
  return finish({ type: 'thinking', thinking: text ?? '', signature: seal.data }, part, env)
}

function encodeToolCall(part: ToolCallPart, env: EncodeEnv, kept: JsonObject | undefined): JsonObject {
  const id = env.ids.call(part.id)
  const name = env.name(part.name)
  if (kept !== undefined && id === part.id && name === part.name) return kept
  const { caller, namespace } = part
  if (namespace !== undefined) env.gap('tools.call.caller', 'dropped', { field: 'namespace' })
  const input = part.kind === 'custom' ? { input: part.argsText } : inputObject(part, env)
  return finish({ type: 'tool_use', id, name, input, ...(isObject(caller) && { caller }) }, part, env)
}

function inputObject({ id, argsText }: ToolCallPart, env: EncodeEnv): JsonObject {
  const input = readInput(argsText)
  if (input !== undefined) return input
  const wrapped = wrapInput(argsText)
  env.gap('tools.function', 'converted', {
    field: `${id}.arguments`,
    message: 'arguments that are no object',
    to: Object.keys(wrapped)[0]!
  })
  return wrapped
}

function encodeToolResult(part: ToolResultPart, env: EncodeEnv, kept: JsonObject | undefined): JsonObject {
  const id = env.ids.result(part.callId)
  if (kept !== undefined && id === part.callId) return kept
  const { isError } = part
  const content = encodeResultContent(part, env)
  return finish(
    {
      type: 'tool_result',
      tool_use_id: id,
      ...(content !== undefined && { content }),
      ...(isError !== undefined && { is_error: isError })
    },
    part,
    env
  )
}

function encodeResultContent(part: ToolResultPart, env: EncodeEnv): unknown {
  const only = part.content[0]
  if (!wroteBlocks(part)) {
    if (only === undefined) return undefined
    if (part.content.length === 1 && isPlainText(only)) return only.text
  }
  return encodeParts(part.content, env)
}

/** isPlainText tells a part that a string says whole. */
export function isPlainText(part: Part): part is TextPart {
  if (part.type !== 'text') return false
  return part.cache === undefined && !hasMembers(part) && (part.annotations ?? []).length === 0
}

/** hasMembers tells whether a part holds members that one format alone knows. How it was spelled there is none. */
function hasMembers({ ext = {} }: Part): boolean {
  return Object.keys(ext).some(namespace => !namespace.includes('/'))
}

function encodeHosted(part: HostedPart, env: EncodeEnv): JsonObject {
  if (part.native.format === NAMESPACE && isObject(part.native.object)) return part.native.object
  env.gap('input.hosted', 'emulated', { message: `${part.kind} of another vendor, as text` })
  const call = part.type === 'hosted_call'
  const body = JSON.stringify(call ? part.input : part.output)
  return { type: 'text', text: `[${part.kind} ${call ? 'call' : 'result'}${body === undefined ? '' : `: ${body}`}]` }
}

function encodeOpaque(part: OpaquePart, env: EncodeEnv): JsonObject | undefined {
  if (part.native.format === NAMESPACE && isObject(part.native.object)) return part.native.object
  const what = `a block of ${part.native.format}`
  if (part.describe !== undefined) {
    env.gap('input.opaque', 'emulated', { message: what })
    return { type: 'text', text: part.describe }
  }
  if (part.replay !== 'never') throw FORMAT_MESSAGES_UNSUPPORTED.with({ feature: 'input.opaque' }, what)
  env.gap('input.opaque', 'dropped', { message: what })
  return undefined
}
