import type { CustomTool, FunctionTool, HostedKind, HostedTool, ToolChoice, ToolDef } from '@isthmus/core'
import { invalid, isObject, type JsonObject, restOf, stringOf } from '@isthmus/core/wire'
import { decodeSearchTool, isClientSearch } from './client-search.ts'
import { makeExt, nullsOf, spellingOf, withExt } from './ext.ts'
import { choiceShapes, toolShapes } from './schema/item-shapes.ts'
import { ToolNames } from './tool-names.ts'
import { FORMAT, SPELLING, type Spelling } from './types.ts'

const FUNCTION_KEYS: ReadonlySet<string> = new Set([
  'type',
  'name',
  'description',
  'parameters',
  'strict',
  'defer_loading',
  'output_schema'
])
const CUSTOM_KEYS: ReadonlySet<string> = new Set(['type', 'name', 'description', 'format'])
const GRAMMAR_KEYS: ReadonlySet<string> = new Set(['type', 'syntax', 'definition'])
const NAMESPACE_KEYS: ReadonlySet<string> = new Set(['type', 'name', 'tools'])

const HOSTED: readonly (readonly [RegExp, HostedKind])[] = [
  [/^web_search/, 'web_search'],
  [/^file_search/, 'file_search'],
  [/^code_interpreter/, 'code'],
  [/^image_generation/, 'image'],
  [/^mcp$/, 'mcp'],
  [/^computer/, 'computer'],
  [/shell$/, 'shell'],
  [/^apply_patch/, 'patch'],
  [/^tool_search/, 'tool_search']
]

/** hostedToolKind gives the kind of a hosted tool by its type. */
function hostedToolKind(type: string): HostedKind {
  return HOSTED.find(([pattern]) => pattern.test(type))?.[1] ?? 'other'
}

export interface DecodedTools {
  readonly tools: readonly ToolDef[]
  readonly names: ToolNames
}

const NO_TOOLS: DecodedTools = { tools: Object.freeze([]), names: new ToolNames([], []) }

/** decodeTools reads the tools; those in a namespace stand in the list like the others, and remember where they were. */
export function decodeTools(list: readonly unknown[]): DecodedTools {
  if (list.length === 0) return NO_TOOLS
  const objects = list.map((tool, at) => toolObject(tool, `tools[${at}]`))
  const inside = objects.flatMap(tool => (tool.type === 'namespace' && Array.isArray(tool.tools) ? tool.tools : []))
  const nameOf = (tool: unknown) => (isObject(tool) && typeof tool.name === 'string' ? [tool.name] : [])
  const names = new ToolNames(objects.filter(tool => tool.type !== 'namespace').flatMap(nameOf), inside.flatMap(nameOf))
  const tools = objects.flatMap((tool, at) => {
    const path = `tools[${at}]`
    return tool.type === 'namespace' ? decodeNamespace(tool, names, path) : [decodeTool(tool, path)]
  })
  return { tools, names }
}

/** decodeFound reads the tools that searches of the client found, but for those that are declared already. */
export function decodeFound(found: readonly unknown[], declared: readonly ToolDef[]): readonly ToolDef[] {
  const known = new Set(declared.flatMap(tool => (tool.type === 'hosted' ? [] : [tool.name])))
  return decodeTools(found).tools.flatMap(tool => {
    if (tool.type === 'hosted' || known.has(tool.name)) return []
    known.add(tool.name)
    return [{ ...tool, ext: { ...tool.ext, [SPELLING]: { ...spellingOf(tool), found: true } } }]
  })
}

function toolObject(tool: unknown, path: string): JsonObject {
  if (!isObject(tool)) throw invalid(path, 'a tool', tool)
  if (typeof tool.type !== 'string') throw invalid(`${path}.type`, 'a string', tool.type)
  return tool
}

function decodeTool(
  wire: JsonObject,
  path: string,
  spelling?: Spelling,
  names?: ToolNames,
  namespace?: string
): ToolDef {
  switch (wire.type) {
    case 'function':
      return decodeFunction(wire, path, spelling, names, namespace)
    case 'custom':
      return decodeCustom(wire, path, spelling, names, namespace)
    default:
      if (isClientSearch(wire)) return decodeSearchTool(wire)
      return {
        type: 'hosted',
        kind: hostedToolKind(wire.type as string),
        native: { format: FORMAT, object: wire }
      } satisfies HostedTool
  }
}

/** decodeNamespace: a namespace that holds anything but functions and custom tools stays whole. */
function decodeNamespace(wire: JsonObject, names: ToolNames, path: string): ToolDef[] {
  const { name: namespace, tools } = toolShapes.namespace.check(wire, path)
  const objects = tools.map((tool, at) => toolObject(tool, `${path}.tools[${at}]`))
  const flat = objects.length > 0 && objects.every(({ type }) => type === 'function' || type === 'custom')
  if (!flat) return [decodeTool(wire, path)]
  return objects.map((tool, at) => {
    const head: Spelling = at === 0 ? { namespace: restOf(wire, NAMESPACE_KEYS) ?? {} } : {}
    return decodeTool(tool, `${path}.tools[${at}]`, head, names, namespace)
  })
}

function decodeFunction(
  wire: JsonObject,
  path: string,
  spelling: Spelling | undefined,
  names: ToolNames | undefined,
  namespace: string | undefined
): FunctionTool {
  const shape = toolShapes.function.check(wire, path)
  const { output_schema: outputSchema } = wire
  const name = namespace === undefined ? shape.name : (names?.declare(shape.name, namespace) ?? shape.name)
  const tool: FunctionTool = {
    type: 'function',
    name,
    ...(typeof shape.description === 'string' && { description: shape.description }),
    ...(shape.parameters !== undefined && shape.parameters !== null && { schema: shape.parameters }),
    ...(typeof shape.strict === 'boolean' && { strict: shape.strict }),
    ...(typeof shape.defer_loading === 'boolean' && { defer: shape.defer_loading }),
    ...(outputSchema !== undefined && outputSchema !== null && { outputSchema }),
    ...(namespace !== undefined && { namespace })
  }
  return withExt(tool, makeExt(restOf(wire, FUNCTION_KEYS), spell(wire, FUNCTION_KEYS, spelling, name, shape.name)))
}

function decodeCustom(
  wire: JsonObject,
  path: string,
  spelling: Spelling | undefined,
  names: ToolNames | undefined,
  namespace: string | undefined
): CustomTool {
  const shape = toolShapes.custom.check(wire, path)
  const { format } = shape
  const grammar = format?.type === 'grammar' ? toolShapes.grammar.check(format, `${path}.format`) : undefined
  const name = namespace === undefined ? shape.name : (names?.declare(shape.name, namespace) ?? shape.name)
  const tool: CustomTool = {
    type: 'custom',
    name,
    ...(typeof shape.description === 'string' && { description: shape.description }),
    ...(grammar && { grammar: { syntax: grammar.syntax, definition: grammar.definition } }),
    ...(namespace !== undefined && { namespace })
  }
  // `text` is the format that goes without saying.
  const nested = grammar === undefined ? (format ?? undefined) : restOf(format as JsonObject, GRAMMAR_KEYS)
  const rest = restOf(wire, CUSTOM_KEYS)
  return withExt(
    tool,
    makeExt(nested ? { ...rest, format: nested } : rest, spell(wire, CUSTOM_KEYS, spelling, name, shape.name))
  )
}

function spell(
  wire: JsonObject,
  known: ReadonlySet<string>,
  spelling: Spelling | undefined,
  name: string,
  wireName: string
): Spelling {
  const nulls = nullsOf(wire, known)
  return { ...spelling, ...(nulls && { nulls }), ...(name !== wireName && { name: wireName }) }
}

/** decodeChoice reads `tool_choice`; what is neither of functions nor of custom tools is this format's own. */
export function decodeChoice(choice: string | JsonObject | null | undefined, names: ToolNames): ToolChoice | undefined {
  if (choice === undefined || choice === null) return undefined
  if (typeof choice === 'string') {
    if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice }
    throw invalid('tool_choice', '"auto", "none", "required" or an object', choice)
  }
  const { type } = choice
  if (typeof type !== 'string') throw invalid('tool_choice.type', 'a string', type)
  if (type === 'function' || type === 'custom') {
    const { name, namespace } = choiceShapes.named.check(choice, 'tool_choice')
    return { type: 'one', name: names.ir(name, namespace ?? undefined), kind: type }
  }
  if (type === 'allowed_tools') {
    const { mode, tools } = choiceShapes.allowed_tools.check(choice, 'tool_choice')
    if (tools.every(isNamed)) {
      return {
        type: 'subset',
        mode,
        names: tools.map(tool => names.ir(tool.name as string, stringOf(tool.namespace)))
      }
    }
  }
  return { type: 'hosted', native: { format: FORMAT, object: choice } }
}

const isNamed = (tool: JsonObject): boolean =>
  (tool.type === 'function' || tool.type === 'custom') && typeof tool.name === 'string'
