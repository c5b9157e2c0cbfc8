import type { WireFormat } from '@isthmus/core'
import {
  decodeError,
  decodeModels,
  encodeError,
  encodeModel,
  encodeModels,
  FORWARD
} from '@isthmus/format-chat-completions/openai'
import { RESPONSES_FEATURES } from './features.ts'
import { decodeRequest } from './request-decode.ts'
import { encodeRequest } from './request-encode.ts'
import { responsesDecoder } from './response-decode.ts'
import { encodeResponse } from './response-encode.ts'
import { documentedSchema } from './schema/documented-schema.ts'
import { responsesStreamEncoder } from './stream-encode.ts'
import type { ResponsesTraits } from './traits.ts'
import { FORMAT } from './types.ts'

/** responses is the OpenAI Responses wire format, both directions. */
export const responses: WireFormat<ResponsesTraits> = {
  id: FORMAT,
  features: RESPONSES_FEATURES,
  forward: FORWARD,
  request: { decode: decodeRequest, encode: encodeRequest, schema: documentedSchema },
  response: { decoder: responsesDecoder, encode: encodeResponse, encoder: responsesStreamEncoder },
  error: { decode: decodeError, encode: encodeError },
  models: { decode: decodeModels, encodeList: encodeModels, encodeOne: encodeModel }
}
