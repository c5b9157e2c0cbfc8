import type { CustomTool, FunctionTool, HostedTool, ToolChoice, ToolDef } from '@isthmus/core'
import { addMembers, type JsonObject } from '@isthmus/core/wire'
import { encodeSearchTool, isSearch } from './client-search.ts'
import type { Encoding } from './encoding.ts'
import { addNulls, membersOf, spellingOf } from './ext.ts'
import { encodeHostedTool, webSearchTool } from './hosted-tools.ts'
import { FORMAT } from './types.ts'

/** encodeTools writes the tools and what is said about their use. Without tools, none of it may be sent. */
export function encodeTools(body: JsonObject, encoding: Encoding): void {
  const { tools, toolChoice, parallelTools, maxToolCalls, hosted } = encoding.request
  const search = hosted?.webSearch
  const list = encodeList(tools, encoding)
  if (search !== undefined) list.push(webSearchTool(search, encoding))
  if (list.length > 0) body.tools = list
  // A client of this format may have its tools in the conversation, or in what the server keeps.
  else if (!encoding.native) {
    encoding.reportLostChoice()
    return
  }
  if (toolChoice !== undefined) body.tool_choice = encodeChoice(toolChoice, encoding)
  if (parallelTools !== undefined && !encoding.lacks('tools.parallel.off')) body.parallel_tool_calls = parallelTools
  if (maxToolCalls !== undefined && !encoding.lacks('tools.max_calls')) body.max_tool_calls = maxToolCalls
}

/** encodeList puts tools of one namespace that stand side by side back into it. */
function encodeList(tools: readonly ToolDef[], encoding: Encoding): JsonObject[] {
  const list: JsonObject[] = []
  let group: { readonly namespace: string; readonly tools: JsonObject[] } | undefined
  for (const tool of tools) {
    if (tool.type !== 'hosted' && spellingOf(tool)?.found) continue
    const wire = encodeTool(tool, encoding)
    const namespace = tool.type === 'hosted' ? undefined : tool.namespace
    if (namespace === undefined || tool.type === 'hosted') {
      group = undefined
      list.push(wire)
      continue
    }
    const head = spellingOf(tool)?.namespace
    if (group === undefined || group.namespace !== namespace || head !== undefined) {
      group = { namespace, tools: [] }
      list.push({ type: 'namespace', name: namespace, ...(head ?? { description: '' }), tools: group.tools })
    }
    group.tools.push(wire)
  }
  return list
}

function encodeTool(tool: ToolDef | HostedTool, encoding: Encoding): JsonObject {
  if (tool.type === 'hosted') return encodeHostedTool(tool, encoding)
  encoding.reportForeign(tool, 'tools')
  if (tool.type === 'function' && isSearch(tool)) return encodeSearchTool(tool)
  const wire =
    tool.type === 'function'
      ? encodeFunction(tool, encoding)
      : encoding.wrapped.has(tool.name)
        ? encodeWrapped(tool, encoding)
        : encodeCustom(tool, encoding)
  return addNulls(addMembers(wire, membersOf(tool)), spellingOf(tool)?.nulls)
}

const nameOf = ({ name }: FunctionTool | CustomTool, encoding: Encoding): string =>
  encoding.names.wire(encoding.declared(name)?.name ?? name)

function encodeFunction(tool: FunctionTool, encoding: Encoding): JsonObject {
  const { native } = encoding
  const { description, schema, defer, outputSchema, examples, eagerStream } = tool
  if (examples !== undefined || eagerStream !== undefined) {
    encoding.report({
      feature: 'tools.extras',
      action: 'dropped',
      field: 'tools',
      message: 'examples, eager streaming'
    })
  }
  // The service takes a tool that says nothing for a strict one, whose optional parameters then must be given.
  const strict = tool.strict ?? (native ? undefined : false)
  return {
    type: 'function',
    name: nameOf(tool, encoding),
    ...((native ? description !== undefined : Boolean(description)) && { description }),
    ...((schema !== undefined || !native) && { parameters: schema ?? { type: 'object', properties: {} } }),
    ...(strict !== undefined && { strict: encoding.lacks('tools.strict') ? false : strict }),
    ...(!encoding.lacks('tools.extras') && {
      ...(defer !== undefined && { defer_loading: defer }),
      ...(outputSchema !== undefined && { output_schema: outputSchema })
    })
  }
}

function encodeCustom(tool: CustomTool, encoding: Encoding): JsonObject {
  const { description, grammar } = tool
  return {
    type: 'custom',
    name: nameOf(tool, encoding),
    ...((encoding.native ? description !== undefined : Boolean(description)) && { description }),
    ...(grammar !== undefined && { format: { type: 'grammar', ...grammar } })
  }
}

/** A tool that takes free text becomes a function with one string; the reply's decoder unwraps it again. */
function encodeWrapped(tool: CustomTool, encoding: Encoding): JsonObject {
  const { grammar } = tool
  const words = grammar && `The input follows this ${grammar.syntax} grammar:\n${grammar.definition}`
  const description = [tool.description, words].filter(Boolean).join('\n\n')
  return {
    type: 'function',
    name: nameOf(tool, encoding),
    ...(description && { description }),
    parameters: {
      type: 'object',
      properties: { input: { type: 'string' } },
      required: ['input'],
      additionalProperties: false
    },
    strict: false
  }
}

function encodeChoice(choice: ToolChoice, encoding: Encoding): string | JsonObject {
  switch (choice.type) {
    case 'one':
      return namedChoice(choice.name, encoding.wrapped.has(choice.name) ? 'function' : choice.kind, encoding)
    case 'subset':
      return {
        type: 'allowed_tools',
        mode: choice.mode,
        tools: choice.names.map(name => namedChoice(name, kindOf(name, encoding), encoding))
      }
    case 'hosted':
      if (choice.native.format !== FORMAT) encoding.refuse('a forced hosted tool', 'tool_choice')
      return choice.native.object as JsonObject
    default:
      return choice.type
  }
}

/** namedChoice says the namespace only where the name alone would not do. */
function namedChoice(name: string, kind: 'function' | 'custom', encoding: Encoding): JsonObject {
  const { name: inner = name, namespace } = encoding.declared(name) ?? {}
  return { type: kind, name: encoding.names.wire(inner), ...(inner !== name && { namespace }) }
}

function kindOf(name: string, encoding: Encoding): 'function' | 'custom' {
  const custom = encoding.request.tools.some(tool => tool.type === 'custom' && tool.name === name)
  return custom && !encoding.wrapped.has(name) ? 'custom' : 'function'
}
