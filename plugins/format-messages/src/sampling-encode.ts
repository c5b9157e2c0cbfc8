import type { GenerateRequest } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import type { EncodeEnv } from './encode-env.ts'

/** encodeSampling writes what the model takes of temperature, top_p and top_k. */
export function encodeSampling(
  { sampling }: GenerateRequest,
  env: EncodeEnv,
  thinking: JsonObject | undefined
): JsonObject {
  const { topK } = sampling
  let { temperature, topP } = sampling
  if (temperature !== undefined && temperature > 1) {
    env.gap('sampling.temperature', 'converted', { from: temperature, to: 1 })
    temperature = 1
  }
  const free = env.traits.sampling !== 'none' && thinking?.type !== 'enabled'
  // With a fixed temperature only the values that change nothing are taken.
  if (!free && temperature !== undefined && temperature !== 1) {
    env.gap('sampling.temperature', 'dropped', { from: temperature })
    temperature = undefined
  }
  const least = env.traits.sampling === 'none' ? 0.99 : 0.95
  if (!free && topP !== undefined && topP < least) {
    env.gap('sampling.top_p', 'dropped', { from: topP })
    topP = undefined
  }
  if (env.traits.sampling === 'one' && temperature !== undefined && topP !== undefined) {
    env.gap('sampling.top_p', 'dropped', { from: topP, message: 'the model takes temperature or top_p' })
    topP = undefined
  }
  if (!free && topK !== undefined) env.gap('sampling.top_k', 'dropped', { from: topK })
  return {
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(free && topK !== undefined && { top_k: topK })
  }
}
