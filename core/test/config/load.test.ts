import { writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import { type LoadOptions, loadConfig, type ResolvedConfig, reportProblems } from '../../src/config/index.ts'

/** A config file's text that imports the kernel as people do. */
const source = (config: string) =>
  `import { defineConfig, env, file } from '@isthmus/core'\nexport default defineConfig(${config})\n`

async function resolved(options: LoadOptions): Promise<ResolvedConfig> {
  const { config, name, problems } = await loadConfig(options)
  if (config === undefined) throw new Error(reportProblems(name, problems))
  return config
}

t.test('an empty config gets every default', async t => {
  const cwd = t.testdir({ 'gateway.config.ts': source('{ plugins: [] }') })
  const { server, upstream, log, routing, models, gaps, pipeline, file } = await resolved({ cwd, env: {} })
  t.equal(file, join(cwd, 'gateway.config.ts'))
  t.match(server, { host: '127.0.0.1', port: 8787, trustProxy: false, cors: { origins: [] } })
  t.notOk('tls' in server || 'socket' in server, 'what has no default is absent')
  t.match({ upstream, log, routing }, { upstream: { connections: 256, origins: [] }, log: { level: 'info' } })
  t.same(routing, { fallback: { attempts: 3 } })
  t.same([models.aliases, gaps, pipeline], [{}, {}, []])
})

t.test('the file is the argument, else ISTHMUS_CONFIG, else gateway.config in ts, js or mjs', async t => {
  const port = (value: number) => source(`{ server: { port: ${value} }, plugins: [] }`)
  const cwd = t.testdir({
    'argument.ts': port(1),
    'named.mjs': port(2),
    'gateway.config.js': port(3),
    'gateway.config.mjs': port(4),
    'package.json': '{ "type": "module" }'
  })
  t.equal((await resolved({ cwd, file: 'argument.ts', env: { ISTHMUS_CONFIG: 'named.mjs' } })).server.port, 1)
  t.equal((await resolved({ cwd, env: { ISTHMUS_CONFIG: 'named.mjs' } })).server.port, 2)
  t.equal((await resolved({ cwd, env: { ISTHMUS_CONFIG: '' } })).server.port, 3)
  t.equal((await loadConfig({ cwd, file: 'named.mjs', env: {} })).name, 'named.mjs')
})

t.test('a file that is not there, does not parse or exports no config is told with its name', async t => {
  const cwd = t.testdir({
    'syntax.ts': 'export default {\n  plugins: [}\n',
    'throws.mjs': 'throw new Error("no luck\\nsecond line")',
    'empty.mjs': 'export const config = {}',
    'enum.ts': 'export enum A { B }\nexport default {}'
  })
  const load = (file?: string) => loadConfig({ cwd, file, env: {} })
  const withCode = (code: string, message: RegExp) => ({ code, message })
  await t.rejects(load(), withCode('ISTHMUS_CONFIG_NOT_FOUND', /gateway\.config\.ts; `isthmus init` writes one/))
  await t.rejects(load('none.ts'), withCode('ISTHMUS_CONFIG_NOT_FOUND', /at none\.ts;/))
  await t.rejects(load('syntax.ts'), withCode('ISTHMUS_CONFIG_LOAD', /^Cannot load syntax\.ts: .*\(syntax\.ts:2\)$/))
  await t.rejects(load('throws.mjs'), withCode('ISTHMUS_CONFIG_LOAD', /^Cannot load throws\.mjs: no luck$/))
  await t.rejects(load('empty.mjs'), withCode('ISTHMUS_CONFIG_LOAD', /its default export is no config/))
  await t.rejects(load('enum.ts'), withCode('ISTHMUS_CONFIG_LOAD', /enum is not supported/i))
})

t.test('the command line goes over HOST, PORT and LOG_LEVEL, and those over the file', async t => {
  const cwd = t.testdir({
    'gateway.config.ts': source("{ server: { host: 'file', port: 1 }, log: { level: 'warn' }, plugins: [] }")
  })
  const env = { HOST: 'env', PORT: '2', LOG_LEVEL: 'debug' }
  const facts = ({ server, log }: ResolvedConfig) => [server.host, server.port, log.level]
  t.same(facts(await resolved({ cwd, env: {} })), ['file', 1, 'warn'])
  t.same(
    facts(await resolved({ cwd, env: { HOST: '', PORT: '', LOG_LEVEL: '' } })),
    ['file', 1, 'warn'],
    'empty is not set'
  )
  t.same(facts(await resolved({ cwd, env })), ['env', 2, 'debug'])
  t.same(facts(await resolved({ cwd, env, host: 'flag', port: '3' })), ['flag', 3, 'debug'])
})

t.test('a .env file beside the config fills in what is not set, and changes nothing else', async t => {
  const cwd = t.testdir({
    conf: {
      'gateway.config.ts': source("{ server: { host: env('A_HOST'), port: env('A_PORT', '5') }, plugins: [] }"),
      '.env': 'A_HOST=dotenv\nA_PORT=7\nA_OFF=on\n'
    },
    '.env': 'A_PORT=9\n'
  })
  const env = { A_HOST: 'shell', A_OFF: '' }
  const loaded = await loadConfig({ cwd, file: 'conf/gateway.config.ts', env })
  t.match(loaded.config?.server, { host: 'shell', port: 7 })
  t.equal(loaded.env.A_OFF, '', 'set to nothing is set')
  t.same(env, { A_HOST: 'shell', A_OFF: '' })
  t.notOk('A_PORT' in process.env)
})

t.test('references are resolved, with their text turned into the type that is wanted', async t => {
  const cwd = t.testdir({
    'gateway.config.ts': source(`{
      server: {
        host: file('host.txt'), port: env('PORT_A'), trustProxy: env('PROXY'),
        cors: { origins: env('ORIGINS') }, drainMs: env('NOT_SET'), socket: env('NOT_SET')
      },
      models: { strict: env('STRICT'), aliases: { fast: env('FAST') } },
      log: { format: env('FORMAT', 'json') }, plugins: []
    }`),
    'host.txt': '::1\r\n'
  })
  const env = {
    PORT_A: ' 80 ',
    PROXY: 'true',
    ORIGINS: 'https://a.example, https://b.example,',
    STRICT: '1',
    FAST: 'a/b'
  }
  const { server, models, log } = await resolved({ cwd, env })
  t.match(server, { host: '::1', port: 80, trustProxy: true, drainMs: 30_000 })
  t.notOk('socket' in server, 'an optional member without its variable is absent')
  t.same(server.cors.origins, ['https://a.example', 'https://b.example'])
  t.same([models.strict, models.aliases, log.format], [true, { fast: 'a/b' }, 'json'])
  const ranges = await resolved({ cwd, env: { ...env, PROXY: '10.0.0.0/8,::1' } })
  t.equal(ranges.server.trustProxy, '10.0.0.0/8,::1')
})

t.test('what the file itself says is never converted', async t => {
  const cwd = t.testdir({
    'gateway.config.mjs': "export default { server: { port: '80' }, models: { strict: 'true' } }"
  })
  const { problems, config } = await loadConfig({ cwd, env: {} })
  t.equal(config, undefined)
  t.same(
    problems.map(({ path, message }) => `${path}: ${message}`),
    ['server.port: expected an integer from 0 to 65535, got "80"', 'models.strict: expected true or false, got "true"']
  )
})

t.test('the config’s own objects stay as they are', async t => {
  const cwd = t.testdir({
    'gateway.config.mjs':
      'const server = Object.freeze({ port: 1 })\nexport default Object.freeze({ server, plugins: Object.freeze([]) })'
  })
  const { server } = await resolved({ cwd, env: {}, port: 2 })
  t.equal(server.port, 2)
  t.equal((await resolved({ cwd, env: {} })).server.port, 1)
})

t.test('fresh reads a changed file again', async t => {
  const cwd = t.testdir({ 'gateway.config.mjs': 'export default { server: { port: 1 } }' })
  const read = async (fresh: boolean) =>
    (await resolved({ cwd, env: {}, ...(fresh && { fresh: new Set<string>() }) })).server.port
  t.equal(await read(false), 1)
  writeFileSync(join(cwd, 'gateway.config.mjs'), 'export default { server: { port: 2 } }')
  t.equal(await read(false), 1)
  t.equal(await read(true), 2)
  writeFileSync(join(cwd, 'gateway.config.mjs'), 'export default { server: { port: 3 } }')
  t.equal(await read(true), 3)
})

t.test('fresh reads what the file imports from its folder again, and nothing outside', async t => {
  const files = new Set<string>()
  const dir = t.testdir({
    'outside.mjs': 'export const host = "1"',
    config: {
      'gateway.config.mjs': `import { port } from './port.mjs'
import { host } from '../outside.mjs'
import { list } from 'listed'
export default { server: { port, host }, pipeline: list }`,
      'port.mjs': "export { port } from './inner.mjs'",
      'inner.mjs': 'export const port = 1',
      node_modules: {
        listed: { 'package.json': '{ "exports": "./index.mjs" }', 'index.mjs': "export const list = ['a']" }
      }
    }
  })
  const cwd = join(dir, 'config')
  const read = async () => {
    const { server, pipeline } = await resolved({ cwd, env: {}, fresh: files })
    return [server.port, server.host, pipeline[0]]
  }
  t.same(await read(), [1, '1', 'a'])
  writeFileSync(join(cwd, 'inner.mjs'), 'export const port = 2')
  writeFileSync(join(dir, 'outside.mjs'), 'export const host = "2"')
  writeFileSync(join(cwd, 'node_modules/listed/index.mjs'), "export const list = ['b']")
  t.same(await read(), [2, '1', 'a'])
  t.same([...files].map(file => basename(file)).sort(), ['.env', 'gateway.config.mjs', 'inner.mjs', 'port.mjs'])
})

t.test('a .env that cannot be read is told', async t => {
  const cwd = t.testdir({ 'gateway.config.mjs': 'export default {}', '.env': {} })
  await t.rejects(loadConfig({ cwd, env: {} }), { code: 'ISTHMUS_CONFIG_LOAD', message: /\.env: EISDIR$/ })
})
