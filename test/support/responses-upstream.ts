import { defineProvider, providerFrom, SecretString } from '@isthmus/core'
import { responses } from '@isthmus/format-responses'
import { Type } from 'typebox'

/** responsesUpstream is a provider that speaks Responses and nothing else, so that no other of OpenAI's formats is preferred. */
export const responsesUpstream = defineProvider({
  name: 'openai-responses',
  api: 1,
  summary: 'An upstream that speaks Responses alone.',
  stability: 'stable',
  options: Type.Object({ apiKey: SecretString(), baseUrl: Type.String() }, { additionalProperties: false }),
  setup: (_host, { apiKey, baseUrl }) =>
    providerFrom(responses, {
      baseUrl,
      path: '/responses',
      modelsPath: '/models',
      authorize(request) {
        request.headers.authorization = `Bearer ${apiKey.reveal()}`
      }
    })
})
