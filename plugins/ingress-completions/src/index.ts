import { defineIngress, type IngressRoute, ingressFrom, messageCall } from '@isthmus/core'
import { encodeModel, encodeModels } from '@isthmus/format-chat-completions/openai'
import { completions } from '@isthmus/format-completions'
import { Type } from 'typebox'

/** The same as for conversations: `/openai/v1` as Groq has it, `/api/v1` as OpenRouter. */
const BASES = ['/v1', '/openai/v1', '/api/v1']

const complete = messageCall(completions, {
  summary: 'Goes on from a text.',
  example: model => ({ model, prompt: 'The tide comes in, and', max_tokens: 50 })
})

const routes = BASES.flatMap((base): IngressRoute[] => [
  { method: 'POST', path: `${base}/completions`, calls: [complete] },
  { method: 'GET', path: `${base}/models`, operation: 'models' },
  { method: 'GET', path: `${base}/models/*`, operation: 'model' }
])

export default defineIngress({
  name: 'completions',
  api: 1,
  summary: 'Clients that speak legacy OpenAI Completions.',
  stability: 'experimental',
  options: Type.Object({}, { additionalProperties: false }),
  setup() {
    const { id, error } = completions
    const models = { encodeList: encodeModels, encodeOne: encodeModel }
    return ingressFrom({ id, error, models }, { routes, prefixes: BASES, idHeaders: ['x-request-id'] })
  }
})
