import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import t, { type Test } from 'tap'
import { MIGRATIONS } from '../src/migrations.ts'
import { openDatabase } from '../src/open-database.ts'

const pragma = (db: DatabaseSync, name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0]
const modeOf = (file: string) => (statSync(file).mode & 0o777).toString(8)

/** open opens a file until the test ends. */
function open(t: Test, file: string): DatabaseSync {
  const db = openDatabase(file, 1234)
  t.teardown(() => db.isOpen && db.close())
  return db
}

t.test('a new file is written ahead, waits for other writers and knows its schema', async t => {
  const db = open(t, join(t.testdir({}), 's.db'))
  t.equal(pragma(db, 'journal_mode'), 'wal')
  t.equal(pragma(db, 'synchronous'), 1)
  t.equal(pragma(db, 'busy_timeout'), 1234)
  t.equal(pragma(db, 'user_version'), MIGRATIONS.length)
  t.equal(pragma(db, 'application_id'), Buffer.from('Isth').readInt32BE())
})

t.test('only its owner may read a new file and those beside it', { skip: process.platform === 'win32' }, async t => {
  const file = join(t.testdir({}), 's.db')
  const before = process.umask(0)
  t.teardown(() => process.umask(before))
  const db = open(t, file)
  db.exec('CREATE TABLE t (x)')
  for (const name of [file, `${file}-wal`, `${file}-shm`]) t.equal(modeOf(name), '600', name)
  db.close()
  chmodSync(file, 0o640)
  open(t, file)
  t.equal(modeOf(file), '640', "the mode of a file that is there is its owner's to choose")
})

t.test('a file that cannot be used is named, with the reason and no stack of SQLite', async t => {
  const dir = t.testdir({
    folder: {},
    'text.db': 'This is no database, but a text that is long enough to look at.'.repeat(20)
  })
  const fails = (name: string, message: string) =>
    t.throws(() => openDatabase(join(dir, name), 0), {
      code: 'STORE_SQLITE_OPEN',
      message: `Cannot open ${join(dir, name)}: ${message}`
    })
  fails('none/s.db', `there is no folder ${join(dir, 'none')}`)
  fails('folder', 'unable to open database file')
  fails('text.db', 'file is not a database')
  fails('text.db/s.db', 'not a directory')
  t.match(readFileSync(join(dir, 'text.db'), 'utf8'), /^This is no database/)
})

t.test('a file of which pages are damaged is not opened', async t => {
  const file = join(t.testdir({}), 's.db')
  openDatabase(file, 0).close()
  const bytes = readFileSync(file)
  bytes.fill(0x5a, 100, 4096)
  writeFileSync(file, bytes)
  t.throws(() => openDatabase(file, 0), { code: 'STORE_SQLITE_OPEN', message: /malformed|not a database/ })
})

t.test('a file that may not be written is refused at the start', { skip: process.platform === 'win32' }, async t => {
  const dir = t.testdir({})
  const file = join(dir, 's.db')
  openDatabase(file, 0).close()
  chmodSync(file, 0o400)
  // The root user may write anything, so somebody else has to try.
  const isRoot = process.geteuid?.() === 0
  if (isRoot) {
    chmodSync(file, 0o444)
    process.seteuid?.(65_534)
  }
  t.teardown(() => isRoot && process.seteuid?.(0))
  let thrown: unknown
  try {
    openDatabase(file, 0).close()
  } catch (error) {
    thrown = error
  }
  if (isRoot) process.seteuid?.(0)
  t.match(thrown, { code: 'STORE_SQLITE_OPEN', message: /readonly database|unable to open/ })
})

t.test('the database of another program is refused and left as it is', async t => {
  const dir = t.testdir({})
  const tables = join(dir, 'tables.db')
  const marked = join(dir, 'marked.db')
  for (const [file, sql] of [
    [tables, 'CREATE TABLE notes (text)'],
    [marked, 'PRAGMA application_id = 1; PRAGMA user_version = 1']
  ] as const) {
    const other = new DatabaseSync(file)
    other.exec(sql)
    other.close()
    const before = readFileSync(file)
    t.throws(() => openDatabase(file, 0), {
      code: 'STORE_SQLITE_FOREIGN',
      message: new RegExp(`^${file} is a database`)
    })
    t.ok(readFileSync(file).equals(before), 'not a byte of it has changed')
  }
})

t.test('a file of a newer version is refused and left as it is', async t => {
  const file = join(t.testdir({}), 's.db')
  const db = open(t, file)
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`)
  db.close()
  t.throws(() => openDatabase(file, 0), {
    code: 'STORE_SQLITE_NEWER',
    message: `${file} was written by a newer version of this plugin (schema ${MIGRATIONS.length + 1}, this one knows ${MIGRATIONS.length}); install that version`
  })
})
