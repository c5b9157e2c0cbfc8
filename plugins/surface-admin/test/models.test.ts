import { type Asked, createError, type KnownModel, type ReloadOutcome } from '@isthmus/core'
import t from 'tap'
import { admin } from './support/admin.ts'

const big: KnownModel = {
  row: { id: 'own/big', provider: 'own', upstreamId: 'big', prices: { input: 3 }, contextTokens: 1000 },
  from: { prices: 'runtime', contextTokens: 'listing' },
  names: ['big', 'acme/big']
}
const NOWHERE = createError('TEST_NOWHERE', 'not_found', "There is no model '%s'. Did you mean 'own/big'?")
const known = (name: string) => {
  if (name === 'own/unlisted') return []
  if (name !== 'own/big' && name !== 'big') throw NOWHERE(name)
  return [big]
}
const states = [
  { id: 'own', service: 'own', models: 2, listing: 'read', listedAtMs: 0 },
  { id: 'other', models: 0, listing: 'failed', problem: 'the upstream answered 500' }
] as const

t.test('a model is shown with every fact and where it is from', async t => {
  const { ask } = await admin(t, { catalog: { known } })
  const { status, body } = await ask({ url: '/admin/models/own/big' })
  t.equal(status, 200)
  t.same(body.known, [big])
  t.equal(body.change, null)
  const none = await ask({ url: '/admin/models/none' })
  t.equal(none.status, 404)
  t.equal(none.body.error.message, "There is no model 'none'. Did you mean 'own/big'?")
  t.equal((await ask({ url: '/admin/models/own/unlisted' })).status, 404, 'it would be asked for, but nothing is known')
})

t.test('facts of a model that nobody serves now are shown as what they are', async t => {
  const { ask } = await admin(t, { catalog: { known } })
  const put = await ask({ method: 'PUT', url: '/admin/models/own/gone', body: { contextTokens: 5 } })
  t.equal(put.status, 200)
  t.match(put.body, { change: { facts: { contextTokens: 5 } }, known: [] })
  t.same((await ask({ url: '/admin/models/own/gone' })).body, put.body)
})

t.test('facts are set and taken back under the same conditions as aliases', async t => {
  const { ask, host } = await admin(t, { catalog: { known } })
  const put = { method: 'PUT', url: '/admin/models/own%2Fbig', body: { prices: { input: 3 } } } as const
  const first = await ask({ ...put, headers: { 'x-admin-user': 'ada' } })
  t.equal(first.status, 200)
  t.match(first.body, {
    name: 'own/big',
    change: { facts: { prices: { input: 3 } }, changed: { by: 'ada' } },
    known: [big]
  })
  t.equal((await ask({ url: '/admin/models/own/big' })).headers.etag, first.headers.etag)
  t.equal((await ask(put)).status, 428)
  t.equal((await ask({ ...put, headers: { 'if-match': '"v-none"' } })).status, 412)
  const change = { method: 'DELETE', url: '/admin/changes/models/own/big' } as const
  t.equal((await ask(change)).status, 428)
  t.equal((await ask({ ...change, headers: { 'if-match': first.headers.etag! } })).status, 204)
  t.equal((await ask(change)).status, 404)
  t.match(
    host.lines.filter(({ level }) => level === 30),
    [
      { msg: 'facts of a model set', model: 'own/big', by: 'ada' },
      { msg: 'facts of a model taken back', model: 'own/big', by: 'admin' }
    ]
  )
})

t.test('the lists of the channels are shown, and read again when asked', async t => {
  const asked: (string | undefined)[] = []
  const { ask } = await admin(t, {
    catalog: {
      channels: () => states,
      async refresh(channel) {
        asked.push(channel)
        return states
      }
    }
  })
  const { body } = await ask({ url: '/admin/channels' })
  t.match(body.data, [
    { id: 'own', listedAt: '1970-01-01T00:00:00.000Z' },
    { id: 'other', problem: /500/ }
  ])
  t.notOk('listedAtMs' in body.data[0]!)
  t.equal((await ask({ method: 'POST', url: '/admin/models/refresh' })).status, 200)
  t.equal((await ask({ method: 'POST', url: '/admin/models/refresh?channel=own' })).status, 200)
  t.same(asked, [undefined, 'own'])
  const none = await ask({ method: 'POST', url: '/admin/models/refresh?channel=owm' })
  t.equal(none.status, 404)
  t.match(none.body.error.message, /did you mean "own"/)
  t.equal((await ask({ method: 'POST', url: '/admin/models/refresh?chanel=own' })).status, 400)
  t.equal(asked.length, 2)
})

t.test('a name is explained, as if somebody in particular asked', async t => {
  let seen: (Asked & { readonly tokens: number | undefined }) | undefined
  const { ask } = await admin(t, {
    catalog: {
      explain(name, asked) {
        seen = { ...asked, tokens: asked?.inputTokens?.() }
        return { name, steps: ['bare id'], targets: ['own/big'] }
      }
    }
  })
  const { status, body } = await ask({ url: '/admin/explain?model=big%2Fone&inputTokens=5000&group=staff&user=u' })
  t.equal(status, 200)
  t.same(body, { name: 'big/one', steps: ['bare id'], targets: ['own/big'] })
  t.match(seen, { tokens: 5000, group: 'staff', user: 'u' })
  for (const query of ['', '?model=a&model=b', '?name=a', '?model=a&inputTokens=-1', '?model=a&inputTokens=1e9']) {
    t.equal((await ask({ url: `/admin/explain${query}` })).status, 400, query)
  }
})

t.test('the config is read again where that can be, and what is wrong with it is told', async t => {
  const outcomes: ReloadOutcome[] = [
    { ok: true, reload: 1, added: ['a'], removed: [], changed: [], atStart: [] },
    { ok: false, code: 'ISTHMUS_CONFIG_INVALID', problems: 1, report: 'gateway.config.ts: 1 problem' }
  ]
  const { ask } = await admin(t, { gateway: { reload: async () => outcomes.shift()! } })
  const good = await ask({ method: 'POST', url: '/admin/reload' })
  t.equal(good.status, 200)
  t.match(good.body, { ok: true, added: ['a'] })
  const bad = await ask({ method: 'POST', url: '/admin/reload', headers: { 'content-type': 'application/json' } })
  t.equal(bad.status, 422)
  t.match(bad.body, { ok: false, report: 'gateway.config.ts: 1 problem' })
  const { ask: other } = await admin(t)
  const none = await other({ method: 'POST', url: '/admin/reload' })
  t.equal(none.status, 501)
  t.equal(none.body.error.code, 'SURFACE_ADMIN_NO_RELOAD')
})

t.test('what breaks inside is told as a bug, without its details', async t => {
  const { ask, host } = await admin(t, {
    catalog: {
      channels() {
        throw new Error('the secret of the house')
      }
    }
  })
  const { status, text } = await ask({ url: '/admin/channels' })
  t.equal(status, 500)
  t.notMatch(text, 'secret of the house')
  t.match(host.lines.at(-1), { level: 50, msg: 'admin request failed' })
})
