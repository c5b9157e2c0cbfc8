import type { CustomTool, FunctionTool, HostedKind, ToolChoice, ToolDef } from '@isthmus/core'
import { invalid, isObject, type JsonObject, restOf, stringOf } from '@isthmus/core/wire'
import { decodeCache } from './cache.ts'
import { defined, makeExt, withNested } from './ext.ts'
import { choiceShapes, toolShapes, type WireRequest } from './request-schema.ts'
import { FORMAT } from './types.ts'

const TOOL_KEYS = {
  function: new Set(['type', 'function', 'cache_control', 'prompt_cache_breakpoint']),
  custom: new Set(['type', 'custom', 'cache_control', 'prompt_cache_breakpoint'])
}
const FUNCTION_KEYS: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'strict'])
const CUSTOM_KEYS: ReadonlySet<string> = new Set(['name', 'description', 'format'])
const FORMAT_KEYS: ReadonlySet<string> = new Set(['type', 'grammar'])

/** decodeTools reads `tools` and the deprecated `functions`. */
export function decodeTools(wire: WireRequest): ToolDef[] {
  const tools = (wire.tools ?? []).map((tool, index) => decodeTool(tool, `tools[${index}]`))
  for (const [index, entry] of (wire.functions ?? []).entries()) {
    tools.push(functionTool(toolShapes.legacy.check(entry, `functions[${index}]`), undefined))
  }
  return tools
}

function decodeTool(tool: unknown, path: string): ToolDef {
  if (!isObject(tool)) throw invalid(path, 'a tool', tool)
  // Some clients leave the type out.
  const type = tool.type ?? (isObject(tool.function) ? 'function' : undefined)
  if (typeof type !== 'string') throw invalid(`${path}.type`, 'a string', tool.type)
  if (type === 'function') {
    const { function: wire } = toolShapes.function.check(tool, path)
    const cache = decodeCache(tool, path)
    const decoded = functionTool(wire, withNested(restOf(tool, TOOL_KEYS.function), 'cache_control', cache?.rest))
    return cache?.mark === undefined ? decoded : { ...decoded, cache: cache.mark }
  }
  if (type === 'custom') {
    const { custom: wire } = toolShapes.custom.check(tool, path)
    return customTool(wire as JsonObject, `${path}.custom`, restOf(tool, TOOL_KEYS.custom))
  }
  return { type: 'hosted', kind: hostedKind(type), native: { format: FORMAT, object: tool } }
}

function functionTool(
  wire: {
    readonly name: string
    readonly description?: string | null
    readonly parameters?: unknown
    readonly strict?: boolean | null
  },
  rest: JsonObject | undefined
): FunctionTool {
  const { name, description, parameters, strict } = wire
  const ext = makeExt(withNested(rest, 'function', restOf(wire as JsonObject, FUNCTION_KEYS)))
  return defined({
    type: 'function' as const,
    name,
    description: description ?? undefined,
    schema: parameters ?? undefined,
    strict: strict ?? undefined,
    ext
  })
}

function customTool(wire: JsonObject, path: string, rest: JsonObject | undefined): CustomTool {
  const { format } = wire
  let nested = restOf(wire, CUSTOM_KEYS)
  let grammar: CustomTool['grammar']
  if (isObject(format)) {
    nested = withNested(nested, 'format', restOf(format, FORMAT_KEYS))
    if (format.type === 'grammar') grammar = decodeGrammar(format.grammar, `${path}.format.grammar`)
    else if (format.type !== 'text') throw invalid(`${path}.format.type`, '"text" or "grammar"', format.type)
  }
  return defined({
    type: 'custom' as const,
    name: wire.name as string,
    description: stringOf(wire.description),
    grammar,
    ext: makeExt(withNested(rest, 'custom', nested))
  })
}

function decodeGrammar(value: unknown, path: string): NonNullable<CustomTool['grammar']> {
  if (!isObject(value)) throw invalid(path, 'an object', value)
  const { syntax, definition } = value
  if (typeof syntax !== 'string') throw invalid(`${path}.syntax`, 'a string', syntax)
  if (typeof definition !== 'string') throw invalid(`${path}.definition`, 'a string', definition)
  return { syntax, definition }
}

/** hostedKind guesses what a vendor's own tool does from its type, e.g. `openrouter:web_search`. */
function hostedKind(type: string): HostedKind {
  if (type.includes('web_search')) return 'web_search'
  if (type.includes('web_fetch') || type.includes('web-fetch')) return 'web_fetch'
  if (type.includes('code_')) return 'code'
  if (type.includes('file_search')) return 'file_search'
  if (type.includes('image_generation')) return 'image'
  return type === 'mcp' ? 'mcp' : 'other'
}

/** decodeToolChoice reads `tool_choice`, or the deprecated `function_call`. */
export function decodeToolChoice(wire: WireRequest): ToolChoice | undefined {
  const { tool_choice: choice, function_call: legacy } = wire
  if (choice !== undefined && choice !== null) return namedChoice(choice, 'tool_choice') ?? objectChoice(choice)
  if (legacy === undefined || legacy === null) return undefined
  const named = namedChoice(legacy, 'function_call')
  if (named !== undefined) return named
  return { type: 'one', name: choiceShapes.legacy.check(legacy, 'function_call').name, kind: 'function' }
}

function namedChoice(choice: string | object, path: string): ToolChoice | undefined {
  if (typeof choice !== 'string') return undefined
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice }
  // The word of another format and of some vendors for the same thing.
  if (choice === 'any') return { type: 'required' }
  throw invalid(path, '"none", "auto", "required" or an object', choice)
}

function objectChoice(choice: string | object): ToolChoice {
  const wire = choice as JsonObject
  switch (wire.type) {
    case 'function':
      return { type: 'one', name: choiceShapes.function.check(wire, 'tool_choice').function.name, kind: 'function' }
    case 'custom':
      return { type: 'one', name: choiceShapes.custom.check(wire, 'tool_choice').custom.name, kind: 'custom' }
    case 'allowed_tools': {
      const { mode, tools } = choiceShapes.allowed_tools.check(wire, 'tool_choice').allowed_tools
      return { type: 'subset', mode, names: tools.map((tool, index) => allowedName(tool, index)) }
    }
    default:
      if (typeof wire.type !== 'string') throw invalid('tool_choice.type', 'a string', wire.type)
      return { type: 'hosted', native: { format: FORMAT, object: wire } }
  }
}

function allowedName(tool: JsonObject, index: number): string {
  const holder = tool.type === 'custom' ? tool.custom : tool.function
  const name = isObject(holder) ? holder.name : undefined
  if (typeof name === 'string') return name
  throw invalid(`tool_choice.allowed_tools.tools[${index}]`, 'a function or custom tool with a name', tool)
}
