import { type EventEmitter, once } from 'node:events'
import { statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pino from 'pino'
import t from 'tap'
import { loadConfig } from '../../core/src/config/index.ts'
import { preparePlugins } from '../../core/src/plugins/index.ts'
import { createGateway } from '../../core/src/server/index.ts'
import { run, start } from '../../core/test/cli/support/run.ts'

/** A surface that keeps notes in the store, and a config with a store after it. */
const NOTES = `import { defineSurface } from '@isthmus/core'
import { Type } from 'typebox'

export default defineSurface({
  name: 'notes',
  api: 1,
  summary: 'Notes.',
  stability: 'experimental',
  options: Type.Object({}, { additionalProperties: false }),
  setup({ http, store }) {
    http.get('/notes/:name', async ({ params }) => (await store.get(params.name)) ?? {})
    http.put('/notes/:name', async ({ params, body, headers }) => {
      const options = headers['if-match'] === undefined ? {} : { ifVersion: headers['if-match'] }
      return { version: await store.set(params.name, JSON.stringify(body), options) }
    })
    http.post('/counts/:name', async ({ params }) => ({ total: await store.add(params.name, 1) }))
    http.post('/late/:name', async ({ params }) => {
      process.emit('notes-waiting')
      await new Promise(resolve => process.once('notes-go-on', resolve))
      return { total: await store.add(params.name, 1) }
    })
    return {}
  }
})
`
const config = (options: object = {}, more = '') => `export default {
  server: { port: 0 },
  plugins: [
    { use: '@isthmus/ingress-chat-completions' },
    { use: '@isthmus/provider-simulator' },
    { use: './notes.mjs' },
    { use: '@isthmus/store-sqlite', options: ${JSON.stringify(options)} },${more}
  ]
}
`
const FILES = { 'package.json': '{ "private": true, "type": "module" }', 'notes.mjs': NOTES }

type Json = Readonly<Record<string, unknown>>
async function send(method: string, url: string, body?: unknown, ifVersion?: string) {
  const headers = { 'content-type': 'application/json', ...(ifVersion !== undefined && { 'if-match': ifVersion }) }
  const reply = await fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) })
  return { status: reply.status, body: (await reply.json()) as Json }
}

t.test('what plugins keep is in the file: for a second gateway at once, and after both were killed', async t => {
  const cwd = t.testdir({ ...FILES, 'gateway.config.mjs': config() })
  const [a, b] = await Promise.all([start(t, { cwd }), start(t, { cwd })])
  const { body: first } = await send('PUT', `${a.url}/notes/one`, { text: 'ü 👩‍👩‍👧' }, '')
  t.match((await send('GET', `${b.url}/notes/one`)).body, { value: '{"text":"ü 👩‍👩‍👧"}', version: first.version })
  t.equal((await send('PUT', `${b.url}/notes/one`, { text: 'of b' }, String(first.version))).status, 200)
  t.match(await send('PUT', `${a.url}/notes/one`, { text: 'of a' }, String(first.version)), { status: 409 })

  const counts = await Promise.all(
    Array.from({ length: 60 }, (_, n) => send('POST', `${[a, b][n % 2]!.url}/counts/n`, {}))
  )
  t.equal(new Set(counts.map(({ body }) => body.total)).size, 60)

  for (const { running } of [a, b]) running.kill('SIGKILL')
  await Promise.all([a.running.finished, b.running.finished])
  const again = await start(t, { cwd })
  t.match((await send('GET', `${again.url}/notes/one`)).body, { value: '{"text":"of b"}' })
  t.match((await send('POST', `${again.url}/counts/n`, {})).body, { total: 61 })
  if (process.platform !== 'win32') t.equal(statSync(join(cwd, 'isthmus.db')).mode & 0o777, 0o600)
})

t.test('during a reload the old and the new config use one file, and nothing is lost', async t => {
  const cwd = t.testdir({ ...FILES, 'gateway.config.mjs': config() })
  const load = async () => {
    const loaded = await loadConfig({ cwd, env: {} })
    return { loaded, prepared: await preparePlugins(loaded) }
  }
  const gateway = await createGateway({ ...(await load()), log: pino({ level: 'silent' }), load })
  t.teardown(() => gateway.close())
  const url = await gateway.listen()
  const events: EventEmitter = process
  const waiting = once(events, 'notes-waiting')
  const late = send('POST', `${url}/late/n`, {})
  await waiting
  const counts: Promise<{ readonly status: number; readonly body: Json }>[] = []
  const { registry } = gateway
  for (let reload = 1; reload <= 3; reload++) {
    const outcome = gateway.reload?.()
    for (let n = 0; n < 20; n++) counts.push(send('POST', `${url}/counts/n`, {}))
    t.match(await outcome, { ok: true, reload })
  }
  t.not(gateway.registry, registry)
  const totals = (await Promise.all(counts)).map(({ body }) => body.total)
  events.emit('notes-go-on')
  t.match(await late, { status: 200, body: { total: 61 } }, 'the first config still has its store')
  t.equal(new Set(totals).size, 60)
  t.match((await send('POST', `${url}/counts/n`, {})).body, { total: 62 })
})

t.test('a gateway whose store cannot be opened does not start, and says why in one line', async t => {
  const cwd = t.testdir({ ...FILES, 'gateway.config.mjs': config({ file: 'none/s.db' }) })
  const { code, err } = await run(['start'], { cwd })
  t.equal(code, 1)
  t.ok(err.includes(`Cannot open ${join(cwd, 'none/s.db')}: there is no folder ${join(cwd, 'none')}`), err)
  t.notMatch(err, /^\s+at /m)
})

t.test('a second store is a mistake in the config', async t => {
  const cwd = t.testdir({ ...FILES })
  writeFileSync(join(cwd, 'gateway.config.mjs'), config({}, "{ use: '@isthmus/store-sqlite', id: 'other' }"))
  const { code, err } = await run(['check'], { cwd })
  t.equal(code, 1)
  t.match(err, /expected one store, got "other" beside "sqlite"/)
})
