import type { EmbedRequest, EncodedRequest, Part, Target } from '@isthmus/core'
import { addMembers, isObject, type JsonObject, restOf } from '@isthmus/core/wire'
import { BESIDE } from './embed-decode.ts'
import { Encoding } from './encoding.ts'
import { membersOf, spellingOf } from './ext.ts'
import { resourceName } from './model-path.ts'
import { encodePart } from './part-encode.ts'
import { FORMAT } from './types.ts'

/** EmbedTraits is what a provider knows of a model that embeds. */
export interface EmbedTraits {
  /**
   * False for a model whose vectors are not of length one when they are shortened. Clients of other formats, whose
   * services send no others, get them scaled.
   */
  readonly unitLength?: boolean
}

/** EmbedContext is what the reply's decoder has to know of the request. */
export interface EmbedContext {
  readonly inputs: number
  readonly scale: boolean
}

type Input = EmbedRequest['inputs'][number]

/** encodeSingle writes the body of `:embedContent`. */
export function encodeSingle(request: EmbedRequest, target: Target<EmbedTraits>): EncodedRequest {
  const encoding = encodingOf(request, target)
  if (request.inputs.length !== 1) encoding.refuse('more than one input in a request for one vector', 'input')
  encoding.reportForeign(request)
  const body = encodeOne(request, request.inputs[0]!, 0, encoding)
  return { body, gaps: encoding.gaps, context: contextOf(request, target) }
}

/** encodeBatch writes the body of `:batchEmbedContents`. */
export function encodeBatch(request: EmbedRequest, target: Target<EmbedTraits>): EncodedRequest {
  const encoding = encodingOf(request, target)
  encoding.reportForeign(request)
  const model = resourceName(target.model)
  const requests = request.inputs.map((input, at) => ({ model, ...encodeOne(request, input, at, encoding) }))
  const beside = membersOf(request)?.[BESIDE]
  const body = addMembers({ requests }, isObject(beside) ? beside : undefined)
  return { body, gaps: encoding.gaps, context: contextOf(request, target) }
}

function encodeOne(request: EmbedRequest, input: Input, at: number, encoding: Encoding): JsonObject {
  const { task, dimensions, titles } = request
  const title = titles === undefined ? request.title : titles[at] || undefined
  const role = spellingOf(request)?.role
  const members = membersOf(request)
  const content: JsonObject = {
    ...(typeof role === 'string' && { role }),
    parts: encodeInput(input, `input[${at}]`, encoding)
  }
  const wire: JsonObject = {
    content: addMembers(content, isObject(members?.content) ? members.content : undefined),
    ...(task !== undefined && { taskType: task }),
    ...(title !== undefined && { title }),
    ...(dimensions !== undefined && { outputDimensionality: dimensions })
  }
  return addMembers(wire, restOf(members ?? {}, APART))
}

/** Members that are kept with a request and do not stand in it. */
const APART: ReadonlySet<string> = new Set(['content', BESIDE])

function encodeInput(input: Input, path: string, encoding: Encoding): JsonObject[] {
  if (typeof input === 'string') return [{ text: input }]
  if (typeof input[0] === 'number') return encoding.refuse('token ids in place of text', path)
  return (input as readonly Part[]).flatMap(part =>
    // Unlike in a conversation, a text of blanks is what the client wants embedded.
    part.type === 'text' && part.ext === undefined ? [{ text: part.text }] : encodePart(part, encoding)
  )
}

/** encodingOf gives the encoder of parts what it asks for: a request, here one without a conversation. */
function encodingOf({ model, ingress }: EmbedRequest, { provider }: Target<EmbedTraits>): Encoding {
  const request = { messages: [], tools: [], sampling: {}, output: {}, reply: { stream: false } }
  return new Encoding({ op: 'generate', model, ...request, ingress }, { provider, model })
}

function contextOf({ inputs, dimensions, ingress }: EmbedRequest, { traits }: Target<EmbedTraits>): EmbedContext {
  const scale = traits?.unitLength === false && dimensions !== undefined && ingress.format !== FORMAT
  return { inputs: inputs.length, scale }
}
