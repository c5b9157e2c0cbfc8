import pino from 'pino'
import t from 'tap'
import { type Catalog, CatalogBooks } from '../../src/catalog/index.ts'
import type { Store } from '../../src/contract/index.ts'
import { MemoryStore, prefixed } from '../../src/plugins/index.ts'
import { acme, mall, targets, world } from './support/fake-catalog.ts'

interface Node {
  readonly catalog: Catalog
  readonly books: CatalogBooks
  readonly logged: Record<string, unknown>[]
}

/** node is one gateway on a store. */
async function node(store: Store, config: Record<string, unknown> = { aliases: { mine: 'a/owl-4-5' } }): Promise<Node> {
  const logged: Record<string, unknown>[] = []
  const log = pino({ level: 'warn' }, { write: line => void logged.push(JSON.parse(line)) })
  const catalog = world({ a: acme(), m: mall() }, { config, log })
  const stores = { aliases: prefixed(store, 'aliases/'), facts: prefixed(store, 'facts/') }
  const books = new CatalogBooks(catalog, stores, async () => {}, log)
  await books.load()
  return { catalog, books, logged }
}

const by = { by: 'ann' }
const CONFLICT = { kind: 'conflict', message: /./ }

t.test('an alias is put, taken away and reverted, with who did it, when, and over what', async t => {
  const { books, catalog } = await node(new MemoryStore())
  const put = await books.aliases.put('mine', ['bolt/ray-1'], by)
  t.match(put, { from: 'runtime', changed: { by: 'ann' }, over: { from: 'config', alias: { targets: ['a/owl-4-5'] } } })
  t.ok(Math.abs((put.changed?.atMs ?? 0) - Date.now()) < 60_000)
  t.same(targets(catalog, 'mine'), ['m/bolt/ray-1'])
  await books.aliases.remove('mine', by)
  t.throws(() => catalog.resolve('mine'), { code: 'ISTHMUS_MODEL_NOT_FOUND' })
  t.notOk(books.aliases.get('mine')?.alias, 'one of the config that was taken away is still told of')
  t.match(await books.aliases.revert('mine', by), { from: 'config' })
  t.same(targets(catalog, 'mine'), ['a/owl-4-5'])
  await books.aliases.put('new', 'a/wren-1', by)
  t.same(
    books.aliases
      .list()
      .map(({ name }) => name)
      .sort(),
    ['best', 'mine', 'new']
  )
  await books.aliases.remove('new', by)
  t.equal(books.aliases.get('new'), undefined, 'one that the config never had is gone')
  await t.rejects(books.aliases.remove('new', by), { kind: 'not_found', message: /./ })
  await t.rejects(books.aliases.revert('mine', by), { kind: 'not_found', message: /./ })
})

t.test('what is no alias, or leads nowhere, is refused and changes nothing', async t => {
  const { books, catalog } = await node(new MemoryStore())
  for (const wrong of [
    null,
    7,
    {},
    { targets: [] },
    { targets: ['a/owl-4-5'], colour: 'red' },
    [{ model: 'a/owl-4-5', weight: -1 }]
  ]) {
    await t.rejects(
      books.aliases.put('mine', wrong, by),
      { kind: 'invalid_request', message: /./ },
      JSON.stringify(wrong)
    )
  }
  await t.rejects(books.aliases.put('mine', 'owl-4.5x', by), { code: 'ISTHMUS_ALIAS_INVALID', message: /did you mean/ })
  await t.rejects(books.aliases.put('mine', 'mine', by), { message: /leads back to itself/ })
  t.same(targets(catalog, 'mine'), ['a/owl-4-5'])
  t.equal(books.aliases.get('mine')?.changed, undefined)
})

t.test('the second of two changes that were made over the same one is refused', async t => {
  const { books } = await node(new MemoryStore())
  const first = await books.aliases.put('mine', 'a/wren-1', { ...by, ifVersion: '' })
  await t.rejects(books.aliases.put('mine', 'a/lark', { by: 'bob', ifVersion: '' }), CONFLICT)
  const version = first.changed?.version ?? ''
  await books.aliases.put('mine', 'a/lark', { by: 'bob', ifVersion: version })
  await t.rejects(books.aliases.remove('mine', { ...by, ifVersion: version }), CONFLICT)
  await t.rejects(books.aliases.revert('mine', { ...by, ifVersion: version }), CONFLICT)
  t.match(books.aliases.get('mine'), { alias: { targets: ['a/lark'] }, changed: { by: 'bob' } })
})

t.test('two gateways on one store see each other’s changes, and whoever comes second is told what stands', async t => {
  const store = new MemoryStore()
  const one = await node(store)
  const two = await node(store)
  await one.books.aliases.put('mine', 'a/wren-1', by)
  t.same(targets(two.catalog, 'mine'), ['a/owl-4-5'])
  await t.rejects(two.books.aliases.put('mine', 'a/lark', { by: 'bob', ifVersion: '' }), CONFLICT)
  t.same(targets(two.catalog, 'mine'), ['a/wren-1'], 'a conflict brings the copy up to date')
  await one.books.aliases.put('other', 'a/lark', by)
  await two.books.load()
  t.same(targets(two.catalog, 'other'), ['a/lark'])
  const later = await node(store)
  t.same(targets(later.catalog, 'other'), ['a/lark'], 'and so does one that starts later')
})

t.test('what an older look at the store saw does not cover a newer one', async t => {
  const store = new MemoryStore()
  let release: (() => void) | undefined
  let slow = false
  const lagging = {
    get: (key: string) => store.get(key),
    set: (key: string, value: string, options?: object) => store.set(key, value, options),
    delete: (key: string, options?: object) => store.delete(key, options),
    add: (key: string, count: number) => store.add(key, count),
    async list(prefix: string) {
      const found = await store.list(prefix)
      if (slow) {
        slow = false
        await new Promise<void>(resolve => {
          release = resolve
        })
      }
      return found
    }
  } satisfies Store
  const { books, catalog } = await node(lagging)
  slow = true
  const looking = books.load()
  while (release === undefined) await new Promise(resolve => setImmediate(resolve))
  await books.aliases.put('mine', 'a/wren-1', by)
  release()
  await looking
  t.same(targets(catalog, 'mine'), ['a/wren-1'])
})

t.test('records that cannot be read are left out, and told of once', async t => {
  const store = new MemoryStore()
  const broken = [
    'not json',
    'null',
    '7',
    '{}',
    '{"value":7,"by":"x","atMs":1}',
    '{"value":{"targets":[]},"by":"x","atMs":1}'
  ]
  for (const [at, text] of broken.entries()) await store.set(`aliases/broken-${at}`, text)
  await store.set('aliases/good', JSON.stringify({ value: { targets: ['a/lark'] }, by: 'x', atMs: 1 }))
  await store.set('facts/a/lark', '{"value":{"contextTokens":"many"},"by":"x","atMs":1}')
  const { books, catalog, logged } = await node(store)
  t.same(targets(catalog, 'good'), ['a/lark'])
  t.equal(logged.length, broken.length + 1)
  t.equal(catalog.rows().filter(({ provider }) => provider === 'alias').length, 3)
  await books.load()
  t.equal(logged.length, broken.length + 1)
})

t.test('facts are changed and reverted for a channel, or for the model wherever it is served', async t => {
  const { books, catalog } = await node(new MemoryStore())
  await books.facts.put('acme/owl-4.5', { contextTokens: 7 }, by)
  t.same(
    catalog.known('owl-4.5').map(({ row }) => row.contextTokens),
    [7, 7]
  )
  await books.facts.put('m/acme/owl-4.5', { contextTokens: 8 }, by)
  t.same(
    catalog.known('owl-4.5').map(({ row }) => row.contextTokens),
    [7, 8]
  )
  t.same(
    books.facts.list().map(({ name, changed }) => [name, changed.by]),
    [
      ['acme/owl-4.5', 'ann'],
      ['m/acme/owl-4.5', 'ann']
    ]
  )
  await t.rejects(books.facts.put('a/owl-4-5', { prices: { input: -1 } }, by), {
    kind: 'invalid_request',
    message: /./
  })
  await t.rejects(books.facts.put('owl', { contextTokens: 7 }, by), { kind: 'not_found', message: /./ })
  await books.facts.revert('acme/owl-4.5', by)
  t.same(
    catalog.known('owl-4.5').map(({ row }) => row.contextTokens),
    [200_000, 8]
  )
  await t.rejects(books.facts.revert('acme/owl-4.5', by), { kind: 'not_found', message: /./ })
})
