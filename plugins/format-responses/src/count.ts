import type { CountReply, CountRequest, EncodedRequest, RequestHead, ResultFormat, Target } from '@isthmus/core'
import { countOf, type JsonObject, restOf, resultDecoder } from '@isthmus/core/wire'
import { decodeError, encodeError, FORWARD } from '@isthmus/format-chat-completions/openai'
import { Type } from 'typebox'
import { RESPONSES_FEATURES } from './features.ts'
import { decodeRequest } from './request-decode.ts'
import { encodeRequest } from './request-encode.ts'
import { documentedSchema } from './schema/documented-schema.ts'
import type { ResponsesTraits } from './traits.ts'
import { FORMAT } from './types.ts'

/** COUNTED are the members that the endpoint takes, because the number depends on them. */
const COUNTED = [
  'model',
  'input',
  'instructions',
  'previous_response_id',
  'conversation',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'reasoning',
  'text',
  'truncation'
] as const
/** `personality` is a member of this endpoint alone that the IR does not know. */
const SENT: readonly string[] = [...COUNTED, 'personality']

const countSchema = Type.Pick(documentedSchema, COUNTED, { description: 'A request whose input tokens are counted.' })

/** responsesCount is how tokens are counted in the Responses API. */
export const responsesCount: ResultFormat<CountRequest, CountReply, ResponsesTraits> = {
  id: FORMAT,
  operation: 'count_tokens',
  features: RESPONSES_FEATURES,
  forward: FORWARD,
  request: { decode: decodeCount, encode: encodeCount, schema: countSchema },
  response: {
    decoder: (head, target, _context, rewrite) => resultDecoder(head, target.provider, decodeReply, rewrite),
    encode: encodeReply
  },
  error: { decode: decodeError, encode: encodeError }
}

/** A stream flag makes no difference to a number, and a stream is no answer to this question. */
function decodeCount(wire: unknown, head: RequestHead): CountRequest {
  const request = decodeRequest(wire, head)
  const { model, ingress } = request
  const input = request.reply.stream ? { ...request, reply: { ...request.reply, stream: false } } : request
  return { op: 'count_tokens', model, ingress, input }
}

function encodeCount({ input }: CountRequest, target: Target<ResponsesTraits>): EncodedRequest {
  const { body, gaps, ...rest } = encodeRequest(input, target)
  const counted: JsonObject = {}
  for (const name of SENT) if (body[name] !== undefined) counted[name] = body[name]
  return { ...rest, body: counted, gaps: gaps.filter(({ feature }) => /^(?:input|tools|reasoning)\./.test(feature)) }
}

function decodeReply(body: JsonObject): CountReply | undefined {
  const inputTokens = countOf(body.input_tokens)
  if (inputTokens === undefined) return undefined
  const ext = restOf(body, new Set(['object', 'input_tokens']))
  return { op: 'count_tokens', inputTokens, estimated: false, ...(ext && { ext: { [FORMAT]: ext } }) }
}

function encodeReply({ inputTokens, ext }: CountReply): JsonObject {
  return { ...ext?.[FORMAT], object: 'response.input_tokens', input_tokens: inputTokens }
}
