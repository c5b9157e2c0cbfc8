import type { FunctionTool, ToolChoice, ToolDef } from '@isthmus/core'
import { invalid, isObject, type JsonObject, restOf, stringOf } from '@isthmus/core/wire'
import { common, decodeCache, hostedKind, NAMESPACE } from './blocks.ts'
import { spelled } from './spelling.ts'
import { NamedChoiceShape, ToolShape } from './types.ts'

const FUNCTION = new Set([
  'name',
  'description',
  'input_schema',
  'strict',
  'defer_loading',
  'eager_input_streaming',
  'input_examples',
  'cache_control'
])

/** decodeTools reads the tool list. A tool with a type of its own is one that the service defines. */
export function decodeTools(list: readonly unknown[], remember: (tool: ToolDef, wire: JsonObject) => void): ToolDef[] {
  return list.map((entry, at) => {
    const path = `tools[${at}]`
    if (!isObject(entry)) throw invalid(path, 'an object', entry)
    const { type } = entry
    if (type !== undefined && type !== null && typeof type !== 'string') throw invalid(`${path}.type`, 'a string', type)
    const tool =
      typeof type === 'string' && type !== 'custom' ? decodeHostedTool(entry, type) : decodeFunction(entry, path)
    remember(tool, entry)
    return tool
  })
}

function decodeHostedTool(tool: JsonObject, type: string): ToolDef {
  const cache = decodeCache(tool.cache_control)
  return {
    type: 'hosted',
    kind: hostedKind(type),
    native: { format: NAMESPACE, object: tool },
    ...(cache !== undefined && { cache })
  }
}

function decodeFunction(tool: JsonObject, path: string): FunctionTool {
  ToolShape.check(tool, path)
  const description = stringOf(tool.description)
  const { strict, defer_loading: defer, eager_input_streaming: eagerStream, input_examples: examples } = tool
  const decoded: FunctionTool = {
    type: 'function',
    name: tool.name as string,
    ...(description !== undefined && { description }),
    schema: tool.input_schema,
    ...(typeof strict === 'boolean' && { strict }),
    ...(typeof defer === 'boolean' && { defer }),
    ...(typeof eagerStream === 'boolean' && { eagerStream }),
    ...(Array.isArray(examples) && { examples }),
    ...common(tool, FUNCTION)
  }
  return spelled(decoded, tool, FUNCTION)
}

export interface DecodedChoice {
  readonly choice?: ToolChoice
  readonly parallel?: boolean
  /** Members that only this format knows. */
  readonly rest?: JsonObject
}

const CHOICE = new Set(['type', 'name', 'disable_parallel_tool_use'])

/** decodeChoice reads `tool_choice`. Forcing a tool of the service, and types not known here, stay native. */
export function decodeChoice(wire: JsonObject | undefined, tools: readonly ToolDef[]): DecodedChoice {
  if (wire === undefined) return {}
  const { type, disable_parallel_tool_use: noParallel } = wire
  const rest = restOf(wire, CHOICE)
  return {
    choice: choiceOf(wire, type as string, tools),
    ...(typeof noParallel === 'boolean' && { parallel: !noParallel }),
    ...(rest !== undefined && { rest })
  }
}

function choiceOf(wire: JsonObject, type: string, tools: readonly ToolDef[]): ToolChoice {
  switch (type) {
    case 'auto':
    case 'none':
      return { type }
    case 'any':
      return { type: 'required' }
    case 'tool': {
      NamedChoiceShape.check(wire, 'tool_choice')
      const name = wire.name as string
      const hosted = tools.some(tool => tool.type === 'hosted' && (tool.native.object as JsonObject).name === name)
      return hosted ? nativeChoice({ type, name }) : { type: 'one', name, kind: 'function' }
    }
    default: {
      const { disable_parallel_tool_use: _, ...object } = wire
      return nativeChoice(object)
    }
  }
}

const nativeChoice = (object: JsonObject): ToolChoice => ({ type: 'hosted', native: { format: NAMESPACE, object } })
