import type { CountReply, CountRequest, EncodedRequest, RequestHead, ResultFormat, Target } from '@isthmus/core'
import { countOf, type JsonObject, restOf, resultDecoder } from '@isthmus/core/wire'
import { NAMESPACE } from './blocks.ts'
import { InputDocument } from './documented-schema.ts'
import { decodeError } from './errors-decode.ts'
import { encodeError } from './errors-encode.ts'
import { messagesFeatures } from './features.ts'
import { FORWARD_REPLY, FORWARD_REQUEST } from './headers.ts'
import { decodeInput } from './request-decode.ts'
import { encodeRequest } from './request-encode.ts'
import type { MessagesTraits } from './traits.ts'

/** messagesCount is how tokens are counted in the Messages API. */
export const messagesCount: ResultFormat<CountRequest, CountReply, MessagesTraits> = {
  id: NAMESPACE,
  operation: 'count_tokens',
  features: messagesFeatures,
  forward: { request: FORWARD_REQUEST, response: FORWARD_REPLY },
  request: { decode: decodeCount, encode: encodeCount, schema: InputDocument },
  response: {
    decoder: (head, target, _context, rewrite) => resultDecoder(head, target.provider, decodeReply, rewrite),
    encode: encodeReply
  },
  error: { decode: decodeError, encode: encodeError }
}

function decodeCount(wire: unknown, head: RequestHead): CountRequest {
  const input = decodeInput(wire, head)
  const { model, ingress } = input
  return { op: 'count_tokens', model, ingress, input }
}

/** What the endpoint refuses, because it makes no difference to the number. */
const NOT_COUNTED = new Set([
  'max_tokens',
  'stream',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'metadata',
  'service_tier',
  'container'
])

function encodeCount({ input }: CountRequest, target: Target<MessagesTraits>): EncodedRequest {
  const { body, gaps, ...rest } = encodeRequest(input, target)
  const counted = gaps.filter(({ feature }) => /^(?:input|tools|reasoning)\./.test(feature))
  return { ...rest, body: restOf(body, NOT_COUNTED) ?? {}, gaps: counted }
}

function decodeReply(body: JsonObject): CountReply | undefined {
  const inputTokens = countOf(body.input_tokens)
  if (inputTokens === undefined) return undefined
  const ext = restOf(body, new Set(['input_tokens']))
  return { op: 'count_tokens', inputTokens, estimated: false, ...(ext && { ext: { [NAMESPACE]: ext } }) }
}

function encodeReply({ inputTokens, ext }: CountReply): JsonObject {
  return { input_tokens: inputTokens, ...ext?.[NAMESPACE] }
}
