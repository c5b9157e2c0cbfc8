import { type IngressOptions, type MessageCall, messageCall, type ResultCall, resultCall } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { documentedSchema, responses, responsesCount } from '@isthmus/format-responses'
import { Type } from 'typebox'
import type { AskedRequests } from './asked.ts'

/** Calls are what clients of this ingress ask of a model. */
export interface Calls {
  readonly generate: MessageCall
  readonly count: ResultCall
  readonly compact: MessageCall
}

const example: NonNullable<IngressOptions['example']> = model => ({ model, input: 'Say hello in one short sentence.' })

const compactSchema = Type.Pick(
  documentedSchema,
  ['model', 'input', 'instructions', 'previous_response_id', 'prompt_cache_key', 'service_tier'],
  { description: 'A conversation that is to be compacted.' }
)

/** callsOf makes the calls. */
export function callsOf(asked: AskedRequests): Calls {
  const generate = messageCall(
    { ...responses, request: { ...responses.request, decode: (body, head) => asked.decode('generate', body, head) } },
    { example }
  )
  const count = resultCall(
    {
      ...responsesCount,
      request: { ...responsesCount.request, decode: (body, head) => asked.decode('count', body, head) }
    },
    { summary: 'Counts the tokens of a request.', example }
  )
  const compact = messageCall(
    {
      ...responses,
      request: {
        ...responses.request,
        schema: compactSchema,
        decode: (body, head) => asked.decode('compact', body, head)
      },
      response: {
        ...responses.response,
        encode: (response, options) => compacted(responses.response.encode(response, options) as JsonObject)
      }
    },
    { summary: 'Compacts a conversation.', example }
  )
  return { generate, count, compact }
}

/** compacted is the reply of the route for compaction: of a response it has what concerns the new window. */
function compacted({ id, created_at, output, usage }: JsonObject): JsonObject {
  return { id, object: 'response.compaction', created_at, output, ...(usage !== undefined && { usage }) }
}
