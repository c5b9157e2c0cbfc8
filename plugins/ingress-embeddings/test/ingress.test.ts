import { readFileSync } from 'node:fs'
import { fakeHost, ingressCases, replyOptions, requestHead, resolveOptions } from '@isthmus/core/testing'
import t from 'tap'
import plugin from '../src/index.ts'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
for (const { name, run } of ingressCases(plugin, { manifest })) t.test(name, async () => run())

const up = async () => plugin.setup(fakeHost({ id: 'embeddings' }), resolveOptions(plugin.options, {}))

t.test('it serves the routes of the services whose clients it takes', async t => {
  const { routes, claims, idHeaders, format } = await up()
  const paths = routes.map(({ method, path }) => `${method} ${path}`)
  for (const base of ['/v1', '/openai/v1', '/api/v1']) {
    t.ok(paths.includes(`POST ${base}/embeddings`))
    t.ok(paths.includes(`GET ${base}/models`))
    t.ok(paths.includes(`GET ${base}/models/*`))
  }
  t.equal(claims, undefined)
  t.equal(format, 'embeddings')
  t.same(idHeaders, ['x-request-id'])
})

t.test('its call answers with vectors, says what it is for and reads its own example', async t => {
  const { routes } = await up()
  const calls = new Set(routes.flatMap(route => ('calls' in route ? route.calls : [])))
  t.equal(calls.size, 1)
  const [call] = calls
  if (call?.operation !== 'embed') throw new Error('the call is no embedding')
  t.match(call, { format: 'embeddings', summary: /\.$/, schema: { type: 'object' } })
  const request = call.decode(call.example?.('m'), requestHead())
  t.match(request, { op: 'embed', model: 'm', inputs: [String] })
  const body = call.encodeResult({ op: 'embed', model: 'm', vectors: [[1, 2]] }, request, replyOptions())
  t.same(body, { object: 'list', data: [{ object: 'embedding', index: 0, embedding: [1, 2] }], model: 'm' })
})

t.test('its errors and lists are those of its format', async t => {
  const { encodeModels, encodeModel } = await up()
  const row = { id: 'acme/m', provider: 'acme' }
  const model = { id: 'acme/m', object: 'model', created: 0, owned_by: 'acme' }
  t.same(encodeModels([row], requestHead()), { object: 'list', data: [model] })
  t.same(encodeModel(row), model)
})
