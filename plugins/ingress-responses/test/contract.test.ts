import { readFileSync } from 'node:fs'
import { fakeHost, ingressCases, messageCalls, requestHead, resolveOptions } from '@isthmus/core/testing'
import { responses } from '@isthmus/format-responses'
import t from 'tap'
import plugin from '../src/index.ts'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const up = async (options: Record<string, unknown> = {}) =>
  plugin.setup(fakeHost(), resolveOptions(plugin.options, options))
const pathsOf = async (options?: Record<string, unknown>) =>
  (await up(options)).routes.map(({ method, path }) => `${method} ${path}`)

for (const { name, run } of ingressCases(plugin, { manifest, format: responses as never })) {
  t.test(name, async () => run())
}

t.test('the routes stand under the bases of the services whose clients it takes', async t => {
  const paths = await pathsOf()
  for (const base of ['/v1', '/openai/v1', '/api/v1']) {
    for (const route of [
      `POST ${base}/responses`,
      `POST ${base}/responses/input_tokens`,
      `POST ${base}/responses/compact`,
      `GET ${base}/responses/:id`,
      `DELETE ${base}/responses/:id`,
      `GET ${base}/responses/:id/input_items`,
      `POST ${base}/conversations`,
      `GET ${base}/conversations/:id`,
      `DELETE ${base}/conversations/:id`,
      `GET ${base}/models`,
      `GET ${base}/models/*`
    ]) {
      t.ok(paths.includes(route), route)
    }
  }
})

t.test('where the gateway keeps nothing and compacts nothing, those routes are not there', async t => {
  for (const state of ['provider', 'off']) {
    t.notOk((await pathsOf({ state })).some(route => /:id|conversations/.test(route)))
  }
  t.notOk((await pathsOf({ compaction: 'provider' })).some(route => route.includes('compact')))
})

t.test('replies carry the exchange under the name that clients log, and nobody is claimed', async t => {
  const ingress = await up()
  t.same(ingress.idHeaders, ['x-request-id'])
  t.equal(ingress.claims, undefined)
})

t.test('the examples are requests that their calls read', async t => {
  const calls = (await up()).routes.flatMap(route => ('calls' in route ? route.calls : []))
  t.equal(new Set(calls).size, 3)
  for (const call of new Set(calls)) t.equal(call.decode(call.example?.('m'), requestHead()).model, 'm')
  const [call] = messageCalls(await up())
  t.equal(call?.format, 'responses')
})
