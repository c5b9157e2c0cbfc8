import { gunzipSync } from 'node:zlib'
import type { ModelRow } from '@isthmus/core'
import { checker } from '@isthmus/core/wire'
import t, { type Test } from 'tap'
import { EndpointsSchema, ListSchema, ProvidersSchema } from '../src/model-schema.ts'
import { HOUSE, manyRows, ROWS, type UpOptions, up } from './support/house.ts'

type Json = Readonly<Record<string, unknown>>
interface List {
  readonly object: string
  readonly data: readonly (Json & { readonly id: string; readonly pricing: Json })[]
  readonly links: { readonly next: string | null }
  readonly total_count: number
}

async function ask(t: Test, options?: UpOptions) {
  const host = await up(t, options)
  const get = async (url: string, headers: Record<string, string> = {}) => host.http.inject({ url, headers })
  const list = async (query = '') => (await get(`/api/v1/models${query}`)).json<List>()
  const ids = async (query: string) => (await list(query)).data.map(({ id }) => id)
  return { get, list, ids, host }
}

const HAIKU = 'anthropic/claude-haiku-4.5'
const FLASH = 'google/gemini-2.5-flash-lite'
const TINY = 'free/tiny'
const EMBED = 'house/embed-small'
const ODD = 'house/<img src=x onerror="document.title=1">'

t.test('a model is one row, whoever serves it, after the names that stand for others', async t => {
  const { list } = await ask(t)
  const { data, object, links, total_count } = await list()
  t.same(
    data.map(({ id }) => id),
    ['economy', 'sleeping', HAIKU, FLASH, TINY, EMBED, ODD]
  )
  t.same({ object, links, total_count }, { object: 'list', links: { next: null }, total_count: 7 })
  t.same(data[2], {
    id: HAIKU,
    object: 'model',
    owned_by: 'anthropic',
    canonical_slug: HAIKU,
    name: 'Claude Haiku 4.5',
    created: 1_760_486_400,
    context_length: 200_000,
    architecture: {
      modality: 'text+image->text',
      input_modalities: ['text', 'image'],
      output_modalities: ['text'],
      tokenizer: 'Claude',
      instruct_type: null
    },
    pricing: {
      prompt: '0.000001',
      completion: '0.000005',
      input_cache_read: '0.0000001',
      input_cache_write: '0.00000125',
      input_cache_write_1h: '0.000002',
      web_search: '0.01'
    },
    top_provider: { context_length: 200_000, max_completion_tokens: 64_000, is_moderated: false },
    per_request_limits: null,
    supported_parameters: ['max_tokens', 'temperature', 'tools', 'tool_choice', 'reasoning', 'seed'],
    default_parameters: null,
    supported_voices: null,
    expiration_date: null,
    knowledge_cutoff: null,
    reasoning: { mandatory: false, supported_efforts: ['low', 'high'], supports_max_tokens: true },
    links: { details: '/api/v1/models/anthropic/claude-haiku-4.5/endpoints' },
    input_modalities: ['text', 'image'],
    output_modalities: ['text'],
    max_output_length: 64_000,
    supported_sampling_parameters: ['max_tokens', 'temperature', 'seed'],
    supported_features: ['tools', 'structured_outputs', 'reasoning', 'prompt_caching', 'web_search'],
    datacenters: [{ country_code: 'US' }, { country_code: 'DE' }],
    providers: ['anthropic', 'router']
  })
})

t.test('what is not known is told as little as the schema allows', async t => {
  const { list } = await ask(t)
  const odd = (await list()).data.find(({ id }) => id === ODD)
  t.same(odd, {
    id: ODD,
    object: 'model',
    owned_by: 'house',
    canonical_slug: ODD,
    name: '<img src=x onerror="document.title=1">',
    created: 0,
    context_length: null,
    architecture: { modality: null, input_modalities: [], output_modalities: [], instruct_type: null },
    pricing: { prompt: '-1', completion: '-1' },
    top_provider: { context_length: null, max_completion_tokens: null, is_moderated: false },
    per_request_limits: null,
    supported_parameters: [],
    default_parameters: null,
    supported_voices: null,
    expiration_date: null,
    knowledge_cutoff: null,
    links: { details: '/api/v1/models/house/%3Cimg%20src%3Dx%20onerror%3D%22document.title%3D1%22%3E/endpoints' },
    providers: ['house']
  })
})

t.test('an alias shows what it stands for first', async t => {
  const { list } = await ask(t)
  const [economy, sleeping] = (await list()).data
  t.match(economy, {
    id: 'economy',
    owned_by: 'alias',
    canonical_slug: HAIKU,
    alias_target: { slug: HAIKU, name: 'Claude Haiku 4.5' },
    pricing: { prompt: '0.000001' },
    providers: ['anthropic']
  })
  t.match(sleeping, { id: 'sleeping', canonical_slug: 'sleeping', pricing: { prompt: '-1' }, providers: [] })
  t.notOk('alias_target' in sleeping!)
})

t.test('a name that is a model already is not shown as an alias too', async t => {
  const rows: readonly ModelRow[] = [{ id: TINY, provider: 'alias' }, ...ROWS]
  const { ids } = await ask(t, { rows })
  t.same((await ids('')).filter(id => id === TINY).length, 1)
})

t.test('each channel is an endpoint with its own prices and limits', async t => {
  const { get } = await ask(t)
  const { data } = (await get(`/api/v1/models/${HAIKU}/endpoints`)).json<{ data: Json }>()
  t.match(data, {
    id: HAIKU,
    name: 'Claude Haiku 4.5',
    endpoints: [
      {
        name: 'Anthropic | claude-haiku-4-5',
        tag: 'anthropic',
        provider_name: 'Anthropic',
        context_length: 200_000,
        max_completion_tokens: 64_000,
        pricing: { prompt: '0.000001' },
        supports_tool_choice: { auto: true },
        datacenters: [{ country_code: 'US' }]
      },
      {
        name: `OpenRouter | ${HAIKU}`,
        tag: 'router',
        context_length: 100_000,
        max_completion_tokens: 32_000,
        pricing: { prompt: '0.0000011', completion: '0.0000055' },
        supports_tool_choice: { auto: false }
      }
    ]
  })
})

t.test('one model is found by any of its names, with and without a wrapper', async t => {
  const { get } = await ask(t)
  const id = async (path: string) => {
    const body = (await get(path)).json()
    return (body.data ?? body).id
  }
  t.equal(await id(`/api/v1/model/${HAIKU}`), HAIKU)
  t.equal(await id(`/api/v1/models/${HAIKU}`), HAIKU)
  t.equal(await id(`/api/v1/models/${encodeURIComponent(HAIKU)}`), HAIKU, 'as clients of OpenAI write it')
  t.equal(await id('/api/v1/models/claude-haiku-4-5-20251001'), HAIKU)
  t.equal(await id('/api/v1/models/router/anthropic/claude-haiku-4.5'), HAIKU)
  t.equal(await id('/api/v1/models/economy'), 'economy')
  t.equal(await id('/api/v1/models/economy/endpoints'), 'economy')
  t.equal(await id('/api/v1/models/router/anthropic/claude-haiku-4.5/endpoints'), HAIKU)
  const { links } = (await get(`/api/v1/models/${encodeURIComponent(ODD)}`)).json()
  t.equal(await id(links.details), ODD)
})

t.test('a model that is not there is told in the shape of OpenRouter', async t => {
  const { get } = await ask(t)
  const long = 'x'.repeat(500)
  for (const path of ['models/no/such', 'model/no/such', 'models/no/such/endpoints', `models/${long}`]) {
    const reply = await get(`/api/v1/${path}`)
    t.equal(reply.statusCode, 404, path)
    t.match(reply.json(), { error: { code: 404, message: /^There is no model '/, metadata: { kind: 'not_found' } } })
    t.ok(reply.body.length < 300)
  }
})

t.test('channels are told as providers, with what is known of their services', async t => {
  const { get } = await ask(t)
  const body = (await get('/api/v1/providers')).json()
  t.same(checker(ProvidersSchema).problems(body), [])
  t.match(body.data, [
    { name: 'Anthropic', slug: 'anthropic', headquarters: 'US', datacenters: ['US'], status_page_url: null },
    { name: 'OpenRouter', slug: 'router', privacy_policy_url: null },
    { name: 'house', slug: 'house', datacenters: null }
  ])
})

t.test('two channels of one service are told apart', async t => {
  const channels = () => ['one', 'two'].map(id => ({ id, service: 's', models: 1, listing: 'none' as const }))
  const services = () => ({ s: { name: 'Service' } })
  const rows = ['one', 'two'].map(provider => ({ id: `${provider}/m`, provider, model: 'v/m' }))
  const { get } = await ask(t, { rows, catalog: { channels, services } })
  const { data } = (await get('/api/v1/models/v/m/endpoints')).json()
  t.same(
    data.endpoints.map((it: Json) => it.provider_name),
    ['Service (one)', 'Service (two)']
  )
})

t.test('replies keep to their own schemas', async t => {
  const { list, get } = await ask(t)
  t.same(checker(ListSchema).problems(await list()), [])
  for (const { id } of (await list()).data) {
    const body = (await get(`/api/v1/models/${encodeURIComponent(id)}/endpoints`)).json()
    t.same(checker(EndpointsSchema).problems(body), [], id)
  }
})

t.test('the list is narrowed by what is known', async t => {
  const { ids, get } = await ask(t)
  const cases: Readonly<Record<string, readonly string[]>> = {
    'q=haiku': ['economy', HAIKU],
    'q=Flash+LITE': [FLASH],
    'q=claude-haiku-4-5': ['economy', HAIKU],
    'supported_parameters=tools,seed': [HAIKU],
    'supported_parameters=tools&supported_parameters=seed': [HAIKU],
    'features=json_mode': [FLASH],
    'input_modalities=image,audio': [FLASH],
    'output_modalities=embeddings': [EMBED],
    'output_modalities=all&q=house': [EMBED, ODD],
    'context=1000000': [FLASH],
    'max_price=0.1': [FLASH, TINY, EMBED],
    'max_price=0': [TINY],
    'min_price=0.5': ['economy', HAIKU],
    'max_output_price=0.4': [FLASH, TINY],
    'providers=Anthropic': ['economy', HAIKU],
    'providers=router,nobody&model_authors=google,free': [FLASH, TINY],
    'arch=claude': ['economy', HAIKU],
    'region=eu': [HAIKU],
    'min_age_days=1&max_age_days=100000&q=flash': [FLASH],
    'max_age_days=1': [],
    'q=&sort=&context=': ['economy', 'sleeping', HAIKU, FLASH, TINY, EMBED, ODD],
    'unheard_of=1&q=tiny': [TINY]
  }
  for (const [query, expected] of Object.entries(cases)) {
    t.same(await ids(`?${query}`), expected, query)
    t.same((await get(`/api/v1/models/count?${query}`)).json(), { data: { count: expected.length } })
  }
})

t.test('an order puts last what it knows nothing of', async t => {
  const { ids } = await ask(t)
  const models = async (sort: string) =>
    (await ids(`?sort=${sort}`)).filter(id => !['economy', 'sleeping'].includes(id))
  t.same(await models('newest'), [HAIKU, FLASH, TINY, EMBED, ODD])
  t.same(await models('pricing-low-to-high'), [TINY, EMBED, FLASH, HAIKU, ODD])
  t.same(await models('pricing-high-to-low'), [HAIKU, FLASH, EMBED, TINY, ODD])
  t.same(await models('context-high-to-low'), [FLASH, HAIKU, TINY, EMBED, ODD])
  t.same(await models('context-low-to-high'), [TINY, HAIKU, FLASH, EMBED, ODD])
  t.same(await models('output-price-high-to-low'), [HAIKU, FLASH, TINY, EMBED, ODD])
  t.same(await models('name-a-to-z'), [ODD, HAIKU, TINY, FLASH, EMBED])
})

t.test('pages follow one another without a gap', async t => {
  const { list } = await ask(t)
  const found: string[] = []
  let next: string | null = '/api/v1/models?limit=3&sort=name-a-to-z&q=e'
  for (let pages = 0; next !== null && pages < 10; pages++) {
    const page: List = await list(next.slice('/api/v1/models'.length))
    found.push(...page.data.map(({ id }) => id))
    next = page.links.next
  }
  const all = await list('?sort=name-a-to-z&q=e')
  t.same(
    found,
    all.data.map(({ id }) => id)
  )
  t.equal(all.total_count, found.length)
  t.same((await list('?offset=100')).data, [])
})

t.test('a filter that makes no sense is refused with its name', async t => {
  const { get } = await ask(t)
  const cases: Readonly<Record<string, RegExp>> = {
    'context=many': /^context: expected a number of at least 0/,
    'max_price=-1': /^max_price: expected/,
    'context=.': /^context: expected/,
    'limit=0': /^limit: expected a whole number from 1 to 1000/,
    'limit=1001': /^limit: /,
    'offset=-1': /^offset: expected a whole number of at least 0/,
    'offset=1.5': /^offset: /,
    'sort=cheapest': /^sort: expected one of newest, /,
    'region=mars': /^region: /,
    'zdr=true': /^zdr: the catalogue has nothing/,
    'category=programming': /^category: /
  }
  for (const [query, message] of Object.entries(cases)) {
    for (const path of ['models', 'models/count']) {
      const reply = await get(`/api/v1/${path}?${query}`)
      t.equal(reply.statusCode, 400, query)
      t.match(reply.json(), { error: { code: 400, message } }, query)
    }
  }
})

t.test('the whole list is made once, and sent zipped to whoever takes it so', async t => {
  let asked = 0
  const services = () => {
    asked++
    return {}
  }
  const { get, host } = await ask(t, { rows: manyRows(5000), catalog: { services } })
  const first = await get('/api/v1/models')
  t.equal(first.json<List>().data.length, 5000)
  t.equal(first.headers['cache-control'], 'public, max-age=60')
  t.equal(first.headers.vary, 'accept-encoding')
  // The zipped one is made beside: it is there a little later.
  const zippedSoon = async () => {
    for (;;) {
      const reply = await get('/api/v1/models', { 'accept-encoding': 'br, gzip;q=0.8' })
      if (reply.headers['content-encoding'] === 'gzip') return reply
      await new Promise(resolve => setImmediate(resolve))
    }
  }
  const zipped = await zippedSoon()
  t.equal(gunzipSync(zipped.rawPayload).toString('utf8'), first.body)
  t.ok(zipped.rawPayload.length * 5 < first.rawPayload.length)
  t.equal(zipped.headers.etag, first.headers.etag)
  t.notOk((await get('/api/v1/models', { 'accept-encoding': 'gzip;q=0' })).headers['content-encoding'])
  const after = asked
  const etag = String(first.headers.etag)
  const again = await get('/api/v1/models', { 'if-none-match': etag })
  t.equal(again.statusCode, 304)
  t.equal(again.body, '')
  t.equal(asked, after, 'nothing was worked out again')
  t.equal(host.lines.length, 0)
})

t.test('a change of the catalogue shows at once', async t => {
  let rows: readonly ModelRow[] = ROWS
  const { list, get } = await ask(t, { catalog: { ...HOUSE, models: () => rows } })
  const { etag } = (await get('/api/v1/models')).headers
  rows = [...ROWS, { id: 'house/new', provider: 'house' }]
  const reply = await get('/api/v1/models', { 'if-none-match': String(etag) })
  t.equal(reply.statusCode, 200)
  t.equal((await list()).data.at(-1)?.id, 'house/new')
  t.equal((await get('/api/v1/models/count')).json().data.count, 8)
})

t.test('caches may be told to ask each time', async t => {
  const { get } = await ask(t, { options: { cacheSeconds: 0 } })
  t.equal((await get('/api/v1/models')).headers['cache-control'], 'no-cache')
})

t.test('links begin with the base path', async t => {
  const { list } = await ask(t, { basePath: '/llm' })
  const { data, links } = await list('?limit=1&q=haiku')
  t.match(links.next, /^\/llm\/api\/v1\/models\?/)
  t.match(data[0]?.links, { details: '/llm/api/v1/models/economy/endpoints' })
})
