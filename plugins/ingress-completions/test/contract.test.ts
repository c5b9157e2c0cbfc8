import { readFileSync } from 'node:fs'
import { fakeHost, ingressCases, messageCalls, requestHead, resolveOptions } from '@isthmus/core/testing'
import t from 'tap'
import ingress from '../src/index.ts'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const requests = [
  { name: 'a prompt', body: { model: 'm', prompt: 'Once', stream: true }, model: 'm', stream: true },
  { name: 'a list of token ids', body: { model: 'm', prompt: [[1, 2], [3]] }, model: 'm', stream: false }
]

for (const { name, run } of ingressCases(ingress, { manifest, requests })) t.test(name, async () => run())

const up = async () => ingress.setup(fakeHost({ id: 'completions' }), resolveOptions(ingress.options, {}))

t.test('it serves the routes of the services whose clients it takes', async t => {
  const { format, routes, claims, idHeaders, prefixes } = await up()
  const paths = routes.map(({ method, path }) => `${method} ${path}`)
  for (const base of ['/v1', '/openai/v1', '/api/v1']) {
    t.ok(paths.includes(`POST ${base}/completions`))
    t.ok(paths.includes(`GET ${base}/models`))
    t.ok(paths.includes(`GET ${base}/models/*`))
    t.ok(prefixes.includes(base))
  }
  t.equal(format, 'completions')
  t.equal(claims, undefined)
  t.same(idHeaders, ['x-request-id'])
})

t.test('its call is a text completion, with a schema and an example that it reads', async t => {
  const [call] = messageCalls(await up())
  t.equal(call?.operation, 'complete')
  t.ok(call?.schema)
  const request = call?.decode(call.example?.('m'), requestHead())
  t.match(request, { op: 'complete', model: 'm', prompts: [/tide/] })
})
