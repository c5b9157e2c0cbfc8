import type {
  CacheOptions,
  GenerateRequest,
  Identity,
  Message,
  Output,
  OutputFormat,
  Reasoning,
  RequestHead,
  Sampling,
  ServerState
} from '@isthmus/core'
import { defined, invalid, isObject, type JsonObject, put, restOf } from '@isthmus/core/wire'
import { FORWARD } from '@isthmus/format-chat-completions/openai'
import { FORMAT_RESPONSES_PARAMETER } from './errors.ts'
import { keep, makeExt, nullsOf } from './ext.ts'
import { decodeItems } from './items-decode.ts'
import { replyContext } from './reply-context.ts'
import { formatShape, REQUEST_KEYS, requestShape, type WireRequest } from './schema/request-schema.ts'
import { decodeChoice, decodeFound, decodeTools } from './tools-decode.ts'
import { FORMAT, type Spelling } from './types.ts'

/** ENCRYPTED and LOGPROBS are the entries of `include` that the IR has a word for, or that go without saying. */
export const ENCRYPTED = 'reasoning.encrypted_content'
export const LOGPROBS = 'message.output_text.logprobs'

const STREAM_KEYS: ReadonlySet<string> = new Set(['include_obfuscation'])
const REASONING_KEYS: ReadonlySet<string> = new Set(['effort', 'summary', 'context', 'mode', 'max_tokens'])
const TEXT_KEYS: ReadonlySet<string> = new Set(['format', 'verbosity'])
const FORMAT_KEYS: ReadonlySet<string> = new Set(['type', 'schema', 'name', 'description', 'strict'])
const CACHE_KEYS: ReadonlySet<string> = new Set(['mode', 'ttl'])
/** Members of nested objects that may be null. */
const NESTED: readonly (readonly [name: string, known: ReadonlySet<string>])[] = [
  ['reasoning', REASONING_KEYS],
  ['text', TEXT_KEYS],
  ['prompt_cache_options', CACHE_KEYS]
]

/** decodeRequest reads the body of a request. It throws `invalid_request` with the path of what is wrong. */
export function decodeRequest(body: unknown, head: RequestHead): GenerateRequest {
  if (!isObject(body)) throw invalid('', 'a JSON object', body)
  refuseParameters(body)
  const wire = requestShape.check(body)
  const rest = restOf(body, REQUEST_KEYS) ?? {}
  const { tools, names } = decodeTools(wire.tools ?? [])
  const items = Array.isArray(wire.input) ? decodeItems(wire.input, names) : undefined
  const stream = wire.stream ?? false
  if (stream) keep(rest, 'stream_options', wire.stream_options ? restOf(wire.stream_options, STREAM_KEYS) : undefined)
  const request = {
    op: 'generate',
    model: wire.model,
    messages: decodeInput(wire, items?.messages),
    tools: items === undefined || items.found.length === 0 ? tools : [...tools, ...decodeFound(items.found, tools)],
    toolChoice: decodeChoice(wire.tool_choice, names),
    parallelTools: wire.parallel_tool_calls ?? undefined,
    maxToolCalls: wire.max_tool_calls ?? undefined,
    sampling: defined({ temperature: wire.temperature ?? undefined, topP: wire.top_p ?? undefined }) as Sampling,
    output: decodeOutput(wire, rest),
    reasoning: decodeReasoning(wire, rest),
    cache: decodeCache(wire, rest),
    serviceTier: wire.service_tier ?? undefined,
    identity: some<Identity>({
      endUser: wire.user ?? undefined,
      safetyId: wire.safety_identifier ?? undefined,
      sessionId: wire.session_id ?? undefined
    }),
    metadata: wire.metadata ?? undefined,
    state: decodeState(wire),
    safety: wire.moderation ? { moderation: wire.moderation } : undefined,
    reply: defined({
      stream,
      obfuscation: wire.stream_options?.include_obfuscation ?? undefined,
      context: replyContext(wire, names)
    }),
    ingress: decodeIngress(head),
    ext: makeExt(rest, spellingOf(body, wire))
  } satisfies { [K in keyof GenerateRequest]: GenerateRequest[K] | undefined }
  return defined(request) as GenerateRequest
}

/** Members of other formats that change what an answer means, with the values at which they say nothing. */
const REFUSED: readonly (readonly [name: string, harmless: readonly unknown[]])[] = [
  ['stop', []],
  ['n', [1]],
  ['seed', []],
  ['logit_bias', []],
  ['frequency_penalty', [0]],
  ['presence_penalty', [0]]
]

function refuseParameters(body: JsonObject): void {
  for (const [name, harmless] of REFUSED) {
    const value = body[name]
    if (value === undefined || value === null || harmless.includes(value)) continue
    throw FORMAT_RESPONSES_PARAMETER.with({ path: name, param: name, clientCode: 'unsupported_parameter' }, name)
  }
}

function spellingOf(body: JsonObject, wire: WireRequest): Spelling {
  const nulls = [...(nullsOf(body, REQUEST_KEYS) ?? [])]
  for (const [name, known] of NESTED) {
    const nested = body[name]
    if (isObject(nested)) nulls.push(...(nullsOf(nested, known, `${name}.`) ?? []))
  }
  return {
    ...(typeof wire.input === 'string' && { as: 'string' }),
    ...((wire.input === undefined || wire.input === null) && { as: 'none' }),
    ...(nulls.length > 0 && { nulls }),
    ...(wire.include && { include: wire.include })
  }
}

function decodeInput(wire: WireRequest, items: readonly Message[] | undefined): readonly Message[] {
  const { input, instructions } = wire
  const messages: Message[] = []
  if (typeof instructions === 'string') {
    messages.push({ role: 'system', origin: 'instructions', parts: [{ type: 'text', text: instructions }] })
  }
  if (typeof input === 'string') messages.push({ role: 'user', parts: [{ type: 'text', text: input }] })
  else if (items !== undefined) messages.push(...items)
  // A stored prompt, reply or conversation may be all there is to go on from.
  else if (!wire.prompt && !wire.previous_response_id && !wire.conversation) {
    throw invalid('input', 'a string or an array of items', input)
  }
  return messages
}

/** some gives undefined for an object without any defined member. */
function some<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T | undefined {
  const object = defined(members)
  return Object.keys(object).length > 0 ? (object as unknown as T) : undefined
}

function decodeIngress(head: RequestHead): GenerateRequest['ingress'] {
  const headers: Record<string, string> = {}
  for (const name of FORWARD.request) {
    const value = head.headers[name]
    if (value !== undefined) headers[name] = value
  }
  return Object.keys(headers).length > 0 ? { format: FORMAT, headers } : { format: FORMAT }
}

function decodeOutput(wire: WireRequest, rest: JsonObject): Output {
  const { top_logprobs: top, text } = wire
  const logprobs = wire.include?.includes(LOGPROBS) ?? false
  if (typeof top === 'number' && !logprobs) put(rest, 'top_logprobs', top)
  const nested = text ? (restOf(text as JsonObject, TEXT_KEYS) ?? {}) : {}
  const format = text?.format ? decodeFormat(text.format, nested) : undefined
  if (Object.keys(nested).length > 0) put(rest, 'text', nested)
  return defined({
    maxTokens: wire.max_output_tokens ?? undefined,
    logprobs: logprobs ? { top: top ?? 0 } : undefined,
    format,
    verbosity: text?.verbosity ?? undefined
  }) as Output
}

function decodeFormat(wire: JsonObject, rest: JsonObject): OutputFormat | undefined {
  const { type } = wire
  if (typeof type !== 'string') throw invalid('text.format.type', 'a string', type)
  if (type === 'text' || type === 'json_object') {
    keep(rest, 'format', restOf(wire, new Set(['type'])))
    return { type }
  }
  if (type !== 'json_schema') {
    // Grammars and such of one vendor: only that vendor can read them.
    put(rest, 'format', wire)
    return undefined
  }
  const { schema, name, description, strict } = formatShape.check(wire, 'text.format')
  const nested = { ...restOf(wire, FORMAT_KEYS), ...(strict === null && { strict }) }
  if (Object.keys(nested).length > 0) put(rest, 'format', nested)
  return defined({
    type,
    schema,
    name: name ?? undefined,
    description: description ?? undefined,
    strict: strict ?? undefined
  }) as OutputFormat
}

function decodeReasoning({ reasoning: wire }: WireRequest, rest: JsonObject): Reasoning | undefined {
  if (!wire) return undefined
  keep(rest, 'reasoning', restOf(wire as JsonObject, REASONING_KEYS))
  const { effort, summary, context, mode, max_tokens: budget } = wire
  const said = defined({
    effort: effort ?? undefined,
    summary: summary ?? undefined,
    context: context ?? undefined,
    execMode: mode ?? undefined,
    budgetTokens: budget ?? undefined
  })
  if (Object.keys(said).length === 0) return undefined
  return {
    mode: effort === 'none' ? 'off' : typeof effort === 'string' || typeof budget === 'number' ? 'on' : 'default',
    ...said,
    expose: typeof summary === 'string' ? 'summary' : 'default',
    source: typeof effort === 'string' ? 'effort' : typeof budget === 'number' ? 'budget' : 'flag'
  } as Reasoning
}

function decodeCache(wire: WireRequest, rest: JsonObject): CacheOptions | undefined {
  const { prompt_cache_options: options } = wire
  keep(rest, 'prompt_cache_options', options ? restOf(options as JsonObject, CACHE_KEYS) : undefined)
  return some<CacheOptions>({
    key: wire.prompt_cache_key ?? undefined,
    mode: options?.mode ?? undefined,
    ttl: options?.ttl ?? undefined,
    retention: wire.prompt_cache_retention ?? undefined,
    autoMark: undefined,
    handle: undefined
  })
}

function decodeState(wire: WireRequest): ServerState | undefined {
  const include = wire.include?.filter(entry => entry !== ENCRYPTED && entry !== LOGPROBS)
  return some<ServerState>({
    store: wire.store ?? undefined,
    previousResponseId: wire.previous_response_id ?? undefined,
    conversation: wire.conversation ?? undefined,
    prompt: wire.prompt ?? undefined,
    background: wire.background ?? undefined,
    truncation: wire.truncation ?? undefined,
    contextManagement: wire.context_management ?? undefined,
    include: include !== undefined && include.length > 0 ? include : undefined
  })
}
