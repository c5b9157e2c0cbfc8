import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fakeHost, resolveOptions } from '@isthmus/core/testing'
import t, { type Test } from 'tap'
import plugin from '../src/index.ts'
import { openDatabase } from '../src/open-database.ts'
import { type Child, child } from './support/child.ts'

/** up opens the store of a folder in this process. */
async function up(t: Test, dir: string) {
  const host = fakeHost({ dir })
  const store = await plugin.setup(host, resolveOptions(plugin.options, {}))
  let closed: Promise<void> | undefined
  const close = () => (closed ??= host.close())
  t.teardown(close)
  return { host, store, close }
}

const nextLine = async ({ lines }: Child): Promise<string> => new Promise(resolve => lines.once('line', resolve))

t.test('processes that open one new file at once all get it, and lose no count', async t => {
  const dir = t.testdir({})
  const children = Array.from({ length: 4 }, () => child(t, dir, 'n', '250'))
  await Promise.all(children.map(nextLine))
  for (const { process } of children) process.stdin?.write('go\n')
  const totals = new Set<string>()
  for (const { lines } of children) lines.on('line', line => totals.add(line))
  await Promise.all(children.map(({ ended }) => ended))
  t.equal(totals.size, 1000, 'no total came twice')
  const { store } = await up(t, dir)
  t.equal((await store.get('n'))?.value, '1000')
})

t.test('what a process wrote is there after it was killed in the middle of writing', async t => {
  const dir = t.testdir({})
  let last = 0
  for (const kills of [40, 333, 1001]) {
    const writer = child(t, dir, 'n', '1000000')
    await nextLine(writer)
    writer.lines.on('line', line => {
      last = Number(line)
      if (last >= kills) writer.process.kill('SIGKILL')
    })
    writer.process.stdin?.write('go\n')
    await writer.ended
    const { store, close } = await up(t, dir)
    const total = Number((await store.get('n'))?.value)
    t.ok(total >= last && last >= kills, `${total} is stored, ${last} was told`)
    await store.set(`after-${kills}`, 'v', { ifVersion: '' })
    await close()
    const db = openDatabase(join(dir, 'isthmus.db'), 0)
    t.same(
      db
        .prepare('PRAGMA integrity_check')
        .all()
        .map(row => ({ ...row })),
      [{ integrity_check: 'ok' }]
    )
    db.close()
  }
})

t.test('an instance that opens and closes takes no lock from another of its process', async t => {
  const dir = t.testdir({})
  const first = await up(t, dir)
  const version = await first.store.set('k', '1')
  const before = locksOn(join(dir, 'isthmus.db'))
  const second = await up(t, dir)
  await second.store.set('k', '2', { ifVersion: version })
  await second.close()
  t.same(locksOn(join(dir, 'isthmus.db')), before)
  t.equal((await first.store.get('k'))?.value, '2')
  await first.store.set('k', '3')
  await first.close()
  t.notOk(existsSync(join(dir, 'isthmus.db-wal')), 'the last to close leaves one file')
})

/** locksOn lists the locks that processes hold on a file, where the system tells. */
function locksOn(file: string): readonly string[] {
  if (!existsSync('/proc/locks')) return []
  const inode = `:${statSync(file).ino} `
  const locks = readFileSync('/proc/locks', 'utf8').split('\n')
  return locks.filter(lock => lock.includes(inode)).map(lock => lock.replace(/^\d+: /, ''))
}
