import { readFileSync } from 'node:fs'
import {
  type Endpoint,
  featureTable,
  type GatewayView,
  type Ingress,
  ISTHMUS_INTERNAL,
  type MessageCall,
  type MountedRoute,
  type ResultCall,
  type StreamEncoder
} from '@isthmus/core'
import { fakeHost, requestWith, resolveOptions, surfaceCases } from '@isthmus/core/testing'
import { checker } from '@isthmus/core/wire'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import surface from '../src/index.ts'
import { Components } from '../src/schemas.ts'
import type { Json, OpenApi } from '../src/types.ts'

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

for (const { name, run } of surfaceCases(surface, { manifest })) t.test(name, async () => run())

const encoder: StreamEncoder = {
  contentType: 'text/event-stream; charset=utf-8',
  push: batch => `${batch.length} events\n`,
  end: () => 'end\n',
  fail: () => 'failed\n'
}
const talk: MessageCall = {
  operation: 'generate',
  format: 'talk',
  summary: 'Talk to a model.',
  schema: Type.Object({ model: Type.String(), stream: Type.Optional(Type.Boolean()) }),
  features: featureTable({ 'reply.reasoning': 'exact' }),
  example: model => ({ model }),
  decode: () => requestWith(),
  encodeResponse: ({ choices }) => ({ said: choices.length, last: null }),
  encoder: () => encoder
}
const word = Type.Object({ word: Type.String() }, { title: 'word' })
const sentence = Type.Object({
  first: word,
  rest: Type.Array(Type.Union([word, Type.Null()], { title: 'maybe word' })),
  title: Type.String(),
  other: Type.Object({ other: Type.Number() }, { title: 'word' })
})
const streamed: MessageCall = {
  ...talk,
  suffix: ':stream',
  schema: Type.Object({}),
  decode: () => requestWith({ reply: { stream: true } })
}
const counted: ResultCall = {
  operation: 'count_tokens',
  format: 'talk',
  suffix: ':count',
  example: () => ({}),
  decode: () => ({ op: 'count_tokens', model: 'm', input: requestWith(), ingress: { format: 'talk' } }),
  encodeResult: reply => ({ total: reply.op === 'count_tokens' ? reply.inputTokens : 0 })
}

const ingress = (format: string, routes: Ingress['routes']): Ingress => ({
  format,
  routes,
  prefixes: [],
  encodeError: ({ kind, statusCode }) => ({ status: statusCode === 503 ? 529 : statusCode, body: { [format]: kind } }),
  encodeModels: rows => ({ [`${format}s`]: rows.map(({ id }) => id) }),
  encodeModel: ({ id }) => ({ id })
})
const INGRESSES = [
  {
    id: 'talk',
    ingress: ingress('talk', [
      { method: 'POST', path: '/v1/talk', calls: [talk] },
      { method: 'POST', path: '/v2/models/*', calls: [streamed, counted] },
      { method: 'GET', path: '/v1/models', operation: 'models' },
      { method: 'GET', path: '/v1/models/*', operation: 'model' },
      { method: 'GET', path: '/v1/hello', open: true, summary: 'Is anyone there?', handle: () => '' },
      { method: 'GET', path: '/v1/stored/:id', handle: () => '' }
    ])
  },
  {
    id: 'other one',
    ingress: ingress('other', [{ method: 'GET', path: '/v1/models', operation: 'models' }])
  }
]
const ROUTES: readonly MountedRoute[] = [
  { method: 'POST', path: '/v1/talk' },
  { method: 'GET', path: '/health', schema: { summary: 'Lives.', tags: ['gateway'] } },
  {
    method: 'GET',
    path: '/report/:day',
    schema: {
      querystring: Type.Object({ of: Type.String({ description: 'Whose.' }), to: Type.Optional(Type.String()) }),
      response: { 200: Type.Object({ sum: Type.Number() }, { description: 'Sums.' }) }
    }
  }
]
const never = () => {
  throw ISTHMUS_INTERNAL()
}
const endpoint: Endpoint = {
  format: 'talk',
  features: featureTable({}),
  encode: never,
  decoder: never,
  decodeError: never
}
const VIEW: Partial<GatewayView> = {
  basePath: '/llm',
  version: '1.2.3',
  ingresses: () => INGRESSES,
  providers: () => ['acme'],
  routes: () => ROUTES,
  ways: operation =>
    operation === 'generate' ? [{ endpoint, features: featureTable({ 'output.stop': 'exact', ext: 'emulated' }) }] : []
}

async function up(t: Test, options: Json = {}, gateway = VIEW) {
  const host = fakeHost({ gateway })
  t.teardown(() => host.close())
  await surface.setup(host, resolveOptions(surface.options, options))
  const get = (url: string) => host.http.inject(url)
  return { get, document: (await get('/openapi.json')).json() as OpenApi }
}
/** at follows the names of members down from a value. */
const at = (value: unknown, ...names: readonly string[]): unknown =>
  names.reduce<unknown>((found, name) => (found as Json | undefined)?.[name], value)

t.test('the document says where it stands and which version answers', async t => {
  const { document } = await up(t, { title: 'Ours' })
  t.match(document, {
    openapi: '3.1.0',
    info: { title: 'Ours', version: '1.2.3' },
    servers: [{ url: '/llm' }]
  })
  t.same(Object.keys(at(document.components, 'securitySchemes') as Json), [
    'bearer',
    'x-api-key',
    'x-goog-api-key',
    'api-key',
    'key'
  ])
  t.same(document.security.at(-1), {}, 'whether a key is asked for is up to the middleware')
  const { document: bare } = await up(t, {}, {})
  t.match(bare, { servers: [{ url: '/' }], paths: {} })
})

t.test('a call has its schema, its example, and replies as its own codec writes them', async t => {
  const { document } = await up(t)
  const post = document.paths['/v1/talk']?.post
  t.match(post, {
    tags: ['talk'],
    summary: 'Talk to a model.',
    requestBody: {
      content: {
        'application/json': {
          schema: { $ref: '#/components/schemas/talk.generate.request' },
          examples: { 'talk.generate': { value: { model: 'provider/model' } } }
        }
      }
    }
  })
  t.same(at(post?.responses, '200', 'content'), {
    'application/json': {
      schema: { type: 'object', properties: { said: { type: 'number' }, last: {} } },
      example: { said: 1, last: null }
    },
    'text/event-stream': { schema: { type: 'string' }, example: '7 events\nend\n' }
  })
})

t.test('schemas with a title are kept by name, once for all that hold them', async t => {
  const components = new Components()
  components.named('say.request', 'talk', sentence as unknown as Json)
  t.same(components.schemas, {
    'talk.word': { type: 'object', required: ['word'], properties: { word: { type: 'string' } }, title: 'word' },
    'talk.maybe-word': { anyOf: [{ $ref: '#/components/schemas/talk.word' }, { type: 'null' }], title: 'maybe word' },
    'talk.word.2': { type: 'object', required: ['other'], properties: { other: { type: 'number' } }, title: 'word' },
    'say.request': {
      type: 'object',
      required: ['first', 'rest', 'title', 'other'],
      properties: {
        first: { $ref: '#/components/schemas/talk.word' },
        rest: { type: 'array', items: { $ref: '#/components/schemas/talk.maybe-word' } },
        title: { type: 'string' },
        other: { $ref: '#/components/schemas/talk.word.2' }
      }
    }
  })
})

t.test('calls that share a route have each a path, with what its own reply is', async t => {
  const { document } = await up(t)
  const stream = document.paths['/v2/models/{model}:stream']?.post
  t.match(stream?.parameters, [{ name: 'model', in: 'path', required: true }])
  t.same(Object.keys(at(stream?.responses, '200', 'content') as Json), ['text/event-stream'])
  const count = document.paths['/v2/models/{model}:count']?.post
  t.equal(count?.summary, 'Count the tokens of a request, in the format talk.')
  t.same(at(count?.responses, '200', 'content', 'application/json', 'example'), { total: 5 })
})

t.test('a path that ingresses share shows the shape of each', async t => {
  const { document } = await up(t)
  const list = document.paths['/v1/models']?.get
  t.same(list?.tags, ['talk', 'other one'])
  t.same(at(list?.responses, '200', 'content', 'application/json', 'examples'), {
    talk: { value: { talks: ['provider/model'] } },
    'other one': { value: { others: ['provider/model'] } }
  })
  const busy = at(list?.responses, '529', '$ref')
  t.equal(busy, '#/components/responses/talk.other-one.list.529')
  t.match(at(document.components, 'responses', 'talk.other-one.list.529'), {
    content: {
      'application/json': {
        examples: {
          'talk.overloaded': { value: { talk: 'overloaded' } },
          'other one.overloaded': { value: { other: 'overloaded' } }
        }
      }
    }
  })
})

t.test('errors are those the format writes, under the status it gives them', async t => {
  const { document } = await up(t)
  const statuses = Object.keys(document.paths['/v1/talk']?.post?.responses ?? {})
  t.ok(statuses.includes('529') && !statuses.includes('503'), 'the status is the one of the format')
  t.notOk(statuses.includes('499') || statuses.includes('405'), 'what no client of this path sees is not told')
  t.match(at(document.components, 'responses', 'talk.call.400'), {
    description: /invalid_request, unsupported/,
    content: { 'application/json': { examples: { 'talk.invalid_request': { value: { talk: 'invalid_request' } } } } }
  })
  t.same(Object.keys(document.paths['/v1/hello']?.get?.responses ?? {}), ['200'])
})

t.test('what is lost stands beside each call, for the client and for every provider', async t => {
  const { document } = await up(t)
  const features = at(document.paths['/v1/talk']?.post, 'x-isthmus-features', 'talk.generate')
  t.notOk((at(features, 'reply', 'dropped') as string[]).includes('reply.reasoning'))
  t.ok((at(features, 'reply', 'dropped') as string[]).includes('reply.seal'))
  t.same(at(features, 'requests'), { acme: ['acme.talk.generate'] })
  const table = at(document.components, 'x-isthmus-features', 'acme.talk.generate')
  t.same(at(table, 'emulated'), ['ext'])
  t.ok((at(table, 'rejected') as string[]).includes('output.json'))
  t.notOk(JSON.stringify(table).includes('output.stop'))
})

t.test('other routes tell what they say of themselves', async t => {
  const { document } = await up(t)
  t.match(document.paths['/v1/hello']?.get, { summary: 'Is anyone there?', security: [{}] })
  t.match(document.paths['/v1/stored/{id}']?.get, { parameters: [{ name: 'id', in: 'path' }] })
  t.match(document.paths['/health']?.get, { summary: 'Lives.', tags: ['gateway'], security: [{}] })
  t.match(document.paths['/report/{day}']?.get, {
    parameters: [
      { name: 'day', in: 'path' },
      { name: 'of', in: 'query', required: true, description: 'Whose.' },
      { name: 'to', in: 'query', required: false }
    ],
    responses: { 200: { description: 'Sums.', content: { 'application/json': { schema: { type: 'object' } } } } }
  })
})

t.test('the document hangs together', async t => {
  const { document } = await up(t)
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.values(methods).map(operation => ({ path, operation }))
  )
  const ids = operations.map(({ operation }) => operation.operationId)
  t.equal(new Set(ids).size, ids.length, 'each operation has an id of its own')
  const tags = document.tags.map(({ name }) => name)
  for (const { path, operation } of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)
    const told = (operation.parameters ?? []).filter(it => it.in === 'path').map(it => it.name)
    t.same(told, named, `${path} declares its parameters`)
    for (const tag of operation.tags) t.ok(tags.includes(tag), tag)
    for (const [status, response] of Object.entries(operation.responses)) {
      t.match(status, /^[1-5]\d\d$/)
      t.ok('$ref' in response || typeof response.description === 'string', `${path} ${status}`)
    }
  }
  const text = JSON.stringify(document)
  for (const [, ref = ''] of text.matchAll(/"\$ref":"#\/([^"]+)"/g)) t.ok(at(document, ...ref.split('/')), ref)
  for (const kind of ['schemas', 'responses', 'securitySchemes']) {
    for (const name of Object.keys(at(document.components, kind) as Json)) t.match(name, /^[a-zA-Z0-9._-]+$/)
  }
  const { value } = at(
    document.paths['/v1/talk']?.post?.requestBody,
    'content',
    'application/json',
    'examples',
    'talk.generate'
  ) as Json
  const schema = at(document.components, 'schemas', 'talk.generate.request') as Json
  t.same(checker(schema).problems(value), [], 'the example is what the schema allows')
})

t.test('the page is there unless it is switched off, and loads nothing from elsewhere', async t => {
  const { get, document } = await up(t, { title: 'Ours' })
  const page = await get('/docs')
  t.equal(page.statusCode, 200)
  t.match(page.body, '<title>Ours</title>')
  t.match(page.body, 'src="/llm/docs/static/swagger-ui-bundle.js"')
  t.notMatch(page.body, /https?:\/\//)
  const policy = String(page.headers['content-security-policy'])
  t.match(policy, "default-src 'self'")
  t.notMatch(policy, /https?:/)
  t.same((await get('/docs/json')).json(), document)
  const { get: without } = await up(t, { page: false })
  t.equal((await without('/docs')).statusCode, 404)
})
