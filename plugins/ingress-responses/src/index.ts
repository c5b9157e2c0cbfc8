import { defineIngress, type IngressRoute, ingressFrom } from '@isthmus/core'
import { responses } from '@isthmus/format-responses'
import { AskedRequests } from './asked.ts'
import { callsOf } from './calls.ts'
import { Conversations } from './conversations.ts'
import { StateHooks } from './hooks.ts'
import { keptRoutes } from './kept-routes.ts'
import { options } from './options.ts'
import { Shelf } from './shelf.ts'
import { Turns } from './turns.ts'

/** Clients of other services keep their base URL: `/openai/v1` as Groq has it, `/api/v1` as OpenRouter. */
const BASES = ['/v1', '/openai/v1', '/api/v1']

export default defineIngress({
  name: 'responses',
  api: 1,
  summary: 'Serves clients that speak OpenAI Responses, and keeps their state.',
  stability: 'experimental',
  options,
  setup(host, chosen) {
    const { state, compaction } = chosen
    const nowMs = Date.now
    const shelf = new Shelf(host.store, host.log, chosen, nowMs)
    const turns = new Turns(shelf)
    const conversations = new Conversations(shelf, turns, host.log)
    host.onClose(async () => {
      await conversations.close()
      await shelf.close()
    })
    const asked = new AskedRequests(chosen)
    const hooks = new StateHooks(asked, state, turns, conversations, nowMs)
    const calls = callsOf(asked)
    const routes = BASES.flatMap((base): IngressRoute[] => [
      { method: 'POST', path: `${base}/responses`, calls: [calls.generate] },
      { method: 'POST', path: `${base}/responses/input_tokens`, calls: [calls.count] },
      ...(compaction === 'gateway'
        ? [{ method: 'POST' as const, path: `${base}/responses/compact`, calls: [calls.compact] }]
        : []),
      ...(state === 'gateway' ? keptRoutes(base, { turns, conversations, nowMs }) : []),
      { method: 'GET', path: `${base}/models`, operation: 'models' },
      { method: 'GET', path: `${base}/models/*`, operation: 'model' }
    ])
    const prefixes = BASES.flatMap(base => [`${base}/responses`, `${base}/conversations`])
    const encodeError: typeof responses.error.encode = (error, id) =>
      responses.error.encode(hooks.explain(error, id), id)
    return ingressFrom(
      { id: responses.id, error: { encode: encodeError }, models: responses.models },
      // What else stands below them, such as cancelling, is nowhere served.
      { routes, prefixes, unsupported: prefixes, idHeaders: ['x-request-id'], hooks }
    )
  }
})
