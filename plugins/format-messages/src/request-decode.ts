import type { Ext, GenerateRequest, Message, OutputFormat, RequestHead, Sampling, Source, ToolDef } from '@isthmus/core'
import { invalid, isObject, type JsonObject, restOf, stringOf } from '@isthmus/core/wire'
import { splitSystem } from './attribution.ts'
import { decodeCache, NAMESPACE } from './blocks.ts'
import { FORMAT_MESSAGES_THREAD } from './errors.ts'
import { FORWARD_REQUEST } from './headers.ts'
import { decodeMessages, decodeSystem } from './messages-decode.ts'
import { decodeReasoning } from './thinking-decode.ts'
import { decodeChoice, decodeTools } from './tools-decode.ts'
import { FormatShape, InputShape } from './types.ts'

const KNOWN = new Set([
  'model',
  'messages',
  'max_tokens',
  'system',
  'stop_sequences',
  'stream',
  'temperature',
  'top_p',
  'top_k',
  'thinking',
  'output_config',
  'output_format',
  'tools',
  'tool_choice',
  'metadata',
  'cache_control',
  'service_tier',
  'speed',
  'container',
  'mcp_servers',
  'context_management',
  'thread'
])

/** decodeRequest reads a Messages request; it throws `invalid_request` with the path of what is wrong. */
export function decodeRequest(wire: unknown, head: RequestHead): GenerateRequest {
  if (isObject(wire) && (wire.max_tokens === undefined || wire.max_tokens === null))
    throw invalid('max_tokens', 'an integer', undefined)
  return decodeInput(wire, head)
}

/** decodeInput reads a request that names no limit, as one does whose tokens are to be counted. */
export function decodeInput(wire: unknown, head: RequestHead): GenerateRequest {
  try {
    return decodeBody(wire, head)
  } catch (thrown) {
    // Content within content within content: a parser takes any depth, and what comes after it does not.
    if (thrown instanceof RangeError) throw invalid('', 'a value that nests less deeply', wire)
    throw thrown
  }
}

function decodeBody(wire: unknown, head: RequestHead): GenerateRequest {
  if (!isObject(wire)) throw invalid('', 'an object', wire)
  InputShape.check(wire)
  // The SDK's tool runner asks for a kept conversation unasked, and goes on without when it is told this.
  if (wire.thread !== undefined && wire.thread !== null) {
    throw FORMAT_MESSAGES_THREAD.with({
      path: 'thread',
      param: 'thread',
      details: { error_code: 'thread_unsupported_request', unsupported: [] }
    })
  }
  const body = withoutNulls(wire)
  const kept = new Kept()
  const remember = (node: Message | ToolDef, object: unknown) => kept.add(node, object)
  const tools = decodeTools((body.tools ?? []) as readonly unknown[], remember)
  const config = body.output_config as JsonObject | undefined
  const effort = stringOf(config?.effort)
  const format =
    decodeFormat(config?.format, 'output_config.format') ?? decodeFormat(body.output_format, 'output_format')
  const { choice, parallel, rest: choiceRest } = decodeChoice(body.tool_choice as JsonObject | undefined, tools)
  const { reasoning, rest: thinkingRest } = decodeReasoning(body.thinking as JsonObject | undefined, effort)
  const metadata = body.metadata as JsonObject | undefined
  const endUser = stringOf(metadata?.user_id)
  const { container, mcp_servers: mcpServers, context_management: contextManagement } = body
  const autoMark = decodeCache(body.cache_control)
  const { system, attribution } = splitSystem(body.system)
  const ext = extOf(restOf(body, KNOWN), {
    system: attribution,
    tool_choice: choiceRest,
    thinking: thinkingRest,
    metadata: metadata && restOf(metadata, new Set(endUser === undefined ? [] : ['user_id'])),
    output_config: configRest(body, effort, format),
    output_format: isObject(body.output_format) && format === undefined ? body.output_format : undefined,
    cache_control: autoMark === undefined ? (body.cache_control as JsonObject | undefined) : undefined
  })
  return {
    op: 'generate',
    model: stringOf(body.model) ?? '',
    messages: [...decodeSystem(system), ...decodeMessages(body.messages as readonly unknown[], remember)],
    tools,
    ...(choice !== undefined && { toolChoice: choice }),
    ...(parallel !== undefined && { parallelTools: parallel }),
    sampling: decodeSampling(body),
    output: {
      ...(typeof body.max_tokens === 'number' && { maxTokens: body.max_tokens }),
      ...(Array.isArray(body.stop_sequences) && { stop: body.stop_sequences as readonly string[] }),
      ...(format !== undefined && { format })
    },
    ...(reasoning !== undefined && { reasoning }),
    ...(autoMark !== undefined && { cache: { autoMark } }),
    ...(typeof body.service_tier === 'string' && { serviceTier: body.service_tier }),
    ...(typeof body.speed === 'string' && { speed: body.speed }),
    ...(endUser !== undefined && { identity: { endUser } }),
    ...(contextManagement !== undefined && { state: { contextManagement } }),
    ...((container !== undefined || mcpServers !== undefined) && {
      hosted: { ...(container !== undefined && { container }), ...(mcpServers !== undefined && { mcpServers }) }
    }),
    reply: { stream: body.stream === true },
    ingress: { format: NAMESPACE, headers: forwarded(head) },
    ...(ext !== undefined && { ext }),
    source: kept
  }
}

/** Kept is the client's own objects. Only an upstream of the same format asks for them, so the index is made then. */
class Kept implements Source {
  readonly format = NAMESPACE
  #nodes: object[] = []
  #objects: unknown[] = []
  #index: Map<object, unknown> | undefined

  add(node: object, object: unknown): void {
    this.#nodes.push(node)
    this.#objects.push(object)
  }

  wire(node: object): unknown {
    this.#index ??= new Map(this.#nodes.map((node, at) => [node, this.#objects[at]]))
    return this.#index.get(node)
  }
}

/** withoutNulls takes null for an optional member to mean that it is not set. */
function withoutNulls(body: JsonObject): JsonObject {
  const nulls = Object.keys(body).filter(name => body[name] === null)
  return nulls.length === 0 ? body : (restOf(body, new Set(nulls)) ?? {})
}

function decodeSampling(body: JsonObject): Sampling {
  return {
    ...(typeof body.temperature === 'number' && { temperature: body.temperature }),
    ...(typeof body.top_p === 'number' && { topP: body.top_p }),
    ...(typeof body.top_k === 'number' && { topK: body.top_k })
  }
}

const isFormat = (value: unknown): value is JsonObject => isObject(value) && value.type === 'json_schema'

/** decodeFormat reads a schema for the answer; the older `output_format` says the same as `output_config.format`. */
function decodeFormat(format: unknown, path: string): OutputFormat | undefined {
  if (!isFormat(format)) return undefined
  FormatShape.check(format, path)
  const { schema, name, description, strict } = format
  return {
    type: 'json_schema',
    schema,
    ...(typeof name === 'string' && { name }),
    ...(typeof description === 'string' && { description }),
    ...(typeof strict === 'boolean' && { strict })
  }
}

/** configRest keeps the members of `output_config` that are not known here, and those of a format that is. */
function configRest(body: JsonObject, effort: unknown, format: OutputFormat | undefined): JsonObject | undefined {
  const config = (body.output_config ?? {}) as JsonObject
  const known = new Set<string>()
  if (effort !== undefined) known.add('effort')
  if (format === undefined) return restOf(config, known)
  known.add('format')
  const wire = (isFormat(config.format) ? config.format : body.output_format) as JsonObject
  const inner = restOf(wire, new Set(Object.keys(format)))
  const rest = restOf(config, known)
  return inner === undefined ? rest : { ...rest, format: inner }
}

/** extOf joins unknown members with the unknown members of known ones. */
function extOf(rest: JsonObject | undefined, inner: Readonly<Record<string, unknown>>): Ext | undefined {
  let members = rest
  for (const [name, value] of Object.entries(inner)) if (value !== undefined) members = { ...members, [name]: value }
  return members === undefined ? undefined : { [NAMESPACE]: members }
}

function forwarded(head: RequestHead): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name of FORWARD_REQUEST) if (head.headers[name] !== undefined) headers[name] = head.headers[name]
  return headers
}
