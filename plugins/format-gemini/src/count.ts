import type { CountReply, CountRequest, EncodedRequest, RequestHead, ResultFormat, Target } from '@isthmus/core'
import { countOf, invalid, isObject, type JsonObject, restOf, resultDecoder } from '@isthmus/core/wire'
import { type TSchema, Type } from 'typebox'
import { decodeError, upstreamError } from './error-decode.ts'
import { encodeError } from './error-encode.ts'
import { spellingOf, withExt } from './ext.ts'
import { GEMINI_FEATURES } from './features.ts'
import { FORWARD } from './forward.ts'
import { resourceName } from './model-path.ts'
import { decodeRequest } from './request-decode.ts'
import { encodeRequest } from './request-encode.ts'
import { DocumentedSchema } from './request-schema.ts'
import type { GeminiTraits } from './traits.ts'
import { FORMAT } from './types.ts'

const { contents } = DocumentedSchema.properties
const CountSchema: TSchema = Type.Union([
  Type.Object({ contents }),
  Type.Object({ generateContentRequest: DocumentedSchema })
])

/** geminiCount is how tokens are counted in the Gemini API. */
export const geminiCount: ResultFormat<CountRequest, CountReply, GeminiTraits> = {
  id: FORMAT,
  operation: 'count_tokens',
  features: GEMINI_FEATURES,
  forward: FORWARD,
  request: { decode: decodeCount, encode: encodeCount, schema: CountSchema },
  response: {
    decoder: (head, target, _context, rewrite) =>
      resultDecoder(head, target.provider, body => decodeReply(body, target.provider), rewrite),
    encode: encodeReply
  },
  error: { decode: decodeError, encode: encodeError }
}

/** A request stands as it is, or within `generateContentRequest`, the only place where the service takes more than contents. */
function decodeCount(wire: unknown, head: RequestHead): CountRequest {
  if (!isObject(wire)) throw invalid('', 'an object', wire)
  const whole = wire.generateContentRequest ?? wire.generate_content_request
  const wrapped = whole !== undefined && whole !== null
  if (wrapped && wire.contents !== undefined) {
    throw invalid('contents', 'none beside generateContentRequest', wire.contents)
  }
  if (wrapped && !isObject(whole)) throw invalid('generateContentRequest', 'an object', whole)
  const input = decodeRequest(wrapped ? whole : wire, head)
  const request: CountRequest = { op: 'count_tokens', model: input.model, ingress: input.ingress, input }
  return wrapped ? withExt(request, undefined, { wrapped }) : request
}

/** Losses that make no difference to the number are not worth a word. */
const COUNTED = /^(?:input|tools|reasoning|hosted|cache\.handle)\b/

function encodeCount(request: CountRequest, target: Target<GeminiTraits>): EncodedRequest {
  const { body, gaps, ...rest } = encodeRequest(request.input, target)
  const plain = !spellingOf(request)?.wrapped && Object.keys(body).every(name => name === 'contents')
  return {
    ...rest,
    body: plain ? body : { generateContentRequest: { model: resourceName(target.model), ...body } },
    gaps: gaps.filter(({ feature }) => COUNTED.test(feature))
  }
}

const REPLY: ReadonlySet<string> = new Set(['totalTokens', 'cachedContentTokenCount'])

function decodeReply(body: JsonObject, provider: string): CountReply | undefined {
  if (body.error !== undefined) throw upstreamError(body, provider)
  const inputTokens = countOf(body.totalTokens)
  if (inputTokens === undefined) return undefined
  const cachedTokens = countOf(body.cachedContentTokenCount)
  const reply: CountReply = {
    op: 'count_tokens',
    inputTokens,
    ...(cachedTokens !== undefined && { cachedTokens }),
    estimated: false
  }
  return withExt(reply, restOf(body, REPLY))
}

function encodeReply({ inputTokens, cachedTokens, ext }: CountReply): JsonObject {
  return {
    totalTokens: inputTokens,
    ...(cachedTokens !== undefined && { cachedContentTokenCount: cachedTokens }),
    ...ext?.[FORMAT]
  }
}
