import { deepEqual, equal } from 'node:assert/strict'
import type { TObject } from 'typebox'
import type { Plugin, Store } from '../contract/index.ts'
import type { Case } from './case.ts'
import { descriptorCases, type PluginCaseOptions, setUp } from './descriptor-cases.ts'
import { fakeHost } from './fake-host.ts'
import { type OpenStore, plainStoreCases } from './plain-store-cases.ts'
import { conflicts, ownPart } from './store-support.ts'

/** StoreCaseOptions are what the cases need to know of a store beside its options. */
export interface StoreCaseOptions extends PluginCaseOptions {
  /** Whether two instances with the same options share their values; `false` for one that forgets. Default: they do. */
  readonly shared?: boolean
}

/** storeCases hold a store to the contract, alone and, unless it forgets, with others that share its values. */
export function storeCases<O extends TObject>(
  plugin: Plugin<'store', O>,
  given: StoreCaseOptions = {}
): readonly Case[] {
  const open = async (dir?: string): Promise<OpenStore> => {
    const { contribution, host } = await setUp(plugin, { ...given, host: { ...given.host, ...(dir && { dir }) } })
    return { store: contribution, close: () => host.close() }
  }
  const cases = [...descriptorCases('store', plugin, given), ...plainStoreCases(() => open())]
  return given.shared === false ? cases : [...cases, ...sharedCases(open)]
}

/** sharedCases hold two instances to each other, as two nodes or the two sides of a reload. */
function sharedCases(open: (dir: string) => Promise<OpenStore>): readonly Case[] {
  const withTwo = (name: string, run: (a: Store, b: Store) => Promise<void>): Case => ({
    name: `two instances: ${name}`,
    async run() {
      const host = fakeHost()
      const opened: OpenStore[] = []
      try {
        opened.push(await open(host.dir), await open(host.dir))
        const part = ownPart()
        await run(part(opened[0]!.store), part(opened[1]!.store))
      } finally {
        for (const { close } of opened) await close()
        await host.close()
      }
    }
  })
  return [
    withTwo('what one writes or deletes the other sees at once', async (a, b) => {
      await a.set('k', '1')
      deepEqual(await b.get('k'), await a.get('k'))
      await b.set('k', '2')
      deepEqual(
        (await a.list('')).map(({ value }) => value),
        ['2']
      )
      await a.delete('k')
      equal(await b.get('k'), undefined)
    }),
    withTwo('a version of before the other wrote is a conflict', async (a, b) => {
      const ifVersion = await a.set('k', 'of a')
      await b.set('k', 'of b', { ifVersion })
      await conflicts(a.set('k', 'of a again', { ifVersion }))
      await conflicts(a.delete('k', { ifVersion }))
      await conflicts(a.set('k', 'of a again', { ifVersion: '' }))
      equal((await a.get('k'))?.value, 'of b')
    }),
    withTwo('of many that create or replace at once, one succeeds', async (a, b) => {
      for (const ifVersion of ['', 'stored']) {
        const version = ifVersion && (await a.get('k'))!.version
        const tries = Array.from({ length: 20 }, (_, n) =>
          [a, b][n % 2]!.set('k', `${ifVersion}${n}`, { ifVersion: version })
        )
        const done = (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled')
        equal(done.length, 1)
      }
    }),
    withTwo('no count is lost', async (a, b) => {
      const totals = await Promise.all(Array.from({ length: 50 }, (_, n) => [a, b][n % 2]!.add('n', 1)))
      equal(new Set(totals).size, 50)
      equal((await b.get('n'))?.value, '50')
    }),
    {
      name: 'what was stored is there after closing and opening again',
      async run() {
        const host = fakeHost()
        const part = ownPart()
        try {
          const before = await open(host.dir)
          const version = await part(before.store).set('k', 'kept')
          await before.close()
          const after = await open(host.dir)
          deepEqual(await part(after.store).get('k'), { key: 'k', value: 'kept', version })
          await part(after.store).delete('k')
          await after.close()
        } finally {
          await host.close()
        }
      }
    }
  ]
}
