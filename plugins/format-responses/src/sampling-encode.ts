import type { Feature, Sampling } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import type { Encoding } from './encoding.ts'
import type { MoreSampling } from './traits.ts'

const COMMON: readonly (readonly [keyof Sampling, string, Feature])[] = [
  ['temperature', 'temperature', 'sampling.temperature'],
  ['topP', 'top_p', 'sampling.top_p']
]
const MORE: readonly (readonly [MoreSampling, string])[] = [
  ['topK', 'top_k'],
  ['frequencyPenalty', 'frequency_penalty'],
  ['presencePenalty', 'presence_penalty']
]

/** encodeSampling writes what the model takes of it; some models take none while they reason. */
export function encodeSampling(body: JsonObject, encoding: Encoding): void {
  const { request, traits } = encoding
  const { sampling, reasoning } = request
  const refused = traits.sampling === 'without_reasoning' && reasoning?.mode !== 'off'
  for (const [key, field, feature] of COMMON) {
    const value = sampling[key]
    if (value === undefined || traits.sampling === 'never' || encoding.lacks(feature)) continue
    if (refused) {
      const message = 'the model takes it only with reasoning off'
      encoding.report({ feature, action: 'dropped', field, message })
    } else body[field] = value
  }
  for (const [key, field] of MORE) {
    const value = sampling[key]
    if (value !== undefined && traits.moreSampling?.includes(key)) body[field] = value
  }
}
