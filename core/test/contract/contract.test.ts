import { inspect } from 'node:util'
import {
  defineIngress,
  defineMeter,
  defineMiddleware,
  defineProvider,
  defineRouter,
  defineServerTool,
  defineStore,
  defineSurface,
  env,
  FEATURE_NAMES,
  type FeatureTable,
  file,
  type GenerateRequest,
  ingressFrom,
  isEnvRef,
  isPlugin,
  providerFrom,
  Secret,
  SecretString,
  slot,
  use,
  type WireFormat
} from '@isthmus/core'
import t from 'tap'
import { Type } from 'typebox'
import { Value } from 'typebox/value'
import type { Ingress, MessageCall } from '../../src/contract/index.ts'

const spec = {
  name: 'acme',
  api: 1,
  summary: 'Nothing.',
  stability: 'experimental',
  options: Type.Object({})
} as const

t.test('a descriptor is frozen, inert and known by its kind', async t => {
  const setup = () => t.fail('importing a plugin must not run it') as never
  const plugins = {
    ingress: defineIngress({ ...spec, setup }),
    provider: defineProvider({ ...spec, setup }),
    router: defineRouter({ ...spec, setup }),
    tool: defineServerTool({ ...spec, setup }),
    meter: defineMeter({ ...spec, setup }),
    middleware: defineMiddleware({ ...spec, setup }),
    store: defineStore({ ...spec, setup }),
    surface: defineSurface({ ...spec, setup })
  }
  for (const [kind, plugin] of Object.entries(plugins)) {
    t.equal(plugin.kind, kind)
    t.ok(isPlugin(plugin) && Object.isFrozen(plugin))
  }
  t.ok(isPlugin({ [Symbol.for('isthmus.plugin')]: true }), 'also one of another copy of the kernel')
  for (const other of [null, {}, 'acme', () => 1]) t.notOk(isPlugin(other))
})

t.test('an imported plugin is enabled with its id and options', async t => {
  const meter = defineMeter({ ...spec, options: Type.Object({ n: Type.Number() }), setup: () => ({ record() {} }) })
  t.strictSame(use(meter, { id: 'm', options: { n: env('N') } }), { id: 'm', options: { n: env('N') }, use: meter })
  t.strictSame(use(meter), { use: meter })
})

t.test('a secret cannot be printed, only revealed', async t => {
  const secret = new Secret('hunter2')
  const prints = [
    String(secret),
    `${secret}`,
    JSON.stringify({ secret }),
    inspect(secret),
    inspect({ deep: { secret } }, { depth: null, showHidden: true }),
    inspect(secret, { customInspect: false, showHidden: true }),
    Object.values(secret).join(),
    JSON.stringify(structuredClone({ ...secret })),
    new Error(`failed with ${secret}`).message
  ]
  for (const print of prints) t.notMatch(print, /hunter2/)
  t.equal(secret.reveal(), 'hunter2')
})

t.test('the schema of a secret marks it, and wants some text', async t => {
  const schema = SecretString({ description: 'A key.' })
  t.match(schema, { 'x-secret': true, description: 'A key.' })
  t.notOk(Value.Check(schema, ''))
  t.ok(Value.Check(schema, 'k'))
})

t.test('a reference says where a value comes from and is nothing else', async t => {
  t.match(env('KEY'), { from: 'env', name: 'KEY' })
  t.match(env('KEY', ''), { fallback: '' }, 'an empty fallback is one')
  t.notOk('fallback' in env('KEY'))
  t.match(file('/run/secrets/key'), { from: 'file', name: '/run/secrets/key' })
  t.ok(isEnvRef(env('KEY')) && Object.isFrozen(env('KEY')))
  t.notOk([null, 'KEY', { from: 'env', name: 'KEY' }].some(isEnvRef))
})

t.test('two slots of one name are two slots', async t => {
  t.not(slot('a'), slot('a'))
})

const features = Object.fromEntries(FEATURE_NAMES.map(name => [name, 'exact'])) as FeatureTable
const request: GenerateRequest = {
  op: 'generate',
  model: 'm',
  messages: [],
  tools: [],
  sampling: {},
  output: {},
  reply: { stream: false, dialect: ['own'] },
  ingress: { format: 'tiny', headers: { 'x-beta': 'b', cookie: 'c' } }
}
/** A format of which only what the two binders touch is there. */
const tiny = {
  id: 'tiny',
  features,
  forward: { request: ['x-beta'], response: ['x-id'] },
  request: {
    decode: () => request,
    encode: (_request: GenerateRequest, target: { readonly traits?: { readonly big?: boolean } }) => ({
      body: { model: 'm', limit: 5, big: target.traits?.big },
      gaps: [{ feature: 'ext', action: 'dropped' }],
      headers: { 'x-format': '1' },
      context: { renamed: 1 }
    })
  },
  response: { decoder: (...given: unknown[]) => given, encode: () => 0, encoder: () => 0 },
  error: { decode: () => 0, encode: () => 0 },
  models: { decode: () => [], encodeList: () => 0, encodeOne: () => 0 }
} as unknown as WireFormat<{ readonly big?: boolean }>
const target = { provider: 'acme', model: 'm' }
const head = { method: 'POST', path: '/', query: {}, params: {}, headers: {} }

t.test('a provider made from a format describes the request: path, headers, body and what was lost', async t => {
  const provider = providerFrom(tiny, {
    baseUrl: 'https://acme.example/v1//',
    path: '/chat',
    headers: { 'x-own': '1' },
    traits: () => ({ big: true })
  })
  t.equal(provider.baseUrl, 'https://acme.example/v1')
  t.match(provider.encode(request, target), {
    method: 'POST',
    path: '/chat',
    headers: { 'content-type': 'application/json', 'x-own': '1', 'x-format': '1', 'x-beta': 'b', cookie: undefined },
    body: '{"model":"m","limit":5,"big":true}',
    gaps: [{ feature: 'ext' }],
    context: { renamed: 1 }
  })
})

t.test('client headers travel only to an upstream of the same format', async t => {
  const provider = providerFrom(tiny, { baseUrl: 'https://acme.example', path: (_request, { model }) => `/${model}` })
  const other = { ...request, ingress: { ...request.ingress, format: 'other' } }
  t.notOk('x-beta' in provider.encode(other, target).headers)
  t.equal(provider.encode(other, target).path, '/m')
})

t.test('a dialect renames members and rewrites request and reply', async t => {
  const rewriteReply = (body: Record<string, unknown>) => body
  const provider = providerFrom(tiny, {
    baseUrl: 'https://acme.example',
    path: '/chat',
    dialect: { rename: { limit: 'max' }, rewriteRequest: body => ({ ...body, extra: true }), rewriteReply }
  })
  t.same(JSON.parse(String(provider.encode(request, target).body)), { model: 'm', max: 5, extra: true })
  const given = provider.decoder(target, { status: 200, headers: {} }, 'ctx') as unknown as unknown[]
  t.equal(given[2], 'ctx')
  t.equal(given[3], rewriteReply)
})

t.test('verdicts of a vendor and of a model stand over those of the format', async t => {
  const provider = providerFrom(tiny, {
    baseUrl: 'https://acme.example',
    path: '/chat',
    features: { 'output.stop': 'rejected' },
    featuresOf: model => (model === 'old' ? { 'output.json': 'rejected' } : {})
  })
  t.equal(provider.features['output.stop'], 'rejected')
  t.equal(provider.featuresFor?.('old')['output.json'], 'rejected')
  t.equal(provider.featuresFor?.('old')['output.stop'], 'rejected')
  t.equal(provider.featuresFor?.('new')['output.json'], 'exact')
})

t.test('an ingress made from a format reads requests with it, and may adjust them', async t => {
  const routes = [{ method: 'POST', path: '/tiny', operation: 'generate' }] as const
  const callOf = (ingress: Ingress): MessageCall => {
    const [route] = ingress.routes
    return (route !== undefined && 'calls' in route ? route.calls[0] : undefined) as MessageCall
  }
  const plain = ingressFrom(tiny, { routes, prefixes: [] })
  t.equal(callOf(plain).decode({}, head), request)
  t.same(callOf(plain).forwardHeaders, ['x-id'])
  const adjusted = ingressFrom(tiny, { routes, prefixes: [], adjust: it => ({ ...it, model: 'other' }) })
  t.equal(callOf(adjusted).decode({}, head).model, 'other')
  for (const absent of ['claims', 'credential', 'idHeaders', 'hooks']) t.notOk(absent in plain)
  for (const absent of ['repliesWith', 'example', 'schema']) t.notOk(absent in callOf(plain))
})
