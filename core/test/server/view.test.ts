import t from 'tap'
import { Type } from 'typebox'
import { defineSurface, type Host, type RouteSchema, use } from '../../src/contract/index.ts'
import { ingress, rig, small } from './support/rig.ts'

const surfaceOf = (setup: (host: Host) => void) =>
  defineSurface({
    name: 'shows',
    api: 1,
    summary: 'For tests.',
    stability: 'stable',
    options: Type.Object({}, { additionalProperties: false }),
    setup(host) {
      setup(host)
      return {}
    }
  })

t.test('a surface sees what is up, once it is', async t => {
  let host: Host | undefined
  const shows = surfaceOf(given => {
    host = given
    t.same(given.gateway.ingresses(), [], 'the ingresses come after the surfaces')
    const page: RouteSchema = { summary: 'Shows.', tags: ['page'] }
    const logo: RouteSchema = { hide: true }
    given.http.get('/shows', { schema: page }, () => 'shown')
    given.http.get('/shows/logo', { schema: logo }, () => 'logo')
  })
  await rig(t, { plugins: [use(shows)], server: { basePath: '/llm' } })
  const gateway = host!.gateway
  t.equal(gateway.basePath, '/llm')
  t.match(gateway.version, /^\d+\.\d+\.\d+/)
  t.same(
    gateway.ingresses().map(({ id, ingress }) => [id, ingress.format]),
    [
      ['tiny', 'tiny'],
      ['small', 'tiny']
    ]
  )
  t.same(gateway.providers(), ['toy'])
  const routes = gateway.routes().map(({ method, path }) => `${method} ${path}`)
  for (const route of ['POST /v1/tiny', 'GET /v1/models/*', 'GET /health', 'GET /shows']) {
    t.ok(routes.includes(route), route)
  }
  t.equal(new Set(routes).size, routes.length, 'each once')
  for (const route of ['GET /shows/logo', 'DELETE /v1/tiny', 'HEAD /v1/models']) t.notOk(routes.includes(route), route)
  t.match(gateway.routes().find(({ path }) => path === '/shows')?.schema, { summary: 'Shows.', tags: ['page'] })
})

t.test('a surface sees who could serve an operation, and what stands in for it', async t => {
  let host: Host | undefined
  const shows = surfaceOf(given => {
    host = given
  })
  await rig(t, { plugins: [use(shows)] })
  const ways = (operation: Parameters<Host['gateway']['ways']>[0], provider = 'toy') =>
    host!.gateway.ways(operation, provider, 'say').map(({ endpoint, features }) => {
      return [endpoint.format, features['complete.prompt']]
    })
  t.match(ways('generate'), [['tiny']])
  t.same(ways('complete'), [['tiny', 'emulated']], 'a conversation stands in for a text completion')
  t.match(ways('count_tokens'), [['estimate']])
  t.same(ways('embed'), [])
  t.same(ways('generate', 'nobody'), [])
})

t.test('what a family has and nobody serves is told by whose caller it is', async t => {
  const ingresses = [use(ingress('tiny', { unsupported: ['/v1/files', '/v1/songs'] })), use(small)]
  const { url } = await rig(t, { ingresses })
  const reply = await fetch(`${url}/v1/files/f?key=secret`, { method: 'POST', body: 'x' })
  t.equal(reply.status, 400)
  const body = await reply.json()
  t.match(body, { tinyError: 'ISTHMUS_OPERATION_UNSUPPORTED', message: /does not serve \/v1\/files\/f; .*\/v1\/tiny/ })
  t.notMatch(JSON.stringify(body), 'secret')
  t.equal((await fetch(`${url}/v1/filesystem`)).status, 404)
})
