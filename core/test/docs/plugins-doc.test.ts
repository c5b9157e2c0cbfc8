import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { isPlugin, type Plugin } from '@isthmus/core'
import { fakeHost, meterCases, middlewareCases, providerCases, surfaceCases } from '@isthmus/core/testing'
import t from 'tap'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const guide = readFileSync(new URL('../../docs/plugins.md', import.meta.url), 'utf8')

const EXAMPLES = ['acme', 'parrot', 'desk', 'harbour', 'count', 'guard', 'hello', 'shelf']

/** The fences of the guide that name a file, written out beside the workspace's packages. */
function writeExamples(): { readonly folder: string; readonly files: readonly string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-guide-'))
  const files: string[] = []
  for (const [, name, code] of guide.matchAll(/^```\w+ file=(\S+)\n([\s\S]*?)^```$/gm)) {
    const file = join(folder, name!)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, code!)
    files.push(name!)
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return { folder, files }
}

const { folder, files } = writeExamples()
t.teardown(() => rmSync(folder, { recursive: true }))

const load = async (name: string): Promise<Plugin> => {
  const module: { default: unknown } = await import(pathToFileURL(join(folder, name)).href)
  if (!isPlugin(module.default)) throw new Error(`${name} exports no plugin`)
  return module.default
}

t.test('the guide has every example the tests run', async t => {
  for (const name of EXAMPLES) t.ok(files.includes(`${name}/src/index.ts`), name)
})

t.test('the examples compile under the compiler options that the guide gives', async t => {
  const { compilerOptions } = JSON.parse(readFileSync(join(folder, 'acme/tsconfig.json'), 'utf8'))
  const { rootDir: _rootDir, outDir: _outDir, declaration: _declaration, ...options } = compilerOptions
  const paths = {
    ...options,
    noEmit: true,
    customConditions: ['isthmus-source'],
    typeRoots: [join(root, 'node_modules/@types')]
  }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions: paths, include: ['*/src', '*/test'], exclude: [] })
  )
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })
  // The kernel's own sources are checked elsewhere; here only what the guide shows counts.
  const shown = new RegExp(`^(\\.\\./)*[^ ]*(${EXAMPLES.join('|')})/`)
  const complaints = stdout.split('\n').filter(line => shown.test(line))
  t.strictSame(complaints, [])
})

for (const name of files.flatMap(file => /^(\w+)\/test\//.exec(file)?.[1] ?? [])) {
  t.test(`the test of ${name} passes as it is written`, async t => {
    const file = join(folder, name, 'test', `${name}.test.ts`)
    const out = spawnSync(process.execPath, ['--conditions=isthmus-source', '--test-reporter=tap', file], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH ?? '' }
    })
    t.equal(
      out.status,
      0,
      out.stdout
        .split('\n')
        .filter(line => /not ok|error:/.test(line))
        .join('\n')
    )
    t.match(out.stdout, /# pass [1-9]\d/)
  })
}

t.test('the provider with a codec of its own passes the kit without recordings', async t => {
  const parrot = (await load('parrot/src/index.ts')) as Plugin<'provider'>
  for (const { name, run } of providerCases(parrot, { options: { seeds: 'sunflower' } })) {
    await t.resolves(async () => run(), name)
  }
})

t.test('the manifest of the guide agrees with its descriptor', async t => {
  const acme = (await load('acme/src/index.ts')) as Plugin<'provider'>
  const manifest: unknown = JSON.parse(readFileSync(join(folder, 'acme/package.json'), 'utf8'))
  const cases = providerCases(acme, { options: { apiKey: 'any' }, manifest })
  const found = cases.find(({ name }) => name.startsWith('the manifest'))
  await t.resolves(async () => found?.run())
})

t.test('the meter and the middleware of the guide pass the kit', async t => {
  const count = (await load('count/src/index.ts')) as Plugin<'meter'>
  const guard = (await load('guard/src/index.ts')) as Plugin<'middleware'>
  for (const { name, run } of [...meterCases(count), ...middlewareCases(guard)])
    await t.resolves(async () => run(), name)
})

t.test('the surface of the guide answers', async t => {
  const hello = (await load('hello/src/index.ts')) as Plugin<'surface'>
  const host = fakeHost({ models: [{ id: 'kit/small', provider: 'kit' }] })
  await hello.setup(host, {})
  t.strictSame((await host.http.inject('/hello')).json(), { models: ['kit/small'] })
  await host.close()
  for (const { name, run } of surfaceCases(hello)) await t.resolves(async () => run(), name)
})
