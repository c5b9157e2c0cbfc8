import { MemoryStore } from '@isthmus/core/testing'
import t from 'tap'
import { type Kept, Shelf, type ShelfOptions } from '../src/shelf.ts'

const HOUR_MS = 3_600_000

function shelf(options: Partial<ShelfOptions> = {}) {
  const clock = { ms: 1_000_000 }
  const store = new MemoryStore(() => clock.ms)
  const errors: string[] = []
  const log = { error: (_facts: object, message: string) => void errors.push(message) }
  const bounds = { keepMs: HOUR_MS, maxKept: 10, maxBytes: 10_000, ...options }
  return { clock, store, errors, log, shelf: new Shelf(store, log, bounds, () => clock.ms) }
}

t.test('a value is found before it is written and after, by its owner alone', async t => {
  const { shelf: kept } = shelf()
  t.ok(kept.keep('a', { principal: 'ada', n: 1 } as never, ['other name']))
  const read = async (principal?: string) => [await kept.get('a', principal), await kept.find('other name')]
  t.match(await read('ada'), [{ n: 1 }, 'a'])
  await kept.close()
  t.match(await read('ada'), [{ n: 1 }, 'a'])
  t.same(await read('bob'), [undefined, 'a'])
  t.same(await read(), [undefined, 'a'])
})

t.test('a value is kept for its time after its last use', async t => {
  const { shelf: kept, clock } = shelf()
  kept.keep('used', {}, ['alias'])
  kept.keep('idle', {})
  await kept.close()
  for (let use = 0; use < 3; use++) {
    clock.ms += 0.7 * HOUR_MS
    t.same(await kept.get('used', undefined), {})
    t.equal(await kept.find('alias'), 'used')
  }
  t.equal(await kept.get('idle', undefined), undefined)
  clock.ms += 1.1 * HOUR_MS
  t.equal(await kept.get('used', undefined), undefined)
  t.equal(await kept.find('alias'), undefined)
})

t.test('of too many values those go that were unused longest, with all their names', async t => {
  const { shelf: kept, store } = shelf({ maxKept: 2 })
  kept.keep('a', {}, ['alias of a'])
  kept.keep('b', {}, ['alias of b'])
  await kept.close()
  await kept.get('a', undefined)
  kept.keep('c', {})
  await kept.close()
  t.same(await kept.get('b', undefined), undefined)
  t.same(await kept.get('a', undefined), {})
  t.same(
    (await store.list('')).map(({ key }) => key),
    ['a', 'alias of a', 'c']
  )
})

t.test('a value that is too large is not kept', async t => {
  const { shelf: kept } = shelf({ maxBytes: 1024 })
  t.notOk(kept.keep('a', { principal: 'é'.repeat(600) }))
  t.equal(await kept.get('a', 'é'.repeat(600)), undefined)
})

t.test('what is deleted while it is written stays deleted', async t => {
  const { shelf: kept } = shelf()
  kept.keep('a', {}, ['alias'])
  await kept.delete('a')
  t.equal(await kept.get('a', undefined), undefined)
  t.equal(await kept.find('alias'), undefined)
})

t.test('two nodes that change a value at once both get their way', async t => {
  const { shelf: one, store, log, clock } = shelf()
  const two = new Shelf(store, log, { keepMs: HOUR_MS, maxKept: 10, maxBytes: 10_000 }, () => clock.ms)
  one.keep('a', { list: [] } as never)
  await one.close()
  const add = (node: Shelf, name: string) =>
    node.change<Kept & { readonly list: readonly string[] }>('a', undefined, async value => ({
      ...value,
      list: [...value.list, name]
    }))
  t.same(await Promise.all([add(one, 'x'), add(two, 'y'), add(two, 'z')]), [true, true, true])
  const value = await one.get<Kept & { readonly list: string[] }>('a', undefined)
  t.same(value?.list.sort(), ['x', 'y', 'z'])
  t.equal(await one.change('gone', undefined, value => value), false)
})

t.test('a store that fails is told of in the log, and breaks nothing', async t => {
  const { shelf: kept, store, errors } = shelf()
  store.set = async () => {
    throw new Error('the disk is full')
  }
  t.ok(kept.keep('a', {}))
  await kept.close()
  t.same(errors, ['a reply could not be kept'])
  t.equal(await kept.get('a', undefined), undefined)
})

t.test('what another version has stored is as good as unknown', async t => {
  const { shelf: kept, store } = shelf()
  for (const text of ['{}', 'no JSON', '{"version":2,"value":{}}', '{"version":1,"value":3}']) {
    await store.set('a', text)
    t.equal(await kept.get('a', undefined), undefined)
  }
})
