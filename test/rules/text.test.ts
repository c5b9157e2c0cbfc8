import t from 'tap'
import { filesIn, pluginFolders, read } from '../support/sources.ts'

const code = [
  'core/src',
  'core/bin',
  'core/test',
  'test',
  'gateway.config.ts',
  ...pluginFolders.map(name => `plugins/${name}`)
]
const sources = code.flatMap(folder => [...filesIn(folder, '.ts'), ...filesIn(folder, '.js')])

t.test('nothing is left for later, and no check is switched off', async t => {
  const forbidden = /\b(TODO|FIXME|XXX|HACK)\b|@ts-(ignore|expect-error|nocheck)|biome-ignore|eslint-disable/
  for (const file of sources.filter(name => !name.startsWith('test/rules/'))) t.notMatch(read(file), forbidden, file)
})

t.test('only the descriptor of a plugin and a config are exported by default', async t => {
  const allowed = /^plugins\/[^/]+\/src\/index\.ts$|\.config\.ts$|^test\/e2e\//
  for (const file of filesIn('core/src', '.ts').concat(
    pluginFolders.flatMap(name => filesIn(`plugins/${name}/src`, '.ts'))
  )) {
    if (!allowed.test(file)) t.notMatch(read(file), /^export default\b/m, file)
  }
})

t.test('an index re-exports and holds no logic', async t => {
  const indices = filesIn('core/src', '.ts').filter(file => /^core\/src\/([^/]+\/)?index\.ts$/.test(file))
  for (const file of indices) {
    const lines = read(file)
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .replace(/export (type )?(\*|\{[^}]*\})( as \w+)? from '[^']+'/g, '')
      .trim()
    t.equal(lines, '', file)
  }
})

t.test('tests are named for what they test and files for what they hold', async t => {
  for (const file of sources)
    t.match(file.split('/').at(-1), /^[a-z0-9]+(-[a-z0-9]+)*(\.test|\.config|\.d)?\.(ts|js)$/, file)
})

t.test('the kernel stays small: what makes it grow should be a plugin', async t => {
  const lines = codeIn('core/src', file => !/^core\/src\/(?:testing|wire|cli)\//.test(file))
  t.ok(lines <= 10_000, `${lines} lines of code`)
})

t.test('so does the command line', async t => {
  const lines = codeIn('core/src/cli', () => true)
  t.ok(lines <= 1000, `${lines} lines of code`)
})

t.test('so do the helpers for codecs, which no running gateway needs of itself', async t => {
  const lines = codeIn('core/src/wire', () => true)
  t.ok(lines <= 1400, `${lines} lines of code`)
})

function codeIn(folder: string, wanted: (file: string) => boolean): number {
  const lines = filesIn(folder, '.ts')
    .filter(wanted)
    .flatMap(file => read(file).split('\n'))
  return lines.filter(line => !/^\s*(\/\/|\/\*|\*|$)/.test(line)).length
}
