import type { CacheOptions, GenerateRequest, Identity, Output, OutputFormat, RequestHead } from '@isthmus/core'
import { ingressOf, invalid, isObject, type JsonObject, restOf } from '@isthmus/core/wire'
import { DIALECT } from './dialect.ts'
import { defined, makeExt, put } from './ext.ts'
import { FORWARD } from './forward.ts'
import { decodeMessages } from './message-decode.ts'
import { decodeReasoning } from './reasoning-decode.ts'
import { formatShapes, REQUEST_KEYS, requestShape, type WireRequest } from './request-schema.ts'
import { decodeSampling } from './sampling.ts'
import { decodeToolChoice, decodeTools } from './tool-decode.ts'
import { FORMAT } from './types.ts'

const STREAM_KEYS: ReadonlySet<string> = new Set(['include_usage', 'include_obfuscation'])
const USAGE_KEYS: ReadonlySet<string> = new Set(['include'])
const CACHE_KEYS: ReadonlySet<string> = new Set(['mode', 'ttl'])
const CONTROL_KEYS: ReadonlySet<string> = new Set(['type', 'ttl'])
const OBJECT_SCHEMA_KEYS: ReadonlySet<string> = new Set(['type', 'schema'])
const SCHEMA_KEYS: ReadonlySet<string> = new Set(['name', 'description', 'schema', 'strict'])
const RESPONSE_FORMAT_KEYS: ReadonlySet<string> = new Set(['type', 'json_schema'])

/** decodeRequest reads the body of a request. It throws `invalid_request` with the path of what is wrong. */
export function decodeRequest(body: unknown, head: RequestHead): GenerateRequest {
  if (!isObject(body)) throw invalid('', 'a JSON object', body)
  const wire = requestShape.check(body)
  const dialect = new Set<string>()
  const rest = restOf(body, REQUEST_KEYS) ?? {}
  const messages = decodeMessages(wire.messages, wire.model, dialect)
  const asksForUsage = decodeUsage(rest, dialect)
  const reasoning = decodeReasoning(wire, dialect, rest)
  const tools = decodeTools(wire)
  const legacy = isLegacy(wire)
  if (legacy) dialect.add(DIALECT.functions)
  const stream = wire.stream ?? false
  if (stream) keep(rest, 'stream_options', wire.stream_options, STREAM_KEYS)
  const request: GenerateRequest = {
    op: 'generate',
    model: wire.model,
    messages,
    tools,
    toolChoice: decodeToolChoice(wire),
    // The deprecated dialect has room for one call in a turn.
    parallelTools: legacy ? false : (wire.parallel_tool_calls ?? undefined),
    sampling: decodeSampling(wire),
    output: decodeOutput(wire, rest, dialect),
    reasoning,
    cache: decodeCacheOptions(wire, rest),
    serviceTier: wire.service_tier ?? undefined,
    identity: nonEmpty<Identity>({
      endUser: wire.user ?? undefined,
      safetyId: wire.safety_identifier ?? undefined,
      sessionId: wire.session_id ?? undefined
    }),
    metadata: wire.metadata ?? undefined,
    state: typeof wire.store === 'boolean' ? { store: wire.store } : undefined,
    safety: wire.moderation ? { moderation: wire.moderation } : undefined,
    hosted: wire.web_search_options ? { webSearch: wire.web_search_options } : undefined,
    reply: defined({
      stream,
      includeUsage: wire.stream_options?.include_usage ?? asksForUsage,
      obfuscation: wire.stream_options?.include_obfuscation ?? undefined,
      dialect: dialect.size > 0 ? [...dialect] : undefined
    }),
    ingress: ingressOf(FORMAT, head, FORWARD.request),
    ext: Object.keys(rest).length > 0 ? makeExt(rest) : undefined
  } as GenerateRequest
  return defined(request) as GenerateRequest
}

function isLegacy(wire: WireRequest): boolean {
  return (wire.functions?.length ?? 0) > 0 && (wire.tools?.length ?? 0) === 0
}

/** decodeUsage reads OpenRouter's older switch, which its own clients still write: they know its way to show reasoning. */
function decodeUsage(rest: JsonObject, dialect: Set<string>): true | undefined {
  const { usage } = rest
  if (!isObject(usage) || usage.include !== true) return undefined
  dialect.add(DIALECT.usage).add(DIALECT.reasoning)
  delete rest.usage
  keep(rest, 'usage', usage, USAGE_KEYS)
  return true
}

/** keep puts the members of a nested object that are not read under the object's own name. */
function keep(rest: JsonObject, key: string, value: unknown, known: ReadonlySet<string>): void {
  const nested = isObject(value) ? restOf(value, known) : undefined
  if (nested !== undefined) put(rest, key, nested)
}

/** nonEmpty gives undefined for an object without any defined member. */
function nonEmpty<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T | undefined {
  const object = defined(members)
  return Object.keys(object).length > 0 ? (object as unknown as T) : undefined
}

function decodeOutput(wire: WireRequest, rest: JsonObject, dialect: Set<string>): Output {
  const { max_completion_tokens: limit, max_tokens: older, stop, top_logprobs: top } = wire
  if (typeof older === 'number') {
    if (typeof limit !== 'number') dialect.add(DIALECT.maxTokens)
    else put(rest, 'max_tokens', older)
  }
  if (typeof top === 'number' && wire.logprobs !== true) put(rest, 'top_logprobs', top)
  const stops = typeof stop === 'string' ? [stop] : (stop ?? undefined)
  return defined({
    maxTokens: limit ?? older ?? undefined,
    stop: stops !== undefined && stops.length > 0 ? stops : undefined,
    n: wire.n ?? undefined,
    logprobs: wire.logprobs === true ? { top: top ?? 0 } : undefined,
    format: wire.response_format ? decodeFormat(wire.response_format, rest, dialect) : undefined,
    modalities: wire.modalities ?? undefined,
    verbosity: wire.verbosity ?? undefined,
    audio: wire.audio ?? undefined,
    prediction: wire.prediction ?? undefined
  })
}

function decodeFormat(wire: JsonObject, rest: JsonObject, dialect: Set<string>): OutputFormat | undefined {
  const { type, schema } = wire
  if (type === 'json_object' && isObject(schema)) {
    dialect.add(DIALECT.objectSchema)
    keep(rest, 'response_format', wire, OBJECT_SCHEMA_KEYS)
    return { type: 'json_schema', schema }
  }
  if (type === 'text' || type === 'json_object') {
    keep(rest, 'response_format', wire, RESPONSE_FORMAT_KEYS)
    return { type }
  }
  if (typeof type !== 'string') throw invalid('response_format.type', 'a string', type)
  if (type !== 'json_schema') {
    // Grammars and such of one vendor: only that vendor can read them.
    put(rest, 'response_format', wire)
    return undefined
  }
  const { json_schema: spec } = formatShapes.json_schema.check(wire, 'response_format')
  const nested = restOf(spec as JsonObject, SCHEMA_KEYS)
  const members = restOf(wire, RESPONSE_FORMAT_KEYS) ?? {}
  if (nested !== undefined) put(members, 'json_schema', nested)
  if (Object.keys(members).length > 0) put(rest, 'response_format', members)
  return defined({
    type,
    schema: spec.schema ?? undefined,
    name: spec.name ?? undefined,
    description: spec.description ?? undefined,
    strict: spec.strict ?? undefined
  }) as OutputFormat
}

function decodeCacheOptions(wire: WireRequest, rest: JsonObject): CacheOptions | undefined {
  const { prompt_cache_options: options, cache_control: control } = wire
  keep(rest, 'prompt_cache_options', options, CACHE_KEYS)
  if (control && control.type !== 'ephemeral') put(rest, 'cache_control', control)
  else keep(rest, 'cache_control', control, CONTROL_KEYS)
  const ttl = control?.ttl ?? undefined
  return nonEmpty<CacheOptions>({
    key: wire.prompt_cache_key ?? undefined,
    mode: options?.mode ?? undefined,
    ttl: options?.ttl ?? undefined,
    retention: wire.prompt_cache_retention ?? undefined,
    autoMark: control?.type === 'ephemeral' ? (ttl === undefined ? {} : { ttl }) : undefined,
    handle: undefined
  })
}
