import { resolveOptions } from '@isthmus/core/testing'
import t from 'tap'
import { exportedText } from '../src/export.ts'
import surface from '../src/index.ts'
import { admin } from './support/admin.ts'
import { Books } from './support/books.ts'

const books = () => new Books({ fast: { targets: ['own/small'] }, best: { targets: ['own/big', 'own/small'] } })
const url = (name: string) => `/admin/aliases/${encodeURIComponent(name)}`
const by = (name: string) => ({ 'x-admin-user': name })

t.test('aliases of the file are shown with where they are from', async t => {
  const { ask } = await admin(t, { books: books() })
  const { status, body } = await ask({ url: '/admin/aliases' })
  t.equal(status, 200)
  t.match(body.data, [
    { name: 'fast', alias: { targets: ['own/small'] }, from: 'config', missing: [] },
    { name: 'best', from: 'config' }
  ])
  t.notOk('changed' in body.data[0]!)
  const one = await ask({ url: '/admin/aliases/fast' })
  t.equal(one.headers.etag, body.data[0]?.etag)
  const none = await ask({ url: '/admin/aliases/fats' })
  t.equal(none.status, 404)
  t.match(none.body.error, { message: "There is no alias 'fats'. Did you mean 'fast'?", code: 'SURFACE_ADMIN_UNKNOWN' })
})

t.test('an alias is set, changed, taken away, and the change taken back', async t => {
  const { ask, host } = await admin(t, { books: books() })
  const made = await ask({ method: 'PUT', url: url('new'), body: ['own/big', 'own/small'], headers: by('ada') })
  t.equal(made.status, 201)
  t.match(made.body, {
    name: 'new',
    alias: { targets: ['own/big', 'own/small'] },
    from: 'runtime',
    changed: { by: 'ada', at: '2030-01-01T00:00:00.000Z' }
  })
  const again = await ask({
    method: 'PUT',
    url: url('new'),
    body: { targets: ['own/small'], description: 'Ours.' },
    headers: { 'if-match': made.headers.etag!, ...by('bob') }
  })
  t.equal(again.status, 200)
  t.match(again.body, { alias: { description: 'Ours.' }, changed: { by: 'bob' } })
  t.not(again.headers.etag, made.headers.etag)
  const gone = await ask({ method: 'DELETE', url: url('new'), headers: { 'if-match': again.headers.etag! } })
  t.equal(gone.status, 204)
  t.equal(gone.text, '')
  t.equal(gone.headers.etag, undefined)
  t.equal((await ask({ url: url('new') })).status, 404)
  const lines = host.lines.filter(({ level }) => level === 30)
  t.match(lines, [
    { msg: 'alias set', alias: 'new', by: 'ada' },
    { msg: 'alias set', alias: 'new', by: 'bob' },
    { msg: 'alias removed', alias: 'new', by: 'admin' }
  ])
})

t.test('an alias of the file is covered, not lost', async t => {
  const { ask } = await admin(t, { books: books() })
  const put = await ask({ method: 'PUT', url: url('fast'), body: 'own/tiny' })
  t.equal(put.status, 200)
  t.match(put.body, { over: { alias: { targets: ['own/small'] }, from: 'config' } })
  const removed = await ask({ method: 'DELETE', url: url('fast'), headers: { 'if-match': put.headers.etag! } })
  t.equal(removed.status, 204)
  const shown = await ask({ url: url('fast') })
  t.equal(shown.headers.etag, removed.headers.etag, 'what is left can be changed by the etag of the reply')
  t.match(shown.body, { alias: null, over: { alias: { targets: ['own/small'] } } })
  t.equal((await ask({ method: 'DELETE', url: url('fast') })).status, 404, 'it is not taken away twice')
  const change = { method: 'DELETE', url: '/admin/changes/aliases/fast' } as const
  t.equal((await ask(change)).status, 428)
  const back = await ask({ ...change, headers: { 'if-match': shown.headers.etag! } })
  t.equal(back.status, 204)
  const after = await ask({ url: url('fast') })
  t.equal(after.headers.etag, back.headers.etag)
  t.match(after.body, { alias: { targets: ['own/small'] }, from: 'config' })
  t.equal((await ask(change)).status, 404, 'there is no change any more')
})

t.test('two admins at once: the second is told, and overwrites nothing', async t => {
  const { ask, books: own } = await admin(t, { books: books() })
  const first = await ask({ method: 'PUT', url: url('new'), body: 'own/big', headers: by('ada') })
  t.equal(first.status, 201)
  const blind = await ask({ method: 'PUT', url: url('new'), body: 'own/small', headers: by('bob') })
  t.equal(blind.status, 428)
  t.equal(blind.headers.etag, first.headers.etag, 'the etag to go on with')
  t.match(blind.body.error, { code: 'SURFACE_ADMIN_UNSEEN', type: 'conflict', message: /by ada, 2030-01-01/ })
  const second = await ask({
    method: 'PUT',
    url: url('new'),
    body: 'own/small',
    headers: { 'if-match': first.headers.etag! }
  })
  t.equal(second.status, 200)
  const late = await ask({
    method: 'PUT',
    url: url('new'),
    body: 'own/tiny',
    headers: { 'if-match': first.headers.etag! }
  })
  t.equal(late.status, 412)
  t.equal(late.headers.etag, second.headers.etag)
  t.equal(late.body.error.code, 'SURFACE_ADMIN_STALE')
  t.equal((await ask({ method: 'DELETE', url: url('new'), headers: { 'if-match': first.headers.etag! } })).status, 412)
  t.equal((await ask({ method: 'DELETE', url: url('new') })).status, 428)
  t.match(own.changes.get('new'), { alias: { targets: ['own/small'] } })
})

t.test('an admin who is faster by a moment is noticed too', async t => {
  const { ask, books: own } = await admin(t, { books: books() })
  own.meanwhile = () => own.change('new', 'eve', { targets: ['own/big'] })
  const blind = await ask({ method: 'PUT', url: url('new'), body: 'own/small' })
  t.equal(blind.status, 428)
  t.match(blind.body.error.message, /by eve/)
  const etag = blind.headers.etag!
  own.meanwhile = () => own.change('new', 'mallory', { targets: ['own/tiny'] })
  const seen = await ask({ method: 'PUT', url: url('new'), body: 'own/small', headers: { 'if-match': etag } })
  t.equal(seen.status, 412)
  t.match(seen.body.error.message, /by mallory/)
  t.match(own.changes.get('new'), { alias: { targets: ['own/tiny'] } })
})

t.test('a file that says something else since is noticed', async t => {
  const before = await admin(t, { books: books() })
  const after = await admin(t, { books: new Books({ fast: { targets: ['own/other'] } }) })
  const { headers } = await before.ask({ url: url('fast') })
  const put = { method: 'PUT', url: url('fast'), body: 'own/tiny', headers: { 'if-match': headers.etag! } } as const
  t.equal((await after.ask(put)).status, 412)
  t.equal((await before.ask(put)).status, 200)
})

t.test('preconditions are read as HTTP has them, except where that would overwrite blindly', async t => {
  const { ask } = await admin(t, { books: books() })
  const put = (name: string, headers: Readonly<Record<string, string>>) =>
    ask({ method: 'PUT', url: url(name), body: 'own/big', headers })
  t.equal((await put('fast', { 'if-none-match': '*' })).status, 412, 'there is one in the file')
  const made = await put('new', { 'if-none-match': '*' })
  t.equal(made.status, 201)
  t.equal((await put('new', { 'if-none-match': '*' })).status, 412)
  t.equal((await put('new', { 'if-none-match': '"a"' })).status, 400)
  t.equal((await put('new', { 'if-match': '*' })).status, 400)
  t.equal((await put('other', { 'if-match': made.headers.etag! })).status, 412, 'there is none to match')
  t.equal((await put('new', { 'if-match': `"x", W/${made.headers.etag}` })).status, 200, 'a proxy may weaken it')
})

t.test('what the catalogue refuses is told in its words', async t => {
  const { ask } = await admin(t)
  const { status, body } = await ask({ method: 'PUT', url: url('new'), body: { target: 'own/big' } })
  t.equal(status, 400)
  t.match(body.error, { message: 'targets: expected an array', type: 'invalid_request', param: 'targets' })
})

t.test('bodies that are no JSON are refused', async t => {
  const { ask } = await admin(t)
  const put = (body: string, type = 'application/json') =>
    ask({ method: 'PUT', url: url('new'), body: `!${body}`, headers: { 'content-type': type } })
  t.match((await put('{"targets": [')).body.error, { code: 'ISTHMUS_REQUEST_JSON' })
  t.notMatch((await put('my secret')).text, 'my secret')
  t.equal((await put('')).status, 400)
  t.equal((await put('a=b', 'application/x-www-form-urlencoded')).status, 415)
  t.equal((await put('"own/big"', 'text/plain')).status, 415)
  t.equal((await put(`"${'a'.repeat(300_000)}"`)).status, 413)
  t.equal((await put('"own/big"', 'application/json; charset=utf-8')).status, 201)
})

t.test('names may hold anything', async t => {
  const { ask, books: own, host } = await admin(t)
  const names = [
    'a/b',
    'a b',
    'ü',
    '日本',
    '100%',
    'a?b#c',
    'a%2Fb',
    "it's",
    'x"y',
    'refresh',
    'a..b',
    '__proto__',
    'a\nb',
    'a//b'
  ]
  for (const name of names) {
    const put = await ask({ method: 'PUT', url: url(name), body: 'own/big' })
    t.equal(put.status, 201, name)
    t.equal(put.body.name, name)
    t.ok(own.changes.has(name), name)
    t.equal((await ask({ url: url(name) })).status, 200, name)
  }
  t.equal((await ask({ url: '/admin/aliases/a/b' })).status, 200, 'slashes may stay as they are')
  t.equal(host.lines.length, names.length, 'one line each, whatever the name holds')
})

t.test('an error names no more of a long name than helps', async t => {
  const { ask } = await admin(t)
  const { status, text } = await ask({ url: `/admin/aliases/${'a'.repeat(1500)}` })
  t.equal(status, 404)
  t.ok(text.length < 300)
})

t.test('changes are told, and written as the config would have them', async t => {
  const own = books()
  const { ask } = await admin(t, { books: own })
  await ask({ method: 'PUT', url: url('fast'), body: 'own/tiny', headers: by('ada') })
  await ask({ method: 'PUT', url: url("it's new"), body: { targets: [{ model: 'own/big', weight: 2 }, 'own/small'] } })
  await ask({ method: 'DELETE', url: url('best') })
  await ask({ method: 'PUT', url: '/admin/models/own/big', body: { prices: { input: 1.5 } } })
  const { body } = await ask({ url: '/admin/changes' })
  t.match(body, {
    aliases: [
      { name: 'fast', what: 'changed', now: { targets: ['own/tiny'] }, was: { targets: ['own/small'] } },
      { name: 'best', what: 'removed', now: null, was: { targets: ['own/big', 'own/small'] } },
      { name: "it's new", what: 'added', was: null }
    ],
    models: [{ name: 'own/big', facts: { prices: { input: 1.5 } }, changed: { by: 'admin' } }]
  })
  const text = await ask({ url: '/admin/export' })
  t.match(text.headers['content-type'], /^text\/plain/)
  t.equal(
    text.text,
    `// What was changed while the gateway ran. It belongs into the config, over members of the same name:
// an alias replaces the one of the file, facts go over those of the file one by one.
models: {
  aliases: {
    // ada, 2030-01-01T00:00:00.000Z
    fast: 'own/tiny',
    // admin, 2030-01-01T00:00:00.000Z: took best away; remove it from the file
    // admin, 2030-01-01T00:00:00.000Z
    'it\\'s new': [{ model: 'own/big', weight: 2 }, 'own/small'],
  },
  facts: {
    // admin, 2030-01-01T00:00:00.000Z
    'own/big': { prices: { input: 1.5 } },
  }
}
`
  )
  const data = await ask({ url: '/admin/export', headers: { accept: 'application/json' } })
  t.same(data.body, {
    models: {
      aliases: { fast: 'own/tiny', "it's new": [{ model: 'own/big', weight: 2 }, 'own/small'] },
      facts: { 'own/big': { prices: { input: 1.5 } } }
    },
    removed: ['best']
  })
})

t.test('the export is source text, whatever names and people hold', async t => {
  const long = Array.from({ length: 9 }, (_, index) => `own/a-model-with-a-long-name-${index}`)
  const aliases = {
    "'; process.exit(1) //": { targets: ["'", '"', '\\', '`$`', '\u2028', '\n'] },
    __proto__x: { targets: long, description: 'Long.', defaults: { temperature: 0.5 } },
    日本: { targets: ['own/big'] }
  }
  const changed = { by: 'a\n}; process.exit(1) /*', atMs: 0, version: '1' }
  const entries = [...Object.entries(aliases), ['__proto__', { targets: ['own/big'] }] as const].map(
    ([name, alias]) => ({
      name,
      alias,
      from: 'runtime',
      changed,
      missing: []
    })
  )
  const removed = {
    name: '\n}; process.exit(1)',
    from: 'runtime',
    changed,
    missing: [],
    over: { alias: { targets: ['x'] }, from: 'config' }
  }
  const text = exportedText([...entries, removed], [])
  const source = `export default {\n${text}\n}`
  const { default: config } = (await import(`data:text/javascript,${encodeURIComponent(source)}`)) as {
    default: { readonly models: { readonly aliases: Readonly<Record<string, unknown>> } }
  }
  const read = config.models.aliases
  t.same(
    Object.keys(read),
    entries.map(({ name }) => name)
  )
  t.same(read["'; process.exit(1) //"], aliases["'; process.exit(1) //"].targets)
  t.same(read.__proto__x, aliases.__proto__x)
  t.equal(read.日本, 'own/big')
  t.ok(Object.hasOwn(read, '__proto__'))
})

t.test('the plugin is set up by what a config gives it', async t => {
  t.ok(resolveOptions(surface.options, { token: '0123456789abcdef' }))
})
