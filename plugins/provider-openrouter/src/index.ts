import { defineProvider, endpointFrom, providerFrom, SecretString } from '@isthmus/core'
import { Type } from 'typebox'
import { openRouterChat } from './format.ts'
import { listedModels, makesVectors, modelFeatures, modelTraits, responsesTable, responsesTraits } from './models.ts'
import { openRouterCompletions, openRouterEmbeddings } from './operations.ts'
import { PARAMS, type ParamName } from './params.ts'
import { openRouterResponses } from './responses.ts'

const ms = (description: string) => Type.Optional(Type.Integer({ minimum: 1, description }))
const oneOf = <T extends string>(names: readonly T[], description: string) =>
  Type.Unsafe<T>({ type: 'string', enum: names, default: names[0], description })

const OFFICIAL = /(^|\.)openrouter\.ai$/

/** The id of a router, behind which any model may be. */
const ANY_MODEL = 'openrouter/auto'

export default defineProvider({
  name: 'openrouter',
  api: 1,
  summary: 'Models of many vendors through OpenRouter.',
  stability: 'experimental',
  options: Type.Object(
    {
      apiKey: SecretString({ description: 'Sent as a bearer token.' }),
      baseUrl: Type.String({
        default: 'https://openrouter.ai/api/v1',
        pattern: '^https?://',
        description: 'With or without the version.'
      }),
      referer: Type.Optional(
        Type.String({ minLength: 1, description: 'Sent as `http-referer`: whose traffic it is.' })
      ),
      title: Type.Optional(Type.String({ minLength: 1, description: 'Sent as `x-openrouter-title`.' })),
      models: Type.Array(Type.String({ minLength: 1 }), {
        default: [],
        description: 'Models to offer even if the service does not list them.'
      }),
      cacheControl: oneOf(
        ['strip', 'auto', 'forward'],
        'Cache breakpoints: left out, sent to the vendors whose models use them, or always sent. Writing to a cache has a price.'
      ),
      forwardParams: Type.Array(Type.Unsafe<ParamName>({ type: 'string', enum: Object.keys(PARAMS) }), {
        default: [],
        description: 'Members of a request to send that are left out otherwise.'
      }),
      userOverflow: oneOf(
        ['drop', 'hash', 'forward'],
        'A user id of more than 64 characters: left out, sent as a hash, or sent as it is.'
      ),
      reasoningStyle: oneOf(
        ['effort', 'object'],
        'How reasoning is asked for: as `reasoning_effort`, or as `reasoning`, which has room for a budget.'
      ),
      strictParams: Type.Boolean({
        default: false,
        description:
          'Whether requests with tools, an output format or stop sequences go only to upstreams that take them.'
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
  setup(_host, options) {
    const { apiKey, referer, title, timeouts } = options
    const baseUrl = options.baseUrl.replace(/\/+$/, '').replace(/\/v1$/, '')
    const headers = {
      ...(referer !== undefined && { 'http-referer': referer }),
      ...(title !== undefined && { 'x-openrouter-title': title })
    }
    // A name that says so makes vectors and nothing else; of the others none is kept from doing what it may.
    const serves = (model: string) => !makesVectors(model)
    return providerFrom(openRouterChat(options), {
      baseUrl,
      path: '/v1/chat/completions',
      headers,
      serves,
      timeouts,
      traits: model => modelTraits(model, options),
      features: modelFeatures(ANY_MODEL, options),
      featuresOf: model => modelFeatures(model, options),
      endpoints: [
        endpointFrom(openRouterResponses(options), {
          path: '/v1/responses',
          headers,
          serves,
          traits: model => responsesTraits(model, options),
          features: responsesTable(ANY_MODEL, options),
          featuresOf: model => responsesTable(model, options)
        }),
        endpointFrom(openRouterCompletions(options), { path: '/v1/completions', headers, serves }),
        endpointFrom(openRouterEmbeddings(options), {
          path: '/v1/embeddings',
          headers,
          features: { 'embed.media': 'exact', 'embed.task': 'converted' }
        })
      ],
      ...(OFFICIAL.test(new URL(baseUrl).hostname) && { service: 'openrouter' }),
      anyVendor: true,
      modelsPath: '/v1/models',
      known: options.models.flatMap(id => listedModels({ id })),
      authorize(request) {
        request.headers.authorization = `Bearer ${apiKey.reveal()}`
      }
    })
  }
})
