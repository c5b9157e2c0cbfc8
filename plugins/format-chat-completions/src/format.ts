import type { WireFormat } from '@isthmus/core'
import { DocumentedSchema } from './documented-schema.ts'
import { decodeError } from './error-decode.ts'
import { encodeError } from './error-encode.ts'
import { CHAT_FEATURES, chatRepliesWith } from './features.ts'
import { FORWARD } from './forward.ts'
import { decodeModels, encodeModel, encodeModels } from './models.ts'
import { decodeRequest } from './request-decode.ts'
import { encodeRequest } from './request-encode.ts'
import { chatDecoder } from './response-decode.ts'
import { encodeResponse } from './response-encode.ts'
import { chatStreamEncoder } from './stream-encode.ts'
import type { ChatTraits } from './traits.ts'
import { FORMAT } from './types.ts'

/** chatCompletions is the Chat Completions wire format, both directions. */
export const chatCompletions: WireFormat<ChatTraits> = {
  id: FORMAT,
  features: CHAT_FEATURES,
  repliesWith: chatRepliesWith,
  forward: FORWARD,
  request: { decode: decodeRequest, encode: encodeRequest, schema: DocumentedSchema },
  response: { decoder: chatDecoder, encode: encodeResponse, encoder: chatStreamEncoder },
  error: { decode: decodeError, encode: encodeError },
  models: { decode: decodeModels, encodeList: encodeModels, encodeOne: encodeModel }
}
