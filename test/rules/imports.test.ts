import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import t from 'tap'
import { filesIn, type Import, importsOf, pluginFolders, read, readJson, root } from '../support/sources.ts'

/** The kernel's modules from the bottom up: a module imports from lower layers only. */
const LAYERS: readonly (readonly string[])[] = [
  ['errors'],
  ['ir'],
  ['contract'],
  ['wire'],
  ['config', 'registry'],
  ['transport'],
  ['catalog'],
  ['routing'],
  ['pipeline'],
  ['plugins'],
  ['server'],
  ['cli'],
  ['testing']
]
const layerOf = (module: string) => LAYERS.findIndex(layer => layer.includes(module))

/** Packages that only some modules of the kernel may import; `type` for those that may import types alone. */
const ONLY: Readonly<Record<string, Readonly<Record<string, 'value' | 'type'>>>> = {
  undici: { transport: 'value' },
  fastify: { server: 'value', plugins: 'value', contract: 'type', testing: 'value' },
  'fastify-plugin': { plugins: 'value' },
  '@fastify/error': { errors: 'value' },
  '@fastify/cors': { server: 'value' },
  commander: { cli: 'value' },
  'eventsource-parser': { wire: 'value' }
}

/** The doors of the kernel that a plugin may use, in its sources and in its tests. */
const DOORS = ['@isthmus/core', '@isthmus/core/wire']

/** What makes a function give two answers to one question; a format has none of it. */
const IMPURE =
  /\b(Date\.now|performance\.now|new Date\(\)|Math\.random|randomUUID|randomBytes|setTimeout|setInterval|setImmediate)\b|\b(fetch\(|(console|process|globalThis)\.)/

/** What a module may import that is pure. */
const PURE = /^(\.|@isthmus\/core(\/wire)?$|typebox(\/|$)|node:crypto$)/

const kernel = filesIn('core/src', '.ts')
const moduleOf = (file: string) => file.match(/^core\/src\/([^/]+)\//)?.[1] ?? 'index'
const packageOf = (from: string) => from.match(/^(@[^/]+\/[^/]+|[^/]+)/)?.[1] ?? from
const target = (file: string, { from }: Pick<Import, 'from'>) => normalize(join(dirname(file), from))
const isImpure = (file: string) => IMPURE.test(read(file).replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, ''))

/** isPureDoor tells a door beside a plugin's main one behind which there are pure functions only. */
function isPureDoor(from: string): boolean {
  const [, folder = '', door] = from.match(/^@isthmus\/([^/]+)\/(.+)$/) ?? []
  if (!pluginFolders.includes(folder)) return false
  const doors = readJson(`plugins/${folder}/package.json`).exports as Record<string, Record<string, string>>
  const source = doors[`./${door}`]?.['isthmus-source']
  return source !== undefined && isPure(normalize(`plugins/${folder}/${source}`), new Set())
}

function isPure(file: string, seen: Set<string>): boolean {
  if (seen.has(file)) return true
  seen.add(file)
  if (isImpure(file)) return false
  return importsOf(file).every(imported =>
    imported.from.startsWith('.') ? isPure(target(file, imported), seen) : PURE.test(imported.from)
  )
}

t.test('each module of the kernel has a layer', async t => {
  for (const module of new Set(kernel.map(moduleOf))) t.ok(module === 'index' || layerOf(module) >= 0, module)
})

t.test('a module of the kernel imports from lower layers only, through their index', async t => {
  for (const file of kernel) {
    const module = moduleOf(file)
    if (module === 'index') continue
    for (const imported of importsOf(file).filter(({ from }) => from.startsWith('.'))) {
      const path = target(file, imported)
      const other = moduleOf(path)
      if (other === module) continue
      t.ok(layerOf(other) >= 0 && layerOf(other) < layerOf(module), `${file} imports ${path}`)
    }
  }
})

t.test('only the modules that are meant to import a package of weight', async t => {
  for (const file of kernel) {
    for (const { from, typeOnly } of importsOf(file)) {
      const allowed = ONLY[packageOf(from)]
      if (allowed === undefined) continue
      const how = allowed[moduleOf(file)]
      t.ok(how === 'value' || (how === 'type' && typeOnly), `${file} imports ${from}`)
    }
  }
})

t.test('the kernel imports no plugin, not even in its tests, and uses what its package names', async t => {
  const manifest = readJson('core/package.json')
  const declared = Object.keys(manifest.dependencies as object)
  for (const file of [...kernel, ...filesIn('core/test', '.ts')]) {
    for (const { from } of importsOf(file)) {
      t.notMatch(from, /^@isthmus\/(?!core(\/|$))/, `${file} imports ${from}`)
      t.ok(!from.startsWith('.') || target(file, { from }).startsWith('core/'), `${file} imports ${from}`)
      const bare = !from.startsWith('.') && !from.startsWith('node:') && !from.startsWith('#')
      if (bare && file.startsWith('core/src/')) t.ok(declared.includes(packageOf(from)), `${file} imports ${from}`)
    }
  }
})

t.test('the kernel knows no vendor', async t => {
  // Names of public registries and well-known headers are facts of the wire, not knowledge of a vendor.
  const free = ['ir', 'cli', 'testing']
  for (const file of kernel.filter(name => !free.includes(moduleOf(name)))) {
    const code = read(file).replace(/x-goog-api-key|\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    t.notMatch(code, /\b(openai|anthropic|gemini|google|claude|gpt|openrouter)/i, file)
  }
})

t.test('a plugin imports the doors of the kernel and nothing else of it', async t => {
  for (const folder of pluginFolders) {
    const manifest = readJson(`plugins/${folder}/package.json`)
    const declared = Object.keys((manifest.dependencies ?? {}) as object)
    const mayImportFormats = /^(ingress|provider)-/.test(folder)
    for (const file of filesIn(`plugins/${folder}/src`, '.ts')) {
      for (const imported of importsOf(file)) {
        const { from } = imported
        const said = `${file} imports ${from}`
        if (from.startsWith('.')) t.ok(target(file, imported).startsWith(`plugins/${folder}/src/`), said)
        else if (from.startsWith('@isthmus/core')) t.ok(DOORS.includes(from), said)
        else if (from.startsWith('@isthmus/')) {
          t.ok((mayImportFormats && from.startsWith('@isthmus/format-')) || isPureDoor(from), said)
        }
        if (/^[^.]/.test(from) && !/^(node:|@isthmus\/core)/.test(from)) t.ok(declared.includes(packageOf(from)), said)
      }
    }
  }
})

t.test('the tests of a plugin reach into no other package', async t => {
  for (const folder of pluginFolders) {
    for (const file of filesIn(`plugins/${folder}/test`, '.ts')) {
      for (const imported of importsOf(file).filter(({ from }) => from.startsWith('.'))) {
        t.ok(target(file, imported).startsWith(`plugins/${folder}/`), `${file} imports ${imported.from}`)
      }
    }
  }
})

t.test('a format is pure: no I/O, no clock, no randomness', async t => {
  for (const folder of pluginFolders.filter(name => name.startsWith('format-'))) {
    for (const file of filesIn(`plugins/${folder}/src`, '.ts')) {
      for (const { from } of importsOf(file)) {
        t.ok(PURE.test(from) || isPureDoor(from), `${file} imports ${from}`)
      }
      t.notOk(isImpure(file), file)
    }
  }
})

t.test('a door counts as pure only if all behind it is', async t => {
  t.ok(isPureDoor('@isthmus/format-chat-completions/openai'))
  t.notOk(isPureDoor('@isthmus/format-chat-completions'), 'the main door')
  t.notOk(isPureDoor('@isthmus/format-chat-completions/none'), 'a door that is not there')
})

t.test('a relative import names a file that is there, with its extension', async t => {
  const all = ['core/src', 'core/test', 'test', ...pluginFolders.map(name => `plugins/${name}`)]
  for (const file of all.flatMap(folder => filesIn(folder, '.ts'))) {
    for (const imported of importsOf(file).filter(({ from }) => from.startsWith('.'))) {
      t.ok(existsSync(join(root, target(file, imported))), `${file} imports ${imported.from}`)
    }
  }
})
