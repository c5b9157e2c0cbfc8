import type { CustomTool, FunctionTool, HostedTool, ToolDef } from '@isthmus/core'
import { addMembers, isObject, type JsonObject } from '@isthmus/core/wire'
import { respell } from './camel.ts'
import type { Encoding } from './encoding.ts'
import { membersOf, spellingOf } from './ext.ts'
import { geminiSchema } from './schema-encode.ts'
import { keptSchema } from './schema-kept.ts'
import { entryOf } from './tools-decode.ts'
import { FORMAT } from './types.ts'

/**
 * encodeTools writes the tool list: all functions in one entry, and each tool of the service in one of its own, unless the
 * client wrote this format and put them together in another way.
 */
export function encodeTools(encoding: Encoding): JsonObject[] {
  const { request, native } = encoding
  const list: JsonObject[] = []
  const byEntry = new Map<JsonObject | undefined, JsonObject>()
  for (const tool of shown(request.tools, encoding)) {
    const from = native ? entryOf(tool) : undefined
    let entry = from !== undefined || tool.type !== 'hosted' ? byEntry.get(from) : undefined
    if (entry === undefined) {
      entry = {}
      list.push(entry)
      if (from !== undefined || tool.type !== 'hosted') byEntry.set(from, entry)
    }
    if (tool.type === 'hosted') Object.assign(entry, encodeHosted(tool, encoding))
    else
      addFunction(entry, from, tool.type === 'function' ? encodeFunction(tool, encoding) : encodeCustom(tool, encoding))
  }
  const search = request.hosted?.webSearch
  if (search !== undefined && request.toolChoice?.type !== 'none') list.push(webSearch(search, encoding))
  const { mcpServers, container } = request.hosted ?? {}
  if (mcpServers !== undefined) encoding.refuse('servers of tools that stand outside the tool list')
  if (container !== undefined) encoding.refuse('a container of another service')
  return list
}

/** The service runs its own tools even where none may be called, so they are left out then. */
function shown(tools: readonly ToolDef[], { native, request }: Encoding): readonly ToolDef[] {
  if (native || request.toolChoice?.type !== 'none') return tools
  return tools.filter(tool => tool.type !== 'hosted')
}

function addFunction(entry: JsonObject, from: JsonObject | undefined, declaration: JsonObject): void {
  const snake = from !== undefined && Object.hasOwn(from, 'function_declarations')
  const name = snake && !Object.hasOwn(from, 'functionDeclarations') ? 'function_declarations' : 'functionDeclarations'
  entry[name] ??= []
  const list = entry[name] as JsonObject[]
  list.push(declaration)
}

function encodeFunction(tool: FunctionTool, encoding: Encoding): JsonObject {
  encoding.reportForeign(tool)
  const { description, defer, examples, eagerStream } = tool
  if (defer || examples !== undefined || eagerStream !== undefined) {
    encoding.gap('tools.extras', 'dropped', { message: 'deferred loading, examples or eager streaming' })
  }
  const declaration: JsonObject = {
    name: encoding.names.wire(tool.name),
    ...(description !== undefined && (description !== '' || encoding.native) && { description }),
    ...encodeSchema(tool.schema, 'parametersJsonSchema', tool.name, encoding),
    ...encodeSchema(tool.outputSchema, 'responseJsonSchema', tool.name, encoding)
  }
  return respell(addMembers(declaration, membersOf(tool)), spellingOf(tool)?.snake)
}

function encodeSchema(schema: unknown, member: string, tool: string, encoding: Encoding): JsonObject {
  if (schema === undefined) return {}
  const kept = encoding.native ? keptSchema(schema) : undefined
  if (kept !== undefined) return { [kept.member]: kept.wire }
  const { schema: made, removed } = geminiSchema(schema)
  if (removed.length > 0) reportRemoved('tools.function', tool, removed, encoding)
  return { [member]: made }
}

/** reportRemoved names the constraints of a schema that the service does not take, once for each schema. */
export function reportRemoved(
  feature: 'tools.function' | 'output.json_schema',
  field: string,
  removed: readonly string[],
  encoding: Encoding
): void {
  const shown = removed.slice(0, 3).join(', ')
  const more = removed.length > 3 ? ` and ${removed.length - 3} more` : ''
  encoding.gap(feature, 'dropped', { field, message: `constraints of the schema: ${shown}${more}` })
}

/** A tool that takes free text becomes a function with one string; the reply's decoder unwraps it again. */
function encodeCustom(tool: CustomTool, encoding: Encoding): JsonObject {
  const grammar = tool.grammar && `The input follows this ${tool.grammar.syntax} grammar:\n${tool.grammar.definition}`
  const description = [tool.description, grammar].filter(Boolean).join('\n\n')
  return {
    name: encoding.names.wire(tool.name),
    ...(description && { description }),
    parametersJsonSchema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] }
  }
}

function encodeHosted(tool: HostedTool, encoding: Encoding): JsonObject {
  const { native, kind } = tool
  if (native.format === FORMAT && isObject(native.object)) return native.object
  switch (kind) {
    case 'web_search':
      return webSearch(native.object, encoding)
    case 'web_fetch':
    case 'url_context':
      reportOptions(native.object, encoding)
      return { urlContext: {} }
    case 'code':
      reportOptions(native.object, encoding)
      return { codeExecution: {} }
    default:
      return encoding.refuse(`the ${kind} tool of another service`, 'tools', 'tools.hosted')
  }
}

function webSearch(options: unknown, encoding: Encoding): JsonObject {
  reportOptions(options, encoding)
  return { googleSearch: {} }
}

/** What only names the tool; the service's own tools take none of the options that others have. */
const NAMING = new Set(['type', 'name'])

function reportOptions(options: unknown, encoding: Encoding): void {
  if (!isObject(options)) return
  for (const [field, value] of Object.entries(options)) {
    if (NAMING.has(field) || value === null || value === undefined) continue
    // Which sites may be searched bears on what the answer means; the rest only tunes the search.
    const domains =
      field.includes('domain') || (isObject(value) && Object.keys(value).some(name => name.includes('domain')))
    if (domains) encoding.refuse(`${field} of a search`)
    encoding.gap('hosted.options', 'dropped', { field })
  }
}
