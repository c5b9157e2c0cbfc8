import t from 'tap'
import { type CatalogData, ModelInfoSchema } from '../../src/contract/index.ts'
import { checker } from '../../src/wire/index.ts'
import { acme, DATA, mall, own, world } from './support/fake-catalog.ts'

t.test('a fact is what the last layer says that has it, and every fact tells where it is from', async t => {
  const config = {
    facts: {
      'acme/owl-4.5': { maxOutputTokens: 64_000, name: 'Owl' },
      'm/acme/owl-4.5': { name: 'Owl of the mall' }
    }
  }
  const catalog = world({ a: acme([{ id: 'owl-4-5', description: 'By hand.' }]), m: mall() }, { config })
  catalog.setModels('m', [{ id: 'acme/owl-4.5', contextTokens: 1_000_000, maxOutputTokens: 5 }])
  catalog.setFacts(new Map([['a/owl-4-5', { prices: { input: 1 } }]]))
  const [first, second] = catalog.known('acme/owl-4.5')
  t.match(first?.row, { id: 'a/owl-4-5', upstreamId: 'owl-4-5', provider: 'a', model: 'acme/owl-4.5' })
  t.match(first?.row, { contextTokens: 200_000, maxOutputTokens: 64_000, name: 'Owl', prices: { input: 1 } })
  t.match(first?.from, {
    contextTokens: 'data',
    family: 'data',
    description: 'provider',
    maxOutputTokens: 'config',
    prices: 'runtime'
  })
  t.match(second?.row, { contextTokens: 1_000_000, maxOutputTokens: 64_000, name: 'Owl of the mall' })
  t.match(second?.from, { contextTokens: 'listing', maxOutputTokens: 'config', name: 'config' })
  t.notOk('from' in (first?.from ?? {}) || 'id' in (first?.from ?? {}))
  t.ok(first?.names.includes('acme/owl-4-5') && first.names.includes('owl-4-5-20250929') === false)
  t.ok(
    first?.names.every(name => catalog.explain(name).targets.includes('a/owl-4-5')),
    'its names lead to it'
  )
  catalog.setFacts(new Map())
  t.same(
    catalog.known('a/owl-4-5')[0]?.row.prices,
    { input: 3, output: 15 },
    'a change that is taken back uncovers what was'
  )
})

t.test('of several sources the first is believed', async t => {
  const other: CatalogData = {
    ...DATA,
    models: [
      { id: 'acme/owl-4.5', contextTokens: 1 },
      { id: 'acme/kite', contextTokens: 7 }
    ],
    services: {
      acme: {
        name: 'Other',
        models: [
          { id: 'kite', model: 'acme/kite' },
          { id: 'owl-4-5', prices: { input: 9 } }
        ]
      }
    },
    aliases: { best: { targets: ['acme/kite'] }, other: { targets: ['acme/kite'] } }
  }
  const catalog = world({ a: acme() }, { data: [DATA, other] })
  t.match(catalog.known('a/owl-4-5')[0], {
    row: { contextTokens: 200_000, prices: { input: 3 } },
    from: { prices: 'data' }
  })
  t.match(catalog.known('a/kite')[0], { row: { contextTokens: 7 }, from: { contextTokens: 'data-1' } })
  t.equal(catalog.aliases.get('best')?.from, 'data')
  t.equal(catalog.aliases.get('other')?.from, 'data-1')
})

t.test('facts of a model that no list has make it one, in the spelling they were written in', async t => {
  const catalog = world({ o: own('kite') }, { config: { facts: { 'o/Kite.v2:8b': { contextTokens: 5 } } } })
  t.same(
    catalog
      .rows()
      .map(({ upstreamId }) => upstreamId)
      .filter(id => id !== undefined),
    ['kite', 'Kite.v2:8b']
  )
  const named = world({ acme: acme() }, { config: { facts: { 'acme/owl-4': { contextTokens: 5 } } } })
  t.notOk(
    named.rows().some(({ upstreamId }) => upstreamId === 'owl-4'),
    'a model that is known keeps its own id'
  )
  t.equal(named.find('acme/owl-4')?.contextTokens, 5)
})

t.test('nothing is known beforehand of a channel whose list was read, but what its provider says', async t => {
  const catalog = world({ a: acme([{ id: 'kite' }]) })
  catalog.setModels('a', [{ id: 'owl-4-5' }])
  t.same(
    catalog.rows().flatMap(({ upstreamId }) => upstreamId ?? []),
    ['kite', 'owl-4-5']
  )
  t.equal(catalog.channels()[0]?.models, 2)
})

t.test('a list with an id that would disturb a terminal, or with values that make no sense, is no list', async t => {
  const check = (model: object) => checker(ModelInfoSchema).problems(model).length
  t.equal(check({ id: 'Qwen/Qwen3.5-9B:free@1 ü' }), 0)
  for (const id of ['', 'a\u001b[31m', 'a\nb', 'a\u202eb', 'a\u200bb']) t.not(check({ id }), 0, JSON.stringify(id))
  t.not(check({ id: 'a', prices: { input: -1 } }), 0)
  t.not(check({ id: 'a', prices: { input: 'free' } }), 0)
  t.not(check({ id: 'a', contextTokens: 0 }), 0)
  t.not(check({ id: 'a', created: 'today' }), 0)
})

t.test('how a model thinks is joined from all who know a part of it; what does not think has no parts', async t => {
  const config = { facts: { 'acme/owl-4.5': { reasoning: { efforts: ['low', 'high'], mandatory: true } } } }
  const catalog = world(
    { a: acme([{ id: 'owl-4-5', reasoning: { mandatory: false, budget: { min: 1024 } } }]) },
    { config }
  )
  const reasoning = () => catalog.known('a/owl-4-5')[0]?.row.reasoning
  t.same(reasoning(), { mandatory: true, budget: { min: 1024 }, efforts: ['low', 'high'] })
  catalog.setFacts(new Map([['a/owl-4-5', { reasoning: false }]]))
  t.equal(reasoning(), false)
})
