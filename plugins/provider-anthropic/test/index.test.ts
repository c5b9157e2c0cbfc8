import { fakeHost, providerCases, requestWith, resolveOptions } from '@isthmus/core/testing'
import { messages } from '@isthmus/format-messages'
import t from 'tap'
import plugin from '../src/index.ts'

for (const model of ['claude-opus-4-8', 'claude-sonnet-4-5', 'claude-3-haiku', 'glm-5']) {
  const options = { apiKey: 'k', models: [model] }
  for (const c of providerCases(plugin, { options, format: messages as never, model })) {
    t.test(`${model}: ${c.name}`, async () => c.run())
  }
}

const setUp = async (options: Record<string, unknown> = {}) =>
  plugin.setup(fakeHost(), resolveOptions(plugin.options, { apiKey: 'secret', ...options }) as never)

const target = { provider: 'anthropic', model: 'claude-opus-4-8' }

t.test('a base URL means the same place with and without the version', async t => {
  for (const baseUrl of [
    'http://127.0.0.1:1',
    'http://127.0.0.1:1/',
    'http://127.0.0.1:1/v1',
    'http://127.0.0.1:1/v1/'
  ]) {
    const provider = await setUp({ baseUrl })
    t.equal(provider.baseUrl + provider.encode(requestWith({}), target).path, 'http://127.0.0.1:1/v1/messages')
  }
})

t.test('the key goes where the option says, and the version goes along', async t => {
  for (const [auth, header, value] of [
    ['x-api-key', 'x-api-key', 'secret'],
    ['bearer', 'authorization', 'Bearer secret']
  ] as const) {
    const provider = await setUp({ auth })
    const request = provider.encode(requestWith({}), target)
    await provider.authorize?.(request, { signal: new AbortController().signal })
    t.equal(request.headers[header], value)
    t.equal(request.headers['anthropic-version'], '2023-06-01')
  }
})

t.test('beta names of the client and of the config are joined, and the client’s can be held back', async t => {
  const ingress = { format: 'messages', headers: { 'anthropic-beta': 'one, two' } }
  const request = requestWith({ ingress })
  const open = await setUp({ betas: ['two', 'three'] })
  t.equal(open.encode(request, target).headers['anthropic-beta'], 'one,two,three')
  const closed = await setUp({ betas: ['three'], forwardBetas: false })
  t.equal(closed.encode(request, target).headers['anthropic-beta'], 'three')
})

t.test('the list of models is asked for in one page', async t => {
  const { models } = await setUp({ models: ['claude-own'] })
  t.equal(models?.list?.request.path, '/v1/models?limit=1000')
  t.equal(models?.list?.request.headers['anthropic-version'], '2023-06-01')
  t.same(models?.known, [{ id: 'claude-own' }])
  t.equal(models?.service, 'anthropic')
  t.equal((await setUp({ baseUrl: 'http://127.0.0.1:9' })).models?.service, undefined)
})
