import type { FunctionTool, Item, ToolCallPart, ToolResultPart } from '@isthmus/core'
import { addMembers, isObject, type JsonObject, parseJson, parseObject, restOf, stringOf } from '@isthmus/core/wire'
import { makeExt, membersOf, spellingOf, withExt } from './ext.ts'

/*
 * A search for tools that the client itself runs is a function like any other, but for its spelling: this format has
 * items of its own for it. In the IR it is a function, so that every model can call it; the tools it found are tools.
 */

/** SEARCH is its type here, and its name in the IR. */
export const SEARCH = 'tool_search'

const TOOL_KEYS: ReadonlySet<string> = new Set(['type', 'execution', 'description', 'parameters'])
const CALL_KEYS: ReadonlySet<string> = new Set(['type', 'id', 'status', 'call_id', 'execution', 'arguments'])
const OUTPUT_KEYS: ReadonlySet<string> = new Set(['type', 'id', 'status', 'call_id', 'execution', 'tools'])

/** isClientSearch tells a tool or an item of a search that the client runs from one that the service runs. */
export function isClientSearch(wire: JsonObject): boolean {
  return wire.execution === 'client' && (wire.type === SEARCH || typeof wire.call_id === 'string')
}

/** isSearch tells a node that was written as such a search. */
export const isSearch = (node: Parameters<typeof spellingOf>[0]): boolean => spellingOf(node)?.as === SEARCH

export function decodeSearchTool(wire: JsonObject): FunctionTool {
  const description = stringOf(wire.description)
  const tool: FunctionTool = {
    type: 'function',
    name: SEARCH,
    ...(description !== undefined && { description }),
    ...(isObject(wire.parameters) && { schema: wire.parameters })
  }
  return withExt(tool, makeExt(restOf(wire, TOOL_KEYS), { as: SEARCH }))
}

export function encodeSearchTool(tool: FunctionTool): JsonObject {
  const { description, schema } = tool
  const wire = {
    type: SEARCH,
    execution: 'client',
    ...(description !== undefined && { description }),
    ...(schema !== undefined && { parameters: schema })
  }
  return addMembers(wire, membersOf(tool))
}

export function decodeSearchCall(wire: JsonObject, item: Item): ToolCallPart {
  const part: ToolCallPart = {
    type: 'tool_call',
    id: String(wire.call_id),
    name: SEARCH,
    kind: 'function',
    argsText: JSON.stringify(wire.arguments ?? {}),
    item
  }
  return withExt(part, makeExt(restOf(wire, CALL_KEYS), { as: SEARCH }))
}

/** encodeSearchCall writes a call; one of another vendor's model has arguments that may be no object. */
export function encodeSearchCall(part: ToolCallPart, facts: JsonObject): JsonObject {
  const wire = { type: 'tool_search_call', execution: 'client', ...facts, arguments: parseObject(part.argsText) ?? {} }
  return addMembers(wire, membersOf(part))
}

export function decodeSearchOutput(wire: JsonObject, item: Item): ToolResultPart {
  const part: ToolResultPart = {
    type: 'tool_result',
    callId: String(wire.call_id),
    content: [{ type: 'text', text: JSON.stringify(wire.tools ?? []) }],
    item
  }
  return withExt(part, makeExt(restOf(wire, OUTPUT_KEYS), { as: SEARCH }))
}

export function encodeSearchOutput(part: ToolResultPart, facts: JsonObject): JsonObject {
  const text = part.content.map(inner => (inner.type === 'text' ? inner.text : '')).join('')
  const tools = parseJson(text)
  const wire = {
    type: 'tool_search_output',
    execution: 'client',
    ...facts,
    tools: Array.isArray(tools) ? tools : []
  }
  return addMembers(wire, membersOf(part))
}
