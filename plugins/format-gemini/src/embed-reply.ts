import type { EmbedReply, ResponseDecoder, ResponseHead, Rewrite, Target } from '@isthmus/core'
import { addMembers, floatsOf, isObject, type JsonObject, restOf, resultDecoder } from '@isthmus/core/wire'
import type { EmbedContext } from './embed-encode.ts'
import { upstreamError } from './error-decode.ts'
import { FORMAT_GEMINI_REPLY, FORMAT_GEMINI_VECTOR } from './errors.ts'
import { withExt } from './ext.ts'
import { FORMAT } from './types.ts'
import { decodeUsage, encodeUsage } from './usage.ts'

type Vector = EmbedReply['vectors'][number]

/** embedDecoder reads a reply of one vector or of several. */
export function embedDecoder(head: ResponseHead, target: Target, context: unknown, rewrite?: Rewrite): ResponseDecoder {
  const known = context as EmbedContext | undefined
  return resultDecoder(head, target.provider, body => decodeReply(body, target.provider, known), rewrite)
}

const REPLY: ReadonlySet<string> = new Set(['embedding', 'embeddings', 'usageMetadata'])
const VALUES: ReadonlySet<string> = new Set(['values'])

function decodeReply(body: JsonObject, provider: string, context: EmbedContext | undefined): EmbedReply | undefined {
  if (body.error !== undefined) throw upstreamError(body, provider)
  const list = body.embeddings ?? (body.embedding === undefined ? undefined : [body.embedding])
  if (!Array.isArray(list) || list.length === 0) return undefined
  if (context !== undefined && list.length !== context.inputs) {
    throw FORMAT_GEMINI_REPLY(provider, `${list.length} vectors for ${context.inputs} inputs`)
  }
  const vectors = list.map(entry => {
    const values: unknown = isObject(entry) ? entry.values : undefined
    if (!isVector(values)) throw FORMAT_GEMINI_REPLY(provider, 'a vector that is no list of numbers')
    return context?.scale ? scaled(values) : values
  })
  const usage = decodeUsage(isObject(body.usageMetadata) ? body.usageMetadata : undefined)
  const besides = list.map(entry => restOf(entry as JsonObject, VALUES) ?? {})
  const kept = besides.some(beside => Object.keys(beside).length > 0)
  const rest = restOf(body, REPLY)
  const reply: EmbedReply = { op: 'embed', model: '', vectors, ...(usage && { usage }) }
  return withExt(reply, kept ? { ...rest, embeddings: besides } : rest)
}

/** isVector looks at the first number only: there may be millions. */
function isVector(value: unknown): value is readonly number[] {
  return Array.isArray(value) && typeof value[0] === 'number'
}

function scaled(values: readonly number[]): readonly number[] {
  let squares = 0
  for (const value of values) squares += value * value
  const length = Math.sqrt(squares)
  return length === 0 ? values : values.map(value => value / length)
}

/** encodeSingleReply writes the reply to `:embedContent`. */
export function encodeSingleReply(reply: EmbedReply): JsonObject {
  return finish({ embedding: embeddingsOf(reply)[0] }, reply)
}

/** encodeBatchReply writes the reply to `:batchEmbedContents`. */
export function encodeBatchReply(reply: EmbedReply): JsonObject {
  return finish({ embeddings: embeddingsOf(reply) }, reply)
}

function embeddingsOf({ vectors, ext }: EmbedReply): readonly JsonObject[] {
  const besides = ext?.[FORMAT]?.embeddings
  return vectors.map((vector, at) => {
    const beside: unknown = Array.isArray(besides) ? besides[at] : undefined
    return addMembers({ values: numbersOf(vector) }, isObject(beside) ? beside : undefined)
  })
}

/** Vectors of other services may have come as base64; this format has them as numbers only. */
function numbersOf(vector: Vector): readonly number[] {
  const numbers = typeof vector === 'string' ? floatsOf(vector) : vector
  if (numbers === undefined) throw FORMAT_GEMINI_VECTOR()
  return numbers
}

const OWN: ReadonlySet<string> = new Set(['embeddings'])

function finish(body: JsonObject, { usage, ext }: EmbedReply): JsonObject {
  const counters = encodeUsage(usage, undefined)
  if (counters !== undefined) body.usageMetadata = counters
  return addMembers(body, restOf(ext?.[FORMAT] ?? {}, OWN))
}
