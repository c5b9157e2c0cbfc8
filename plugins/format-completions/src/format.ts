import type { CompleteRequest, MessageFormat } from '@isthmus/core'
import { decodeError, encodeError, FORWARD } from '@isthmus/format-chat-completions/openai'
import { COMPLETIONS_FEATURES } from './features.ts'
import { decodeRequest } from './request-decode.ts'
import { encodeRequest } from './request-encode.ts'
import { RequestSchema } from './request-schema.ts'
import { completionsDecoder } from './response-decode.ts'
import { encodeResponse } from './response-encode.ts'
import { completionsStreamEncoder } from './stream-encode.ts'
import type { CompletionsTraits } from './traits.ts'
import { FORMAT } from './types.ts'

/** completions is the legacy Completions wire format, both directions. */
export const completions: MessageFormat<CompleteRequest, CompletionsTraits> = {
  id: FORMAT,
  operation: 'complete',
  features: COMPLETIONS_FEATURES,
  forward: FORWARD,
  request: { decode: decodeRequest, encode: encodeRequest, schema: RequestSchema },
  response: { decoder: completionsDecoder, encode: encodeResponse, encoder: completionsStreamEncoder },
  error: { decode: decodeError, encode: encodeError }
}
