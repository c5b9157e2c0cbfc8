import { deepEqual, equal, notEqual, ok, rejects } from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { Store } from '../contract/index.ts'
import { isGatewayError } from '../errors/index.ts'
import type { Case } from './case.ts'
import { conflicts, ownPart } from './store-support.ts'

/** OpenStore is a store that is up. */
export interface OpenStore {
  readonly store: Store
  close(): void | Promise<void>
}

/** plainStoreCases hold for every store, also one that is no plugin. `passMs` lets time go by: by default the cases wait. */
export function plainStoreCases(
  open: () => OpenStore | Promise<OpenStore>,
  passMs: (ms: number) => void | Promise<void> = ms => wait(ms)
): readonly Case[] {
  const withStore = (name: string, run: (store: Store) => Promise<void>): Case => ({
    name,
    async run() {
      const { store, close } = await open()
      try {
        await run(ownPart()(store))
      } finally {
        await close()
      }
    }
  })
  return [
    withStore('what is not stored is undefined, and may be deleted', async store => {
      equal(await store.get('k'), undefined)
      deepEqual(await store.list(''), [])
      await store.delete('k')
      await store.delete('k', { ifVersion: '' })
    }),
    withStore('values come back as they were written', async store => {
      for (const value of VALUES) {
        const version = await store.set('k', value)
        deepEqual(await store.get('k'), { key: 'k', value, version })
      }
    }),
    withStore('each key has a value of its own', async store => {
      for (const key of KEYS) await store.set(key, `of ${key}`)
      for (const key of KEYS) deepEqual((await store.get(key))?.value, `of ${key}`)
      await store.delete('%')
      equal((await store.list('')).length, KEYS.length - 1, 'deleting one key deleted others')
    }),
    withStore('half a surrogate pair is kept or refused, and never replaced', async store => {
      const allowed = async <T>(call: Promise<T>): Promise<T | undefined> => {
        try {
          return await call
        } catch (thrown) {
          ok(isGatewayError(thrown), `threw ${String(thrown)} instead of an error of createError`)
          return undefined
        }
      }
      await store.set('\ufffd', 'of another')
      if (await allowed(store.set('\ud800', 'v'))) equal((await store.get('\ud800'))?.value, 'v')
      else equal(await allowed(store.get('\ud800')), undefined)
      if (await allowed(store.set('k', '\udc00'))) equal((await store.get('k'))?.value, '\udc00')
      await allowed(store.delete('\ud800'))
      await allowed(store.add('\udfff', 1))
      for (const { key } of (await allowed(store.list('\ud800'))) ?? []) ok(key.startsWith('\ud800'))
      equal((await store.get('\ufffd'))?.value, 'of another')
    }),
    withStore('every write makes a version that was not there before', async store => {
      const versions = [await store.set('k', 'a'), await store.set('k', 'a')]
      await store.delete('k')
      versions.push(await store.set('k', 'a'), await store.set('other', 'a'))
      await store.set('k', 'a', { ttlMs: 1 })
      await passMs(SPAN_MS)
      versions.push(await store.set('k', 'a', { ifVersion: '' }))
      for (const count of [1, 2]) {
        equal(await store.add('n', 1), count)
        versions.push((await store.get('n'))!.version)
      }
      equal(new Set(versions).size, versions.length)
      ok(!versions.includes(''), "'' is not a version: it stands for a key that is not stored")
    }),
    withStore(
      'a write with the version that stands succeeds, and any other conflicts and changes nothing',
      async store => {
        const first = await store.set('k', '1', { ifVersion: '' })
        await conflicts(store.set('k', 'no', { ifVersion: '' }))
        await conflicts(store.delete('k', { ifVersion: '' }))
        const second = await store.set('k', '2', { ifVersion: first })
        notEqual(second, first)
        await conflicts(store.set('k', 'no', { ifVersion: first }))
        await conflicts(store.delete('k', { ifVersion: first }))
        deepEqual(await store.get('k'), { key: 'k', value: '2', version: second })
        await store.delete('k', { ifVersion: second })
        await conflicts(store.set('k', 'no', { ifVersion: second }))
        await conflicts(store.delete('k', { ifVersion: second }))
        await conflicts(store.set('none', 'no', { ifVersion: first }))
        deepEqual(await store.list(''), [])
      }
    ),
    withStore('of many writers that read the same version one succeeds', async store => {
      const ifVersion = await store.set('k', '0')
      const tries = Array.from({ length: 20 }, (_, n) => store.set('k', String(n), { ifVersion }))
      const done = await Promise.allSettled(tries)
      equal(done.filter(({ status }) => status === 'fulfilled').length, 1)
    }),
    withStore('add counts up and down, and loses nothing', async store => {
      equal(await store.add('n', 2), 2)
      equal(await store.add('n', -3), -1)
      equal(await store.add('n', 0.5), -0.5)
      await store.set('n', '40')
      equal(await store.add('n', 2), 42)
      equal((await store.get('n'))?.value, '42')
      const totals = await Promise.all(Array.from({ length: 50 }, () => store.add('many', 1)))
      equal(new Set(totals).size, 50)
      equal(Math.max(...totals), 50)
    }),
    withStore('add conflicts on what is no number, and leaves it', async store => {
      await store.set('k', 'text')
      await conflicts(store.add('k', 1))
      equal((await store.get('k'))?.value, 'text')
      await rejects(async () => store.add('k', Number.NaN))
    }),
    withStore('a value is there before its time and gone after it', async store => {
      await store.set('long', '1', { ttlMs: LONG_MS })
      const ifVersion = await store.set('short', '1', { ttlMs: 1 })
      await passMs(SPAN_MS)
      equal(await store.get('short'), undefined)
      deepEqual(
        (await store.list('')).map(({ key }) => key),
        ['long']
      )
      await conflicts(store.set('short', 'no', { ifVersion }))
      await conflicts(store.delete('short', { ifVersion }))
      await store.set('short', '2', { ifVersion: '' })
    }),
    withStore('a write without a time stays, also over a value that had one', async store => {
      await store.set('k', '1', { ttlMs: 1 })
      await store.set('k', '2')
      await store.set('endless', '1', { ttlMs: Number.POSITIVE_INFINITY })
      await passMs(SPAN_MS)
      equal((await store.get('k'))?.value, '2')
      equal((await store.get('endless'))?.value, '1')
    }),
    withStore('a count keeps the time that it began with', async store => {
      equal(await store.add('stays', 1, LONG_MS), 1)
      equal(await store.add('stays', 1, 1), 2)
      equal(await store.add('goes', 1, 1), 1)
      await passMs(SPAN_MS)
      equal(await store.add('stays', 1), 3)
      equal(await store.add('goes', 1), 1, 'a count past its time begins anew')
    }),
    withStore('list finds what begins with a prefix, to the letter, sorted as JavaScript sorts', async store => {
      for (const key of KEYS) await store.set(key, `of ${key}`)
      for (const prefix of ['', ...KEYS, 'none']) {
        deepEqual(
          (await store.list(prefix)).map(({ key, value }) => [key, value]),
          KEYS.filter(key => key.startsWith(prefix))
            .sort()
            .map(key => [key, `of ${key}`]),
          `the list of '${prefix}' is not as expected`
        )
      }
    })
  ]
}

/** Longer than the time of a value that is to go. */
const SPAN_MS = 20
const LONG_MS = 3_600_000

const VALUES: readonly string[] = [
  '',
  ' ',
  '{"a":[1,"ü\\u0000"]}',
  "'; DROP TABLE x; --",
  '1e400',
  '\u0000 in \u0000',
  '\ufeffmarked',
  'ﷺ שלום 世界 👩‍👩‍👧‍👦 \u{10ffff} \uffff \u2028',
  '\r\n\t\b',
  '😀x'.repeat(200_000),
  'x'.repeat(1_048_576)
]

/** Keys that queries by pattern, by number, by letter case or by normal form would take for one another, or sort otherwise. */
const KEYS: readonly string[] = [
  ...'a|A|aa|ab|a/b|a b|a |b|a%|%|_|a_|\\|a\\|*|a*b|?|[a]|\'|"|1|01|1.0|10|9|{x}|:key|$1'.split('|'),
  ...'a\u0000b|a\u0000c|\t|\n|\u007f|\u0080|é|e\u0301|ß|ss|İ|i|\ud7ff|\ue000|\uffff|\u{10000}'.split('|'),
  ...'😀|😀a|😁|a\uffff|a\u{10ffff}|\u{10ffff}|\u{10ffff}\u{10ffff}'.split('|'),
  'k'.repeat(2000)
]
