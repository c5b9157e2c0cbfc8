import { defineProvider, endpointFrom, providerFrom, SecretString } from '@isthmus/core'
import { messages, messagesCount } from '@isthmus/format-messages'
import { Type } from 'typebox'
import { featuresOf, traitsOf } from './families.ts'

const OFFICIAL = /(^|\.)anthropic\.com$/

/** isOfficial tells whether a server is Anthropic's own. */
const isOfficial = (url: string): boolean => URL.canParse(url) && OFFICIAL.test(new URL(url).hostname)

const ms = (description: string) => Type.Optional(Type.Integer({ minimum: 0, description }))

export default defineProvider({
  name: 'anthropic',
  api: 1,
  summary: 'Anthropic models over the Messages API.',
  stability: 'experimental',
  options: Type.Object(
    {
      apiKey: SecretString({ description: 'The key of the account.' }),
      auth: Type.Union([Type.Literal('x-api-key'), Type.Literal('bearer')], {
        default: 'x-api-key',
        description: 'How the key is sent: in its own header, or as a bearer token.'
      }),
      baseUrl: Type.String({
        default: 'https://api.anthropic.com',
        minLength: 1,
        description: "As the vendor's own SDK takes it, without `/v1`."
      }),
      version: Type.String({ default: '2023-06-01', minLength: 1, description: 'Sent as `anthropic-version`.' }),
      betas: Type.Array(Type.String({ minLength: 1 }), {
        default: [],
        description: 'Added to `anthropic-beta` on every request.'
      }),
      forwardBetas: Type.Boolean({
        default: true,
        description: "Whether a client's own `anthropic-beta` values go on to the upstream."
      }),
      models: Type.Array(Type.String({ minLength: 1 }), {
        default: [],
        description: 'Models to offer beside those that the upstream lists.'
      }),
      timeouts: Type.Object(
        {
          connectMs: ms('Until a connection stands.'),
          headersMs: ms('Until the head of the reply.'),
          idleMs: ms('Between two chunks of a reply.')
        },
        { additionalProperties: false, default: {}, description: "Limits other than the gateway's own." }
      )
    },
    { additionalProperties: false }
  ),
  setup(_host, options) {
    const { apiKey, auth, betas, forwardBetas } = options
    const passing = { betas, ...(!forwardBetas && { clientBetas: [] }) }
    const headers = { 'anthropic-version': options.version }
    const traits = (model: string) => ({ ...traitsOf(model), ...passing })
    return providerFrom(messages, {
      // One that was written with the version in it means the same place.
      baseUrl: options.baseUrl.replace(/\/+$/, '').replace(/\/v1$/, ''),
      path: '/v1/messages',
      headers,
      endpoints: [endpointFrom(messagesCount, { path: '/v1/messages/count_tokens', headers, traits, featuresOf })],
      authorize(request) {
        if (auth === 'bearer') request.headers.authorization = `Bearer ${apiKey.reveal()}`
        else request.headers['x-api-key'] = apiKey.reveal()
      },
      timeouts: options.timeouts,
      traits,
      featuresOf,
      ...(isOfficial(options.baseUrl) && { service: 'anthropic' }),
      modelsPath: '/v1/models?limit=1000',
      known: options.models.map(id => ({ id }))
    })
  }
})
