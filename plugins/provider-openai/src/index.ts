import { defineProvider, providerFrom, SecretString } from '@isthmus/core'
import { chatCompletions, chatFeatures } from '@isthmus/format-chat-completions'
import { Type } from 'typebox'
import { modelTraits } from './models.ts'

const ms = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }))

export default defineProvider({
  name: 'openai',
  api: 1,
  summary: 'OpenAI, and every server that speaks Chat Completions as OpenAI does.',
  stability: 'experimental',
  options: Type.Object(
    {
      apiKey: SecretString({ description: 'Sent as a bearer token. A local server may want any word.' }),
      baseUrl: Type.String({
        default: 'https://api.openai.com/v1',
        pattern: '^https?://',
        description: 'As the official client library takes it, with the version.'
      }),
      organization: Type.Optional(Type.String({ minLength: 1, description: 'Sent as `openai-organization`.' })),
      project: Type.Optional(Type.String({ minLength: 1, description: 'Sent as `openai-project`.' })),
      models: Type.Array(Type.String({ minLength: 1 }), {
        default: [],
        description: 'Models to offer even if the upstream does not list them.'
      }),
      timeouts: Type.Object(
        {
          connectMs: ms('Until a connection stands.'),
          headersMs: ms('Until the head of the reply.'),
          idleMs: ms('Between two chunks of a reply.')
        },
        { additionalProperties: false, default: {}, description: 'Instead of those in the `upstream` section.' }
      )
    },
    { additionalProperties: false }
  ),
  setup(_host, { apiKey, baseUrl, organization, project, models, timeouts }) {
    const headers: Record<string, string> = {}
    if (organization !== undefined) headers['openai-organization'] = organization
    if (project !== undefined) headers['openai-project'] = project
    const traits = (model: string) => modelTraits(model, baseUrl)
    return providerFrom(chatCompletions, {
      baseUrl,
      path: '/chat/completions',
      headers,
      timeouts,
      traits,
      featuresOf: model => chatFeatures(traits(model)),
      modelsPath: '/models',
      known: models.map(id => ({ id })),
      authorize(request) {
        request.headers.authorization = `Bearer ${apiKey.reveal()}`
      }
    })
  }
})
