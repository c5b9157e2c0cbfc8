import { defineProvider, endpointFrom, providerFrom, use } from '@isthmus/core'
import { type Answer, fakeUpstream, type RecordedRequest } from '@isthmus/core/testing'
import { base64Of } from '@isthmus/core/wire'
import { chatCompletions } from '@isthmus/format-chat-completions'
import { embeddings } from '@isthmus/format-embeddings'
import chatIngress from '@isthmus/ingress-chat-completions'
import embeddingsIngress from '@isthmus/ingress-embeddings'
import OpenAI from 'openai'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import { rig } from '../../core/test/server/support/rig.ts'

/* The official client of OpenAI asks for vectors through a running gateway; the upstream is scripted. */

const JSON_TYPE = { 'content-type': 'application/json' }
/** What numbers of a vector are on the wire: floats of 32 bits. */
const vectorOf = (text: string) => [text.length, 0.1, -1e-7].map(Math.fround)

/** answer makes a vector of each input, in the form that is asked for; `never` is an upstream that only has numbers. */
function answer(request: RecordedRequest, base64: 'if asked' | 'never', reversed = false): Answer {
  const {
    model,
    input,
    encoding_format: form
  } = request.json() as {
    readonly model: string
    readonly input: string | readonly (string | readonly number[])[]
    readonly encoding_format?: string
  }
  if (model === 'none') {
    const error = { message: 'The model `none` does not exist', type: 'invalid_request_error', code: 'model_not_found' }
    return { status: 404, headers: JSON_TYPE, steps: [JSON.stringify({ error })] }
  }
  const inputs = typeof input === 'string' || typeof input[0] === 'number' ? [input] : input
  const data = inputs.map((it, index) => {
    const vector = vectorOf(String(it))
    const embedding = form === 'base64' && base64 === 'if asked' ? base64Of(vector) : vector
    return { object: 'embedding', index, embedding }
  })
  const tokens = inputs.length
  const body = {
    object: 'list',
    data: reversed ? data.reverse() : data,
    model,
    usage: { prompt_tokens: tokens, total_tokens: tokens }
  }
  return { headers: { ...JSON_TYPE, 'x-ratelimit-remaining-requests': '5' }, steps: [JSON.stringify(body)] }
}

async function setUp(t: Test, script: (request: RecordedRequest) => Answer) {
  const upstream = await fakeUpstream(script)
  t.teardown(() => upstream.close())
  const acme = defineProvider({
    name: 'acme',
    api: 1,
    summary: 'For tests.',
    stability: 'stable',
    options: Type.Object({}, { additionalProperties: false }),
    setup: () =>
      providerFrom(chatCompletions, {
        baseUrl: upstream.origin,
        path: '/chat/completions',
        known: [{ id: 'vector-1' }],
        endpoints: [endpointFrom(embeddings, { path: '/embeddings', maxInputs: 3 })]
      })
  })
  const { url, logged } = await rig(t, { ingresses: [use(chatIngress), use(embeddingsIngress)], plugins: [use(acme)] })
  const openai = new OpenAI({ apiKey: 'any', baseURL: `${url}/v1`, maxRetries: 0 })
  return { upstream, openai, url, logged }
}

t.test('the client asks for base64 by itself and reads floats, whatever form the upstream has', async t => {
  for (const form of ['if asked', 'never'] as const) {
    const { upstream, openai } = await setUp(t, request => answer(request, form))
    const { data, response } = await openai.embeddings
      .create({ model: 'acme/vector-1', input: ['Hello', '世界 🌍'] })
      .withResponse()
    t.equal(upstream.requests[0]?.json().encoding_format, 'base64')
    t.equal(upstream.requests[0]?.json().model, 'vector-1')
    t.same(
      data.data.map(row => [row.index, row.embedding]),
      [
        [0, vectorOf('Hello')],
        [1, vectorOf('世界 🌍')]
      ]
    )
    t.same(data.usage, { prompt_tokens: 2, total_tokens: 2 })
    t.equal(response.headers.get('x-isthmus-provider'), 'acme')
    t.equal(response.headers.get('x-request-id'), response.headers.get('x-isthmus-id'))
    t.equal(response.headers.get('x-ratelimit-remaining-requests'), '5')
    t.notOk(response.headers.has('x-isthmus-gaps'))
  }
})

t.test('numbers, one text, token ids and the length of vectors', async t => {
  const { upstream, openai } = await setUp(t, request => answer(request, 'if asked'))
  const model = 'acme/vector-1'
  const one = await openai.embeddings.create({
    model,
    input: 'Hello',
    encoding_format: 'float',
    dimensions: 3,
    user: 'u'
  })
  t.same(one.data[0]?.embedding, vectorOf('Hello'))
  const body = { model: 'vector-1', input: 'Hello', encoding_format: 'float', dimensions: 3, user: 'u' }
  t.same(upstream.requests[0]?.json(), body)
  t.equal((await openai.embeddings.create({ model, input: [1, 2, 3] })).data.length, 1)
  t.equal((await openai.embeddings.create({ model, input: [[1, 2], [3]] })).data.length, 2)
  t.same(upstream.requests[2]?.json().input, [[1, 2], [3]])
})

t.test('a long list is sent in parts and comes back in its order', async t => {
  const { upstream, openai } = await setUp(t, request => answer(request, 'if asked', true))
  const input = ['a', 'bb', 'ccc', 'dddd', 'eeeee', 'ffffff', 'ggggggg']
  const { data, usage } = await openai.embeddings.create({ model: 'acme/vector-1', input })
  t.same(
    data.map(row => row.embedding),
    input.map(vectorOf)
  )
  t.same(
    data.map(row => row.index),
    [0, 1, 2, 3, 4, 5, 6]
  )
  t.same(usage, { prompt_tokens: 7, total_tokens: 7 })
  t.equal(upstream.requests.length, 3)
})

t.test('the client understands what is refused, by the gateway and by the upstream', async t => {
  const { upstream, openai } = await setUp(t, request => answer(request, 'if asked'))
  const refused = async (body: OpenAI.EmbeddingCreateParams) => {
    const thrown = await openai.embeddings.create(body).catch((error: unknown) => error)
    if (!(thrown instanceof OpenAI.APIError)) throw thrown
    return [thrown.status, thrown.code, thrown.param, thrown.message]
  }
  t.match(await refused({ model: 'acme/vector-1', input: [] }), [400, null, 'input', /expected a string, an array of/])
  t.match(await refused({ model: 'vector-2', input: 'a' }), [404, 'model_not_found', 'model', /no model 'vector-2'/])
  t.match(await refused({ model: 'toy/say', input: 'a' }), [400, 'unsupported_operation', null, /embeddings/])
  const media = [{ content: [{ type: 'image_url', image_url: { url: 'https://acme.example/a.png' } }] }]
  t.match(await refused({ model: 'acme/vector-1', input: media as unknown as string[] }), [
    400,
    'unsupported_parameter',
    'embed.media',
    /Images and other media/
  ])
  t.equal(upstream.requests.length, 0)
  t.match(await refused({ model: 'acme/none', input: 'a' }), [404, 'model_not_found', null, /does not exist/])
})

t.test('the other ingress of this family answers the list of models for both, and nothing warns of it', async t => {
  const { openai, logged } = await setUp(t, request => answer(request, 'if asked'))
  const ids: string[] = []
  for await (const model of openai.models.list()) ids.push(model.id)
  t.ok(ids.includes('acme/vector-1'))
  t.same(
    logged.filter(({ level }) => level === 40),
    []
  )
})
