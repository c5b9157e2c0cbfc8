import type { CountRequest, EmbedRequest, Endpoint, Provider } from '@isthmus/core'
import { fakeHost, providerCases, requestWith, resolveOptions } from '@isthmus/core/testing'
import { gemini } from '@isthmus/format-gemini'
import t from 'tap'
import plugin from '../src/index.ts'

for (const model of ['gemini-3-pro-preview', 'gemini-2.5-flash', 'gemini-2.0-flash', 'gemma-3-27b-it', 'other']) {
  const options = { apiKey: 'k', models: [model] }
  for (const c of providerCases(plugin, { options, format: gemini as never, model })) {
    t.test(`${model}: ${c.name}`, async () => c.run())
  }
}

const setUp = async (options: Record<string, unknown> = {}) =>
  plugin.setup(fakeHost(), resolveOptions(plugin.options, { apiKey: 'secret', ...options }) as never)

const endpoint = ({ endpoints = [] }: Provider, operation: string): Endpoint => {
  const found = endpoints.find(each => each.operation === operation)
  if (found === undefined) throw new Error(`there is no endpoint for ${operation}`)
  return found
}
const target = (model: string) => ({ provider: 'gemini', model })

t.test('the model and the wish for a stream stand in the path', async t => {
  const provider = await setUp()
  const path = (model: string, stream = false) =>
    provider.baseUrl + provider.encode(requestWith({ reply: { stream } }), target(model)).path
  const base = 'https://generativelanguage.googleapis.com/v1beta'
  t.equal(path('gemini-2.5-pro'), `${base}/models/gemini-2.5-pro:generateContent`)
  t.equal(path('gemini-2.5-pro', true), `${base}/models/gemini-2.5-pro:streamGenerateContent?alt=sse`)
  t.equal(path('models/gemini-2.5-pro'), `${base}/models/gemini-2.5-pro:generateContent`)
  t.equal(path('tunedModels/mine'), `${base}/tunedModels/mine:generateContent`)
  t.equal(path('../files?x=#'), `${base}/models/..%2Ffiles%3Fx%3D%23:generateContent`, 'a name is no path')
})

t.test('a base URL means the same place with and without a version, and the one it names counts', async t => {
  for (const [baseUrl, version] of [
    ['http://127.0.0.1:1', 'v1beta'],
    ['http://127.0.0.1:1/', 'v1beta'],
    ['http://127.0.0.1:1/v1beta/', 'v1beta'],
    ['http://127.0.0.1:1/v1', 'v1']
  ]) {
    const provider = await setUp({ baseUrl })
    const { path } = provider.encode(requestWith({}), target('m'))
    t.equal(provider.baseUrl + path, `http://127.0.0.1:1/${version}/models/m:generateContent`)
    t.equal(provider.models?.list?.request.path, `/${version}/models?pageSize=1000`)
  }
  const { models } = await setUp({ version: 'v1alpha', models: ['gemini-own'] })
  t.equal(models?.list?.request.path, '/v1alpha/models?pageSize=1000')
  t.same(models?.known, [{ id: 'gemini-own' }])
  t.equal(models?.service, 'google')
  t.equal((await setUp({ baseUrl: 'http://127.0.0.1:9' })).models?.service, undefined)
})

t.test('the key goes in a header, and there is one credential only', async t => {
  const provider = await setUp()
  const request = provider.encode(requestWith({}), target('m'))
  await provider.authorize?.(request, { signal: new AbortController().signal })
  t.equal(request.headers['x-goog-api-key'], 'secret')
  t.equal(request.headers.authorization, undefined)
  t.notMatch(request.path, /key=/)
})

t.test('models that make vectors are served by their endpoint alone', async t => {
  const provider = await setUp()
  const embed = endpoint(provider, 'embed')
  const count = endpoint(provider, 'count_tokens')
  for (const [model, vectors] of [
    ['gemini-embedding-001', true],
    ['gemini-2.5-flash', false]
  ] as const) {
    t.equal(provider.serves?.(model), !vectors)
    t.equal(count.serves?.(model), !vectors)
    t.equal(embed.serves?.(model), vectors)
  }
  t.equal(embed.maxInputs, 100)
  const ingress = { format: 'embeddings' }
  const request: EmbedRequest = { op: 'embed', model: 'm', inputs: ['one'], ingress }
  const { path, body } = embed.encode(request, target('gemini-embedding-001'))
  t.equal(path, '/v1beta/models/gemini-embedding-001:batchEmbedContents')
  t.match(JSON.parse(String(body)), { requests: [{ model: 'models/gemini-embedding-001' }] })
})

t.test('tokens are counted by the service, as the model would be asked', async t => {
  const count = endpoint(await setUp(), 'count_tokens')
  const input = requestWith({})
  const request: CountRequest = { op: 'count_tokens', model: 'm', input, ingress: input.ingress }
  t.equal(count.encode(request, target('gemini-2.5-flash')).path, '/v1beta/models/gemini-2.5-flash:countTokens')
})
