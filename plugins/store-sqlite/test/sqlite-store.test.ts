import { deepStrictEqual } from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { isGatewayError, type Store } from '@isthmus/core'
import { MemoryStore, plainStoreCases, storeCases } from '@isthmus/core/testing'
import fc from 'fast-check'
import t from 'tap'
import plugin from '../src/index.ts'
import { openDatabase } from '../src/open-database.ts'
import { SqliteStore, SWEEP_ROWS } from '../src/sqlite-store.ts'

t.test('it keeps the contract in a file, and in memory', async t => {
  for (const { name, run } of storeCases(plugin)) await t.resolves(async () => run(), name)
  const inMemory = storeCases(plugin, { options: { file: ':memory:' }, shared: false })
  for (const { name, run } of inMemory) await t.resolves(async () => run(), `in memory: ${name}`)
})

t.test('it keeps the contract to the millisecond', async t => {
  let nowMs = 1_000
  const open = () => {
    const db = openDatabase(':memory:', 0)
    return { store: new SqliteStore(db, () => nowMs), close: () => db.close() }
  }
  const cases = plainStoreCases(open, ms => {
    nowMs += ms
  })
  for (const { name, run } of cases) await t.resolves(async () => run(), name)
  const { store, close } = open()
  await store.set('k', 'v', { ttlMs: 100 })
  nowMs += 99
  t.ok(await store.get('k'))
  nowMs += 1
  t.notOk(await store.get('k'))
  close()
})

/** What is asked of both stores; a version is named by the write that made it, counted from the last. */
type Step =
  | { readonly op: 'get' | 'list'; readonly key: string }
  | { readonly op: 'set'; readonly key: string; readonly value: string; readonly ttlMs?: number; readonly if?: string }
  | { readonly op: 'delete'; readonly key: string; readonly if?: string }
  | { readonly op: 'add'; readonly key: string; readonly by: number; readonly ttlMs?: number }
  | { readonly op: 'pass'; readonly ms: number }

const key = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('', 'a', 'ab', 'a%', 'a_', 'b', 'a\u{10ffff}', 'a\uffff', 'a😀') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) }
)
const condition = fc.option(fc.constantFrom('', 'stored', 'stale'), { nil: undefined })
const ttlMs = fc.option(fc.integer({ min: 0, max: 50 }), { nil: undefined })
const value = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('1', '-2.5', ''))
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ op: fc.constantFrom('get' as const, 'list' as const), key }),
  fc.record(
    { op: fc.constant('set' as const), key, value, ttlMs, if: condition },
    { requiredKeys: ['op', 'key', 'value'] }
  ),
  fc.record({ op: fc.constant('delete' as const), key, if: condition }, { requiredKeys: ['op', 'key'] }),
  fc.record({ op: fc.constant('add' as const), key, by: fc.integer(), ttlMs }, { requiredKeys: ['op', 'key', 'by'] }),
  fc.record({ op: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 30 }) })
) as fc.Arbitrary<Step>

/** answerOf is what a store answers, without versions: those are its own. */
async function answerOf(store: Store, step: Exclude<Step, { op: 'pass' }>): Promise<unknown> {
  const stored = await store.get(step.key)
  const wanted = 'if' in step &&
    step.if !== undefined && { ifVersion: step.if === 'stored' ? (stored?.version ?? '') : step.if }
  try {
    switch (step.op) {
      case 'get':
        return stored?.value
      case 'list':
        return (await store.list(step.key)).map(({ key, value }) => [key, value])
      case 'set':
        return typeof (await store.set(step.key, step.value, {
          ...(step.ttlMs !== undefined && { ttlMs: step.ttlMs }),
          ...wanted
        }))
      case 'delete':
        return await store.delete(step.key, { ...wanted })
      case 'add':
        return await store.add(step.key, step.by, step.ttlMs)
    }
  } catch (thrown) {
    return isGatewayError(thrown) ? thrown.code : Promise.reject(thrown)
  }
}

t.test('whatever is asked of it, it answers as the memory of the process does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async steps => {
      let nowMs = 0
      const db = openDatabase(':memory:', 0)
      const memory = new MemoryStore(() => nowMs)
      const sqlite = new SqliteStore(db, () => nowMs)
      for (const one of steps) {
        if (one.op === 'pass') {
          nowMs += one.ms
          sqlite.sweep()
        } else {
          deepStrictEqual(await answerOf(sqlite, one), await answerOf(memory, one), JSON.stringify(one))
        }
      }
      db.close()
    }),
    { numRuns: 150 }
  )
})

t.test('values past their time are removed, a bounded number at once', async t => {
  let nowMs = 0
  const db = openDatabase(':memory:', 0)
  t.teardown(() => db.close())
  const store = new SqliteStore(db, () => nowMs)
  const rows = () => Number(db.prepare('SELECT count(*) AS n FROM entries').get()?.n)
  for (let n = 0; n < SWEEP_ROWS + 10; n++) await store.set(`k${n}`, 'v', { ttlMs: 10 })
  await store.set('kept', 'v')
  nowMs = 9
  t.equal(store.sweep(), 0)
  nowMs = 10
  t.same(await store.list('k').then(all => all.map(({ key }) => key)), ['kept'])
  t.equal(store.sweep(), SWEEP_ROWS)
  t.equal(store.sweep(), 10)
  t.equal(rows(), 1)
})

t.test('reading by key and by prefix and removing old values go through an index', async t => {
  const db = openDatabase(':memory:', 0)
  t.teardown(() => db.close())
  const asked: string[] = []
  const prepare = (sql: string) => {
    asked.push(sql)
    return db.prepare(sql)
  }
  new SqliteStore({ prepare } as DatabaseSync)
  for (const sql of asked) {
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all({})
    for (const { detail } of plan) t.notMatch(detail, /^SCAN/, sql)
  }
  t.ok(asked.some(sql => /FF/.test(sql)))
})

t.test('half a surrogate pair is refused in each place where it may stand', async t => {
  const db = openDatabase(':memory:', 0)
  t.teardown(() => db.close())
  const store = new SqliteStore(db)
  const refused = { code: 'STORE_SQLITE_TEXT', statusCode: 400 }
  await t.rejects(store.get('\ud800'), refused)
  await t.rejects(store.set('\ud800', ''), refused)
  await t.rejects(store.set('k', '\ud800'), { ...refused, message: /^A value/ })
  await t.rejects(store.delete('\ud800'), refused)
  await t.rejects(store.list('\ud800'), refused)
  await t.rejects(store.add('\ud800', 1), refused)
})

t.test('what SQLite refuses at work is said in short, and the store goes on', async t => {
  const file = `${t.testdir({})}/s.db`
  const db = openDatabase(file, 0)
  const store = new SqliteStore(db)
  await store.set('k', 'v')

  const other = new DatabaseSync(file)
  other.exec('BEGIN IMMEDIATE')
  const busy = { code: 'STORE_SQLITE_BUSY', kind: 'overloaded', statusCode: 503 }
  await t.rejects(store.set('k', 'w'), busy)
  await t.rejects(store.add('n', 1), busy)
  t.equal((await store.get('k'))?.value, 'v', 'readers do not wait')
  other.exec('ROLLBACK')
  other.close()
  t.equal(await store.add('n', 1), 1)

  db.exec(`PRAGMA max_page_count = ${Number(db.prepare('PRAGMA page_count').get()?.page_count)}`)
  const full = { code: 'STORE_SQLITE_FAILED', message: /database or disk is full/, statusCode: 500 }
  await t.rejects(store.set('big', 'x'.repeat(1_000_000)), full)
  db.exec('PRAGMA max_page_count = 1000000')
  await store.set('big', 'x'.repeat(1_000_000))

  db.exec('PRAGMA query_only = 1')
  await t.rejects(store.set('k', 'w'), { message: /readonly database/ })
  await t.rejects(store.add('n', 1), { message: /readonly database/ })
  db.exec('PRAGMA query_only = 0')
  t.equal(await store.add('n', 1), 2)

  db.close()
  await t.rejects(store.get('k'), { code: 'STORE_SQLITE_FAILED', message: /it is closed/ })
  await t.rejects(store.add('n', 1), { message: /it is closed/ })
})
