import type { CustomTool, FunctionTool, GenerateRequest, HostedTool, ToolChoice, ToolDef } from '@isthmus/core'
import { flatLocation, hostedOptions, isObject, type JsonObject } from '@isthmus/core/wire'
import { NAMESPACE, ownMembers } from './blocks.ts'
import { encodeCache } from './cache-marks.ts'
import type { EncodeEnv } from './encode-env.ts'
import { FORMAT_MESSAGES_UNSUPPORTED } from './errors.ts'
import { nativeSchema } from './schema.ts'
import { withNulls } from './spelling.ts'

/** encodeTools writes the tools that may be called: a choice that allows only some of them leaves the others out. */
export function encodeTools(request: GenerateRequest, env: EncodeEnv): JsonObject[] {
  const { toolChoice, source } = request
  const allowed = toolChoice?.type === 'subset' ? new Set(toolChoice.names) : undefined
  const tools = request.tools.filter(tool => allowed === undefined || tool.type === 'hosted' || allowed.has(tool.name))
  const encoded = tools.map(tool => {
    const wire = source?.format === NAMESPACE ? source.wire(tool) : undefined
    return encodeTool(tool, env, isObject(wire) ? wire : undefined)
  })
  const search = request.hosted?.webSearch
  return search === undefined ? encoded : [...encoded, webSearchTool(search, env)]
}

function encodeTool(tool: ToolDef, env: EncodeEnv, kept: JsonObject | undefined): JsonObject {
  if (tool.type !== 'hosted') env.reportForeign(tool)
  switch (tool.type) {
    case 'function':
      return encodeFunction(tool, env, kept)
    case 'custom':
      return encodeCustom(tool, env)
    default:
      return encodeHostedTool(tool, env)
  }
}

function encodeFunction(tool: FunctionTool, env: EncodeEnv, kept: JsonObject | undefined): JsonObject {
  const { description, defer, eagerStream, examples, cache } = tool
  const strict = encodeStrict(tool, env)
  const name = env.name(tool.name)
  if (kept !== undefined && name === tool.name && strict.strict === tool.strict && isClosedEnough(tool.schema))
    return kept
  if (tool.outputSchema !== undefined) env.gap('tools.extras', 'dropped', { field: 'output_schema' })
  const encoded: JsonObject = {
    name,
    ...((description || (env.native && description !== undefined)) && { description }),
    input_schema: strict.schema,
    ...(strict.strict !== undefined && { strict: strict.strict }),
    ...(defer !== undefined && { defer_loading: defer }),
    ...(eagerStream !== undefined && { eager_input_streaming: eagerStream }),
    ...(examples !== undefined && { input_examples: examples }),
    ...(cache !== undefined && { cache_control: encodeCache(cache, env) }),
    ...ownMembers(tool)
  }
  return withNulls(encoded, tool)
}

const isClosedEnough = (schema: unknown) => isObject(schema) && schema.type === 'object'

/** The input of a tool must be an object, and say so. */
export function inputSchema(schema: unknown): JsonObject {
  if (!isObject(schema)) return { type: 'object', properties: {} }
  if (schema.type === 'object') return schema
  return { ...schema, type: 'object', ...(Object.keys(schema).length === 0 && { properties: {} }) }
}

function encodeStrict(tool: FunctionTool, env: EncodeEnv): { readonly schema: JsonObject; readonly strict?: boolean } {
  const schema = inputSchema(tool.schema)
  if (tool.strict === undefined || (tool.strict === false && !env.native)) return { schema }
  if (tool.strict === false || (env.native && env.traits.strictTools !== false)) return { schema, strict: tool.strict }
  const native = env.traits.strictTools === false ? undefined : nativeSchema(schema)
  if (native === undefined) {
    env.gap('tools.strict', 'dropped', { field: tool.name })
    return { schema }
  }
  if (native.moved > 0) env.gap('tools.strict', 'converted', { field: tool.name, message: 'limits became words' })
  return { schema: native.schema, strict: true }
}

/** A tool that takes free text becomes a function with one string; the reply's decoder unwraps it again. */
function encodeCustom(tool: CustomTool, env: EncodeEnv): JsonObject {
  const grammar = tool.grammar && `The input follows this ${tool.grammar.syntax} grammar:\n${tool.grammar.definition}`
  const description = [tool.description, grammar].filter(Boolean).join('\n\n')
  return {
    name: env.name(tool.name),
    ...(description && { description }),
    input_schema: { type: 'object', properties: { input: { type: 'string' } }, required: ['input'] },
    ...ownMembers(tool)
  }
}

function encodeHostedTool(tool: HostedTool, env: EncodeEnv): JsonObject {
  const { native, cache } = tool
  if (native.format === NAMESPACE && isObject(native.object)) {
    if (cache === undefined || native.object.cache_control !== undefined) return native.object
    return { ...native.object, cache_control: encodeCache(cache, env) }
  }
  if (tool.kind === 'web_search') return webSearchTool(hostedOptions(native.object), env)
  throw FORMAT_MESSAGES_UNSUPPORTED.with({ feature: 'tools.hosted' }, `the ${tool.kind} tool of another service`)
}

/** The members of the other services' web search that this one has as well. */
function webSearchTool(options: unknown, env: EncodeEnv): JsonObject {
  const { user_location: location, filters, search_context_size: size, ...rest } = isObject(options) ? options : {}
  const domains = isObject(filters) ? filters.allowed_domains : undefined
  for (const field of Object.keys({ ...rest, ...(size !== undefined && { search_context_size: size }) })) {
    // Which sites may be searched bears on what the answer means; the rest only tunes the search.
    if (field.includes('domain')) throw FORMAT_MESSAGES_UNSUPPORTED(`${field} of web search`)
    env.gap('hosted.options', 'dropped', { field })
  }
  return {
    type: 'web_search_20250305',
    name: 'web_search',
    ...(Array.isArray(domains) && { allowed_domains: domains }),
    ...(isObject(location) && { user_location: flatLocation(location) })
  }
}

/** ChoiceState is what else bears on `tool_choice`. */
export interface ChoiceState {
  readonly hasTools: boolean
  readonly thinkingEnabled: boolean
}

/** encodeChoice writes `tool_choice`; undefined where the service's default says the same. */
export function encodeChoice(request: GenerateRequest, env: EncodeEnv, state: ChoiceState): JsonObject | undefined {
  const { toolChoice, parallelTools } = request
  const own = request.ext?.[NAMESPACE]?.tool_choice
  if (!state.hasTools) {
    reportLostChoice(toolChoice, env)
    return undefined
  }
  const choice = choiceObject(toolChoice, env, state)
  if (choice.type === 'none') return { ...choice, ...(own as object) }
  const serial = parallelTools === undefined ? undefined : { disable_parallel_tool_use: !parallelTools }
  if (toolChoice === undefined && parallelTools !== false) return undefined
  if (choice.type === 'auto' && !env.native && parallelTools !== false) return undefined
  return { ...choice, ...((env.native || parallelTools === false) && serial), ...(own as object) }
}

/** The service refuses a choice where there are no tools; one that forces nothing says nothing there. */
function reportLostChoice(choice: ToolChoice | undefined, env: EncodeEnv): void {
  if (choice === undefined || choice.type === 'auto' || choice.type === 'none') return
  env.gap(`tools.choice.${choice.type}`, 'dropped', { message: 'there are no tools' })
}

function choiceObject(choice: ToolChoice | undefined, env: EncodeEnv, state: ChoiceState): JsonObject {
  const wanted = wantedChoice(choice, env)
  if (wanted.type === 'auto' || wanted.type === 'none') return wanted
  const { forcedTools } = env.traits
  if (forcedTools !== 'no' && !state.thinkingEnabled) return wanted
  if (forcedTools === 'yes') return wanted
  const feature = choice?.type === 'one' ? 'tools.choice.one' : 'tools.choice.required'
  env.gap(feature, 'dropped', { message: 'the model cannot be forced to call a tool here', to: 'auto' })
  return { type: 'auto' }
}

function wantedChoice(choice: ToolChoice | undefined, env: EncodeEnv): JsonObject {
  switch (choice?.type) {
    case 'none':
      return { type: 'none' }
    case 'required':
      return { type: 'any' }
    case 'one':
      return { type: 'tool', name: env.name(choice.name) }
    case 'subset':
      return { type: choice.mode === 'required' ? 'any' : 'auto' }
    case 'hosted':
      if (choice.native.format === NAMESPACE && isObject(choice.native.object)) return choice.native.object
      throw FORMAT_MESSAGES_UNSUPPORTED('forcing a tool of another service')
    default:
      return { type: 'auto' }
  }
}
