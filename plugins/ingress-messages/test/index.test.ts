import { fakeHost, ingressCases, messageCalls, requestHead } from '@isthmus/core/testing'
import { messages } from '@isthmus/format-messages'
import t from 'tap'
import plugin from '../src/index.ts'

for (const c of ingressCases(plugin, { format: messages as never })) t.test(c.name, async () => c.run())

t.test('the routes stand under the root and under /anthropic', async t => {
  const { routes, prefixes } = await plugin.setup(fakeHost(), {})
  const paths = routes.map(route => `${route.method} ${route.path}`)
  for (const prefix of ['', '/anthropic']) {
    t.ok(paths.includes(`POST ${prefix}/v1/messages`))
    t.ok(paths.includes(`GET ${prefix}/v1/models`))
    t.ok(paths.includes(`GET ${prefix}/v1/models/*`))
    t.ok(paths.includes(`HEAD ${prefix}/api/hello`))
  }
  t.same(prefixes, ['/v1/messages', '/anthropic'])
})

t.test('a caller is known by the version header, whatever the version', async t => {
  const ingress = await plugin.setup(fakeHost(), {})
  t.equal(ingress.claims?.(requestHead({ headers: { 'anthropic-version': '2026-10-21' } })), true)
  t.equal(ingress.claims?.(requestHead({ headers: { 'x-api-key': 'k' } })), false)
})

t.test('replies carry the exchange under the name that clients log', async t => {
  const ingress = await plugin.setup(fakeHost(), {})
  t.same(ingress.idHeaders, ['request-id'])
})

t.test('the example is a request that the ingress reads', async t => {
  const ingress = await plugin.setup(fakeHost(), {})
  const [call] = messageCalls(ingress)
  t.equal(call?.decode(call.example?.('m'), requestHead()).model, 'm')
})
