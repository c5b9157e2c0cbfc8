import type { WireFormat } from '@isthmus/core'
import { decodeError } from './error-decode.ts'
import { encodeError } from './error-encode.ts'
import { GEMINI_FEATURES, geminiRepliesWith } from './features.ts'
import { FORWARD } from './forward.ts'
import { decodeModels, encodeModel, encodeModels } from './models.ts'
import { decodeRequest } from './request-decode.ts'
import { encodeRequest } from './request-encode.ts'
import { DocumentedSchema } from './request-schema.ts'
import { geminiDecoder } from './response-decode.ts'
import { encodeResponse } from './response-encode.ts'
import { geminiStreamEncoder } from './stream-encode.ts'
import type { GeminiTraits } from './traits.ts'
import { FORMAT } from './types.ts'

/** gemini is the Gemini generateContent wire format in both directions. */
export const gemini: WireFormat<GeminiTraits> = {
  id: FORMAT,
  features: GEMINI_FEATURES,
  repliesWith: geminiRepliesWith,
  forward: FORWARD,
  request: { decode: decodeRequest, encode: encodeRequest, schema: DocumentedSchema },
  response: { decoder: geminiDecoder, encode: encodeResponse, encoder: geminiStreamEncoder },
  error: { decode: decodeError, encode: encodeError },
  models: { decode: decodeModels, encodeList: encodeModels, encodeOne: encodeModel }
}
