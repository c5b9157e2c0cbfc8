import { type EmbedReply, type EmbedRequest, type FeatureTable, featureTable, type ResultFormat } from '@isthmus/core'
import { decodeBatch, decodeSingle } from './embed-decode.ts'
import { type EmbedTraits, encodeBatch, encodeSingle } from './embed-encode.ts'
import { embedDecoder, encodeBatchReply, encodeSingleReply } from './embed-reply.ts'
import { BatchSchema, SingleSchema } from './embed-schema.ts'
import { decodeError } from './error-decode.ts'
import { encodeError } from './error-encode.ts'
import { FORWARD } from './forward.ts'
import { FORMAT } from './types.ts'

/** What a model lacks is said by its provider: older ones embed nothing but text, the oldest have one length of vectors. */
const EMBED_FEATURES: FeatureTable = featureTable({
  'embed.tokens': 'rejected',
  'embed.media': 'exact',
  'embed.dimensions': 'exact',
  'embed.task': 'exact',
  'identity.user': 'dropped',
  ext: 'exact'
})

const shared = {
  id: FORMAT,
  operation: 'embed',
  features: EMBED_FEATURES,
  forward: FORWARD,
  error: { decode: decodeError, encode: encodeError }
} as const

/** geminiEmbed is how one vector is asked for in the Gemini API. */
export const geminiEmbed: ResultFormat<EmbedRequest, EmbedReply, EmbedTraits> = {
  ...shared,
  request: { decode: decodeSingle, encode: encodeSingle, schema: SingleSchema },
  response: { decoder: embedDecoder, encode: encodeSingleReply }
}

/** geminiBatchEmbed is how up to 100 vectors are asked for at once in the Gemini API. */
export const geminiBatchEmbed: ResultFormat<EmbedRequest, EmbedReply, EmbedTraits> = {
  ...shared,
  request: { decode: decodeBatch, encode: encodeBatch, schema: BatchSchema },
  response: { decoder: embedDecoder, encode: encodeBatchReply }
}
