import { defineIngress, ingressFrom, type RouteOptions } from '@isthmus/core'
import { chatCompletions, withReasoningText } from '@isthmus/format-chat-completions'
import { Type } from 'typebox'

/** Clients of other services keep their base URL: `/openai/v1` as Groq has it, `/api/v1` as OpenRouter. */
const BASES = ['/v1', '/openai/v1', '/api/v1']

const routes = BASES.flatMap((base): RouteOptions[] => [
  { method: 'POST', path: `${base}/chat/completions`, operation: 'generate' },
  { method: 'GET', path: `${base}/models`, operation: 'models' },
  { method: 'GET', path: `${base}/models/*`, operation: 'model' }
])

/** What else the API family has. Whoever asks for it is told that it is not served here, and what is. */
const NOT_SERVED = [
  'assistants',
  'audio',
  'batches',
  // Stored completions: the route itself takes new ones alone.
  'chat/completions',
  'containers',
  'evals',
  'files',
  'fine_tuning',
  'images',
  'moderations',
  'organization',
  'realtime',
  'rerank',
  'threads',
  'uploads',
  'vector_stores',
  'videos'
]

export default defineIngress({
  name: 'chat-completions',
  api: 1,
  summary: 'Clients that speak OpenAI Chat Completions.',
  stability: 'experimental',
  options: Type.Object(
    {
      reasoningText: Type.Union(
        [Type.Literal('auto'), Type.Literal('none'), Type.Literal('reasoning'), Type.Literal('reasoning_content')],
        {
          default: 'auto',
          description: 'Member that shows clients the reasoning; `auto` shows it to those whose requests expect it.'
        }
      )
    },
    { additionalProperties: false }
  ),
  setup(_host, { reasoningText }) {
    return ingressFrom(chatCompletions, {
      routes,
      prefixes: BASES,
      unsupported: BASES.flatMap(base => NOT_SERVED.map(name => `${base}/${name}`)),
      idHeaders: ['x-request-id'],
      example: model => ({ model, messages: [{ role: 'user', content: 'Say hello.' }] }),
      adjust: request => withReasoningText(request, reasoningText)
    })
  }
})
