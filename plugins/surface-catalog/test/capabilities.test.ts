import { readFileSync } from 'node:fs'
import {
  type Endpoint,
  FEATURE_NAMES,
  FEATURES,
  type FeatureTable,
  featureTable,
  type Host,
  type Ingress,
  type MessageCall,
  type Operation,
  type ResultCall,
  type Way
} from '@isthmus/core'
import { fakeHost, resolveOptions, surfaceCases } from '@isthmus/core/testing'
import { checker } from '@isthmus/core/wire'
import t, { type Test } from 'tap'
import type { Capabilities } from '../src/capabilities.ts'
import { CapabilitiesSchema } from '../src/capabilities-schema.ts'
import surface from '../src/index.ts'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

for (const { name, run } of surfaceCases(surface, { manifest })) t.test(name, async () => run())

type Http = Host['http']

const never = () => {
  throw new Error('nothing is asked for here')
}
const call = (format: string, features: Partial<FeatureTable>): MessageCall => ({
  operation: 'generate',
  format,
  features: featureTable(features),
  decode: never,
  encodeResponse: never,
  encoder: never
})
const count: ResultCall = {
  operation: 'count_tokens',
  format: 'messages',
  suffix: ':count',
  decode: never,
  encodeResult: never
}
const chat = call('chat-completions', { 'reply.choices': 'exact' })

const ingress = (calls: Ingress['routes'] extends readonly (infer R)[] ? readonly R[] : never): Ingress => ({
  format: 'any',
  routes: calls,
  prefixes: [],
  encodeError: never,
  encodeModels: never,
  encodeModel: never
})
const INGRESSES = [
  {
    id: 'chat',
    ingress: ingress([
      { method: 'POST', path: '/v1/chat', calls: [chat] },
      { method: 'POST', path: '/api/v1/chat', calls: [chat] },
      { method: 'GET', path: '/v1/models', operation: 'models' }
    ])
  },
  { id: 'messages', ingress: ingress([{ method: 'POST', path: '/v1/*', calls: [call('messages', {}), count] }]) }
]

const way = (format: string, features: Partial<FeatureTable>): Way => ({
  endpoint: {
    format,
    features: featureTable(features),
    encode: never,
    decoder: never,
    decodeError: never
  } satisfies Endpoint,
  features: featureTable(features)
})
const plain = way('chat-completions', { 'output.stop': 'exact', 'input.developer': 'converted' })
const seeing = way('chat-completions', { 'output.stop': 'exact', 'input.image.url': 'exact' })

async function up(t: Test, asked: { count: number } = { count: 0 }): Promise<Http> {
  const host = fakeHost({
    models: ['big', 'small', 'eyes'].map(name => ({ id: `own/${name}`, provider: 'own' })),
    gateway: {
      basePath: '/llm',
      ingresses: () => INGRESSES,
      providers: () => ['own', 'bare'],
      ways(operation: Operation, provider, model) {
        asked.count++
        if (operation === 'count_tokens') return []
        return [provider === 'own' && model === 'eyes' ? seeing : plain]
      }
    }
  })
  t.teardown(() => host.close())
  await surface.setup(host, resolveOptions(surface.options, {}))
  return host.http
}
const get = async (http: Http, query = '', headers: Record<string, string> = {}) => {
  const reply = await http.inject({ url: `/api/v1/capabilities${query}`, headers })
  return { reply, body: (reply.body === '' ? undefined : reply.json()) as Capabilities }
}

t.test('each call of each ingress is told with its routes and who could serve it', async t => {
  const { reply, body } = await get(await up(t))
  t.equal(reply.statusCode, 200)
  t.match(body.capabilities, [
    {
      ingress: 'chat',
      operation: 'generate',
      format: 'chat-completions',
      routes: ['POST /llm/v1/chat', 'POST /llm/api/v1/chat'],
      offers: [
        { provider: 'own', models: ['own/big', 'own/small'] },
        { provider: 'own', models: ['own/eyes'] },
        { provider: 'bare', models: [] }
      ]
    },
    { ingress: 'messages', operation: 'generate', routes: ['POST /llm/v1/*'] },
    { ingress: 'messages', operation: 'count_tokens', routes: ['POST /llm/v1/*:count'] }
  ])
  t.same(body.capabilities[2]?.offers[0]?.endpoints, [], 'nobody serves it')
  t.notOk('reply' in body.capabilities[2]!, 'a number has no verdicts')
})

t.test('every feature has one verdict in each table, and equal tables are one', async t => {
  const { body } = await get(await up(t))
  t.same(body.features, FEATURES)
  const [chat] = body.capabilities
  const [alike, eyes, bare] = chat!.offers
  const requests = alike!.endpoints[0]!.request
  t.equal(bare!.endpoints[0]!.request, requests)
  t.not(eyes!.endpoints[0]!.request, requests)
  const table = body.tables[requests]!
  t.same(table.exact, ['output.stop'])
  t.same(table.converted, ['input.developer'])
  t.ok(body.tables[eyes!.endpoints[0]!.request]!.exact!.includes('input.image.url'))
  const told = (id: string) => Object.values(body.tables[id]!).flat()
  t.same(
    [...told(requests), ...told(chat!.reply!)].sort(),
    FEATURE_NAMES.filter(name => !/^(complete|embed)\./.test(name)).sort()
  )
  t.same(body.tables[chat!.reply!]!.exact, ['reply.choices'])
})

t.test('the report keeps to its own schema', async t => {
  const { body } = await get(await up(t))
  t.same(checker(CapabilitiesSchema).problems(body), [])
})

t.test('it is narrowed to an ingress, a provider or a model', async t => {
  const http = await up(t)
  const models = ({ capabilities }: Capabilities) =>
    capabilities.flatMap(it => it.offers.flatMap(({ models }) => models))
  const ingresses = ({ capabilities }: Capabilities) => [...new Set(capabilities.map(it => it.ingress))]
  t.same(ingresses((await get(http, '?ingress=messages')).body), ['messages'])
  t.same(models((await get(http, '?ingress=chat&provider=bare')).body), [])
  t.same(models((await get(http, '?ingress=chat&model=eyes')).body), ['own/eyes'])
  t.same(models((await get(http, '?ingress=chat&model=own/eyes')).body), ['own/eyes'])
  const { body } = await get(http, '?ingress=chat&provider=bare&model=anything')
  t.same(models(body), ['bare/anything'], 'a model that no list has can be asked for too')
  t.equal(body.capabilities[0]!.offers[0]!.endpoints.length, 1)
})

t.test('a filter that names nothing is told so, with what there is', async t => {
  const http = await up(t)
  const said = async (query: string) => {
    const reply = await http.inject(`/api/v1/capabilities${query}`)
    return `${reply.statusCode} ${reply.json().error.message}`
  }
  t.equal(await said('?ingress=chatt'), "404 There is no ingress 'chatt'; there are chat, messages")
  t.equal(await said('?provider=x'), "404 There is no provider 'x'; there are own, bare")
  t.equal(await said('?model=nothing'), "404 There is no model 'nothing'")
  t.match(await said('?modle=small'), /^400 .*additional properties/)
  t.match(await said('?model=a&model=b'), /^400 .*string/)
})

t.test('what has not changed is not sent again, nor worked out again', async t => {
  const asked = { count: 0 }
  const http = await up(t, asked)
  const { reply } = await get(http)
  const etag = String(reply.headers.etag)
  const after = asked.count
  t.ok(after > 0)
  for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const again = await get(http, '', { 'if-none-match': tag })
    t.equal(again.reply.statusCode, 304, tag)
    t.equal(again.reply.body, '')
  }
  t.equal((await get(http, '', { 'if-none-match': '"other"' })).reply.statusCode, 200)
  t.equal(asked.count, after)
  t.not((await get(http, '?ingress=chat')).reply.headers.etag, etag)
})
