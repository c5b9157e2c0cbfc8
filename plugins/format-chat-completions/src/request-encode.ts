import type { CacheMark, EncodedRequest, Feature, GenerateRequest, OutputFormat, Sampling, Target } from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import { cacheControl } from './cache.ts'
import { DIALECT } from './dialect.ts'
import { Encoding } from './encoding.ts'
import { addMembers, defined, membersOf } from './ext.ts'
import { encodeMessages } from './message-encode.ts'
import { encodeReasoning } from './reasoning-encode.ts'
import { SAMPLING } from './sampling.ts'
import { encodeTools } from './tool-encode.ts'
import type { ChatTraits } from './traits.ts'
import type { RequestContext } from './types.ts'

const MAX_STOPS = 4

/** encodeRequest writes a request. The same request gives the same bytes. */
export function encodeRequest(request: GenerateRequest, target: Target<ChatTraits>): EncodedRequest {
  const encoding = new Encoding(request, target)
  const body: JsonObject = { model: target.model, messages: encodeMessages(encoding) }
  encodeTools(body, encoding)
  encodeOutput(body, encoding)
  encodeSampling(body, encoding)
  encodeReasoning(body, encoding)
  encodeService(body, encoding)
  encodeStream(body, encoding)
  if (encoding.dialect.has(DIALECT.usage) && !encoding.lacks('ext')) body.usage = { include: true }
  encoding.reportForeign(request, 'body')
  if (!encoding.lacks('ext')) addMembers(body, membersOf(request))
  const context = contextOf(encoding)
  return { body, gaps: encoding.gaps, ...(context !== undefined && { context }) }
}

function contextOf({ names, request }: Encoding): RequestContext | undefined {
  const { audio } = request.output
  const context = defined({
    toolNames: names.originals,
    audioFormat: isObject(audio) && typeof audio.format === 'string' ? audio.format : undefined
  })
  return Object.keys(context).length > 0 ? context : undefined
}

function encodeOutput(body: JsonObject, encoding: Encoding): void {
  const { output } = encoding.request
  const { maxStops = MAX_STOPS } = encoding.traits
  if (output.maxTokens !== undefined) encodeLimit(body, output.maxTokens, encoding)
  if (output.stop !== undefined) {
    if (output.stop.length > maxStops) encoding.refuse(`more than ${maxStops} stop sequences`, 'stop')
    body.stop = output.stop
  }
  if (output.n !== undefined) body.n = output.n
  if (output.logprobs !== undefined && !encoding.lacks('output.logprobs')) {
    body.logprobs = true
    if (output.logprobs.top > 0) body.top_logprobs = output.logprobs.top
  }
  if (output.format !== undefined && output.format.type !== 'text') {
    body.response_format = encodeFormat(output.format, encoding)
  }
  if (output.modalities !== undefined) body.modalities = output.modalities
  if (output.audio !== undefined) body.audio = output.audio
  if (output.verbosity !== undefined && !encoding.lacks('output.verbosity')) body.verbosity = output.verbosity
  if (output.prediction !== undefined && !encoding.lacks('output.prediction')) body.prediction = output.prediction
}

function encodeLimit(body: JsonObject, maxTokens: number, encoding: Encoding): void {
  const { traits, native, dialect } = encoding
  const older = native ? dialect.has(DIALECT.maxTokens) : true
  const field = traits.maxTokensField ?? (older ? 'max_tokens' : 'max_completion_tokens')
  const least = Math.max(maxTokens, traits.minOutputTokens ?? 0)
  const limit = Math.min(least, traits.maxOutputTokens ?? least)
  body[field] = limit
  if (limit !== maxTokens) {
    encoding.report({ feature: 'output.max_tokens', action: 'converted', field, from: maxTokens, to: limit })
  }
}

function encodeFormat(format: OutputFormat, encoding: Encoding): JsonObject {
  if (format.type !== 'json_schema') return { type: format.type }
  const { name, description, schema, strict } = format
  if (encoding.dialect.has(DIALECT.objectSchema) && !encoding.lacks('ext')) return { type: 'json_object', schema }
  // The format wants a name; a client of another one may have given none.
  return { type: 'json_schema', json_schema: defined({ name: name ?? 'response', description, schema, strict }) }
}

function encodeSampling(body: JsonObject, encoding: Encoding): void {
  const { sampling, reasoning } = encoding.request
  const refused = encoding.traits.samplingOnlyWithoutReasoning === true && reasoning?.mode !== 'off'
  for (const [key, field, feature] of SAMPLING) {
    const value = sampling[key]
    if (value === undefined || encoding.lacks(feature)) continue
    if (refused && RANDOMNESS.has(key)) {
      const message = 'the model takes it only with reasoning off'
      encoding.report({ feature, action: 'dropped', field, message })
    } else body[field] = value
  }
}

const RANDOMNESS: ReadonlySet<keyof Sampling> = new Set(['temperature', 'topP'])

function encodeService(body: JsonObject, encoding: Encoding): void {
  if (encoding.marked) body.prompt_cache_options = { mode: 'explicit' }
  const { cache, state, identity, metadata, hosted, serviceTier } = encoding.request
  const set = (field: string, value: unknown, feature: Feature): void => {
    if (value !== undefined && !encoding.lacks(feature)) body[field] = value
  }
  if (cache !== undefined) {
    set('prompt_cache_key', cache.key, 'cache.key')
    set('prompt_cache_retention', cache.retention, 'cache.options')
    const options = defined({ mode: encoding.cacheMode(cache.mode), ttl: cache.ttl })
    if (Object.keys(options).length > 0) set('prompt_cache_options', options, 'cache.options')
    if (cache.autoMark !== undefined) encodeAutoMark(body, cache.autoMark, encoding)
  }
  set('store', state?.store, 'state.store')
  // The word of another format for the same tier.
  set('service_tier', serviceTier === 'standard_only' ? 'default' : serviceTier, 'service.tier')
  set('user', encoding.user(), 'identity.user')
  set('safety_identifier', identity?.safetyId, 'identity.safety')
  set('session_id', encoding.native ? identity?.sessionId : undefined, 'ext')
  set('metadata', metadata, 'metadata')
  const moderation = encoding.moderation()
  if (moderation !== undefined) body.moderation = moderation
  if (hosted !== undefined) {
    if (hosted.mcpServers !== undefined || hosted.container !== undefined) encoding.refuse('MCP servers and containers')
    set('web_search_options', hosted.webSearch, 'hosted.options')
  }
}

/** encodeAutoMark: the service sets the mark; a client of another format cannot know whether this one does. */
function encodeAutoMark(body: JsonObject, mark: CacheMark, encoding: Encoding): void {
  const { traits, native } = encoding
  if (encoding.lacks('cache.auto')) return
  if (native || traits.cacheMarks === 'cache_control') body.cache_control = cacheControl(mark)
  else encoding.report({ feature: 'cache.auto', action: 'dropped', field: 'cache_control' })
}

/** encodeStream always asks for usage: the gateway counts it even if the client does not. */
function encodeStream(body: JsonObject, encoding: Encoding): void {
  const { reply } = encoding.request
  if (!reply.stream) return
  body.stream = true
  if (encoding.traits.streamUsage === false) return
  body.stream_options = {
    include_usage: true,
    ...(encoding.native && reply.obfuscation !== undefined && { include_obfuscation: reply.obfuscation })
  }
}
