import {
  defineProvider,
  type Endpoint,
  endpointFrom,
  providerFrom,
  SecretString,
  type UpstreamRequest
} from '@isthmus/core'
import { chatCompletions } from '@isthmus/format-chat-completions'
import { completions } from '@isthmus/format-completions'
import { embeddings } from '@isthmus/format-embeddings'
import { responses, responsesCount } from '@isthmus/format-responses'
import { Type } from 'typebox'
import { type EndpointName, isOfficial, modelsOf } from './models.ts'

/** The most inputs that the service takes in one request for vectors. */
const MAX_INPUTS = 2048

const ms = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }))

export default defineProvider({
  name: 'openai',
  api: 1,
  summary: 'OpenAI, and every server that speaks its APIs as OpenAI does.',
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
      responses: Type.Optional(
        Type.Boolean({
          description:
            'Whether the server has the Responses API. Default: OpenAI’s own has it, and no other is taken to have it.'
        })
      ),
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
  setup(_host, { apiKey, baseUrl, organization, project, models, timeouts, ...options }) {
    const headers: Record<string, string> = {}
    if (organization !== undefined) headers['openai-organization'] = organization
    if (project !== undefined) headers['openai-project'] = project
    const official = isOfficial(baseUrl)
    const hasResponses = options.responses ?? official
    const of = modelsOf(baseUrl, hasResponses)
    const at = (path: string, endpoint: EndpointName) => ({
      path,
      headers,
      serves: (model: string) => of.serves(endpoint, model)
    })
    const chat = { ...at('/chat/completions', 'chat'), ...of.chat }
    const replies = { ...at('/responses', 'responses'), ...of.responses }
    const count = { ...at('/responses/input_tokens', 'responses'), ...of.responses }
    const others: readonly Endpoint[] = [
      ...(hasResponses ? [endpointFrom(responsesCount, count)] : []),
      endpointFrom(completions, { ...at('/completions', 'complete'), ...of.complete }),
      endpointFrom(embeddings, { ...at('/embeddings', 'embed'), ...of.embed, maxInputs: MAX_INPUTS })
    ]
    const shared = {
      baseUrl,
      timeouts,
      ...(official && { service: 'openai' }),
      modelsPath: '/models',
      known: models.map(id => ({ id })),
      authorize(request: UpstreamRequest) {
        request.headers.authorization = `Bearer ${apiKey.reveal()}`
      }
    }
    // Where the vendor's own servers are not asked, the format that every server has comes first.
    return official && hasResponses
      ? providerFrom(responses, {
          ...shared,
          ...replies,
          endpoints: [endpointFrom(chatCompletions, chat), ...others]
        })
      : providerFrom(chatCompletions, {
          ...shared,
          ...chat,
          endpoints: [...(hasResponses ? [endpointFrom(responses, replies)] : []), ...others]
        })
  }
})
