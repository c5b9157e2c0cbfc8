import { defineProvider, endpointFrom, providerFrom, SecretString, type Target } from '@isthmus/core'
import { gemini, geminiBatchEmbed, geminiCount, resourceOf } from '@isthmus/format-gemini'
import { Type } from 'typebox'
import { converses, embedFeaturesOf, embeds, embedTraitsOf, featuresOf, traitsOf } from './families.ts'

/** The most contents that one request for vectors may have. */
const MAX_INPUTS = 100

const OFFICIAL = /(^|\.)generativelanguage\.googleapis\.com$/

/** isOfficial tells whether a server is Google's own. */
const isOfficial = (url: string): boolean => URL.canParse(url) && OFFICIAL.test(new URL(url).hostname)

const ms = (description: string) => Type.Optional(Type.Integer({ minimum: 0, description }))

export default defineProvider({
  name: 'gemini',
  api: 1,
  summary: 'Gemini models over the Gemini API.',
  stability: 'experimental',
  options: Type.Object(
    {
      apiKey: SecretString({ description: 'The key of the account.' }),
      baseUrl: Type.String({
        default: 'https://generativelanguage.googleapis.com',
        minLength: 1,
        description: "As the vendor's own SDK takes it. A version at its end takes the place of `version`."
      }),
      version: Type.String({
        default: 'v1beta',
        pattern: '^v[0-9][a-z0-9]*$',
        description: 'The version of the API, as the paths have it.'
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
    const { apiKey } = options
    const { baseUrl, version } = placeOf(options.baseUrl, options.version)
    const path = ({ model }: Target, verb: string) => `/${version}/${resourceOf(model)}:${verb}`
    return providerFrom(gemini, {
      baseUrl,
      path: ({ reply }, target) => path(target, reply.stream ? 'streamGenerateContent?alt=sse' : 'generateContent'),
      traits: traitsOf,
      featuresOf,
      serves: converses,
      endpoints: [
        endpointFrom(geminiCount, {
          path: (_request, target) => path(target, 'countTokens'),
          traits: traitsOf,
          featuresOf,
          serves: converses
        }),
        endpointFrom(geminiBatchEmbed, {
          path: (_request, target) => path(target, 'batchEmbedContents'),
          traits: embedTraitsOf,
          featuresOf: embedFeaturesOf,
          serves: embeds,
          maxInputs: MAX_INPUTS
        })
      ],
      authorize(request) {
        request.headers['x-goog-api-key'] = apiKey.reveal()
      },
      timeouts: options.timeouts,
      ...(isOfficial(baseUrl) && { service: 'google' }),
      modelsPath: `/${version}/models?pageSize=1000`,
      known: options.models.map(id => ({ id }))
    })
  }
})

/** placeOf takes a base URL with the version in it apart: it means the same place. */
function placeOf(url: string, version: string): { readonly baseUrl: string; readonly version: string } {
  const trimmed = url.replace(/\/+$/, '')
  const [, before = trimmed, written = version] = /^(.*)\/(v\d[a-z0-9]*)$/.exec(trimmed) ?? []
  return { baseUrl: before, version: written }
}
