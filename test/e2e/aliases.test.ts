import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { start } from '../../core/test/cli/support/run.ts'
import { ADMIN, type Answer, admin, ask, channel, TOKEN } from '../support/admin.ts'
import { composed } from '../support/composed.ts'
import { root } from '../support/sources.ts'

t.test('an alias is switched again and again under load, and no request is lost or sees anything else', async t => {
  const { url } = await composed(t, {
    plugins: [channel('one', 1), channel('two', 1), ADMIN],
    models: { aliases: { main: 'one/echo' } }
  })
  const change = admin(url)
  const seen = { one: 0, two: 0, other: 0, broken: 0 }
  let running = true
  const load = Array.from({ length: 20 }, async () => {
    while (running) {
      const { provider, whole } = await ask(url, 'main')
      if (!whole) seen.broken++
      else if (provider === 'one' || provider === 'two') seen[provider]++
      else seen.other++
    }
  })
  let { etag } = await change('GET', 'aliases/main')
  const wrong: string[] = []
  for (let round = 0; round < 40; round++) {
    const target = round % 2 === 0 ? 'two' : 'one'
    const put = await change('PUT', 'aliases/main', `${target}/echo`, { 'if-match': etag })
    if (put.status !== 200) wrong.push(`round ${round}: ${put.status} ${put.body.error?.message}`)
    etag = put.etag
    const { provider } = await ask(url, 'main')
    if (provider !== target) wrong.push(`round ${round}: ${provider} in place of ${target}`)
  }
  running = false
  await Promise.all(load)
  t.same(wrong, [], 'the first request after each answer goes to the new target')
  t.match(seen, { other: 0, broken: 0 })
  t.ok(seen.one > 0 && seen.two > 0, JSON.stringify(seen))
})

t.test('of many admins who create one alias at once, one succeeds and the others are told', async t => {
  const { url } = await composed(t, { plugins: [channel('one'), ADMIN] })
  const change = admin(url)
  const names = Array.from({ length: 8 }, (_, index) => `admin ${index}`)
  const answers = await Promise.all(
    names.map(name => change('PUT', 'aliases/new', 'one/echo', { 'x-admin-user': name }))
  )
  t.same(answers.map(({ status }) => status).sort(), [201, ...Array(7).fill(428)])
  const { body, etag } = await change('GET', 'aliases/new')
  const winner = names[answers.findIndex(({ status }) => status === 201)]
  t.match(body, { changed: { by: winner } })
  const next = await Promise.all(
    names.map(name => change('PUT', 'aliases/new', 'one/tokens', { 'x-admin-user': name, 'if-match': etag }))
  )
  t.same(next.map(({ status }) => status).sort(), [200, ...Array(7).fill(412)])
})

t.test('an alias that leads nowhere, or in a circle, is refused with what is wrong', async t => {
  const { url } = await composed(t, { plugins: [channel('one'), ADMIN], models: { strict: true } })
  const change = admin(url)
  const unknown = await change('PUT', 'aliases/new', 'one/ehco')
  t.equal(unknown.status, 400)
  t.match(unknown.body.error, { code: 'ISTHMUS_ALIAS_INVALID', message: /one\/echo/ })
  const dormant = await change('PUT', 'aliases/new', { targets: ['one/later'], dormant: true })
  t.equal(dormant.status, 201)
  t.match(dormant.body, { missing: ['one/later'] })
  t.equal((await change('PUT', 'aliases/a', 'one/echo')).status, 201)
  t.equal((await change('PUT', 'aliases/b', 'a')).status, 201)
  const { etag } = await change('GET', 'aliases/a')
  const circle = await change('PUT', 'aliases/a', 'b', { 'if-match': etag })
  t.equal(circle.status, 400)
  t.match(circle.body.error?.message, /a.*b.*a/)
  for (const body of [
    {},
    { targets: [] },
    7,
    null,
    { targets: ['one/echo'], weight: 1 },
    [{ model: 'one/echo', weight: -1 }]
  ]) {
    const { status } = await change('PUT', 'aliases/bad', body)
    t.equal(status, 400, JSON.stringify(body))
  }
  t.equal((await change('GET', 'aliases/bad')).status, 404)
})

const CONFIG = `import { defineConfig } from '@isthmus/core'
export default defineConfig({
  plugins: [
    { use: '@isthmus/ingress-chat-completions' },
    { use: '@isthmus/provider-simulator', id: 'one', options: { tokenDelayMs: 0 } },
    { use: '@isthmus/provider-simulator', id: 'two', options: { tokenDelayMs: 0 } },
    STORE
    { use: '@isthmus/surface-admin', options: { token: '${TOKEN}' } }
  ],
  MODELS
})
`
const STORE = "{ use: '@isthmus/store-sqlite', options: { file: 'kept.db' } },"
const FILE = "models: { aliases: { main: 'one/echo', spare: 'one/tokens' } }"

/** folder is a folder with a config of two channels. */
function folder(t: Test, models: string, store = STORE): string {
  const cwd = t.testdir({ 'package.json': '{ "private": true, "type": "module" }' })
  writeFileSync(join(cwd, 'gateway.config.ts'), CONFIG.replace('STORE', store).replace('MODELS', models))
  return cwd
}

t.test('changes outlive a restart, with who made them and over what', async t => {
  if (!existsSync(join(root, 'plugins/store-sqlite/src/index.ts')))
    return t.pass('there is no store that keeps anything')
  const cwd = folder(t, FILE)
  const first = await start(t, { cwd }, ['--port', '0'])
  const change = admin(first.url)
  const put = await change('PUT', 'aliases/main', 'two/echo', { 'x-admin-user': 'ada' })
  t.equal(put.status, 200)
  await change('DELETE', 'aliases/spare')
  await change('PUT', 'aliases/team%2Fnew', ['two/echo', 'one/echo'])
  await change('PUT', 'models/one/echo', { prices: { input: 1, output: 2 } })
  const shown = await change('GET', 'aliases')
  const told = await change('GET', 'changes')
  first.running.kill('SIGKILL')
  await first.running.finished

  const second = await start(t, { cwd }, ['--port', '0'])
  const again = admin(second.url)
  t.same((await again('GET', 'aliases')).body, shown.body)
  t.same((await again('GET', 'changes')).body, told.body)
  t.equal((await ask(second.url, 'main')).provider, 'two')
  t.match((await again('GET', 'aliases/main')).body, {
    changed: { by: 'ada' },
    over: { alias: { targets: ['one/echo'] }, from: 'config' }
  })
  t.equal((await again('PUT', 'aliases/main', 'one/echo')).status, 428, 'it is as changed as before')
  const back = await again('DELETE', 'changes/aliases/main', undefined, { 'if-match': put.etag })
  t.equal(back.status, 204)
  t.equal((await ask(second.url, 'main')).provider, 'one')
})

/** A name that source text has to be careful with. */
const ODD = String.raw`it's\${'$'}"odd"//*/`

t.test('what is exported and pasted into the config says the same without any change', async t => {
  const cwd = folder(t, FILE, '')
  const first = await start(t, { cwd }, ['--port', '0'])
  const change = admin(first.url)
  const aliases: Readonly<Record<string, unknown>> = {
    main: ['two/echo', 'one/echo'],
    [ODD]: { targets: [{ model: 'two/echo', weight: 3 }, 'one/echo'], sticky: 'user' },
    'team/fast': { targets: ['one/echo'], description: 'Ours.\nOf two lines.', defaults: { temperature: 0.2 } }
  }
  for (const [name, alias] of Object.entries(aliases)) {
    const { status, body } = await change('PUT', `aliases/${encodeURIComponent(name)}`, alias)
    t.ok(status < 300, body.error?.message ?? name)
  }
  await change('PUT', 'models/one/echo', { contextTokens: 1000, prices: { input: 0.25, output: 2 } })
  const standing = (body: Answer['body']) =>
    Object.fromEntries((body.data as { name: string; alias: unknown }[]).map(({ name, alias }) => [name, alias]))
  const before = standing((await change('GET', 'aliases')).body)
  const reply = await fetch(`${first.url}/admin/export`, { headers: { 'x-admin-token': TOKEN } })
  const exported = await reply.text()
  t.match(exported, /^\/\//)

  const pasted = folder(t, exported, '')
  const second = await start(t, { cwd: pasted }, ['--port', '0'])
  const again = admin(second.url)
  const after = standing((await again('GET', 'aliases')).body)
  const { spare: _spare, ...changed } = before
  t.same(after, changed)
  t.same((await again('GET', 'changes')).body, { aliases: [], models: [] })
  t.match((await again('GET', 'models/one/echo')).body, {
    known: [{ row: { contextTokens: 1000, prices: { input: 0.25 } }, from: { prices: 'config' } }]
  })
})

t.test('the config is read again when asked, under the changes, and a broken one changes nothing', async t => {
  const cwd = folder(t, FILE, '')
  const { url } = await start(t, { cwd }, ['--port', '0'])
  const change = admin(url)
  const put = await change('PUT', 'aliases/main', 'two/echo')
  const file = join(cwd, 'gateway.config.ts')
  const text = readFileSync(file, 'utf8')
  writeFileSync(file, text.replace("spare: 'one/tokens'", "spare: 'two/echo', more: 'main'"))
  const good = await change('POST', 'reload')
  t.equal(good.status, 200, JSON.stringify(good.body))
  t.match(good.body, { ok: true, reload: 1 })
  t.match((await change('GET', 'aliases/spare')).body, { alias: { targets: ['two/echo'] }, from: 'config' })
  const kept = await change('GET', 'aliases/main')
  t.equal(kept.etag, put.etag, 'nobody has to read again what nobody changed')
  t.equal((await ask(url, 'more')).provider, 'two')
  writeFileSync(file, text.replace("spare: 'one/tokens'", "spare: 'nowhere/at-all'"))
  const bad = await change('POST', 'reload')
  t.equal(bad.status, 422)
  t.match(bad.body, { ok: false, report: /nowhere\/at-all/ })
  t.notMatch(JSON.stringify(bad.body), TOKEN)
  t.equal((await ask(url, 'spare')).provider, 'two')
})
