import type { WireFormat } from '@isthmus/core'
import { NAMESPACE } from './blocks.ts'
import { RequestDocument } from './documented-schema.ts'
import { decodeError } from './errors-decode.ts'
import { encodeError } from './errors-encode.ts'
import { messagesFeatures } from './features.ts'
import { FORWARD_REPLY, FORWARD_REQUEST } from './headers.ts'
import { decodeModels, encodeModel, encodeModels } from './models.ts'
import { decodeRequest } from './request-decode.ts'
import { encodeRequest } from './request-encode.ts'
import { decodeReply } from './response-decode.ts'
import { encodeResponse } from './response-encode.ts'
import { MessagesStreamEncoder } from './stream-encode.ts'
import type { MessagesTraits } from './traits.ts'

/** messages is the Anthropic Messages wire format in both directions. */
export const messages: WireFormat<MessagesTraits> = {
  id: NAMESPACE,
  resumes: true,
  features: messagesFeatures,
  forward: { request: FORWARD_REQUEST, response: FORWARD_REPLY },
  request: { decode: decodeRequest, encode: encodeRequest, schema: RequestDocument },
  response: {
    decoder: decodeReply,
    encode: encodeResponse,
    encoder: options => new MessagesStreamEncoder(options)
  },
  error: { decode: decodeError, encode: encodeError },
  models: { decode: decodeModels, encodeList: encodeModels, encodeOne: encodeModel }
}
