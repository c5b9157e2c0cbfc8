import { defineIngress, ingressFrom, type RouteOptions, resultCall } from '@isthmus/core'
import { encodeModel, encodeModels } from '@isthmus/format-chat-completions/openai'
import { embeddings } from '@isthmus/format-embeddings'
import { Type } from 'typebox'

/** Clients of other services keep their base URL: `/openai/v1` as Groq has it, `/api/v1` as OpenRouter. */
const BASES = ['/v1', '/openai/v1', '/api/v1']

const calls = [
  resultCall(embeddings, {
    summary: 'Makes vectors of texts.',
    example: model => ({ model, input: 'Say hello.' })
  })
]

const routes = BASES.flatMap((base): RouteOptions[] => [
  { method: 'POST', path: `${base}/embeddings`, calls },
  { method: 'GET', path: `${base}/models`, operation: 'models' },
  { method: 'GET', path: `${base}/models/*`, operation: 'model' }
])

export default defineIngress({
  name: 'embeddings',
  api: 1,
  summary: 'Clients that ask for vectors as OpenAI has them.',
  stability: 'experimental',
  options: Type.Object({}, { additionalProperties: false }),
  setup() {
    const { id, error } = embeddings
    const models = { encodeList: encodeModels, encodeOne: encodeModel }
    return ingressFrom({ id, error, models }, { routes, prefixes: BASES, idHeaders: ['x-request-id'] })
  }
})
