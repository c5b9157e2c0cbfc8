import type { Gap, GenerateRequest, WireFormat } from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import { type ResponsesTraits, responses } from '@isthmus/format-responses'
import { PROVIDER_OPENROUTER_UNSUPPORTED } from './errors.ts'
import type { DialectOptions } from './format.ts'
import { wireModel } from './models.ts'
import { type ParamName, removedParams } from './params.ts'
import { MAX_USER_CHARS, prepare } from './prepare.ts'
import { CACHE_KEYS, finishParts, finishTool, Report, removeParams, requireParams, without } from './removal.ts'
import { serviceOf } from './service.ts'

/** openRouterResponses is the Responses format as the service speaks it: it keeps nothing. */
export function openRouterResponses(options: DialectOptions): WireFormat<ResponsesTraits> {
  const { strictParams, forwardParams } = options
  const removed = removedParams(forwardParams)
  return {
    ...responses,
    ...serviceOf(responses, strictParams),
    request: {
      ...responses.request,
      encode(request, target) {
        const gaps: Gap[] = []
        const prepared = unkept(prepare(request, options, MAX_USER_CHARS.responses, gaps), forwardParams, gaps)
        const encoded = responses.request.encode(prepared, { ...target, model: wireModel(target.model) })
        gaps.push(...encoded.gaps)
        const { body } = encoded
        // That nothing is kept goes without saying.
        if (!forwardParams.includes('store')) delete body.store
        finish(body, removed, target.traits?.cacheMarks === true, new Report(gaps))
        if (strictParams && ('tools' in body || (isObject(body.text) && 'format' in body.text))) requireParams(body)
        return { ...encoded, gaps }
      }
    }
  }
}

/** unkept: whether to keep the reply is no longer a question; where the member is sent, it says no. */
function unkept(request: GenerateRequest, forwarded: readonly ParamName[], gaps: Gap[]): GenerateRequest {
  const { state } = request
  if (state?.store === undefined) return request
  const { store, ...rest } = state
  // Where the member is not sent at all, the table says so.
  if (store && forwarded.includes('store')) new Report(gaps).drop('state.store', 'store', 'nothing is kept')
  return { ...request, state: rest }
}

function finish(body: JsonObject, removed: readonly ParamName[], marks: boolean, report: Report): void {
  removeParams(body, removed, marks, report)
  if (Array.isArray(body.input)) body.input = body.input.map(item => finishItem(item as JsonObject, marks, report))
  if (Array.isArray(body.tools)) body.tools = body.tools.map(tool => finishTool(tool as JsonObject, marks, report))
}

function finishItem(item: JsonObject, marks: boolean, report: Report): JsonObject {
  if (item.type === 'item_reference') {
    const details = { param: 'input', clientCode: 'unsupported_parameter' }
    throw PROVIDER_OPENROUTER_UNSUPPORTED.with(details, 'an item by its id, as it keeps none')
  }
  const unmarked = marks ? item : without(item, CACHE_KEYS, 'cache.mark', 'input', report)
  const field = Array.isArray(unmarked.content) ? 'content' : 'output'
  const parts = unmarked[field]
  if (!Array.isArray(parts)) return unmarked
  const finished = finishParts(parts, marks, 'input', report)
  return finished === parts ? unmarked : { ...unmarked, [field]: finished }
}
