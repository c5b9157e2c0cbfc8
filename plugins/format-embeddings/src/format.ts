import type { EmbedReply, EmbedRequest, ResultFormat } from '@isthmus/core'
import { decodeError, encodeError, FORWARD } from '@isthmus/format-chat-completions/openai'
import { EMBEDDINGS_FEATURES } from './features.ts'
import { decodeRequest, encodeRequest } from './request.ts'
import { embeddingsDecoder, encodeReply } from './response.ts'
import { EmbedSchema } from './schema.ts'
import { FORMAT } from './types.ts'

/** embeddings is the Embeddings wire format, both directions. */
export const embeddings: ResultFormat<EmbedRequest, EmbedReply> = {
  id: FORMAT,
  operation: 'embed',
  features: EMBEDDINGS_FEATURES,
  forward: FORWARD,
  request: { decode: decodeRequest, encode: encodeRequest, schema: EmbedSchema },
  response: { decoder: embeddingsDecoder, encode: encodeReply },
  error: { decode: decodeError, encode: encodeError }
}
