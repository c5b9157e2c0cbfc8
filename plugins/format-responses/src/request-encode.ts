import type { EncodedRequest, Feature, GenerateRequest, OutputFormat, Target } from '@isthmus/core'
import { addMembers, defined, type JsonObject } from '@isthmus/core/wire'
import { Encoding } from './encoding.ts'
import { addNulls, membersOf, spellingOf } from './ext.ts'
import { encodeInput } from './items-encode.ts'
import { encodeReasoning } from './reasoning-encode.ts'
import { ENCRYPTED, LOGPROBS } from './request-decode.ts'
import { encodeSampling } from './sampling-encode.ts'
import { encodeTools } from './tools-encode.ts'
import type { ResponsesTraits } from './traits.ts'

/** What the service itself takes at least. */
const MIN_OUTPUT_TOKENS = 16

/** encodeRequest writes a request. The same request gives the same bytes. */
export function encodeRequest(request: GenerateRequest, target: Target<ResponsesTraits>): EncodedRequest {
  const encoding = new Encoding(request, target)
  const { instructions, input } = encodeInput(encoding)
  const body: JsonObject = { model: target.model, ...(instructions !== undefined && { instructions }), input }
  const spelling = spellingOf(request)
  if (spelling?.as === 'string') body.input = asString(input) ?? input
  // A prompt, a reply or a conversation that the server keeps may be all there is to go on from.
  else if (encoding.native && input.length === 0 && spelling?.as === 'none') delete body.input
  encodeTools(body, encoding)
  encodeOutput(body, encoding)
  encodeSampling(body, encoding)
  const reasoning = encodeReasoning(encoding)
  if (reasoning !== undefined) body.reasoning = reasoning
  encodeState(body, encoding)
  encodeInclude(body, encoding)
  encodeService(body, encoding)
  encodeStream(body, encoding)
  encoding.reportForeign(request, 'body')
  if (!encoding.lacks('ext')) addMembers(body, membersOf(request))
  addNulls(body, encoding.native ? spelling?.nulls : undefined)
  // A model that does not reason refuses to be told anything of it.
  if (encoding.traits.reasoning?.supported === false) delete body.reasoning
  const context = encoding.context()
  return { body, gaps: encoding.gaps, ...(context !== undefined && { context }) }
}

/** asString gives the input as the client wrote it, as long as it is still one plain text. */
function asString(input: readonly JsonObject[]): string | undefined {
  const [only] = input
  const plain = input.length === 1 && only?.role === 'user' && Object.keys(only).length === 3
  return plain && typeof only.content === 'string' ? only.content : undefined
}

function encodeOutput(body: JsonObject, encoding: Encoding): void {
  const { output } = encoding.request
  if (output.stop !== undefined && output.stop.length > 0) encoding.refuse('stop sequences', 'stop')
  if (output.n !== undefined && output.n > 1) encoding.refuse('more than one answer', 'n')
  if (output.modalities?.some(modality => modality !== 'text')) encoding.refuse('answers other than text', 'modalities')
  if (output.maxTokens !== undefined) body.max_output_tokens = limitOf(output.maxTokens, encoding)
  const text: JsonObject = {}
  if (output.format !== undefined) {
    const format = encodeFormat(output.format, encoding)
    if (format !== undefined) text.format = format
  }
  if (output.verbosity !== undefined && !encoding.lacks('output.verbosity')) text.verbosity = output.verbosity
  if (Object.keys(text).length > 0) body.text = text
  const logprobs = encoding.lacks('output.logprobs') ? undefined : output.logprobs
  if (logprobs !== undefined && (logprobs.top > 0 || !encoding.native)) body.top_logprobs = logprobs.top
}

function limitOf(maxTokens: number, encoding: Encoding): number {
  const { traits, native } = encoding
  const least = Math.max(maxTokens, traits.minOutputTokens ?? (native ? 0 : MIN_OUTPUT_TOKENS))
  const limit = Math.min(least, traits.maxOutputTokens ?? least)
  if (limit !== maxTokens) {
    const field = 'max_output_tokens'
    encoding.report({ feature: 'output.max_tokens', action: 'converted', field, from: maxTokens, to: limit })
  }
  return limit
}

function encodeFormat(format: OutputFormat, { native }: Encoding): JsonObject | undefined {
  // Text goes without saying; a client of this format that says it is repeated.
  if (format.type !== 'json_schema') return format.type === 'text' && !native ? undefined : { type: format.type }
  const { description, schema, strict } = format
  // The format wants a name; a client of another one may have given none.
  const name = format.name ?? (native ? undefined : 'response')
  return defined({ type: 'json_schema', name, description, schema, strict })
}

function encodeState(body: JsonObject, encoding: Encoding): void {
  const { native, stateless, traits, request } = encoding
  const { state } = request
  if (traits.store !== 'omit') {
    const store = state?.store ?? (typeof traits.store === 'boolean' ? traits.store : undefined)
    if (store !== undefined) body.store = store
    else if (stateless) body.store = false
  }
  const set = setter(body, encoding)
  set('previous_response_id', state?.previousResponseId, 'state.previous')
  set('conversation', state?.conversation, 'state.previous')
  set('prompt', state?.prompt, 'state.previous')
  set('background', state?.background, 'state.background')
  set('truncation', state?.truncation, 'state.truncation')
  if (native) set('context_management', state?.contextManagement, 'state.context')
  else if (state?.contextManagement !== undefined) {
    encoding.report({ feature: 'state.context', action: 'dropped', field: 'context_management' })
  }
}

/** encodeInclude asks for what must come back with the next request, where the upstream keeps nothing. */
function encodeInclude(body: JsonObject, encoding: Encoding): void {
  const { request, native, traits } = encoding
  const { state, output } = request
  const supported = traits.reasoning?.supported
  const wanted = new Set(encoding.lacks('state.include') ? [] : (state?.include ?? []))
  const written = native ? spellingOf(request)?.include : undefined
  const logprobs = output.logprobs !== undefined && !encoding.lacks('output.logprobs')
  const stays = (entry: string): boolean => {
    if (entry === ENCRYPTED) return supported !== false
    return entry === LOGPROBS ? logprobs : wanted.has(entry)
  }
  const include = (written ?? [...wanted]).filter(stays)
  if (logprobs && !include.includes(LOGPROBS)) include.push(LOGPROBS)
  if (wantsSealed(encoding) && !include.includes(ENCRYPTED)) include.push(ENCRYPTED)
  if (include.length > 0 || written?.length === 0) body.include = include
}

/** wantsSealed: models that do not reason refuse to be asked, so of one that is not known the request must tell. */
function wantsSealed({ request, native, stateless, traits }: Encoding): boolean {
  // A client of this format that says whether to store knows what that means for its reasoning.
  if (!stateless || (native && request.state?.store !== undefined)) return false
  const { mode } = request.reasoning ?? { mode: 'off' }
  return traits.reasoning?.supported ?? mode !== 'off'
}

type Setter = (field: string, value: unknown, feature: Feature) => void

function setter(body: JsonObject, encoding: Encoding): Setter {
  return (field, value, feature) => {
    if (value !== undefined && !encoding.lacks(feature)) body[field] = value
  }
}

function encodeService(body: JsonObject, encoding: Encoding): void {
  const { cache, identity, metadata, hosted, serviceTier } = encoding.request
  const set = setter(body, encoding)
  set('prompt_cache_key', cache?.key, 'cache.key')
  set('prompt_cache_retention', cache?.retention, 'cache.options')
  const options = defined({ mode: encoding.cacheMode(cache?.mode), ttl: cache?.ttl })
  if (Object.keys(options).length > 0) set('prompt_cache_options', options, 'cache.options')
  // The word of another format for the same tier.
  set('service_tier', serviceTier === 'standard_only' ? 'default' : serviceTier, 'service.tier')
  set('user', encoding.user(), 'identity.user')
  set('safety_identifier', identity?.safetyId, 'identity.safety')
  set('session_id', encoding.native ? identity?.sessionId : undefined, 'ext')
  set('metadata', metadata, 'metadata')
  const moderation = encoding.moderation()
  if (moderation !== undefined) body.moderation = moderation
  if (hosted?.mcpServers !== undefined || hosted?.container !== undefined) {
    encoding.refuse('MCP servers and containers of another service')
  }
}

function encodeStream(body: JsonObject, { request, native }: Encoding): void {
  const { reply } = request
  if (!reply.stream) return
  body.stream = true
  if (native && reply.obfuscation !== undefined) body.stream_options = { include_obfuscation: reply.obfuscation }
}
