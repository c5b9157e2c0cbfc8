import { OpenRouter } from '@openrouter/sdk'
import OpenAI from 'openai'
import t from 'tap'
import { composed } from '../support/composed.ts'
import { pluginFolders } from '../support/sources.ts'

/* OpenRouter's own client, as it is published, reads the catalogue; its schemas refuse what they do not expect. */

t.setTimeout(60_000)
const CHANNELS = [
  { use: '@isthmus/provider-openai', options: { apiKey: 'k' } },
  { use: '@isthmus/provider-anthropic', options: { apiKey: 'k' } },
  { use: '@isthmus/provider-gemini', options: { apiKey: 'k' } },
  { use: '@isthmus/provider-openrouter', options: { apiKey: 'k' } }
]
const { url, gateway } = await composed(t, {
  plugins: [
    { use: '@isthmus/catalog-models' },
    { use: '@isthmus/surface-catalog' },
    { use: '@isthmus/provider-simulator' },
    ...CHANNELS.map(channel => ({ ...channel, options: { ...channel.options, baseUrl: 'http://127.0.0.1:9' } }))
  ],
  models: { refreshMs: 0, aliases: { mine: 'anthropic/claude-haiku-4.5' } }
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
  const haiku = models.find(({ id }) => id === 'anthropic/claude-haiku-4.5')
  t.match(haiku, {
    canonicalSlug: 'anthropic/claude-haiku-4.5',
    contextLength: 200_000,
    architecture: { inputModalities: ['text', 'image'], outputModalities: ['text'] },
    pricing: { prompt: '0.000001', completion: '0.000005' }
  })
  t.match(
    models.find(({ id }) => id === 'mine'),
    { aliasTarget: { slug: 'anthropic/claude-haiku-4.5' } }
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
  const narrow = await all({ supportedParameters: 'tools', context: 150_000, sort: 'pricing-low-to-high' })
  t.ok(narrow.length > 0 && narrow.length < models.length)
  for (const { contextLength, supportedParameters } of narrow) {
    t.ok((contextLength ?? 0) >= 150_000 && supportedParameters.includes('tools'))
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
  const { data } = await openrouter.models.get({ author: 'anthropic', slug: 'claude-haiku-4.5' })
  t.equal(data.id, 'anthropic/claude-haiku-4.5')
  const { data: of } = await openrouter.endpoints.list({ author: 'anthropic', slug: 'claude-haiku-4-5-20251001' })
  t.equal(of.id, 'anthropic/claude-haiku-4.5', "the vendor's own spelling")
})

t.test('the channels are its providers', async t => {
  const { data } = await openrouter.providers.list()
  const ids = gateway.registry.all('provider').map(({ id }) => id)
  t.same(
    data.map(({ slug }) => slug),
    ids
  )
  t.match(
    data.find(({ slug }) => slug === 'anthropic'),
    { name: 'Anthropic', headquarters: 'US' }
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
  t.match(await openai.models.retrieve('anthropic/claude-haiku-4.5'), {
    id: 'anthropic/claude-haiku-4.5',
    owned_by: 'anthropic'
  })
  await t.rejects(openai.models.retrieve('no/such-model'), { status: 404 })
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
