import { readFileSync } from 'node:fs'
import { fakeHost, resolveOptions, surfaceCases } from '@isthmus/core/testing'
import t from 'tap'
import surface from '../src/index.ts'
import { admin, type Sent, TOKEN } from './support/admin.ts'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const options = { token: TOKEN }

for (const { name, run } of surfaceCases(surface, { manifest, options })) t.test(name, async () => run())

t.test('a token of fewer than sixteen characters is refused', async t => {
  t.throws(() => resolveOptions(surface.options, { token: 'fifteen letters' }), /at least 16 characters/)
  t.throws(() => resolveOptions(surface.options, {}), /token/)
})

t.test('every route wants the token, whether it exists or not', async t => {
  const { host, plain } = await admin(t)
  const routes: { method: NonNullable<Sent['method']>; url: string }[] = []
  const probe = fakeHost()
  probe.http.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) {
      routes.push({ method: each as 'GET', url: url.replace('*', 'any') })
    }
  })
  await surface.setup(probe, resolveOptions(surface.options, options))
  await probe.http.ready()
  await probe.close()
  t.ok(routes.length > 20, `${routes.length} routes`)
  for (const { method, url } of routes) {
    const reply = await plain({ method, url })
    t.equal(reply.status, 401, `${method} ${url}`)
    t.equal(reply.headers['cache-control'], 'no-store')
  }
  t.equal(host.lines.length, routes.length, 'each refusal is logged')
  t.match(host.lines[0], { level: 40, msg: 'admin request refused', address: '127.0.0.1' })
})

t.test('the token goes in one of two headers, and nothing near it does', async t => {
  const { plain } = await admin(t)
  const right: Readonly<Record<string, string>>[] = [
    { authorization: `Bearer ${TOKEN}` },
    { authorization: `bearer  ${TOKEN} ` },
    { 'x-admin-token': TOKEN },
    { 'x-admin-token': TOKEN, authorization: 'Basic from-a-proxy' }
  ]
  for (const headers of right) t.equal((await plain({ url: '/admin/aliases', headers })).status, 200)
  const wrong: Readonly<Record<string, string>>[] = [
    {},
    { authorization: TOKEN },
    { authorization: `Basic ${TOKEN}` },
    { authorization: 'Bearer ' },
    { authorization: `Bearer ${TOKEN}x` },
    { authorization: `Bearer ${TOKEN.slice(0, -1)}` },
    { authorization: `Bearer ${TOKEN.toUpperCase()}` },
    { 'x-admin-token': '' },
    { 'x-admin-token': `${TOKEN}, ${TOKEN}` },
    { 'x-api-key': TOKEN },
    { cookie: `token=${TOKEN}` }
  ]
  for (const headers of wrong) {
    const { status, headers: sent, body } = await plain({ url: '/admin/aliases', headers })
    t.equal(status, 401, JSON.stringify(headers))
    t.match(sent['www-authenticate'], /^Bearer/)
    t.match(body.error, { type: 'authentication', code: /^SURFACE_ADMIN_TOKEN_(MISSING|WRONG)$/, param: null })
  }
})

t.test('a token in the address is refused, also beside a right one', async t => {
  const { host, plain, ask } = await admin(t)
  for (const name of ['token', 'access_token', 'key', 'API_KEY', 'x-admin-token']) {
    const url = `/admin/aliases?${name}=${TOKEN}`
    for (const reply of [await plain({ url }), await ask({ url })]) {
      t.equal(reply.status, 400, name)
      t.equal(reply.body.error.code, 'SURFACE_ADMIN_TOKEN_IN_ADDRESS')
    }
  }
  t.notMatch(JSON.stringify(host.lines), TOKEN)
})

t.test('neither the token nor what was tried is ever logged or told', async t => {
  const { host, plain, ask } = await admin(t)
  const tried = 'something-else-that-is-secret'
  const replies = [
    await plain({ url: `/admin/${tried}`, headers: { authorization: `Bearer ${tried}` } }),
    await ask({ url: '/admin/aliases/none' })
  ]
  for (const text of [TOKEN, tried]) {
    t.notMatch(JSON.stringify(host.lines), text)
    for (const reply of replies) t.notMatch(reply.text, text)
  }
})

t.test('a page of another origin is refused, and a preflight gets no leave', async t => {
  const { ask, plain } = await admin(t)
  for (const site of ['cross-site', 'same-site']) {
    t.equal((await ask({ url: '/admin/aliases', headers: { 'sec-fetch-site': site } })).status, 403, site)
  }
  for (const site of ['same-origin', 'none']) {
    t.equal((await ask({ url: '/admin/aliases', headers: { 'sec-fetch-site': site } })).status, 200, site)
  }
  const preflight = await plain({
    method: 'OPTIONS',
    url: '/admin/aliases',
    headers: { origin: 'https://example.org', 'access-control-request-method': 'GET' }
  })
  t.equal(preflight.status, 401)
  t.equal(preflight.headers['access-control-allow-origin'], undefined)
})

t.test('who has the token is told that a route does not exist', async t => {
  const { ask } = await admin(t)
  for (const sent of [
    { url: '/admin/nothing' },
    { method: 'PATCH', url: '/admin/aliases' },
    { method: 'DELETE', url: '/admin/models/own/big' },
    { method: 'PUT', url: '/admin/aliases/', body: 'own/big' }
  ] as const) {
    const { status, body } = await ask(sent)
    t.equal(status, 404, sent.url)
    t.equal(body.error.code, 'ISTHMUS_ROUTE_NOT_FOUND')
  }
})

t.test('a name for the records is short and printable', async t => {
  const { ask, books } = await admin(t)
  const put = (user: string) =>
    ask({
      method: 'PUT',
      url: `/admin/aliases/for-${books.changes.size}`,
      body: 'own/big',
      headers: { 'x-admin-user': user }
    })
  t.match((await put('Ada Lovelace')).body, { changed: { by: 'Ada Lovelace' } })
  t.match((await put('')).body, { changed: { by: 'admin' } })
  for (const user of ['a'.repeat(65), 'caf\u00e9', ' ', 'a\tb']) {
    const { status, body } = await put(user)
    t.equal(status, 400, user)
    t.match(body.error, { code: 'SURFACE_ADMIN_USER', param: 'x-admin-user' })
  }
})
