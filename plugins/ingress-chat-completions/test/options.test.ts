import { fakeHost, messageCalls, requestHead, resolveOptions } from '@isthmus/core/testing'
import t from 'tap'
import plugin from '../src/index.ts'

const up = async (options: Record<string, unknown> = {}) =>
  plugin.setup(fakeHost({ id: 'chat' }), resolveOptions(plugin.options, options))
const body = { model: 'm', messages: [{ role: 'user', content: 'x' }], thinking: { type: 'enabled' } }

t.test('it serves the routes of the services whose clients it takes', async t => {
  const { routes, claims, idHeaders } = await up()
  const paths = routes.map(({ method, path }) => `${method} ${path}`)
  for (const base of ['/v1', '/openai/v1', '/api/v1']) {
    t.ok(paths.includes(`POST ${base}/chat/completions`))
    t.ok(paths.includes(`GET ${base}/models`))
    t.ok(paths.includes(`GET ${base}/models/*`))
  }
  t.equal(claims, undefined, 'who speaks no other format speaks this one')
  t.same(idHeaders, ['x-request-id'])
})

t.test('reasoningText says where clients are shown reasoning', async t => {
  const shown = async (reasoningText: string) => {
    const ingress = await up({ reasoningText })
    const [call] = messageCalls(ingress)
    return call?.decode(body, requestHead()).reply.dialect?.filter(flag => !flag.startsWith('spelt'))
  }
  t.same(await shown('auto'), ['reasoning_content'])
  t.same(await shown('none'), [])
  t.same(await shown('reasoning'), ['reasoning'])
})

t.test('its example is a request it reads', async t => {
  const ingress = await up()
  const [call] = messageCalls(ingress)
  t.equal(call?.decode(call.example?.('m'), requestHead()).model, 'm')
})
