import type { CacheMark, CustomTool, FunctionTool, ToolChoice, ToolDef } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { cacheControl } from './cache.ts'
import { DIALECT } from './dialect.ts'
import type { Encoding } from './encoding.ts'
import { addMembers, membersOf } from './ext.ts'
import { FORMAT } from './types.ts'

/** encodeTools writes the tools and what is said about their use. Without tools, none of it may be sent. */
export function encodeTools(body: JsonObject, encoding: Encoding): void {
  const { toolChoice, parallelTools } = encoding.request
  const tools = expressible(encoding)
  if (tools.length === 0) {
    encoding.reportLostChoice()
    return
  }
  if (encoding.dialect.has(DIALECT.functions)) {
    body.functions = tools.map(tool => legacyFunction(tool, encoding))
    if (toolChoice !== undefined) body.function_call = legacyChoice(toolChoice, encoding)
    return
  }
  body.tools = tools.map(tool => encodeTool(tool, encoding))
  if (toolChoice !== undefined) body.tool_choice = encodeChoice(toolChoice, encoding)
  if (parallelTools !== undefined && !encoding.lacks('tools.parallel.off')) body.parallel_tool_calls = parallelTools
}

/** expressible leaves out a search of another service that need not be run; whatever else the upstream runs is refused. */
function expressible(encoding: Encoding): readonly ToolDef[] {
  const { tools, toolChoice } = encoding.request
  const mustCall = toolChoice?.type === 'required' || toolChoice?.type === 'hosted'
  const forced = mustCall && tools.every(tool => tool.type === 'hosted')
  const kept = tools.filter(tool => {
    const search = tool.type === 'hosted' && tool.kind === 'web_search' && tool.native.format !== FORMAT
    return !search || forced
  })
  if (kept.length < tools.length) encoding.report({ feature: 'tools.search', action: 'dropped', field: 'tools' })
  return kept
}

function encodeTool(tool: ToolDef, encoding: Encoding): JsonObject {
  if (tool.type === 'hosted') {
    if (tool.native.format !== FORMAT) encoding.refuse(`the hosted tool '${tool.kind}'`, 'tools', 'tools.hosted')
    return tool.native.object as JsonObject
  }
  encoding.reportForeign(tool, 'tools')
  const wire: JsonObject =
    tool.type === 'custom'
      ? { type: 'custom', custom: encodeCustom(tool, encoding) }
      : { type: 'function', function: encodeFunction(tool, encoding) }
  if (tool.type === 'function' && tool.cache !== undefined) encodeToolCache(wire, tool.cache, encoding)
  return addMembers(wire, membersOf(tool))
}

/** encodeToolCache: only `cache_control` may stand on a tool. */
function encodeToolCache(wire: JsonObject, mark: CacheMark, encoding: Encoding): void {
  const { traits, native } = encoding
  const { cacheMarks = native ? 'cache_control' : undefined } = traits
  if (cacheMarks === 'cache_control') wire.cache_control = cacheControl(mark)
  else if (cacheMarks !== 'none') encoding.report({ feature: 'tools.cache', action: 'dropped', field: 'tools' })
}

function encodeFunction(tool: FunctionTool, encoding: Encoding): JsonObject {
  const { name, description, schema, strict } = tool
  const wire: JsonObject = { name: encoding.names.wire(name) }
  // Some servers refuse an empty description.
  if (description !== undefined && description !== '') wire.description = description
  if (schema !== undefined) wire.parameters = schema
  if (strict !== undefined && !encoding.lacks('tools.strict')) wire.strict = strict
  return wire
}

function encodeCustom({ name, description, grammar }: CustomTool, encoding: Encoding): JsonObject {
  const wire: JsonObject = { name: encoding.names.wire(name) }
  if (description !== undefined && description !== '') wire.description = description
  if (grammar !== undefined) wire.format = { type: 'grammar', grammar: { ...grammar } }
  return wire
}

function legacyFunction(tool: ToolDef, encoding: Encoding): JsonObject {
  if (tool.type !== 'function') return encoding.refuse('other tools beside functions', 'functions')
  const { strict: _strict, ...plain } = tool
  const wire = addMembers({ function: encodeFunction(plain, encoding) }, membersOf(tool))
  return wire.function as JsonObject
}

function legacyChoice(choice: ToolChoice, encoding: Encoding): string | JsonObject {
  if (choice.type === 'one') return { name: encoding.names.wire(choice.name) }
  if (choice.type === 'auto' || choice.type === 'none') return choice.type
  return encoding.refuse('this choice of tools with functions', 'function_call')
}

function encodeChoice(choice: ToolChoice, encoding: Encoding): string | JsonObject {
  switch (choice.type) {
    case 'one':
      return { type: choice.kind, [choice.kind]: { name: encoding.names.wire(choice.name) } }
    case 'subset': {
      const tools = choice.names.map(name => named(name, encoding))
      return { type: 'allowed_tools', allowed_tools: { mode: choice.mode, tools } }
    }
    case 'hosted':
      if (choice.native.format !== FORMAT) encoding.refuse('a forced hosted tool', 'tool_choice')
      return choice.native.object as JsonObject
    default:
      return choice.type
  }
}

function named(name: string, encoding: Encoding): JsonObject {
  const custom = encoding.request.tools.some(tool => tool.type === 'custom' && tool.name === name)
  const kind = custom ? 'custom' : 'function'
  return { type: kind, [kind]: { name: encoding.names.wire(name) } }
}
