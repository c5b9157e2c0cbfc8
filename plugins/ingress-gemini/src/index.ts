import { defineIngress, ingressFrom, messageCall, type RouteOptions, resultCall } from '@isthmus/core'
import { gemini, geminiBatchEmbed, geminiCount, geminiEmbed, modelPath } from '@isthmus/format-gemini'
import { Type } from 'typebox'

/** Newer clients of the vendor ask under `/v1`, older ones under `/v1beta`; some are told a base URL with a name in it. */
const BASES = ['/v1beta', '/v1', '/gemini/v1beta', '/gemini/v1']

/** What the vendor's API has and nobody serves here. */
const UNSUPPORTED = [
  'batches',
  'cachedContents',
  'corpora',
  'files',
  'fileSearchStores',
  'generatedFiles',
  'interactions',
  'operations',
  'tunedModels'
]

const contents = [{ role: 'user', parts: [{ text: 'Say hello.' }] }]
const content = { parts: [{ text: 'Say hello.' }] }
const example = () => ({ contents })

const calls = [
  messageCall(gemini, { suffix: ':generateContent', summary: 'Asks for an answer, whole.', example }),
  messageCall(gemini, {
    suffix: ':streamGenerateContent',
    summary: 'Asks for an answer, streamed: as events with `alt=sse`, else as a JSON array that grows.',
    example
  }),
  resultCall(geminiCount, { suffix: ':countTokens', summary: 'Counts the tokens of a request.', example }),
  resultCall(geminiEmbed, {
    suffix: ':embedContent',
    summary: 'Makes the vector of one content.',
    example: () => ({ content })
  }),
  resultCall(geminiBatchEmbed, {
    suffix: ':batchEmbedContents',
    summary: 'Makes vectors of several contents.',
    example: () => ({ requests: [{ content }] })
  })
]
const byVerb = new Map(calls.map(call => [call.suffix, call]))

/** There is a client that takes a model's name with a slash in it for a whole path, and leaves `models/` out. */
const collectionsOf = (base: string): readonly string[] =>
  base.endsWith('/v1beta') ? ['/models', '/tunedModels', ''] : ['/models', '/tunedModels']

const routes = BASES.flatMap((base): RouteOptions[] => [
  ...collectionsOf(base).map(
    (collection): RouteOptions => ({
      method: 'POST',
      path: `${base}${collection}/*`,
      calls,
      choose: head => byVerb.get(`:${modelPath(head).verb}`)
    })
  ),
  { method: 'GET', path: `${base}/models`, operation: 'models' },
  { method: 'GET', path: `${base}/models/*`, operation: 'model' }
])

export default defineIngress({
  name: 'gemini',
  api: 1,
  summary: 'Serves clients that speak the Gemini API.',
  stability: 'experimental',
  options: Type.Object({}, { additionalProperties: false }),
  setup() {
    return ingressFrom(gemini, {
      routes,
      prefixes: ['/v1beta', '/gemini', '/upload', '/v1/tunedModels', '/v1/cachedContents', '/v1/interactions'],
      unsupported: [...BASES.flatMap(base => UNSUPPORTED.map(name => `${base}/${name}`)), '/upload', '/gemini/upload'],
      // The other formats have their lists of models under the same paths.
      claims: ({ headers, query }) =>
        headers['x-goog-api-key'] !== undefined || headers['x-goog-api-client'] !== undefined || query.key !== undefined
    })
  }
})
