import { readFileSync } from 'node:fs'
import type { ClientCall } from '@isthmus/core'
import { fakeHost, ingressCases, messageCalls, requestHead } from '@isthmus/core/testing'
import { gemini } from '@isthmus/format-gemini'
import t from 'tap'
import plugin from '../src/index.ts'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
const head = { params: { '*': 'kit-model:streamGenerateContent' }, query: { alt: 'sse' } }

for (const c of ingressCases(plugin, { manifest, format: gemini as never, head })) t.test(c.name, async () => c.run())

const up = () => plugin.setup(fakeHost(), {})

t.test('the routes stand under both versions, with and without a name before them', async t => {
  const { routes } = await up()
  const paths = routes.map(route => `${route.method} ${route.path}`)
  for (const base of ['/v1beta', '/v1', '/gemini/v1beta', '/gemini/v1']) {
    for (const path of ['POST models/*', 'POST tunedModels/*', 'GET models', 'GET models/*']) {
      t.ok(paths.includes(path.replace(' ', ` ${base}/`)), `${base}: ${path}`)
    }
  }
})

t.test('a name with a slash may come without the collection, where nothing else is served', async t => {
  const { routes, decode } = { ...(await up()), decode: gemini.request.decode }
  const paths = routes.map(route => `${route.method} ${route.path}`)
  t.strictSame(
    ['/v1beta', '/v1', '/gemini/v1beta', '/gemini/v1'].filter(base => paths.includes(`POST ${base}/*`)),
    ['/v1beta', '/gemini/v1beta']
  )
  const path = '/v1beta/some/model:generateContent'
  const asked = requestHead({ path, params: { '*': 'some/model:generateContent' } })
  t.equal(decode({ contents: [{ parts: [{ text: 'Hi' }] }] }, asked).model, 'some/model')
})

async function chosen(path: string): Promise<ClientCall | undefined> {
  const { routes } = await up()
  const route = routes.find(({ method }) => method === 'POST')
  return route !== undefined && 'calls' in route ? route.choose?.(requestHead({ params: { '*': path } })) : undefined
}

t.test('the verb after the last colon says what is wanted', async t => {
  const wanted = [
    ['m:generateContent', 'generate'],
    ['ft:vendor/m:beta:streamGenerateContent', 'generate'],
    ['m:countTokens', 'count_tokens'],
    ['m:embedContent', 'embed'],
    ['m:batchEmbedContents', 'embed']
  ] as const
  for (const [path, operation] of wanted) t.equal((await chosen(path))?.operation, operation, path)
  for (const path of ['m', 'm:', 'm:predict', 'm:generateContent:', 'generateContent', 'm:constructor']) {
    t.equal(await chosen(path), undefined, path)
  }
})

t.test('a caller is known by the header of its key, by that of its client, or by a key in the query', async t => {
  const { claims } = await up()
  t.equal(claims?.(requestHead({ headers: { 'x-goog-api-key': 'k' } })), true)
  t.equal(claims?.(requestHead({ headers: { 'x-goog-api-client': 'google-genai-sdk/3.1.0' } })), true)
  t.equal(claims?.(requestHead({ query: { key: 'k' } })), true)
  t.equal(claims?.(requestHead({ headers: { authorization: 'Bearer k' } })), false)
})

t.test('the key may stand in any of the places that the gateway knows, not only where this format has it', async t => {
  t.equal((await up()).credential, undefined)
})

t.test('the examples are requests that the ingress reads', async t => {
  const { routes } = await up()
  const [route] = routes
  if (route === undefined || !('calls' in route)) return t.fail('the first route calls no model')
  for (const { suffix = '', example, decode } of route.calls) {
    const request = decode(example?.('m'), requestHead({ params: { '*': `m${suffix}` } }))
    t.equal(request.model, 'm', suffix)
  }
  t.equal(messageCalls(await up()).length, 2)
})
