import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { mock } from 'node:test'
import { fakeHost, resolveOptions } from '@isthmus/core/testing'
import t from 'tap'
import plugin from '../src/index.ts'
import { SWEEP_ROWS } from '../src/sqlite-store.ts'
import { keepSwept, SWEEP_MS } from '../src/sweeping.ts'

t.test('a relative file is in the folder of the config, and an absolute one where it says', async t => {
  const dir = t.testdir({ data: {}, config: {} })
  const host = fakeHost({ dir: join(dir, 'config') })
  await plugin.setup(host, resolveOptions(plugin.options, {}))
  await plugin.setup(host, resolveOptions(plugin.options, { file: '../data/own.db' }))
  await plugin.setup(host, resolveOptions(plugin.options, { file: join(dir, 'whole.db') }))
  await host.close()
  for (const file of ['config/isthmus.db', 'data/own.db', 'whole.db']) t.ok(existsSync(join(dir, file)), file)
})

t.test('a file that cannot be opened keeps the plugin from starting', async t => {
  const host = fakeHost({ dir: t.testdir({}) })
  const options = resolveOptions<{ file: string; busyTimeoutMs: number }>(plugin.options, { file: 'none/s.db' })
  await t.rejects(async () => plugin.setup(host, options), { code: 'STORE_SQLITE_OPEN' })
  await host.close()
})

t.test('what is past its time is removed at the start, every minute, and sooner while there is more', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  const removes = [SWEEP_ROWS, SWEEP_ROWS, 3, 0, 0]
  let sweeps = 0
  const host = fakeHost()
  const stop = keepSwept({ sweep: () => removes[sweeps++]! }, host.log)
  t.equal(sweeps, 1)
  for (const wanted of [2, 3]) {
    mock.timers.tick(50)
    t.equal(sweeps, wanted)
  }
  mock.timers.tick(50)
  t.equal(sweeps, 3)
  mock.timers.tick(SWEEP_MS - 51)
  t.equal(sweeps, 3)
  mock.timers.tick(1)
  t.equal(sweeps, 4)
  stop()
  mock.timers.tick(10 * SWEEP_MS)
  t.equal(sweeps, 4)
})

t.test('a sweep that fails is logged, and the next one comes', async t => {
  mock.timers.enable({ apis: ['setTimeout'] })
  t.teardown(() => mock.timers.reset())
  let sweeps = 0
  const host = fakeHost()
  const stop = keepSwept(
    {
      sweep() {
        if (++sweeps === 1) throw new Error('locked')
        return 0
      }
    },
    host.log
  )
  t.match(host.lines, [{ level: 40, msg: 'cannot remove values past their time', err: { message: 'locked' } }])
  mock.timers.tick(SWEEP_MS)
  t.equal(sweeps, 2)
  stop()
})
