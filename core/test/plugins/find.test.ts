import { inspect } from 'node:util'
import t from 'tap'
import { Type } from 'typebox'
import { loadConfig, reportProblems } from '../../src/config/index.ts'
import { env, Secret, SecretString } from '../../src/contract/index.ts'
import { findPlugins, installed, preparePlugins } from '../../src/plugins/index.ts'
import { EMPTY_CONFIG, loadedWith, meter, middleware, ofKind, type Written } from './support/loaded.ts'

/** A package as an author of plugins publishes it, in plain JavaScript. */
const acmePackage = (manifest: object, code = acmeCode()) => ({
  'package.json': JSON.stringify({ name: '@acme/pace', version: '1.2.3', type: 'module', ...manifest }),
  dist: { 'index.js': code }
})
const acmeCode = (spec = '') => `
  import { defineMeter } from '@isthmus/core'
  import { Type } from 'typebox'
  export default defineMeter({ name: 'pace', api: 1, summary: 'Paces.', stability: 'beta',
    options: Type.Object({ ms: Type.Integer({ default: 5 }) }), setup: () => ({ record () {} }), ${spec} })`
const isthmus = { kind: 'meter', name: 'pace', api: 1 }
const exported = { exports: { '.': './dist/index.js' } }

/** What preparePlugins says against a config, without the last lines that name the code. */
async function complaint(dir: string, written: Written): Promise<string> {
  try {
    await preparePlugins(await loadedWith(dir, written))
  } catch (error) {
    return (error as Error).message.replace(/\n\nISTHMUS_CONFIG_INVALID$/, '').replace(/^.*\n\n/, '')
  }
  return 'no problems'
}

t.test('a plugin is found by package name, from the config’s folder, without its manifest being exported', async t => {
  const dir = t.testdir({ ...EMPTY_CONFIG, node_modules: { '@acme': { pace: acmePackage({ isthmus, ...exported }) } } })
  const { plugins } = await preparePlugins(
    await loadedWith(dir, { plugins: [{ use: '@acme/pace' }, { use: '@acme/pace', id: 'slow', options: { ms: 9 } }] })
  )
  t.match(plugins, [
    { kind: 'meter', id: 'pace', version: '1.2.3', use: '@acme/pace', index: 0, options: { ms: 5 } },
    { kind: 'meter', id: 'slow', version: '1.2.3', use: '@acme/pace', index: 1, options: { ms: 9 } }
  ])
})

t.test('a package is resolved by the conditions that import has and by those of the process', async t => {
  const pace = (exports: object) => ({
    ...acmePackage({ name: 'pace', isthmus, exports }),
    'wrong.js': 'throw new Error("the wrong file")'
  })
  const dir = t.testdir({
    ...EMPTY_CONFIG,
    node_modules: {
      one: pace({ import: './dist/index.js' }),
      two: pace({ '.': { types: './wrong.js', import: { default: './dist/index.js' } } }),
      three: pace({ '.': { 'isthmus-source': './dist/index.js', default: './wrong.js' } })
    }
  })
  for (const use of ['one', 'two', 'three']) t.equal(await complaint(dir, { plugins: [{ use }] }), 'no problems', use)
})

t.test('a plugin is found by path: a file, a folder with a manifest, a folder with an index', async t => {
  const code = acmeCode().replace("'pace'", "'loose'")
  const dir = t.testdir({
    ...EMPTY_CONFIG,
    'loose.mjs': code,
    exports: acmePackage({ isthmus, ...exported }),
    main: { ...acmePackage({ isthmus: { ...isthmus, name: 'loose' }, main: 'dist/index.js' }, code) },
    index: { 'index.ts': `const n: number = 1\n${code}` }
  })
  const plugins = ['./loose.mjs', './exports', './main', './index'].map((use, index) => ({ use, id: `id-${index}` }))
  const prepared = await preparePlugins(await loadedWith(dir, { plugins }))
  t.same(
    prepared.plugins.map(({ plugin, version, use }) => [plugin.name, version, use]),
    [
      ['loose', '', './loose.mjs'],
      ['pace', '1.2.3', './exports'],
      ['loose', '1.2.3', './main'],
      ['loose', '', './index']
    ]
  )
})

t.test('an imported plugin needs no package', async t => {
  const dir = t.testdir(EMPTY_CONFIG)
  const { plugins } = await preparePlugins(await loadedWith(dir, { plugins: [{ use: meter('own') }] }))
  t.match(plugins, [{ id: 'own', use: 'own', version: '' }])
})

t.test('what cannot be found or loaded says why, and what may help', async t => {
  const dir = t.testdir({
    ...EMPTY_CONFIG,
    'throws.mjs': 'throw new Error("no luck")',
    'object.mjs': 'export default { name: "x" }',
    empty: { 'readme.txt': '' },
    node_modules: {
      '@acme': { pace: acmePackage({ isthmus, ...exported }) },
      lib: { 'package.json': '{ "name": "lib", "version": "1.0.0" }' },
      'format-acme': {
        'package.json': JSON.stringify({ name: 'format-acme', isthmus: { ...isthmus, kind: 'format' } })
      },
      gone: { 'package.json': JSON.stringify({ name: 'gone', isthmus, exports: './gone.js' }) }
    }
  })
  const said = (use: unknown) => complaint(dir, { plugins: [{ use }] })
  const expectations: readonly (readonly [unknown, string])[] = [
    ['@acme/paec', 'expected an installed package, found none of this name\n          did you mean "@acme/pace"?'],
    ['quite-another', 'expected an installed package, found none of this name\n          npm install quite-another'],
    ['lib', 'expected a plugin, but its package.json has no "isthmus" member'],
    ['format-acme', 'is a wire format: a library that plugins import, not a plugin\n          remove this entry'],
    ['./none.ts', 'expected a file or folder, found nothing there'],
    ['./empty', 'has no module to load: neither "exports" nor "main" nor an index file'],
    ['./throws.mjs', 'cannot be loaded: no luck'],
    ['./object.mjs', 'expected a default export made by defineProvider or another define function, got an object'],
    ['/absolute.ts', 'expected a package name, or a path that starts with ./ or ../'],
    ['../..\\x', 'expected a file or folder, found nothing there'],
    [7, 'expected a package name, a path or an imported plugin, got 7']
  ]
  for (const [use, words] of expectations) {
    const entry = typeof use === 'string' ? `  plugins[0]  ${use}` : '  plugins[0]'
    t.equal(await said(use), `${entry}\n    use   ${words}`)
  }
  t.match(await said('gone'), /plugins\[0\] {2}gone\n {4}use {3}cannot be loaded: /)
})

t.test('an entry that is none is told what one is', async t => {
  const dir = t.testdir(EMPTY_CONFIG)
  const said = (entry: unknown) => complaint(dir, { plugins: [entry] })
  t.match(await said('@acme/pace'), /expected an entry, got a string\n +write \{ use: … \}/)
  t.match(await said(7), /expected an object, got a number/)
  t.match(await said(meter('own')), /expected an entry, got a plugin\n +write use\(plugin\), or \{ use: plugin \}/)
  t.match(await said({ use: meter('own'), id: 'a/b' }), /id {3}expected text that matches `.*`, got "a\/b"/)
  t.match(await said({ use: meter('own'), option: {} }), /option {3}is not known here\n +did you mean "options"\?/)
  t.match(await said({ use: meter('own'), optional: 'yes' }), /optional {3}expected true or false, got "yes"/)
  t.notMatch(await said({ use: meter('own'), options: 'sk-123' }), 'sk-123')
  t.match(await said({}), /use {3}expected a package name, a path or an imported plugin, got nothing/)
})

t.test('a manifest that disagrees with the code is a mistake of the package', async t => {
  for (const [name, wrong, words] of [
    ['kind', 'provider', 'its package.json says kind "provider", its code says "meter"'],
    ['name', 'pase', 'its package.json says name "pase", its code says "pace"'],
    ['api', 2, 'its package.json says api 2, its code says 1']
  ] as const) {
    const manifest = { isthmus: { ...isthmus, [name]: wrong }, ...exported }
    const dir = t.testdir({ ...EMPTY_CONFIG, node_modules: { '@acme': { pace: acmePackage(manifest) } } })
    t.match(await complaint(dir, { plugins: [{ use: '@acme/pace' }] }), words)
  }
})

t.test('an api number that is not supported names both numbers and what to install', async t => {
  const dir = t.testdir(EMPTY_CONFIG)
  const said = (api: number) => complaint(dir, { plugins: [{ use: meter('own', { api }) }] })
  t.equal(
    await said(2),
    `  plugins[0]  own
    use   is written for meter api 2; this kernel supports 1
          install a newer @isthmus/core, or a version of own written for meter api 1`
  )
  t.match(await said(0), /is written for meter api 0; this kernel supports 1\n +install a newer version of own/)
})

t.test('a descriptor written without the compiler’s help is checked', async t => {
  const dir = t.testdir(EMPTY_CONFIG)
  const said = (wrong: object) => complaint(dir, { plugins: [{ use: { ...meter('own'), ...wrong } }] })
  t.match(await said({ kind: 'cook' }), /is a plugin of the kind "cook", which this kernel does not know/)
  t.match(await said({ name: 'Not Kebab' }), /expected a plugin name in kebab case, got "Not Kebab"/)
  t.match(await said({ api: '1' }), /expected an integer for the plugin's api, got "1"/)
  t.match(await said({ options: undefined }), /expected an object schema for the plugin's options/)
  t.match(await said({ setup: undefined }), /expected a setup function in the plugin, got nothing/)
})

const Options = Type.Object({
  apiKey: SecretString(),
  baseUrl: Type.String({ default: 'https://api.acme.example' }),
  retries: Type.Optional(Type.Integer({ minimum: 1 })),
  tags: Type.Array(Type.String(), { default: [] })
})
const keyed = meter('keyed', { options: Options })

t.test('options are resolved, converted and filled in, and secrets cannot be printed', async t => {
  const dir = t.testdir(EMPTY_CONFIG)
  const options = { apiKey: env('KEY'), retries: env('RETRIES'), tags: env('TAGS') }
  const variables = { KEY: 'sk-123456', RETRIES: '3', TAGS: 'a,b' }
  const prepared = await preparePlugins(await loadedWith(dir, { plugins: [{ use: keyed, options }], env: variables }))
  const [found] = prepared.plugins
  const read = found?.options as { readonly apiKey: Secret }
  t.match(read, { baseUrl: 'https://api.acme.example', retries: 3, tags: ['a', 'b'] })
  t.ok(read.apiKey instanceof Secret)
  t.equal(read.apiKey.reveal(), 'sk-123456')
  for (const printed of [inspect(prepared, { depth: 9 }), JSON.stringify(prepared), `${read.apiKey}`]) {
    t.notMatch(printed, 'sk-123456')
  }
  t.same(prepared.warnings, [])
})

t.test('unknown options are refused, also by a schema that forgot to close itself', async t => {
  const dir = t.testdir(EMPTY_CONFIG)
  const plugins = [{ use: keyed, options: { apiKey: 'k', baseURL: 'x', zzz: 1 } }]
  t.equal(
    await complaint(dir, { plugins }),
    `  plugins[0]  keyed as "keyed"
    options.baseURL   is not known here
                      did you mean "baseUrl"?
    options.zzz       is not known here
                      known here: apiKey, baseUrl, retries, tags`
  )
})

t.test('a secret in the config file works, with a warning', async t => {
  const dir = t.testdir(EMPTY_CONFIG)
  const { warnings, plugins } = await preparePlugins(
    await loadedWith(dir, { plugins: [{ use: keyed, options: { apiKey: 'none-at-all' } }] })
  )
  t.equal(plugins.length, 1)
  const report = reportProblems('gateway.config.ts', warnings, 'warning')
  t.equal(
    report,
    `gateway.config.ts: 1 warning

  plugins[0]  keyed as "keyed"
    options.apiKey   is a secret that the config file holds itself
                     keep it outside: env('NAME') or file('path')`
  )
})

t.test('an optional entry waits while a variable it names is not set', async t => {
  const dir = t.testdir(EMPTY_CONFIG)
  const options = { apiKey: env('KEY'), baseUrl: env('URL', 'https://x.example'), retries: env('RETRIES') }
  const plugins = [{ use: keyed, optional: true, options }]
  const prepare = async (env: Record<string, string>) => preparePlugins(await loadedWith(dir, { plugins, env }))
  const waits = await prepare({ KEY: '' })
  t.same(waits.plugins, [])
  t.match(waits.waiting, [{ kind: 'meter', id: 'keyed', variables: ['KEY', 'RETRIES'] }])
  t.match((await prepare({ KEY: 'k' })).waiting, [{ variables: ['RETRIES'] }], 'also for an option that may be absent')
  t.match((await prepare({ KEY: 'k', RETRIES: '1' })).plugins, [{ id: 'keyed', options: { retries: 1 } }])
})

t.test('a waiting entry is still checked, and its id is taken', async t => {
  const dir = t.testdir(EMPTY_CONFIG)
  const waiting = { use: keyed, optional: true, options: { apiKey: env('KEY') } }
  const wrong = { ...waiting, options: { ...waiting.options, retries: 0 } }
  t.equal(
    await complaint(dir, { plugins: [wrong] }),
    '  plugins[0]  keyed as "keyed"\n    options.retries   expected an integer of at least 1, got 0'
  )
  t.match(await complaint(dir, { plugins: [waiting, { use: meter('keyed') }] }), 'plugins[0] has')
})

t.test('ids are unique within a kind', async t => {
  const dir = t.testdir(EMPTY_CONFIG)
  const plugins = [{ use: meter('a') }, { use: meter('b'), id: 'a' }, { use: meter('a'), id: 'c' }]
  t.equal(
    await complaint(dir, { plugins }),
    `  plugins[1]  b as "a"
    id   expected an id of its own, got "a", which plugins[0] has
         each meter has an id that no other meter has`
  )
  t.equal(await complaint(dir, { plugins: [{ use: meter('a') }, { use: ofKind('provider', 'a') }] }), 'no problems')
})

t.test('plugins share one store', async t => {
  const dir = t.testdir(EMPTY_CONFIG)
  const shelf = { use: ofKind('store', 'shelf') }
  t.equal(
    await complaint(dir, { plugins: [shelf, { use: ofKind('store', 'drawer'), id: 'other' }] }),
    `  plugins[1]  drawer as "other"
    use   expected one store, got "other" beside "shelf"`
  )
  const remote = { use: ofKind('store', 'remote', { options: Type.Object({ url: Type.String() }) }), optional: true }
  const plugins = [{ ...remote, options: { url: env('URL') } }, shelf]
  const prepared = await preparePlugins(await loadedWith(dir, { plugins }))
  t.match(prepared, { plugins: [{ id: 'shelf' }], waiting: [{ id: 'remote' }] }, 'one that waits is none')
})

t.test('the pipeline lists every configured middleware, and nothing else', async t => {
  const dir = t.testdir(EMPTY_CONFIG)
  const plugins = [{ use: middleware('limits') }, { use: middleware('mask') }, { use: meter('log') }]
  t.equal(await complaint(dir, { plugins, pipeline: ['mask', 'limits'] }), 'no problems')
  t.equal(
    await complaint(dir, { plugins, pipeline: ['mask', 'limit', 'log', 'mask'] }),
    `  pipeline[1]   expected the id of a configured middleware, got "limit"
                did you mean "limits"?
  pipeline[2]   expected the id of a configured middleware, got "log", which is a meter
  pipeline[3]   expected each middleware once, got "mask" again
  pipeline      expected "limits" to be listed, as every configured middleware must be
                the order is the order they see a request in`
  )
})

t.test('a middleware that waits may be listed, and leaves the pipeline', async t => {
  const dir = t.testdir(EMPTY_CONFIG)
  const options = Type.Object({ key: SecretString() })
  const plugins = [
    { use: middleware('keys', { options }), optional: true, options: { key: env('KEY') } },
    { use: middleware('mask') }
  ]
  const { config, waiting } = await preparePlugins(await loadedWith(dir, { plugins, pipeline: ['keys', 'mask'] }))
  t.same(config.pipeline, ['mask'])
  t.match(waiting, [{ id: 'keys', variables: ['KEY'] }])
})

t.test('all problems of a config and its plugins are told at once', async t => {
  const dir = t.testdir({
    'gateway.config.ts': `
      import { env } from '@isthmus/core'
      export default {
        server: { port: '8080' },
        plugins: [
          { use: './keyed.mjs' , id: 'first', options: { apiKey: env('ACME_KEY'), retries: env('RETRIES'), basUrl: 'x' } },
          { use: './limits.mjs', id: 'limits' },
          { use: './limits.mjs', id: 'limits' },
          { use: '@acme/absent', id: 'absent' }
        ],
        pipeline: ['limits', 'absent', 'limit']
      }`,
    '.env': 'RETRIES=30s',
    'keyed.mjs': `
      import { defineMeter, SecretString } from '@isthmus/core'
      import { Type } from 'typebox'
      export default defineMeter({ name: 'keyed', api: 1, summary: 'Keyed.', stability: 'beta', setup: () => ({ record () {} }),
        options: Type.Object({ apiKey: SecretString(), baseUrl: Type.String({ default: '' }), retries: Type.Integer({ minimum: 1 }) }) })`,
    'limits.mjs': `
      import { defineMiddleware } from '@isthmus/core'
      import { Type } from 'typebox'
      export default defineMiddleware({ name: 'limits', api: 1, summary: 'Limits.', stability: 'beta',
        options: Type.Object({}), setup: () => ({}), needs: ['clock'] })`
  })
  const error = await preparePlugins(await loadConfig({ cwd: dir, env: {} })).then(
    () => undefined,
    (thrown: Error) => thrown
  )
  t.equal(
    error?.message,
    `gateway.config.ts: 8 problems

  server.port         expected an integer from 0 to 65535, got "8080"

  plugins[0]  ./keyed.mjs as "first"
    options.apiKey    expected a non-empty string, got nothing
                      comes from the environment variable ACME_KEY, which is not set
    options.basUrl    is not known here
                      did you mean "baseUrl"?
    options.retries   expected an integer of at least 1, got "30s"
                      comes from the environment variable RETRIES

  plugins[1]  ./limits.mjs as "limits"
    needs             expected a plugin "clock" beside it, found none

  plugins[2]  ./limits.mjs as "limits"
    id                expected an id of its own, got "limits", which plugins[1] has
                      each middleware has an id that no other middleware has

  plugins[3]  @acme/absent as "absent"
    use               expected an installed package, found none of this name
                      npm install @acme/absent

  pipeline[2]         expected the id of a configured middleware, got "limit"
                      did you mean "limits"?

ISTHMUS_CONFIG_INVALID`
  )
  t.match(error, { code: 'ISTHMUS_CONFIG_INVALID' })
})

t.test('the entries of a config file keep their references until the plugin is known', async t => {
  const dir = t.testdir({
    'gateway.config.mjs': `
      import { env } from '@isthmus/core'
      export default { plugins: [{ use: '@acme/pace', optional: true, options: { ms: env('PACE_MS') } }] }`,
    node_modules: { '@acme': { pace: acmePackage({ isthmus, ...exported }) } }
  })
  const prepare = async (env: Record<string, string>) => preparePlugins(await loadConfig({ cwd: dir, env }))
  t.match((await prepare({})).waiting, [{ id: 'pace', variables: ['PACE_MS'] }])
  t.match((await prepare({ PACE_MS: '7' })).plugins, [{ id: 'pace', options: { ms: 7 } }])
})

t.test('installed plugins are listed from their manifests, without loading them', async t => {
  const never = 'globalThis.isthmusLoaded = true'
  const dir = t.testdir({
    below: { ...EMPTY_CONFIG, node_modules: { '@acme': { pace: acmePackage({ isthmus, ...exported }, never) } } },
    node_modules: {
      '@acme': { pace: acmePackage({ version: '0.0.1', isthmus }, never), other: acmePackage({}, never) },
      'format-x': { 'package.json': JSON.stringify({ isthmus: { ...isthmus, kind: 'format' } }) },
      'meter-x': { 'package.json': JSON.stringify({ version: '2.0.0', isthmus: { ...isthmus, name: 'x' } }) },
      broken: { 'package.json': '{' },
      '.bin': { x: '' },
      file: ''
    }
  })
  const ours = installed(`${dir}/below`).filter(({ package: name }) => !name.startsWith('@isthmus/'))
  t.same(ours, [
    { package: '@acme/pace', version: '1.2.3', kind: 'meter', name: 'pace' },
    { package: 'meter-x', version: '2.0.0', kind: 'meter', name: 'x' }
  ])
  t.notOk('isthmusLoaded' in globalThis)
})

t.test('findPlugins keeps what is right although other entries are wrong', async t => {
  const dir = t.testdir(EMPTY_CONFIG)
  const { found, problems } = await findPlugins(
    await loadedWith(dir, { plugins: [{ use: meter('a') }, { use: 'nothing-here' }] })
  )
  t.match([found, problems], [[{ id: 'a' }], [{ path: 'use' }]])
  t.equal(problems.length, 1)
})
