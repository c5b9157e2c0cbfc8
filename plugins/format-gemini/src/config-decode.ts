import type { Output, Reasoning, Sampling } from '@isthmus/core'
import { defined, type JsonObject, restOf } from '@isthmus/core/wire'
import { integerOf } from './integer.ts'
import { decodeFormat } from './output-decode.ts'
import { KEYS } from './request-schema.ts'
import { decodeThinking } from './thinking-decode.ts'

export interface DecodedConfig {
  readonly sampling: Sampling
  readonly output: Output
  readonly reasoning?: Reasoning | undefined
  /** Members that only this format knows. */
  readonly rest?: JsonObject | undefined
  readonly level?: string | undefined
}

/** Members that the IR has no place for unless others stand beside them. */
const CONDITIONAL = ['responseMimeType', 'responseSchema', 'responseJsonSchema', 'responseFormat'] as const

/** decodeConfig reads `generationConfig`. */
export function decodeConfig(config: JsonObject): DecodedConfig {
  const { format, read } = decodeFormat(config)
  const { reasoning, rest: thinking, level } = decodeThinking(config.thinkingConfig as JsonObject | undefined)
  const known = new Set([...KEYS.generationConfig].filter(name => !(CONDITIONAL as readonly string[]).includes(name)))
  for (const name of read) known.add(name)
  const logprobs = config.responseLogprobs === true ? { top: integerOf(config.logprobs) ?? 0 } : undefined
  if (logprobs === undefined) for (const name of ['responseLogprobs', 'logprobs']) known.delete(name)
  let rest = restOf(config, known)
  if (thinking !== undefined) rest = { ...rest, thinkingConfig: thinking }
  const stop = config.stopSequences as readonly string[] | undefined
  const modalities = config.responseModalities as readonly string[] | undefined
  return {
    sampling: defined({
      temperature: config.temperature as number | undefined,
      topP: config.topP as number | undefined,
      topK: config.topK as number | undefined,
      seed: integerOf(config.seed),
      presencePenalty: config.presencePenalty as number | undefined,
      frequencyPenalty: config.frequencyPenalty as number | undefined
    }),
    output: defined({
      maxTokens: integerOf(config.maxOutputTokens),
      stop: stop !== undefined && stop.length > 0 ? stop : undefined,
      n: integerOf(config.candidateCount),
      logprobs,
      format,
      modalities: modalities !== undefined && modalities.length > 0 ? modalities.map(lower) : undefined
    }) as Output,
    reasoning,
    rest,
    level
  }
}

const lower = (word: string): string => word.toLowerCase()
