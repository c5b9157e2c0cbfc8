import type { OutputFormat } from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import type { Encoding } from './encoding.ts'
import { geminiSchema } from './schema-encode.ts'
import { keptSchema } from './schema-kept.ts'
import { encodeThinking } from './thinking-encode.ts'
import { reportRemoved } from './tools-encode.ts'

const JSON_MIME = 'application/json'
const MAX_STOPS = 5
const MAX_INT32 = 2 ** 31 - 1

/** EncodedConfig is `generationConfig`, and what had to be said in words instead. */
export interface EncodedConfig {
  readonly config: JsonObject
  readonly instruction?: string
}

/** encodeConfig writes `generationConfig`. */
export function encodeConfig(encoding: Encoding, hasTools: boolean): EncodedConfig {
  const { output } = encoding.request
  const maxTokens = encodeMaxTokens(encoding)
  const thinking = encodeThinking(encoding, maxTokens)
  const { members, instruction } = encodeFormat(encoding, hasTools)
  const stop = encodeStop(encoding)
  const config: JsonObject = {
    ...encodeSampling(encoding),
    ...(output.n !== undefined && !encoding.lacks('output.n') && { candidateCount: output.n }),
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...(stop !== undefined && { stopSequences: stop }),
    ...encodeLogprobs(encoding),
    ...members,
    ...encodeModalities(encoding),
    ...(thinking !== undefined && { thinkingConfig: thinking })
  }
  return { config, ...(instruction !== undefined && { instruction }) }
}

function encodeSampling(encoding: Encoding): JsonObject {
  const { sampling } = encoding.request
  const { maxTemperature, penalties } = encoding.traits
  const { topP, topK, frequencyPenalty, presencePenalty } = sampling
  let { temperature, seed } = sampling
  if (temperature !== undefined && maxTemperature !== undefined && temperature > maxTemperature) {
    encoding.gap('sampling.temperature', 'converted', { from: temperature, to: maxTemperature })
    temperature = maxTemperature
  }
  if (seed !== undefined && Math.abs(seed) > MAX_INT32) {
    encoding.gap('sampling.seed', 'dropped', { from: seed, message: 'the service takes seeds of 32 bits' })
    seed = undefined
  }
  return {
    ...(temperature !== undefined && !encoding.lacks('sampling.temperature') && { temperature }),
    ...(topP !== undefined && !encoding.lacks('sampling.top_p') && { topP }),
    ...(topK !== undefined && !encoding.lacks('sampling.top_k') && { topK }),
    ...(seed !== undefined && !encoding.lacks('sampling.seed') && { seed }),
    ...(presencePenalty !== undefined && penalties !== false && { presencePenalty }),
    ...(frequencyPenalty !== undefined && penalties !== false && { frequencyPenalty })
  }
}

function encodeMaxTokens(encoding: Encoding): number | undefined {
  const { maxTokens } = encoding.request.output
  const most = encoding.traits.maxOutput
  if (maxTokens === undefined || most === undefined || maxTokens <= most) return maxTokens
  encoding.gap('output.max_tokens', 'converted', { from: maxTokens, to: most })
  return most
}

function encodeStop(encoding: Encoding): readonly string[] | undefined {
  const { stop } = encoding.request.output
  if (stop === undefined || stop.length === 0 || encoding.lacks('output.stop')) return undefined
  if (stop.length > MAX_STOPS && !encoding.native) encoding.refuse(`more than ${MAX_STOPS} stop sequences`, 'stop')
  return stop
}

function encodeLogprobs(encoding: Encoding): JsonObject {
  const { logprobs } = encoding.request.output
  if (logprobs === undefined || encoding.lacks('output.logprobs')) return {}
  return { responseLogprobs: true, ...(logprobs.top > 0 && { logprobs: logprobs.top }) }
}

function encodeModalities(encoding: Encoding): JsonObject {
  const { modalities, audio } = encoding.request.output
  if (audio !== undefined) {
    encoding.gap('output.audio', 'dropped', { field: 'audio', message: 'the voice and the container of the audio' })
  }
  if (modalities === undefined) return {}
  // Text alone is what every model answers with.
  if (!encoding.native && modalities.every(name => name === 'text')) return {}
  return { responseModalities: modalities.map(name => name.toUpperCase()) }
}

interface EncodedFormat {
  readonly members?: JsonObject
  readonly instruction?: string
}

/** encodeFormat asks for JSON; a model that refuses it beside functions is told in words. */
function encodeFormat(encoding: Encoding, hasTools: boolean): EncodedFormat {
  const { format } = encoding.request.output
  if (format === undefined) return {}
  if (format.type === 'text') return encoding.native ? { members: { responseMimeType: 'text/plain' } } : {}
  if (hasTools && encoding.traits.jsonWithTools === false) return inWords(format, encoding)
  return { members: format.type === 'json_schema' ? encodeSchema(format, encoding) : { responseMimeType: JSON_MIME } }
}

function inWords(format: OutputFormat, encoding: Encoding): EncodedFormat {
  const schema = format.type === 'json_schema' ? format.schema : undefined
  encoding.gap(schema === undefined ? 'output.json' : 'output.json_schema', 'emulated', {
    message: 'the model takes no JSON output together with functions: an instruction stands in'
  })
  const fits = schema === undefined ? '' : ` It fits this JSON Schema:\n${JSON.stringify(schema)}`
  return {
    instruction: `Give the final answer as JSON and nothing else: no prose around it, no code fence.${fits}`
  }
}

function encodeSchema(format: Extract<OutputFormat, { type: 'json_schema' }>, encoding: Encoding): JsonObject {
  const { schema, name, description } = format
  const kept = encoding.native ? keptSchema(schema) : undefined
  if (kept !== undefined) {
    return { ...(kept.mime !== undefined && { responseMimeType: kept.mime }), [kept.member]: kept.wire }
  }
  const { schema: made, removed } = geminiSchema(schema)
  if (removed.length > 0) reportRemoved('output.json_schema', 'schema', removed, encoding)
  if (name !== undefined)
    encoding.gap('output.json_schema', 'dropped', { field: 'name', message: 'the name of the schema' })
  const described = isObject(made) && description !== undefined && made.description === undefined
  return { responseMimeType: JSON_MIME, responseJsonSchema: described ? { ...made, description } : made }
}
