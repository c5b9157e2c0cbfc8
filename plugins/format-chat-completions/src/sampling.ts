import type { Feature, Sampling } from '@isthmus/core'
import { defined } from '@isthmus/core/wire'
import { type Static, type TSchema, Type } from 'typebox'

const optional = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]))

/** SamplingProperties are the settings of a request, those of servers beside OpenAI's included. */
export const SamplingProperties = {
  temperature: optional(Type.Number()),
  top_p: optional(Type.Number()),
  top_k: optional(Type.Number()),
  min_p: optional(Type.Number()),
  top_a: optional(Type.Number()),
  seed: optional(Type.Integer()),
  frequency_penalty: optional(Type.Number()),
  presence_penalty: optional(Type.Number()),
  repetition_penalty: optional(Type.Number()),
  logit_bias: optional(Type.Record(Type.String(), Type.Number()))
}

/** decodeSampling reads them. */
export function decodeSampling(wire: Static<ReturnType<typeof Type.Object<typeof SamplingProperties>>>): Sampling {
  return defined({
    temperature: wire.temperature ?? undefined,
    topP: wire.top_p ?? undefined,
    topK: wire.top_k ?? undefined,
    minP: wire.min_p ?? undefined,
    topA: wire.top_a ?? undefined,
    seed: wire.seed ?? undefined,
    frequencyPenalty: wire.frequency_penalty ?? undefined,
    presencePenalty: wire.presence_penalty ?? undefined,
    repetitionPenalty: wire.repetition_penalty ?? undefined,
    logitBias: wire.logit_bias ?? undefined
  })
}

/** SAMPLING lists the settings: in the IR, on the wire, as a feature. */
export const SAMPLING: readonly (readonly [keyof Sampling, string, Feature])[] = [
  ['temperature', 'temperature', 'sampling.temperature'],
  ['topP', 'top_p', 'sampling.top_p'],
  ['topK', 'top_k', 'sampling.top_k'],
  ['minP', 'min_p', 'sampling.min_p'],
  ['topA', 'top_a', 'sampling.top_a'],
  ['seed', 'seed', 'sampling.seed'],
  ['frequencyPenalty', 'frequency_penalty', 'sampling.frequency_penalty'],
  ['presencePenalty', 'presence_penalty', 'sampling.presence_penalty'],
  ['repetitionPenalty', 'repetition_penalty', 'sampling.repetition_penalty'],
  ['logitBias', 'logit_bias', 'sampling.logit_bias']
]
