import type { FunctionTool, HostedKind, ToolChoice, ToolDef } from '@isthmus/core'
import { invalid, isObject, type JsonObject, restOf, stringOf } from '@isthmus/core/wire'
import { SHAPES, type SnakeNames, toCamel } from './camel.ts'
import { spellingWith, withExt } from './ext.ts'
import { declarationShape, KEYS, toolShape } from './request-schema.ts'
import { decodeSchema } from './schema-kept.ts'
import { snakeCase } from './snake-case.ts'
import { FORMAT } from './types.ts'

const KINDS: Readonly<Record<string, HostedKind>> = {
  googleSearch: 'web_search',
  googleSearchRetrieval: 'web_search',
  enterpriseWebSearch: 'web_search',
  urlContext: 'url_context',
  codeExecution: 'code',
  fileSearch: 'file_search',
  retrieval: 'file_search',
  googleMaps: 'maps',
  computerUse: 'computer',
  mcpServers: 'mcp'
}
const BY_MEMBER: ReadonlyMap<string, HostedKind> = new Map(
  Object.entries(KINDS).flatMap(([name, kind]) => [
    [name, kind],
    [snakeCase(name), kind]
  ])
)

/**
 * The entry of the client's list that each tool stood in. An entry may hold many functions and tools of the service; the
 * IR lists tools one by one.
 */
const entries = new WeakMap<ToolDef, JsonObject>()

/** entryOf gives the entry that a tool was read from. */
export function entryOf(tool: ToolDef): JsonObject | undefined {
  return entries.get(tool)
}

/** decodeTools reads the tool list, or its one entry. What is not a function is a tool of the service. */
export function decodeTools(value: unknown): ToolDef[] {
  const tools: ToolDef[] = []
  for (const [entry, path] of listed(value, 'tools')) {
    if (!isObject(entry)) throw invalid(path, 'a tool', entry)
    const wire = toCamel(entry, SHAPES.tool, {})
    toolShape.check(wire, path)
    for (const name of Object.keys(wire)) {
      const read =
        name === 'functionDeclarations'
          ? decodeFunctions(wire.functionDeclarations, `${path}.functionDeclarations`)
          : [hostedTool(name, wire[name])]
      for (const tool of read) {
        entries.set(tool, entry)
        tools.push(tool)
      }
    }
  }
  return tools
}

function hostedTool(name: string, value: unknown): ToolDef {
  return { type: 'hosted', kind: BY_MEMBER.get(name) ?? 'other', native: { format: FORMAT, object: { [name]: value } } }
}

/** listed gives the entries of a list with their paths; one value stands for a list of one. */
function listed(value: unknown, path: string): (readonly [unknown, string])[] {
  if (!Array.isArray(value)) return value === undefined || value === null ? [] : [[value, path]]
  return value.map((entry, at) => [entry, `${path}[${at}]`])
}

function decodeFunctions(value: unknown, path: string): FunctionTool[] {
  return listed(value, path).map(([entry, at]) => decodeFunction(entry, at))
}

function decodeFunction(entry: unknown, path: string): FunctionTool {
  if (!isObject(entry)) throw invalid(path, 'a function', entry)
  const snake: SnakeNames = {}
  const wire = toCamel(entry, SHAPES.declaration, snake)
  declarationShape.check(wire, path)
  const description = stringOf(wire.description)
  const input = schemaOf(wire, 'parametersJsonSchema', 'parameters')
  const output = schemaOf(wire, 'responseJsonSchema', 'response')
  const known = new Set([...KEYS.declaration].filter(name => name !== input.unread && name !== output.unread))
  const tool: FunctionTool = {
    type: 'function',
    name: wire.name as string,
    ...(description !== undefined && { description }),
    ...(input.schema !== undefined && { schema: input.schema }),
    ...(output.schema !== undefined && { outputSchema: output.schema })
  }
  return withExt(tool, restOf(wire, known), spellingWith(snake))
}

/** schemaOf reads a schema that may stand in one of two members; the service lets only one of them stand. */
function schemaOf(
  wire: JsonObject,
  newer: string,
  older: string
): { readonly schema?: unknown; readonly unread?: string } {
  if (wire[newer] !== undefined)
    return { schema: decodeSchema(wire[newer], 'json', { member: newer, wire: wire[newer] }), unread: older }
  return wire[older] === undefined
    ? {}
    : { schema: decodeSchema(wire[older], 'openapi', { member: older, wire: wire[older] }) }
}

export interface DecodedChoice {
  readonly choice?: ToolChoice
  /** Members of `toolConfig` that only this format knows. */
  readonly rest?: JsonObject | undefined
}

/** decodeChoice reads `toolConfig`. A mode that says more than the IR can stays beside what it says. */
export function decodeChoice(config: JsonObject | undefined): DecodedChoice {
  if (config === undefined) return {}
  const wire = config.functionCallingConfig
  const rest = restOf(config, KEYS.toolConfig)
  if (!isObject(wire)) return { rest }
  const names = (wire.allowedFunctionNames ?? []) as readonly string[]
  const choice = choiceOf(wire.mode, names)
  const known = new Set<string>(
    choice === undefined || (wire.mode === 'VALIDATED' && names.length === 0) ? [] : ['mode']
  )
  if (names.length === 0 || choice?.type === 'one' || choice?.type === 'subset') known.add('allowedFunctionNames')
  const inner = restOf(wire, known)
  return {
    ...(choice !== undefined && { choice }),
    rest: inner === undefined ? rest : { ...rest, functionCallingConfig: inner }
  }
}

function choiceOf(mode: unknown, names: readonly string[]): ToolChoice | undefined {
  switch (mode) {
    case 'AUTO':
      return { type: 'auto' }
    case 'NONE':
      return { type: 'none' }
    case 'ANY':
      if (names.length === 0) return { type: 'required' }
      return names.length === 1
        ? { type: 'one', name: names[0]!, kind: 'function' }
        : { type: 'subset', mode: 'required', names }
    case 'VALIDATED':
      return names.length === 0 ? { type: 'auto' } : { type: 'subset', mode: 'auto', names }
    default:
      return undefined
  }
}
