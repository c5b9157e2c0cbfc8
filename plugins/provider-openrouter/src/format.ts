import type { Gap, WireFormat } from '@isthmus/core'
import { type ChatTraits, chatCompletions } from '@isthmus/format-chat-completions'
import { finish } from './finish.ts'
import { decodeListing } from './listing.ts'
import { listedModels, type ModelOptions, wireModel } from './models.ts'
import { removedParams } from './params.ts'
import { MAX_USER_CHARS, type PrepareOptions, prepare } from './prepare.ts'
import { serviceOf } from './service.ts'
import { withSearch } from './web-search.ts'

export interface DialectOptions extends ModelOptions, PrepareOptions {
  readonly strictParams: boolean
}

const CHAT = chatCompletions.id

/** openRouterChat is Chat Completions as the service speaks it. */
export function openRouterChat(options: DialectOptions): WireFormat<ChatTraits> {
  const removed = removedParams(options.forwardParams)
  const { reasoningStyle, strictParams } = options
  const forwardsSearch = options.forwardParams.includes('web_search_options')
  return {
    ...chatCompletions,
    ...serviceOf(chatCompletions, strictParams),
    request: {
      ...chatCompletions.request,
      encode(request, target) {
        const gaps: Gap[] = []
        // What a client of the format writes is in the words of this service already.
        const replay = request.ingress.format === CHAT ? 'as-written' : 'details'
        const traits: ChatTraits = { ...target.traits, replay }
        const prepared = prepare(request, options, MAX_USER_CHARS.chat, gaps)
        const encoded = chatCompletions.request.encode(withSearch(prepared, forwardsSearch, gaps), {
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
    models: { ...chatCompletions.models, decode: body => decodeListing(body).flatMap(listedModels) }
  }
}
