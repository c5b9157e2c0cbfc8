import type {
  EmbedReply,
  EmbedRequest,
  ReplyOptions,
  ResponseDecoder,
  ResponseHead,
  Rewrite,
  Target
} from '@isthmus/core'
import {
  addMembers,
  base64Of,
  findError,
  floatsOf,
  isObject,
  type JsonObject,
  numberOf,
  restOf,
  resultDecoder,
  stringOf
} from '@isthmus/core/wire'
import { decodeUsage, encodeInputUsage, errorInReply } from '@isthmus/format-chat-completions/openai'
import { FORMAT_EMBEDDINGS_COUNT, FORMAT_EMBEDDINGS_VECTOR } from './errors.ts'
import { FORMAT, REPLY_KEYS, type ReplyContext } from './types.ts'

type Vector = EmbedReply['vectors'][number]

/** embeddingsDecoder reads a reply: as many vectors as there were inputs, in their order. */
export function embeddingsDecoder(
  head: ResponseHead,
  target: Target,
  context: unknown,
  rewrite?: Rewrite
): ResponseDecoder {
  const inputs = (context as ReplyContext | undefined)?.inputs
  return resultDecoder(head, target.provider, body => decodeReply(body, target.provider, inputs), rewrite)
}

function decodeReply(body: JsonObject, provider: string, inputs: number | undefined): EmbedReply | undefined {
  const { data } = body
  if (!Array.isArray(data)) {
    const error = findError(body)
    if (error !== undefined) throw errorInReply(error, provider)
    return undefined
  }
  const vectors = inOrder(data)
  if (inputs !== undefined && vectors.length !== inputs) {
    throw FORMAT_EMBEDDINGS_COUNT(provider, inputs, vectors.length)
  }
  const usage = decodeUsage(body.usage)
  const rest = restOf(body, REPLY_KEYS)
  return {
    op: 'embed',
    model: stringOf(body.model) ?? '',
    vectors,
    ...(usage && { usage }),
    ...(rest && { ext: { [FORMAT]: rest } })
  }
}

/** inOrder sorts the rows by their index, as nobody promises that they come so; one without stays where it is. */
function inOrder(data: readonly unknown[]): readonly Vector[] {
  const rows = data.map((row, at) => {
    const { index, embedding } = isObject(row) ? row : {}
    if (!isVector(embedding)) throw FORMAT_EMBEDDINGS_VECTOR()
    return { index: numberOf(index) ?? at, embedding }
  })
  if (rows.some(({ index }, at) => index !== at)) rows.sort((one, other) => one.index - other.index)
  return rows.map(row => row.embedding)
}

/** isVector looks at the first number only: there may be millions. */
function isVector(value: unknown): value is Vector {
  return (typeof value === 'string' && value !== '') || (Array.isArray(value) && typeof value[0] === 'number')
}

/** encodeReply writes a reply, its vectors in the form that the client asked for. */
export function encodeReply(reply: EmbedReply, request: EmbedRequest, options: ReplyOptions): JsonObject {
  const data = reply.vectors.map((vector, index) => ({
    object: 'embedding',
    index,
    embedding: inForm(vector, request)
  }))
  const body: JsonObject = { object: 'list', data, model: reply.model || options.model }
  const usage = encodeInputUsage(reply.usage, options.dialect)
  if (usage !== undefined) body.usage = usage
  return addMembers(body, reply.ext?.[FORMAT])
}

/** inForm leaves a vector as it came unless the client named the other form: base64 may hold bytes that are no floats. */
function inForm(vector: Vector, { encoding, dimensions }: EmbedRequest): Vector {
  if (typeof vector !== 'string') return encoding === 'base64' ? base64Of(vector) : vector
  if (encoding !== 'float') return vector
  const floats = floatsOf(vector)
  if (floats === undefined || (dimensions !== undefined && floats.length !== dimensions)) {
    throw FORMAT_EMBEDDINGS_VECTOR()
  }
  return floats
}
