import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import t from 'tap'
import { run } from '../../core/test/cli/support/run.ts'
import { ADMIN, admin, channel, TOKEN } from '../support/admin.ts'
import { composed } from '../support/composed.ts'

t.test('prices and limits change at once, and back', async t => {
  const { url } = await composed(t, { plugins: [channel('one'), ADMIN] })
  const change = admin(url)
  const put = await change('PUT', 'models/one/echo', { contextTokens: 5000, prices: { input: 1, output: 2 } })
  t.equal(put.status, 200)
  t.match(put.body, {
    known: [
      { row: { contextTokens: 5000, prices: { output: 2 } }, from: { contextTokens: 'runtime', prices: 'runtime' } }
    ]
  })
  t.equal((await change('PUT', 'models/one/echo', { prices: { input: -1 } }, { 'if-match': put.etag })).status, 400)
  t.equal((await change('DELETE', 'changes/models/one/echo', undefined, { 'if-match': put.etag })).status, 204)
  const { body } = await change('GET', 'models/one/echo')
  t.notMatch(JSON.stringify(body), 'contextTokens')
})

t.test('names, channels and lists are explained', async t => {
  const { url } = await composed(t, { plugins: [channel('one'), ADMIN], models: { aliases: { main: 'one/echo' } } })
  const change = admin(url)
  t.match((await change('GET', 'explain?model=main')).body, { alias: 'main', targets: ['one/echo'] })
  t.match((await change('GET', 'explain?model=nothing')).body, { targets: [], problem: /There is no model 'nothing'/ })
  t.match((await change('GET', 'channels')).body, { data: [{ id: 'one', listing: 'none' }] })
  t.match((await change('POST', 'models/refresh')).body, { data: [{ id: 'one' }] })
})

t.test('the document of the API has the routes, and that they need the token', async t => {
  const { url } = await composed(t, { plugins: [channel('one'), ADMIN, { use: '@isthmus/surface-openapi' }] })
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly security: unknown }>>>>
  }
  t.same((await new Validator().validate(document)).errors, undefined)
  const paths = Object.entries(document.paths).filter(([path]) => path.startsWith('/admin/'))
  t.ok(document.paths['/admin/aliases/{name}']?.put)
  t.ok(paths.length >= 9, `${paths.length} paths`)
  for (const [path, methods] of paths) {
    for (const [method, { security }] of Object.entries(methods))
      t.same(security, [{ bearer: [] }], `${method} ${path}`)
  }
})

t.test('browsers get no leave to use it from elsewhere, whatever the server allows', async t => {
  const { url } = await composed(t, { plugins: [channel('one'), ADMIN], server: { cors: { origins: ['*'] } } })
  const headers = { origin: 'https://example.org', 'x-admin-token': TOKEN }
  const preflight = {
    ...headers,
    'access-control-request-method': 'PUT',
    'access-control-request-headers': 'x-admin-token'
  }
  for (const [path, leave] of [
    ['v1/models', '*'],
    ['admin/aliases', null],
    ['admin/aliases/one', null]
  ] as const) {
    for (const asked of [
      await fetch(`${url}/${path}`, { headers }),
      await fetch(`${url}/${path}`, { method: 'OPTIONS', headers: preflight })
    ]) {
      t.equal(asked.headers.get('access-control-allow-origin'), leave, path)
      await asked.arrayBuffer()
    }
  }
})

t.test('a name from outside writes no line of its own into the log', async t => {
  const { url, logged } = await composed(t, { plugins: [channel('one'), ADMIN] })
  const change = admin(url)
  const name = 'x\n{"level":60,"msg":"forged"}\u001b[2J'
  t.equal((await change('PUT', `aliases/${encodeURIComponent(name)}`, 'one/echo')).status, 400)
  t.equal((await change('GET', `aliases/${encodeURIComponent(name)}`)).status, 404)
  t.equal((await change('GET', `explain?model=${encodeURIComponent(name)}`)).status, 200)
  t.notOk(logged.some(({ msg }) => msg === 'forged'))
})

t.test('without its token the plugin is off, and a short one is refused without showing it', async t => {
  const cwd = t.testdir({ 'package.json': '{ "private": true, "type": "module" }' })
  const config = (options: string) => `import { defineConfig, env } from '@isthmus/core'
export default defineConfig({ plugins: [
  { use: '@isthmus/ingress-chat-completions' },
  { use: '@isthmus/surface-admin', optional: true, options: { token: ${options} } }
] })`
  writeFileSync(join(cwd, 'gateway.config.ts'), config("env('ISTHMUS_ADMIN_TOKEN')"))
  t.match((await run(['list'], { cwd })).out, /Waiting\n {2}surface +admin .*ISTHMUS_ADMIN_TOKEN/)
  const short = await run(['check'], { cwd, env: { ISTHMUS_ADMIN_TOKEN: 'hush-hush' } })
  t.equal(short.code, 1)
  t.match(short.err, 'a string of at least 16 characters')
  t.notMatch(short.err, 'hush-hush')
})
