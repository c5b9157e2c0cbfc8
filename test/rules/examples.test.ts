import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { filesIn, read, root } from '../support/sources.ts'

/*
 * Examples of the documentation compile as they stand. The guide to plugins has a test of its own, which runs them too.
 */

const OPTIONS = {
  target: 'es2023',
  lib: ['es2023', 'dom'],
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  noEmit: true,
  skipLibCheck: true,
  types: ['node'],
  typeRoots: [join(root, 'node_modules/@types')],
  allowImportingTsExtensions: true,
  customConditions: ['isthmus-source']
}

/** examplesIn are the fences of a document that are whole modules: those that begin with an import. */
const examplesIn = (file: string): readonly string[] =>
  [...read(file).matchAll(/^```ts[^\n]*\n((?:\/\/[^\n]*\n)?import [\s\S]*?)^```$/gm)].map(([, code = '']) => code)

t.test('the examples of every README and every page compile', async t => {
  const folders = ['README.md', 'core/README.md', 'core/docs', 'plugins', 'test', 'fixtures']
  const documents = folders.flatMap(folder => filesIn(folder, '.md')).filter(file => !file.endsWith('docs/plugins.md'))
  const examples = documents.flatMap(file =>
    examplesIn(file).map((code, at) => [`${file.replaceAll('/', '_')}-${at + 1}.ts`, code] as const)
  )
  t.ok(examples.length >= 20, `${examples.length} examples`)
  const folder = t.testdir({
    'package.json': '{ "type": "module" }',
    'tsconfig.json': JSON.stringify({ compilerOptions: OPTIONS, include: ['*.ts'] })
  })
  for (const [name, code] of examples) writeFileSync(join(folder, name), code)
  const { stdout } = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
    cwd: folder,
    encoding: 'utf8'
  })
  t.notMatch(stdout, /^error TS/m, 'the compiler itself has nothing to say')
  const complaints = stdout.split('\n').filter(line => examples.some(([name]) => line.startsWith(`${name}(`)))
  t.strictSame(complaints, [])
})
