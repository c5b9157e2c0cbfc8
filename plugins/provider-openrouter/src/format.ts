import type { Gap, UpstreamError, WireFormat } from '@isthmus/core'
import { type ChatTraits, chatCompletions } from '@isthmus/format-chat-completions'
import { finish } from './finish.ts'
import { type ModelOptions, ownedModel, wireModel } from './models.ts'
import { removedParams } from './params.ts'
import { type PrepareOptions, prepare } from './prepare.ts'

export interface DialectOptions extends ModelOptions, PrepareOptions {
  readonly strictParams: boolean
}

const CHAT = chatCompletions.id

/** openRouterChat is Chat Completions as the service speaks it. */
export function openRouterChat(options: DialectOptions): WireFormat<ChatTraits> {
  const removed = removedParams(options.forwardParams)
  const { reasoningStyle, strictParams } = options
  return {
    ...chatCompletions,
    forward: { ...chatCompletions.forward, response: [...chatCompletions.forward.response, 'x-generation-id'] },
    request: {
      ...chatCompletions.request,
      encode(request, target) {
        const gaps: Gap[] = []
        // What a client of the format writes is in the words of this service already.
        const replay = request.ingress.format === CHAT ? 'as-written' : 'details'
        const traits: ChatTraits = { ...target.traits, replay }
        const encoded = chatCompletions.request.encode(prepare(request, options, gaps), {
          ...target,
          model: wireModel(target.model),
          traits
        })
        gaps.push(...encoded.gaps)
        const marks = traits.cacheMarks !== 'none'
        const body = finish(encoded.body, request, { removed, reasoningStyle, strictParams, marks }, gaps)
        return { ...encoded, body, gaps }
      }
    },
    error: {
      ...chatCompletions.error,
      decode: (head, body) => explain(chatCompletions.error.decode(head, body), strictParams)
    },
    models: { ...chatCompletions.models, decode: body => chatCompletions.models.decode(body).map(ownedModel) }
  }
}

/** explain: no upstream is found where none takes every parameter, which looks as if there was no such model. */
function explain(error: UpstreamError, strictParams: boolean): UpstreamError {
  if (!strictParams || error.kind !== 'not_found' || !/no endpoints/i.test(error.message)) return error
  return { ...error, message: `${error.message} (only upstreams that take every parameter were asked)` }
}
