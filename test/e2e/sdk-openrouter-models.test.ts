import { OpenRouter } from '@openrouter/sdk'
import OpenAI from 'openai'
import t from 'tap'
import { composed } from '../support/composed.ts'
import { pluginFolders } from '../support/sources.ts'

/* OpenRouter's own client, as it is published, reads the catalogue; its schemas refuse what they do not expect. */

t.setTimeout(60_000)
const PRESETS = [
  'azure',
  'mistral',
  'deepseek',
  'xai',
  'groq',
  'together',
  'fireworks',
  'huggingface',
  'nvidia',
  'qwen'
]
const { url, gateway } = await composed(t, {
  plugins: [
    { use: '@isthmus/catalog-models' },
    { use: '@isthmus/surface-catalog' },
    { use: '@isthmus/provider-simulator' },
    // Nobody is asked for a list: what they serve is what is known of them beforehand.
    ...PRESETS.map(preset => ({
      use: '@isthmus/provider-openai-compatible',
      id: preset,
      options: { preset, apiKey: 'k', baseUrl: 'http://127.0.0.1:9', listModels: false }
    }))
  ],
  models: { aliases: { mine: 'openai/gpt-oss-120b' } }
})
const openrouter = new OpenRouter({ apiKey: 'nobody asks for one', serverURL: `${url}/api/v1` })

/** all reads the pages of the list one after the other. */
async function all(query?: Parameters<typeof openrouter.models.list>[0]) {
  const models = []
  for await (const page of await openrouter.models.list(query)) models.push(...page.result.data)
  return models
}

t.test('every model keeps to the schema of the client', async t => {
  const models = await all()
  t.ok(models.length > 200, `${models.length} models`)
  t.equal(new Set(models.map(({ id }) => id)).size, models.length, 'each once')
  const oss = models.find(({ id }) => id === 'openai/gpt-oss-120b')
  t.match(oss, {
    canonicalSlug: 'openai/gpt-oss-120b',
    name: String,
    contextLength: 131_072,
    architecture: { modality: 'text->text', inputModalities: ['text'], outputModalities: ['text'] },
    pricing: { prompt: '0.00000015', completion: '0.0000006', inputCacheRead: '0.000000075' },
    reasoning: { mandatory: true, supportedEfforts: ['low', 'medium', 'high'] }
  })
  t.match(
    models.find(({ id }) => id === 'mine'),
    { aliasTarget: { slug: 'openai/gpt-oss-120b' }, pricing: { prompt: '0.00000015' } }
  )
  for (const { id, pricing } of models) {
    for (const price of [pricing.prompt, pricing.completion]) t.match(price, /^(-1|(0|[1-9]\d*)(\.\d*[1-9])?)$/, id)
  }
})

t.test('pages and the number agree with the whole list', async t => {
  const models = await all()
  const paged = await all({ limit: 97 })
  t.same(
    paged.map(({ id }) => id),
    models.map(({ id }) => id)
  )
  t.same(await openrouter.models.count(), { data: { count: models.length } })
  const narrow = await all({ supportedParameters: 'tools', context: 200_000, sort: 'pricing-low-to-high' })
  t.ok(narrow.length > 0 && narrow.length < models.length)
  for (const { contextLength, supportedParameters } of narrow) {
    t.ok((contextLength ?? 0) >= 200_000 && supportedParameters.includes('tools'))
  }
})

t.test('every model can be asked for by its name, with its endpoints', async t => {
  for (const { id } of await all()) {
    const [author = '', ...rest] = id.split('/')
    if (rest.length === 0) continue
    const { data } = await openrouter.endpoints.list({ author, slug: rest.join('/') })
    t.ok(data.endpoints.length > 0, id)
    t.equal(data.id, id)
  }
  const { data } = await openrouter.models.get({ author: 'openai', slug: 'gpt-oss-120b' })
  t.equal(data.id, 'openai/gpt-oss-120b')
  const { data: oss } = await openrouter.endpoints.list({ author: 'openai', slug: 'gpt-oss-120b' })
  const prices = new Map(oss.endpoints.map(({ tag, pricing }) => [tag, pricing.prompt]))
  t.equal(prices.get('groq'), '0.00000015')
  t.equal(prices.get('huggingface'), '0.00000025', 'each channel has its own')
  const { data: own } = await openrouter.models.get({ author: 'groq', slug: 'openai/gpt-oss-120b' })
  t.equal(own.id, 'openai/gpt-oss-120b', 'a name that says the channel leads to the model')
})

t.test('the channels are its providers', async t => {
  const { data } = await openrouter.providers.list()
  const ids = gateway.registry.all('provider').map(({ id }) => id)
  t.same(
    data.map(({ slug }) => slug),
    ids
  )
  t.match(
    data.find(({ slug }) => slug === 'groq'),
    { name: 'Groq', headquarters: 'US' }
  )
})

t.test('errors are those that the client knows', async t => {
  await t.rejects(openrouter.endpoints.list({ author: 'no', slug: 'such-model' }), {
    name: 'NotFoundResponseError',
    statusCode: 404,
    message: /no\/such-model/
  })
  await t.rejects(openrouter.models.list({ category: 'programming' }), { name: 'BadRequestResponseError' })
})

t.test('clients of OpenAI read the same list', async t => {
  const openai = new OpenAI({ apiKey: 'k', baseURL: `${url}/api/v1`, maxRetries: 0 })
  const { data } = await openai.models.list()
  t.equal(data.length, (await all()).length)
  t.match(data[0], { object: 'model', id: String, created: Number, owned_by: String })
  t.match(await openai.models.retrieve('openai/gpt-oss-120b'), {
    id: 'openai/gpt-oss-120b',
    owned_by: 'openai'
  })
  const thrown: unknown = await openai.models.retrieve('no/such-model').catch(error => error)
  t.match(thrown, { status: 404, message: /no\/such-model/ })
})

t.test('a gateway that has this one as its upstream reads the same of every model', async t => {
  const behind = await composed(t, {
    plugins: [
      { use: '@isthmus/surface-catalog' },
      { use: '@isthmus/provider-openrouter', options: { apiKey: 'k', baseUrl: `${url}/api/v1` } }
    ]
  })
  await behind.gateway.books.refresh()
  const client = new OpenRouter({ apiKey: 'k', serverURL: `${behind.url}/api/v1` })
  const page = await client.models.list()
  const read = new Map(page.result.data.map(model => [model.id, model]))
  const models = (await all()).filter(({ id }) => id.includes('/'))
  for (const { id, name, pricing, contextLength, created } of models) {
    const other = read.get(id) ?? read.get(`openrouter/${id}`)
    t.match(
      other,
      { name, contextLength, created, pricing: { prompt: pricing.prompt, completion: pricing.completion } },
      id
    )
  }
})

const INGRESSES = pluginFolders.filter(folder => /^ingress-(?!chat-|messages)/.test(folder))
const RICH = ['object', 'data', 'links', 'total_count']
const PLAIN = ['object', 'data']
const LISTS = [
  { title: 'with the surface after the ingresses', plugins: [...INGRESSES, 'surface-catalog'], prefixed: RICH },
  { title: 'with the surface before them', plugins: ['surface-catalog', ...INGRESSES], prefixed: RICH },
  { title: 'without the surface', plugins: INGRESSES, prefixed: PLAIN }
]
for (const { title, plugins, prefixed } of LISTS) {
  t.test(`${title}, each path has one who answers`, async t => {
    const { url } = await composed(t, {
      plugins: [...plugins, 'provider-simulator'].map(folder => ({ use: `@isthmus/${folder}` }))
    })
    const membersOf = async (path: string) => {
      const reply = await fetch(`${url}${path}`)
      t.equal(reply.status, 200, path)
      return Object.keys((await reply.json()) as object)
    }
    t.same(await membersOf('/v1/models'), PLAIN)
    t.same(await membersOf('/api/v1/models'), prefixed)
    t.match(await membersOf('/api/v1/models/simulator/echo'), ['id', 'object'])
    const refused = await fetch(`${url}/api/v1/models`, { method: 'PUT' })
    t.equal(refused.status, 405)
    t.equal(refused.headers.get('allow'), 'GET, HEAD')
  })
}
