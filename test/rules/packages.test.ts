import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { isPlugin } from '@isthmus/core'
import t from 'tap'
import { filesIn, pluginFolders, read, readJson, root } from '../support/sources.ts'

interface Manifest {
  readonly name: string
  readonly version: string
  readonly description: string
  readonly license: string
  readonly type: string
  readonly private?: boolean
  readonly engines: { readonly node: string }
  readonly keywords?: readonly string[]
  readonly isthmus?: { readonly kind: string; readonly name: string; readonly api: number }
  readonly exports: Readonly<Record<string, unknown>>
  readonly files: readonly string[]
  readonly publishConfig: { readonly access: string }
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

const manifestOf = (folder: string) => readJson(`${folder}/package.json`) as unknown as Manifest
const core = manifestOf('core')
const whole = readJson('package.json') as { readonly engines: { readonly node: string } }
const plugins = pluginFolders.map(folder => ({
  folder,
  path: `plugins/${folder}`,
  manifest: manifestOf(`plugins/${folder}`)
}))
const packages = [{ folder: 'core', path: 'core', manifest: core }, ...plugins]

const HEADINGS = ['Example', 'Options', 'Gaps', 'Stability', 'Tests']

/** caret is the range that takes every version without a breaking change; before 1.0 a minor is one. */
const caret = (version: string) => {
  const [major, minor] = version.split('.')
  return major === '0' ? `^0.${minor}.0` : `^${major}.0.0`
}

t.test('every package says the same of licence, module type, engine, files and access', async t => {
  for (const { path, manifest } of packages) {
    t.match(manifest, { license: 'MIT', type: 'module', publishConfig: { access: 'public' } }, path)
    t.equal(manifest.engines.node, whole.engines.node, path)
    t.notOk(manifest.private, path)
    t.match(manifest.description, /^[A-Z].*\.$/, path)
    for (const pattern of ['dist/**/*.js', 'dist/**/*.d.ts'])
      t.ok(manifest.files.includes(pattern), `${path} ${pattern}`)
  }
})

t.test('nothing runs when a package is installed', async t => {
  for (const { path, manifest } of packages) {
    const names = Object.keys(manifest.scripts ?? {})
    t.notOk(
      names.some(name => /^(pre|post)?(install|prepare|pack|publish)/.test(name)),
      path
    )
  }
})

t.test('every door opens on sources here and on built files elsewhere', async t => {
  for (const { path, manifest } of packages) {
    for (const [door, target] of Object.entries(manifest.exports)) {
      const { 'isthmus-source': source, types, default: built, ...rest } = target as Record<string, string>
      t.same(rest, {}, `${path} ${door}`)
      t.ok(existsSync(join(root, path, source ?? '')), `${path} ${door} ${source}`)
      const stem = source?.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '')
      t.same([types, built], [`${stem}.d.ts`, `${stem}.js`], `${path} ${door}`)
    }
  }
})

t.test('the folder, the package and the descriptor of a plugin agree', async t => {
  for (const { folder, path, manifest } of plugins) {
    const { kind, name, api } = manifest.isthmus ?? { kind: '', name: '', api: 0 }
    t.equal(folder, `${kind}-${name}`, path)
    t.equal(manifest.name, `@isthmus/${folder}`, path)
    t.ok(manifest.keywords?.includes('isthmus-plugin'), path)
    const module = (await import(join(root, path, 'src/index.ts'))) as Record<string, unknown>
    if (kind === 'format') {
      const formats = Object.values(module).filter(isFormat)
      // One codec for each of its operations.
      t.same([...new Set(formats.map(({ id }) => id))], [name], path)
      t.notOk('default' in module, path)
    } else {
      const plugin = module.default
      t.ok(isPlugin(plugin) && Object.isFrozen(plugin), path)
      t.match(plugin, { kind, name, api, summary: /^[A-Z].*\.$/ }, path)
      t.match(plugin, { options: { additionalProperties: false } }, `${path}: unknown options are refused`)
    }
  }
})

t.test('a plugin has the kernel as a peer, and its siblings as dependencies', async t => {
  const versions = new Map(packages.map(({ manifest }) => [manifest.name, manifest.version]))
  for (const { path, manifest } of plugins) {
    t.same(manifest.peerDependencies, { '@isthmus/core': caret(core.version) }, path)
    for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
      const version = versions.get(name)
      if (name.startsWith('@isthmus/')) t.equal(range, caret(version ?? ''), `${path} ${name}`)
      t.match(range, /^\^/, `${path} ${name}`)
    }
    if (manifest.isthmus?.kind === 'format') {
      t.same(
        Object.keys(manifest.dependencies ?? {}).filter(name => !/^(typebox$|@isthmus\/format-)/.test(name)),
        [],
        path
      )
    }
  }
})

t.test('one package is asked for in one range everywhere', async t => {
  const ranges = new Map<string, string>()
  for (const { path, manifest } of packages) {
    for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
      t.equal(range, ranges.get(name) ?? range, `${path} ${name}`)
      ranges.set(name, range)
    }
  }
})

t.test('every plugin has the same files, and a README with the same headings', async t => {
  for (const { path, manifest } of plugins) {
    for (const file of ['README.md', 'CHANGELOG.md', 'src/index.ts'])
      t.ok(existsSync(join(root, path, file)), `${path}/${file}`)
    t.ok(filesIn(`${path}/test`, '.test.ts').length > 0, `${path} has tests`)
    if (!existsSync(join(root, path, 'README.md'))) continue
    const headings = [...outsideCode(read(`${path}/README.md`)).matchAll(/^(#+) (.*)$/gm)]
    t.same(
      headings.filter(([, level]) => level === '#').map(([, , text]) => text),
      [manifest.name],
      path
    )
    t.same(
      headings.filter(([, level]) => level === '##').map(([, , text]) => text),
      HEADINGS,
      path
    )
  }
})

t.test('every package keeps a changelog under its own name', async t => {
  for (const { path, manifest } of packages) {
    const file = `${path}/CHANGELOG.md`
    t.ok(existsSync(join(root, file)) && read(file).startsWith(`# ${manifest.name}\n`), file)
  }
})

t.test('the lock file names no download host, and no dependency that users get runs a script on install', async t => {
  const lock = readJson('package-lock.json') as {
    readonly packages: Readonly<
      Record<string, { readonly resolved?: string; readonly hasInstallScript?: boolean; readonly dev?: boolean }>
    >
  }
  for (const [path, { resolved = '', hasInstallScript, dev }] of Object.entries(lock.packages)) {
    t.notMatch(resolved, /^[a-z+]+:\/\//, path)
    // The Node that the repository brings for its own scripts is the one exception; no package depends on it.
    if (!dev && !/^node_modules\/node(-|$)/.test(path)) t.notOk(hasInstallScript, path)
  }
})

function isFormat(value: unknown): value is { readonly id: string } {
  return typeof value === 'object' && value !== null && 'id' in value && 'features' in value && 'request' in value
}

function outsideCode(markdown: string): string {
  return markdown.replace(/^(```|~~~)[\s\S]*?^\1$/gm, '')
}
