import type { Part, ToolCallPart, ToolResultPart } from '@isthmus/core'
import { addMembers, type JsonObject } from '@isthmus/core/wire'
import { fitCallId } from '@isthmus/format-chat-completions/openai'
import { encodeSearchCall, encodeSearchOutput, isSearch } from './client-search.ts'
import type { Encoding } from './encoding.ts'
import { addNulls, itemMembersOf, itemSpellingOf, membersOf, spellingOf } from './ext.ts'
import { encodeContent, encodePart, markLast, reportMark } from './parts-encode.ts'

/** messageItem writes texts and refusals of the assistant that stand together; `named` is false where the item's id would lead nowhere. */
export function messageItem(parts: readonly Part[], named: boolean, encoding: Encoding): JsonObject {
  const first = parts[0]!
  const spelling = itemSpellingOf(first)
  const { id, status, phase } = first.item ?? {}
  const wire: JsonObject = {
    ...(spelling?.untyped !== true && { type: 'message' }),
    ...(id !== undefined && named && { id }),
    role: 'assistant',
    content: messageContent(parts, spelling?.as, encoding),
    ...(status !== undefined && { status }),
    ...(phase !== undefined && { phase })
  }
  return addNulls(addMembers(wire, itemMembersOf(first)), spelling?.nulls)
}

function messageContent(parts: readonly Part[], as: string | undefined, encoding: Encoding): unknown {
  const [only] = parts
  if (parts.length === 1 && only?.type === 'text') {
    if (as === 'none' && only.text === '') return []
    if (as === 'string' && only.cache === undefined) return only.text
  }
  return parts.flatMap(part => encodePart(part, 'output', encoding))
}

/** callItem writes a call. */
export function callItem(part: ToolCallPart, named: boolean, encoding: Encoding): JsonObject {
  encoding.reportForeign(part, 'input')
  if (part.cache !== undefined) reportMark(encoding)
  const { item, caller, argsText } = part
  const own = {
    ...(item?.id !== undefined && named && { id: item.id }),
    call_id: fitCallId(part.id),
    ...(item?.status !== undefined && { status: item.status })
  }
  if (isSearch(part)) return encodeSearchCall(part, own)
  const spelling = spellingOf(part)
  const wrapped = part.kind === 'custom' && encoding.traits.customTools === false
  const custom = part.kind === 'custom' && !wrapped
  const wire: JsonObject = {
    type: custom ? 'custom_tool_call' : 'function_call',
    ...(item?.id !== undefined && named && { id: item.id }),
    call_id: fitCallId(part.id),
    ...calledName(part, encoding),
    ...(custom ? { input: argsText } : { arguments: wrapped ? JSON.stringify({ input: argsText }) : argsText || '{}' }),
    ...(item?.status !== undefined && { status: item.status }),
    ...(caller !== undefined && { caller })
  }
  return addNulls(addMembers(wire, membersOf(part)), spelling?.nulls)
}

function calledName(part: ToolCallPart, encoding: Encoding): JsonObject {
  const { name, namespace } = part
  if (namespace === undefined) return { name: encoding.names.wire(name) }
  const inner = encoding.declared(name)?.name ?? spellingOf(part)?.name ?? name
  return { name: encoding.names.wire(inner), namespace }
}

/**
 * resultItem writes the result of one call. An error is told in its text, as the format has no word for it. Media that
 * the result cannot hold goes to `carried`, which follows in a message of the user.
 */
export function resultItem(
  part: ToolResultPart,
  kind: ToolCallPart['kind'] | undefined,
  carried: JsonObject[],
  encoding: Encoding
): JsonObject {
  encoding.reportForeign(part, 'input')
  const spelling = spellingOf(part)
  if (isSearch(part)) return encodeSearchOutput(part, factsOf(part))
  const custom = (kind ?? spelling?.as) === 'custom' && encoding.traits.customTools !== false
  const stays = stayingParts(part, carried, encoding)
  const said = part.isError ? told(stays) : stays
  const output = outputOf(said, spelling?.item?.as, encoding)
  const { item, name, cache } = part
  const wire: JsonObject = {
    type: custom ? 'custom_tool_call_output' : 'function_call_output',
    ...(item?.id !== undefined && { id: item.id }),
    call_id: fitCallId(part.callId),
    output: cache === undefined ? output : markLast(output, cache, encoding),
    ...(item?.status !== undefined && { status: item.status }),
    ...(encoding.native && name !== undefined && { name })
  }
  return addNulls(addMembers(wire, membersOf(part)), spelling?.nulls)
}

const factsOf = ({ item, callId }: ToolResultPart): JsonObject => ({
  ...(item?.id !== undefined && { id: item.id }),
  call_id: fitCallId(callId),
  ...(item?.status !== undefined && { status: item.status })
})

function outputOf(parts: readonly Part[], as: string | undefined, encoding: Encoding): unknown {
  const flat = encoding.traits.flattenOutputs === true && parts.every(part => part.type === 'text')
  const output = encodeContent(parts, flat ? undefined : as, encoding)
  return flat && Array.isArray(output) ? output.map(entry => String(entry.text)).join('\n') : output
}

function stayingParts(part: ToolResultPart, carried: JsonObject[], encoding: Encoding): readonly Part[] {
  if (encoding.traits.resultMedia !== 'follow') return part.content
  const stays: Part[] = []
  for (const inner of part.content) {
    if (inner.type === 'text' || inner.type === 'opaque') stays.push(inner)
    else {
      stays.push({ type: 'text', text: `[${inner.type}: see the next user message]` })
      const label = `Attachment of the result of tool call ${fitCallId(part.callId)}:`
      carried.push({ type: 'input_text', text: label }, ...encodePart(inner, 'input', encoding))
    }
  }
  return stays
}

/** told puts the texts of an error into one that says what it is, before whatever else there is. */
function told(parts: readonly Part[]): readonly Part[] {
  const texts = parts.flatMap(part => (part.type === 'text' ? [part.text] : []))
  const error: Part = { type: 'text', text: JSON.stringify({ error: texts.join('\n') }) }
  return [error, ...parts.filter(part => part.type !== 'text')]
}
