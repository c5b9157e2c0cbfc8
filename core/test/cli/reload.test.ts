import { mkdirSync, renameSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { folder, Running, run } from './support/run.ts'

const skip = process.platform === 'win32' ? 'there is no SIGHUP on Windows' : false

/** A surface that tells a word of a module of its own, and one of its options. */
const SURFACE = `import { defineSurface } from '@isthmus/core'
import { Type } from 'typebox'
import { word } from './word.ts'

export default defineSurface({
  name: 'word',
  api: 1,
  summary: 'For tests.',
  stability: 'experimental',
  options: Type.Object({ more: Type.String({ default: '' }), fail: Type.Boolean({ default: false }) }),
  setup({ http }, { more, fail }) {
    if (fail) throw new Error('no luck')
    http.get('/word', () => [word, more].join(' '))
    return {}
  }
})
`

/** Made is a folder with a config that uses the surface, and what changes it. */
interface Made {
  readonly cwd: string
  write(name: string, text: string): void
  /** config writes the config; `options` and `rest` are source text. */
  config(options?: string, rest?: string): void
}

function make(t: Test): Made {
  const cwd = folder(t)
  const write = (name: string, text: string) => writeFileSync(join(cwd, name), text)
  const config = (options = '', rest = '') =>
    write(
      'gateway.config.ts',
      `import { defineConfig, env } from '@isthmus/core'
import { port } from './port.ts'

export default defineConfig({
  server: { port },
  plugins: [{ use: './surface', options: { more: env('MORE', ''), ${options} } }],
  ${rest}
})
`
    )
  mkdirSync(join(cwd, 'surface'))
  write('surface/index.ts', SURFACE)
  write('surface/word.ts', "export const word: string = 'one'\n")
  write('port.ts', 'export const port: number = 0\n')
  config()
  return { cwd, write, config }
}

const word = async (url: string) => (await fetch(`${url}/word`)).text()
const reloaded = (running: Running, number: number) =>
  running.until('out', new RegExp(`"reload":${number},.*"config reloaded"`))
const refused = (running: Running, count: number) =>
  running.until('out', new RegExp(`(?:"config not reloaded"[\\s\\S]*){${count}}`))

async function begin(t: Test, cwd: string, ...args: string[]): Promise<{ running: Running; url: string }> {
  const running = new Running(['start', ...args], { cwd })
  t.teardown(async () => {
    running.kill('SIGKILL')
    await running.finished
  })
  const [, url] = await running.until('err', /^Isthmus \S+ at (\S+)\n/m)
  return { running, url: url as string }
}

t.test('SIGHUP reads the config again: its .env, its local plugins, and what they import', { skip }, async t => {
  const { cwd, write, config } = make(t)
  const { running, url } = await begin(t, cwd)
  t.equal(await word(url), 'one ')
  write('surface/word.ts', "export const word: string = 'two'\n")
  running.kill('SIGHUP')
  await reloaded(running, 1)
  t.equal(await word(url), 'two ')
  write('.env', 'MORE=more\n')
  running.kill('SIGHUP')
  await reloaded(running, 2)
  t.equal(await word(url), 'two more')
  config("more: 'still'")
  write('surface/word.ts', 'export const word: string = String(process.pid)\n')
  running.kill('SIGHUP')
  const [line] = await reloaded(running, 3)
  t.match(JSON.parse(`{${line}}`), { changed: ['word'] })
  t.match(await word(url), /^\d+ still$/)
})

t.test('a config that is broken in any way changes nothing, and says why as check does', { skip }, async t => {
  const { cwd, write, config } = make(t)
  const { running, url } = await begin(t, cwd)
  const broken: [() => void, RegExp, string[]?][] = [
    [() => write('gateway.config.ts', 'export default {\n  server: {{}\n}\n'), /gateway\.config\.ts:\d/],
    [() => config("mroe: ''"), /did you mean "more"\?/],
    [() => config('', 'sever: {}'), /did you mean "server"\?/],
    [() => config('fail: true'), /'word' failed to start: no luck/, ['--boot']],
    [
      () => write('gateway.config.ts', "throw new Error('on purpose')\n"),
      /Cannot load gateway\.config\.ts: on purpose/
    ],
    [() => unlinkSync(join(cwd, 'gateway.config.ts')), /There is no config file/]
  ]
  for (const [index, [breakIt, said, flags = []]] of broken.entries()) {
    breakIt()
    const before = running.err.length
    running.kill('SIGHUP')
    await refused(running, index + 1)
    const report = running.err.slice(before)
    t.match(report, said)
    t.equal(report, (await run(['check', ...flags], { cwd })).err, 'the same text')
    t.equal(await word(url), 'one ')
  }
  const lines = running.out.split('\n').filter(line => line.includes('not reloaded'))
  t.match(
    lines.map(line => JSON.parse(line)),
    broken.map(() => ({ level: 50, problems: 1 }))
  )
  config()
  write('surface/word.ts', "export const word: string = 'two'\n")
  running.kill('SIGHUP')
  await reloaded(running, 1)
  t.equal(await word(url), 'two ')
})

t.test('another port waits for the next start, and the rest is taken over', { skip }, async t => {
  const { cwd, write, config } = make(t)
  const { running, url } = await begin(t, cwd)
  write('port.ts', 'export const port: number = 1\n')
  config("more: 'yes'")
  running.kill('SIGHUP')
  await running.until('out', /"members":\["server\.port"\].*next start/)
  t.equal(await word(url), 'one yes')
})

t.test('SIGHUP while it starts does not end it', { skip }, async t => {
  const { cwd, write, config } = make(t)
  write('surface/word.ts', "process.kill(process.pid, 'SIGHUP')\nexport const word: string = 'one'\n")
  const running = new Running(['start'], { cwd })
  t.teardown(() => running.kill('SIGKILL'))
  await reloaded(running, 1)
  config()
  running.kill('SIGTERM')
  t.equal((await running.finished).code, 0)
})

t.test('with --watch it reloads when one of its files changes, in whatever way', async t => {
  const { cwd, write, config } = make(t)
  const { running, url } = await begin(t, cwd, '--watch')
  write('port.ts.new', 'export const port: number = 0\n')
  write('surface/word.new', "export const word: string = 'two'\n")
  renameSync(join(cwd, 'surface/word.new'), join(cwd, 'surface/word.ts'))
  await reloaded(running, 1)
  t.match(running.out, '"files":["word.ts"]')
  t.equal(await word(url), 'two ', 'a file of a local plugin, put in the place of the old one')
  config("more: 'yes'")
  await reloaded(running, 2)
  t.equal(await word(url), 'two yes', 'the config itself, written over')
  config()
  await reloaded(running, 3)
  write('.env', 'MORE=env\n')
  await reloaded(running, 4)
  t.equal(await word(url), 'two env', 'a .env that was not there')
  write('v1.ts', "export const word: string = 'linked'\n")
  symlinkSync('../v1.ts', join(cwd, 'surface/word.link'))
  renameSync(join(cwd, 'surface/word.link'), join(cwd, 'surface/word.ts'))
  await reloaded(running, 5)
  t.equal(await word(url), 'linked env', 'a link in the place of a file')
})

t.test('with --watch a mistake is told and mended, also in a file that is new', async t => {
  const { cwd, write } = make(t)
  const { running, url } = await begin(t, cwd, '--watch')
  write('surface/new.ts', "export const word: string = 'new\n")
  write('surface/word.ts', "export { word } from './new.ts'\n")
  await refused(running, 1)
  t.match(running.err, /new\.ts/)
  t.notMatch(running.err, 'read=')
  t.equal(await word(url), 'one ')
  write('surface/new.ts', "export const word: string = 'new'\n")
  await reloaded(running, 1)
  t.equal(await word(url), 'new ')
})

t.test('start --help tells of reloads', async t => {
  const { out } = await run(['start', '--help'], { cwd: t.testdir({}) })
  t.match(out, '--watch')
  t.match(out, 'SIGHUP')
})
