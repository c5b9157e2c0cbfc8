import pino from 'pino'
import t from 'tap'
import { Catalog, ModelLister } from '../../src/catalog/index.ts'
import type { ModelsConfig } from '../../src/config/index.ts'
import type { ModelInfo, Provider } from '../../src/contract/index.ts'
import { MemoryStore } from '../../src/plugins/index.ts'
import { Registry } from '../../src/registry/index.ts'
import { fakeUpstream } from '../../src/testing/fake-upstream.ts'
import { Transport } from '../../src/transport/index.ts'
import { tinyTable } from '../pipeline/support/tiny-format.ts'
import { CONFIG } from './support/fake-catalog.ts'

const log = pino({ level: 'silent' })

const provider = (known: readonly string[], more: Partial<Provider> = {}): Provider =>
  ({
    format: 'tiny',
    features: tinyTable(),
    baseUrl: 'http://x.invalid',
    models: { known: known.map(id => ({ id })) },
    ...more
  }) as unknown as Provider

function catalogOf(providers: Readonly<Record<string, Provider>>, config: Partial<ModelsConfig> = {}): Catalog {
  const registry = new Registry()
  for (const [id, contribution] of Object.entries(providers)) {
    registry.add({ kind: 'provider', id, plugin: id, version: '1.0.0', contribution })
  }
  registry.waiting.push({ kind: 'provider', id: 'later', variables: ['LATER_KEY'] })
  return new Catalog(registry.freeze(), { ...CONFIG, ...config }, log)
}

const names = (catalog: Catalog, name: string, fallbacks?: string[]) =>
  catalog.resolve(name, fallbacks).offers.map(({ provider, model }) => `${provider}/${model}`)

t.test('a name is a channel and a model, then an alias, then what the lists have', async t => {
  const catalog = catalogOf(
    { a: provider(['x', 'y/z']), b: provider(['x']) },
    { aliases: { best: ['b/x', 'a/new'], 'y/z': 'b/x', 'p/q': 'b/x' } as never }
  )
  t.same(names(catalog, 'a/anything/at-all'), ['a/anything/at-all'])
  t.same(names(catalog, 'best'), ['b/x', 'a/new'])
  t.same(names(catalog, 'x'), ['a/x', 'b/x'], 'a name that fits several channels gives all, in configured order')
  t.same(names(catalog, 'y/z'), ['a/y/z'], 'a name with a slash is that of a model before it is an alias')
  t.same(names(catalog, 'p/q'), ['b/x'], 'one that no list has may be an alias')
  t.same(names(catalog, 'x', ['b/x', 'b/new']), ['a/x', 'b/x', 'b/new'], 'fallbacks follow, each target once')
})

t.test('an unknown name is not found, with the nearest names; `__proto__` is one of them', async t => {
  const catalog = catalogOf({ a: provider(['gpt-5-mini', 'gpt-5']) })
  t.throws(() => catalog.resolve('gpt-5-mni'), { kind: 'not_found', message: /Did you mean 'gpt-5-mini'/ })
  t.throws(() => catalog.resolve('__proto__'), { code: 'ISTHMUS_MODEL_NOT_FOUND' })
  t.throws(() => catalog.resolve('/x'), { code: 'ISTHMUS_MODEL_NOT_FOUND' })
  t.throws(() => catalog.resolve('a/'), { code: 'ISTHMUS_MODEL_NOT_FOUND' })
})

t.test('a name is not suggested in its own place, and one of any length is cut short', async t => {
  const catalog = catalogOf({ a: provider(['gpt-5', 'gpt-6']) })
  t.equal(catalog.suggest('a/gpt-5'), " Did you mean 'a/gpt-6'?")
  t.ok(catalog.notFound('x'.repeat(100_000)).message.length < 300)
})

t.test('a channel that waits for its key says so', async t => {
  const catalog = catalogOf({ a: provider([]) })
  t.throws(() => catalog.resolve('later/gpt'), { kind: 'not_found', message: /'later'.*LATER_KEY is not set/ })
})

t.test('strict keeps to the lists', async t => {
  const catalog = catalogOf({ a: provider(['x']) }, { strict: true })
  t.same(names(catalog, 'a/x'), ['a/x'])
  t.throws(() => catalog.resolve('a/y'), { code: 'ISTHMUS_MODEL_NOT_FOUND' })
})

t.test('aliases are listed and found like models', async t => {
  const catalog = catalogOf({ a: provider(['x']) }, { aliases: { best: 'a/x' } as never })
  t.same(
    catalog.rows().map(row => row.id),
    ['best', 'a/x']
  )
  t.equal(catalog.find('best')?.id, 'best')
})

t.test('rows and find use the name a client sends', async t => {
  const catalog = catalogOf({ a: provider(['x']), b: provider(['x', 'y']) })
  t.same(
    catalog.rows().map(row => row.id),
    ['a/x', 'b/x', 'b/y']
  )
  t.equal(catalog.find('b/y')?.id, 'b/y')
  t.equal(catalog.find('y')?.id, 'b/y')
  t.equal(catalog.find('nothing'), undefined)
})

t.test('features of a model are computed once, however many names clients invent', async t => {
  let asked = 0
  const counting = provider([], {
    featuresFor: () => {
      asked++
      return tinyTable({ 'output.stop': 'rejected' })
    }
  })
  const catalog = catalogOf({ a: counting })
  const [first] = catalog.resolve('a/m').offers
  const [second] = catalog.resolve('a/m').offers
  t.equal(first?.ways[0]?.features['output.stop'], 'rejected')
  t.equal(first?.ways, second?.ways)
  t.equal(asked, 1)
  for (let name = 0; name < 3000; name++) catalog.resolve(`a/invented-${name}`)
  t.equal(asked, 3001)
})

t.test('the lister reads the list of an upstream, with its key, in the background', async t => {
  const upstream = await fakeUpstream({ steps: [JSON.stringify(['live'])] })
  const transport = new Transport({ connectMs: 500, headersMs: 500, idleMs: 500, connections: 1, origins: [] })
  const listed = provider(['known'], {
    baseUrl: upstream.origin,
    authorize: request => {
      request.headers.authorization = 'Bearer k'
    },
    models: {
      known: [{ id: 'known' }],
      list: {
        request: { method: 'GET', path: '/models', headers: {} },
        decode: body => (body as string[]).map((id): ModelInfo => ({ id }))
      }
    }
  })
  const registry = new Registry()
  registry.add({ kind: 'provider', id: 'a', plugin: 'a', version: '1.0.0', contribution: listed })
  const catalog = new Catalog(registry.freeze(), CONFIG, log)
  const lister = new ModelLister({ catalog, registry, transport, store: new MemoryStore(), refreshMs: 0, log })
  t.teardown(async () => {
    lister.stop()
    await Promise.all([transport.close(), upstream.close()])
  })
  t.same(names(catalog, 'known'), ['a/known'])
  t.throws(() => catalog.resolve('live'))
  lister.start()
  const request = await upstream.next()
  t.equal(request.headers.authorization, 'Bearer k')
  await request.closed
  while (catalog.find('live') === undefined) await new Promise(resolve => setImmediate(resolve))
  t.same(names(catalog, 'live'), ['a/live'])
  t.same(names(catalog, 'known'), ['a/known'])
  t.notOk(listed.models?.list?.request.headers.authorization, 'the description of the request stays as it was')
})
