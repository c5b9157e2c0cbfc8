import { Validator } from '@seriousme/openapi-schema-validator'
import t from 'tap'
import { composed } from '../support/composed.ts'
import { pluginFolders } from '../support/sources.ts'

const PLUGINS = [
  { use: '@isthmus/surface-catalog' },
  { use: '@isthmus/surface-openapi' },
  { use: '@isthmus/provider-simulator' }
]
type Json = Readonly<Record<string, unknown>>

t.test('what every ingress, provider and model can do is told as data', async t => {
  const { url } = await composed(t, { plugins: PLUGINS })
  const reply = await fetch(`${url}/api/v1/capabilities?ingress=messages&provider=simulator`)
  t.equal(reply.status, 200)
  const { capabilities, tables } = (await reply.json()) as {
    readonly capabilities: readonly { readonly operation: string; readonly offers: readonly Json[] }[]
    readonly tables: Json
  }
  const [generate] = capabilities
  t.equal(generate?.operation, 'generate')
  t.match(generate?.offers[0], { provider: 'simulator', endpoints: [{ operation: 'generate' }] })
  t.ok(Object.keys(tables).length >= 2)
})

t.test('the document has every route that is mounted, below the base path', async t => {
  const { url, gateway } = await composed(t, { plugins: PLUGINS, server: { basePath: '/llm' } })
  t.ok(url.endsWith('/llm'))
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    readonly servers: readonly Json[]
    readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>>
  }
  t.same(document.servers, [{ url: '/llm' }])
  for (const { contribution } of gateway.registry.all('ingress')) {
    for (const { method, path } of contribution.routes) {
      const written = path.replace('*', '{model}').replace(/:(\w+)/g, '{$1}')
      const found = Object.entries(document.paths).some(
        ([name, methods]) => name.startsWith(written) && method.toLowerCase() in methods
      )
      t.ok(found, `${method} ${path}`)
    }
  }
  for (const path of ['/health', '/ready', '/version', '/openapi.json', '/api/v1/capabilities']) {
    t.ok(document.paths[path]?.get, path)
    t.notMatch(document.paths[path]?.get?.summary, path, `${path} says what it is for`)
  }
})

t.test('with every ingress enabled, the document is valid OpenAPI 3.1', async t => {
  const ingresses = pluginFolders.filter(folder => /^ingress-(?!chat-|messages)/.test(folder))
  const { url } = await composed(t, {
    plugins: [...ingresses.map(folder => ({ use: `@isthmus/${folder}` })), ...PLUGINS]
  })
  const document = await (await fetch(`${url}/openapi.json`)).json()
  const { valid, errors } = await new Validator().validate(document as Record<string, unknown>)
  t.same(errors, undefined)
  t.ok(valid)
  const { schemas } = (document as { readonly components: { readonly schemas: Readonly<Record<string, Json>> } })
    .components
  const { paths } = document as { readonly paths: Readonly<Record<string, { readonly get?: Json }>> }
  t.same(
    paths['/api/v1/models']?.get?.tags,
    ['catalog'],
    "where a surface has a list, it is the surface's that is told of"
  )
  t.match(paths['/v1/models']?.get?.tags, ['chat-completions', 'messages'])
  const named = ['chat-completions.message', 'messages.block', 'responses.item', 'gemini.part', 'responses.tool']
  for (const name of named) t.ok(schemas[name], `${name} has a schema of its own`)
  t.notMatch(
    JSON.stringify(schemas),
    /"(messages|tools|input)":\{"type":"array","items":\{\}/,
    'no list holds anything'
  )
})

t.test('the catalogue has a page below the base path too', async t => {
  const { url } = await composed(t, { plugins: PLUGINS, server: { basePath: '/llm' } })
  const page = await fetch(`${url}/models`)
  const html = await page.text()
  t.match(html, 'simulator/echo')
  const addresses = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address)
  t.ok(addresses.some(address => address.startsWith('/llm/models/simulator/echo')))
  for (const address of addresses) t.equal((await fetch(new URL(address, url))).status, 200, address)
})

t.test('the page and all that it loads come from the gateway', async t => {
  const { url } = await composed(t, { plugins: PLUGINS, server: { basePath: '/llm' } })
  const page = await fetch(`${url}/docs`)
  t.equal(page.status, 200)
  const html = await page.text()
  const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address = '']) => address)
  t.ok(loaded.length >= 5)
  for (const address of loaded) {
    const asset = await fetch(new URL(address, `${url}/docs`))
    t.equal(new URL(address, `${url}/docs`).origin, new URL(url).origin)
    t.equal(asset.status, 200, address)
    await asset.arrayBuffer()
  }
  t.match(page.headers.get('content-security-policy'), /default-src 'self'/)
  t.same(await (await fetch(`${url}/docs/json`)).json(), await (await fetch(`${url}/openapi.json`)).json())
  t.notMatch(await (await fetch(`${url}/docs/static/swagger-initializer.js`)).text(), 'validator.swagger.io')
})
