import t from 'tap'
import { MemoryStore } from '../../src/plugins/index.ts'
import { prefixed } from '../../src/plugins/memory-store.ts'

const conflict = { code: 'ISTHMUS_STORE_CONFLICT', kind: 'conflict' }

t.test('a value is read back with a version that changes with every write', async t => {
  const store = new MemoryStore()
  t.equal(await store.get('a'), undefined)
  await store.set('a', '1')
  const first = await store.get('a')
  t.match(first, { key: 'a', value: '1' })
  await store.set('a', '1')
  t.not((await store.get('a'))?.version, first?.version)
  await store.delete('a')
  t.equal(await store.get('a'), undefined)
})

t.test('of two writers that read the same version one gets a conflict', async t => {
  const store = new MemoryStore()
  await store.set('a', '1')
  const version = (await store.get('a'))!.version
  await store.set('a', '2', { ifVersion: version })
  await t.rejects(store.set('a', '3', { ifVersion: version }), conflict)
  t.equal((await store.get('a'))?.value, '2')
  await t.rejects(store.set('none', 'x', { ifVersion: version }), conflict)
})

t.test('an empty version asks that there is no value yet', async t => {
  const store = new MemoryStore()
  await store.set('a', '1', { ifVersion: '' })
  await t.rejects(store.set('a', '2', { ifVersion: '' }), conflict)
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

t.test('add counts, and keeps the end of the window that the first count began', async t => {
  let nowMs = 0
  const store = new MemoryStore(() => nowMs)
  t.equal(await store.add('n', 2, 100), 2)
  nowMs = 60
  t.equal(await store.add('n', 3, 100), 5)
  nowMs = 100
  t.equal(await store.add('n', 1, 100), 1)
  await store.set('text', 'x')
  await t.rejects(store.add('text', 1), conflict)
})

t.test('list gives the values below a prefix, in the order of their keys', async t => {
  const store = new MemoryStore()
  for (const key of ['b/2', 'a/1', 'b/1']) await store.set(key, key)
  t.same(
    (await store.list('b/')).map(({ value }) => value),
    ['b/1', 'b/2']
  )
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
  await a.delete('k')
  t.equal(await a.get('k'), undefined)
  t.match(await b.get('k'), { value: '2' })
  t.equal((await store.get('b/k'))?.value, '2')
})
