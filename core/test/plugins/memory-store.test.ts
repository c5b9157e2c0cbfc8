import t from 'tap'
import { MemoryStore } from '../../src/plugins/index.ts'
import { prefixed } from '../../src/plugins/memory-store.ts'
import { plainStoreCases } from '../../src/testing/index.ts'

t.test('it keeps the contract of a store', async t => {
  let nowMs = 1_000
  const open = () => ({ store: new MemoryStore(() => nowMs), close() {} })
  const cases = plainStoreCases(open, ms => {
    nowMs += ms
  })
  for (const { name, run } of cases) await t.resolves(async () => run(), name)
})

t.test('a value is gone after its time, and its memory at a later write', async t => {
  let nowMs = 1000
  const store = new MemoryStore(() => nowMs)
  await store.set('a', '1', { ttlMs: 100 })
  await store.set('b', '1')
  nowMs = 1099
  t.equal((await store.get('a'))?.value, '1')
  nowMs = 1100
  t.equal(store.size, 2)
  t.same(
    (await store.list('')).map(({ key }) => key),
    ['b']
  )
  await store.set('a', '2', { ifVersion: '', ttlMs: 100 })
  nowMs = 100_000
  await store.set('c', '1')
  t.equal(store.size, 2)
})

t.test('a prefixed store sees its own keys only, by its own names', async t => {
  const store = new MemoryStore()
  const a = prefixed(store, 'a/')
  const b = prefixed(store, 'b/')
  await a.set('k', '1')
  await b.set('k', '2')
  t.match(await a.get('k'), { key: 'k', value: '1' })
  t.match(await b.list(''), [{ key: 'k', value: '2' }])
  t.equal(await a.add('n', 1), 1)
  t.equal(await b.add('n', 1), 1)
  await t.rejects(a.delete('k', { ifVersion: 'none' }), { code: 'ISTHMUS_STORE_CONFLICT', kind: 'conflict' })
  await a.delete('k')
  t.equal(await a.get('k'), undefined)
  t.match(await b.get('k'), { value: '2' })
  t.equal((await store.get('b/k'))?.value, '2')
})
