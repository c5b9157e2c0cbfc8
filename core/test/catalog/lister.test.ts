import pino from 'pino'
import t, { type Test } from 'tap'
import { Catalog, ModelLister } from '../../src/catalog/index.ts'
import type { ModelInfo, Provider, Store } from '../../src/contract/index.ts'
import { MemoryStore } from '../../src/plugins/index.ts'
import { Transport } from '../../src/transport/index.ts'
import { CONFIG, provider, registryOf } from './support/fake-catalog.ts'

interface Setup {
  readonly catalog: Catalog
  readonly lister: ModelLister
  readonly logged: Record<string, unknown>[]
  ids(): readonly string[]
}

type Answer = { readonly status?: number; readonly body: string } | Error

/** listed is a provider whose upstream gives `answer()`. */
function listed(answer: () => Answer, baseUrl = 'http://list.invalid'): Provider {
  return provider(
    {
      list: {
        request: { method: 'GET', path: '/models', headers: {} },
        decode: body => (body as { data: readonly ModelInfo[] }).data
      }
    },
    {
      baseUrl,
      send: async () => {
        const given = answer()
        if (given instanceof Error) throw given
        const body = (async function* () {
          yield Buffer.from(given.body)
        })()
        return { head: { status: given.status ?? 200, headers: {} }, body } as never
      }
    }
  )
}

function setup(t: Test, providers: Record<string, Provider>, store: Store = new MemoryStore(), refreshMs = 0): Setup {
  const logged: Record<string, unknown>[] = []
  const log = pino({ level: 'warn' }, { write: line => void logged.push(JSON.parse(line)) })
  const transport = new Transport({ connectMs: 500, headersMs: 500, idleMs: 500, connections: 1, origins: [] })
  const registry = registryOf(providers)
  const catalog = new Catalog(registry, CONFIG, log)
  const lister = new ModelLister({ catalog, registry, transport, store, refreshMs, log })
  t.teardown(async () => {
    lister.stop()
    await transport.close()
  })
  const ids = () => catalog.rows().flatMap(({ upstreamId }) => upstreamId ?? [])
  return { catalog, lister, logged, ids }
}

const list = (...models: readonly unknown[]): Answer => ({ body: JSON.stringify({ data: models }) })

t.test('a list that makes no sense is refused as a whole, and the last good one holds', async t => {
  let answer = list({ id: 'kite', prices: { input: 1 } })
  const { catalog, lister, logged, ids } = setup(t, { o: listed(() => answer) })
  t.match(catalog.channels(), [{ listing: 'pending' }])
  await lister.refresh('o')
  t.match(catalog.channels(), [{ listing: 'read', models: 1 }])
  const nonsense: Record<string, Answer> = {
    'a negative price': list({ id: 'kite' }, { id: 'new', prices: { input: -1 } }),
    'a price in words': list({ id: 'new', prices: { input: 'cheap' } }),
    'an id that is none': list({ id: 7 }),
    'no id': list({}),
    'an id with a line break': list({ id: 'a\nb' }),
    'a context of nothing': list({ id: 'new', contextTokens: 0 }),
    'no list': { body: '{"data":"many"}' },
    'no object': { body: '[]' },
    'no JSON': { body: '<html>' },
    nothing: { body: '' },
    'an error': { status: 500, body: '{"data":[]}' },
    'too many': list(...Array.from({ length: 50_001 }, (_, at) => ({ id: `m${at}` }))),
    'too large a body': { body: `{"data":[{"id":"${'x'.repeat(33 * 1024 * 1024)}"}]}` },
    'a broken connection': Object.assign(new Error('reset'), { code: 'ECONNRESET' })
  }
  for (const [what, given] of Object.entries(nonsense)) {
    answer = given
    const before = logged.length
    await lister.refresh(undefined)
    t.same(ids(), ['kite'], what)
    t.match(catalog.channels(), [{ listing: 'failed', models: 1, problem: String }], what)
    t.equal(logged.length, before + 1, `${what} is told once`)
    t.ok(JSON.stringify(logged.at(-1)).length < 1000, `${what} is told shortly`)
  }
  t.equal(catalog.channels()[0]?.failures, Object.keys(nonsense).length, 'failures are counted')
  answer = list({ id: 'swift' })
  await lister.refresh('o')
  t.same(ids(), ['swift'])
  t.equal(catalog.channels()[0]?.problem, undefined)
  await t.rejects(lister.refresh('nobody'), { kind: 'not_found', message: /./ })
})

t.test('the last good list is kept over a restart, and not for another address', async t => {
  const store = new MemoryStore()
  const first = setup(t, { o: listed(() => list({ id: 'kite', contextTokens: 9 })) }, store)
  await first.lister.refresh('o')
  const gone = () => new Error('down')
  const again = setup(t, { o: listed(gone) }, store)
  t.same(again.ids(), [])
  await again.lister.restore()
  t.same(again.ids(), ['kite'])
  t.match(again.catalog.channels(), [{ listing: 'kept', models: 1, listedAtMs: Number }])
  t.equal(again.catalog.find('kite')?.contextTokens, 9)
  await again.lister.refresh('o')
  t.match(again.catalog.channels(), [{ listing: 'failed', models: 1, listedAtMs: Number }])
  t.same(again.ids(), ['kite'])
  const moved = setup(t, { o: listed(gone, 'http://other.invalid') }, store)
  await moved.lister.restore()
  t.same(moved.ids(), [])
  const renamed = setup(t, { p: listed(gone) }, store)
  await renamed.lister.restore()
  t.same(renamed.ids(), [])
})

t.test('a kept list that cannot be read is left out with a warning', async t => {
  const store = new MemoryStore()
  await store.set('o', '{"baseUrl":"http://list.invalid","atMs":1,"models":[{"id":""}]}')
  await store.set('p', 'torn')
  const { lister, logged, ids } = setup(t, { o: listed(() => list()), p: listed(() => list()) }, store)
  await lister.restore()
  t.same(ids(), [])
  t.equal(logged.length, 2)
})

t.test('a list is used even if it cannot be kept', async t => {
  const store = new MemoryStore()
  store.set = async () => {
    throw new Error('the disk is full')
  }
  const { catalog, lister, logged, ids } = setup(t, { o: listed(() => list({ id: 'kite' })) }, store)
  await lister.refresh('o')
  t.same(ids(), ['kite'])
  t.match(catalog.channels(), [{ listing: 'read' }])
  t.match(logged, [{ channel: 'o', reason: 'the disk is full' }])
})

t.test('the next look is an interval away, a tenth of it left to chance; after a failure it is soon', async t => {
  const waits: number[] = []
  const timers = t.capture(globalThis, 'setTimeout', ((_look: () => void, ms: number) => {
    waits.push(ms)
    return { unref: () => undefined }
  }) as never)
  t.ok(timers)
  let answer = list({ id: 'kite' })
  const HOUR = 3_600_000
  for (let at = 0; at < 40; at++) {
    const before = waits.length
    const { lister } = setup(t, { o: listed(() => answer) }, new MemoryStore(), HOUR)
    answer = at < 20 ? list({ id: 'kite' }) : new Error('down')
    lister.start()
    while (waits.slice(before).every(ms => ms < 50_000)) await new Promise(resolve => setImmediate(resolve))
  }
  const long = waits.filter(ms => ms > 1_000_000)
  t.equal(long.length, 20)
  t.ok(long.every(ms => ms >= HOUR * 0.95 && ms <= HOUR * 1.05))
  t.ok(new Set(long).size > 10, 'not all at once')
  const short = waits.filter(ms => ms >= 50_000 && ms <= 1_000_000)
  t.ok(short.length >= 20 && short.every(ms => ms >= 57_000 && ms <= 63_000))
})
