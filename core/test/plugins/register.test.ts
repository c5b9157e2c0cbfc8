import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { inspect } from 'node:util'
import fastify, { type FastifyInstance } from 'fastify'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { Type } from 'typebox'
import type { Environment } from '../../src/config/index.ts'
import { env, type Host, SecretString, type Store, type UpstreamRequest } from '../../src/contract/index.ts'
import { KINDS, MemoryStore, preparePlugins, registerPlugins, type SendFromPlugin } from '../../src/plugins/index.ts'
import type { Registry } from '../../src/registry/index.ts'
import { fakeHost } from '../../src/testing/index.ts'
import { EMPTY_CONFIG, loadedWith, meter, middleware, ofKind } from './support/loaded.ts'

interface Booted {
  readonly app: FastifyInstance
  readonly registry: Registry
  readonly lines: readonly Record<string, unknown>[]
  readonly sent: readonly unknown[][]
}

interface Wanted {
  readonly pipeline?: readonly string[]
  readonly env?: Environment
  readonly origins?: readonly string[]
  readonly pluginTimeout?: number
}

/** boot registers plugins on a Fastify of their own; the app is closed with the test at the latest. */
async function boot(t: Test, plugins: readonly unknown[], wanted: Wanted = {}): Promise<Booted> {
  const app = fastify({ pluginTimeout: wanted.pluginTimeout ?? 10_000 })
  t.teardown(() => app.close())
  const lines: Record<string, unknown>[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(JSON.parse(line)) })
  const sent: unknown[][] = []
  const send: SendFromPlugin = async (...args) => {
    sent.push(args)
    return { head: { status: 200, headers: {} }, body: new Uint8Array() }
  }
  const { pipeline, env, origins = [] } = wanted
  const prepared = await preparePlugins(
    await loadedWith(t.testdir(EMPTY_CONFIG), { plugins, ...(pipeline && { pipeline }), ...(env && { env }) })
  )
  const config = { ...prepared.config, upstream: { ...prepared.config.upstream, origins: [...origins] } }
  const host = fakeHost()
  const catalog = { ...host.catalog, models: () => [{ id: 'a/b', provider: 'a' }] }
  const { gateway } = host
  const registry = await registerPlugins(app, { ...prepared, config }, { log, catalog, gateway, send })
  return { app, registry, lines, sent }
}

/** hostOf boots one meter and gives its host. */
async function hostOf(t: Test, wanted: Wanted = {}): Promise<Booted & { readonly host: Host }> {
  let host: Host | undefined
  const setup = (given: Host) => {
    host = given
    return { record() {} }
  }
  const booted = await boot(t, [{ use: meter('own', { setup }) }], wanted)
  return { ...booted, host: host! }
}

t.test('what setup returns is in the registry, by kind and id, in the order of the set-up', async t => {
  const order: string[] = []
  const plugins = KINDS.toReversed().map(kind => {
    const setup = ({ id }: Host) => {
      order.push(id)
      return { made: id } as never
    }
    return { use: ofKind(kind, `a-${kind}`, { setup }) }
  })
  const { registry } = await boot(t, plugins, { pipeline: ['a-middleware'] })
  t.same(
    order,
    KINDS.map(kind => `a-${kind}`)
  )
  for (const kind of KINDS) {
    t.match(registry.all(kind), [
      { kind, id: `a-${kind}`, plugin: `a-${kind}`, version: '', contribution: { made: `a-${kind}` } }
    ])
  }
})

t.test('waiting plugins are in the registry too, for messages', async t => {
  const options = Type.Object({ key: SecretString() })
  const { registry } = await boot(t, [
    { use: meter('keyed', { options }), optional: true, options: { key: env('KEY') } }
  ])
  t.same(registry.waiting, [{ kind: 'meter', id: 'keyed', variables: ['KEY'] }])
  t.same(registry.all('meter'), [])
})

t.test('setup gets its options, and a host that is its own', async t => {
  const seen: [string, unknown][] = []
  const options = Type.Object({ n: Type.Integer({ default: 1 }) })
  const counting = meter('counting', {
    options,
    setup(host, { n }) {
      seen.push([host.id, n])
      host.log.info('up')
      return { record() {} }
    }
  })
  const { lines } = await boot(t, [{ use: counting }, { use: counting, id: 'second', options: { n: 2 } }])
  t.same(seen, [
    ['counting', 1],
    ['second', 2]
  ])
  t.match(lines, [
    { plugin: 'counting', msg: 'up' },
    { plugin: 'second', msg: 'up' }
  ])
})

t.test('the host names the folder of the config', async t => {
  const { host } = await hostOf(t)
  t.ok(existsSync(join(host.dir, 'gateway.config.mjs')))
})

t.test('the host shows the catalogue, and a store of its own', async t => {
  const stores: Store[] = []
  const setup = (host: Host) => {
    stores.push(host.store)
    t.same(host.catalog.models(), [{ id: 'a/b', provider: 'a' }])
    return { record() {} }
  }
  await boot(t, [{ use: meter('a', { setup }) }, { use: meter('b', { setup }) }])
  await stores[0]!.set('k', 'of a')
  t.equal(await stores[1]!.get('k'), undefined)
  t.equal((await stores[0]!.get('k'))?.value, 'of a')
})

t.test('a configured store serves the plugins after it', async t => {
  const backing = new MemoryStore()
  const keep = ofKind('store', 'shelf', { setup: () => backing })
  const setup = async (host: Host) => {
    await host.store.set('k', 'v')
    return { record() {} }
  }
  await boot(t, [{ use: keep }, { use: meter('a', { setup }) }])
  t.equal((await backing.get('meter/a/k'))?.value, 'v')
})

t.test('a plugin sends to allowed origins only', async t => {
  const { host, sent } = await hostOf(t, { origins: ['https://allowed.example'] })
  const request = (path: string): UpstreamRequest => ({ method: 'GET', path, headers: {} })
  const { signal } = new AbortController()
  await host.send('https://allowed.example', request('/token'), signal)
  t.match(sent, [['own', 'https://allowed.example', { path: '/token' }, signal]])
  const refused: readonly (readonly [string, string])[] = [
    ['https://other.example', '/token'],
    ['http://allowed.example', '/token'],
    ['https://allowed.example:8443', '/token'],
    ['https://allowed.example', '@other.example/token'],
    ['https://allowed.example', '.other.example/token'],
    ['https://allowed.example', ':8443/token'],
    ['https://allowed.example', 'token'],
    ['https://allowed.example/prefix', '/token'],
    ['no url', '/token']
  ]
  for (const [origin, path] of refused) {
    const error = { code: 'ISTHMUS_PLUGIN_ORIGIN', instance: 'own', message: /^The plugin 'own' may not send to / }
    await t.rejects(host.send(origin, request(path), signal), error, `${origin}${path}`)
  }
  t.equal(sent.length, 1)
})

t.test('closing runs backwards, and a meter is flushed before it closes', async t => {
  const closed: string[] = []
  const closing =
    (rest: object = {}) =>
    (host: Host) => {
      host.onClose(() => void closed.push(`${host.id} first`))
      host.onClose(async () => void closed.push(`${host.id} last`))
      return rest as never
    }
  const flush = async () => void closed.push('log flush')
  const { app } = await boot(
    t,
    [
      { use: ofKind('ingress', 'chat', { setup: closing() }) },
      { use: middleware('mask', { setup: closing() }) },
      { use: meter('log', { setup: closing({ record() {}, flush }) }) },
      { use: ofKind('store', 'shelf', { setup: closing() }) }
    ],
    { pipeline: ['mask'] }
  )
  t.same(closed, [])
  await app.close()
  t.same(closed, [
    'chat last',
    'chat first',
    'mask last',
    'mask first',
    'log flush',
    'log last',
    'log first',
    'shelf last',
    'shelf first'
  ])
})

t.test('a plugin that fails to close is logged, and the others close', async t => {
  const closed: string[] = []
  const setup = (host: Host) => {
    host.onClose(() => {
      closed.push(host.id)
      throw new Error(`${host.id} is stuck`)
    })
    return { record() {} }
  }
  const { app, lines } = await boot(t, [{ use: meter('a', { setup }) }, { use: meter('b', { setup }) }])
  await app.close()
  t.same(closed, ['b', 'a'])
  t.match(lines, [
    { plugin: 'b', level: 50, err: { message: 'b is stuck' } },
    { plugin: 'a', level: 50, err: { message: 'a is stuck' } }
  ])
})

t.test('a setup that throws, gives nothing or never ends names its plugin, and what is up is closed', async t => {
  const closed: string[] = []
  const fine = meter('fine', {
    setup(host) {
      host.onClose(() => void closed.push('fine'))
      return { record() {} }
    }
  })
  const cases: readonly (readonly [() => unknown, RegExp])[] = [
    [() => Promise.reject(new Error('no luck')), /^The plugin 'bad' failed to start: no luck$/],
    [
      () => {
        throw 'words'
      },
      /^The plugin 'bad' failed to start: "words"$/
    ],
    [() => undefined, /: setup gave nothing in place of a meter$/],
    [() => new Promise(() => {}), /: setup did not finish in time$/]
  ]
  for (const [setup, message] of cases) {
    const bad = { use: meter('never-so-called', { setup: setup as never }), id: 'bad' }
    await t.test(String(message), async t => {
      const expected = { code: 'ISTHMUS_PLUGIN_SETUP', instance: 'bad', message }
      await t.rejects(
        boot(t, [{ use: fine }, bad], { pluginTimeout: /in time/.test(String(message)) ? 200 : 10_000 }),
        expected
      )
    })
  }
  t.same(closed, ['fine', 'fine', 'fine', 'fine'])
})

t.test('a secret does not come out with what setup throws', async t => {
  const options = Type.Object({ key: SecretString(), more: Type.Array(SecretString(), { default: [] }) })
  const bad = meter('bad', {
    options,
    setup(_host, { key, more }) {
      throw new Error(`${key.reveal()} and ${more[0]?.reveal()} were refused`)
    }
  })
  const entry = { use: bad, options: { key: env('KEY'), more: env('MORE') } }
  const thrown = await boot(t, [entry], { env: { KEY: 'sk-12345', MORE: 'sk-67890' } }).catch((error: Error) => error)
  t.match(thrown, { message: "The plugin 'bad' failed to start: [secret] and [secret] were refused" })
  t.notMatch(inspect(thrown, { depth: 9, showHidden: true }), /sk-12345|sk-67890/)
})

t.test('an ingress and a surface have a scope of their own for routes and hooks', async t => {
  const seen: string[] = []
  const routed = (host: Host) => {
    host.http.addHook('onRequest', async () => void seen.push(host.id))
    host.http.get(`/${host.id}`, async () => host.id)
    return {} as never
  }
  const { app } = await boot(t, [
    { use: ofKind('surface', 'page', { setup: routed }) },
    { use: ofKind('ingress', 'chat', { setup: routed }) }
  ])
  t.equal((await app.inject('/page')).body, 'page')
  t.equal((await app.inject('/chat')).body, 'chat')
  t.same(seen, ['page', 'chat'])
})

t.test('Fastify knows the plugins by kind and id, and what they need', async t => {
  const { app } = await boot(t, [
    { use: meter('a', { needs: ['b'] }), id: 'one' },
    { use: meter('b'), id: 'two' }
  ])
  t.ok(app.hasPlugin('meter-one'))
  t.ok(app.hasPlugin('meter-two'))
})
