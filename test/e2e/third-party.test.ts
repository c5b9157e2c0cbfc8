import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type FakeUpstream, fakeUpstream } from '@isthmus/core/testing'
import t from 'tap'

/*
 * A provider written from the guide alone, by somebody who has nothing but published packages: the kernel and four plugins
 * are built, packed and installed into an empty folder outside the workspace, the provider is compiled against them, and
 * the installed binary answers both client formats with it.
 */

const root = fileURLToPath(new URL('../..', import.meta.url))
const PACKAGES = [
  'core',
  'plugins/format-chat-completions',
  'plugins/format-messages',
  'plugins/ingress-chat-completions',
  'plugins/ingress-messages'
]
t.setTimeout(300_000)

const home = mkdtempSync(join(tmpdir(), 'isthmus-third-party-'))
t.teardown(() => rmSync(home, { recursive: true, force: true }))
const ENV = { PATH: process.env.PATH ?? '', PENNANT: 'blue' }
const BIN = join(home, 'node_modules/.bin/isthmus')
const JSON_TYPE = { 'content-type': 'application/json' }
const NDJSON = { 'content-type': 'application/x-ndjson' }
const FLAGS = [
  '{"mast":"hilltop"}\n{"hoist":["Sail "]}\n',
  '{"hoist":["hø!"]}\n',
  '{"lowered":{"why":"calm","seen":4,"flown":2}}\n'
]
const WHOLE = {
  headers: JSON_TYPE,
  steps: ['{"mast":"hilltop","hoist":["Sail ","hø!"],"lowered":{"why":"calm","seen":4,"flown":2}}']
}
const run = (file: string, args: readonly string[], cwd: string): string =>
  execFileSync(file, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...ENV },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 240_000
  })
const node = (args: readonly string[], cwd: string): string => run(process.execPath, args, cwd)
const npm = (args: readonly string[], cwd: string): string => run('npm', args, cwd)

/** pack makes a tarball of a folder, as `npm publish` would, without running its scripts. */
function pack(folder: string): string {
  const out = npm(['pack', '--ignore-scripts', '--silent', '--pack-destination', home], folder)
  return join(home, out.trim().split('\n').at(-1) as string)
}

function install(tarballs: readonly string[]): void {
  npm(['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--save', ...tarballs], home)
}

t.before(() => {
  node([join(root, 'test/support/build.ts'), ...PACKAGES], root)
  writeFileSync(join(home, 'package.json'), '{ "private": true, "type": "module" }')
  install(PACKAGES.map(name => pack(join(root, name))))
  // What a compiler and a Node of one's own would be; the machine need not fetch them again.
  mkdirSync(join(home, 'node_modules/@types'), { recursive: true })
  symlinkSync(join(root, 'node_modules/@types/node'), join(home, 'node_modules/@types/node'))
  cpSync(new URL('./third-party', import.meta.url), join(home, 'semaphore'), { recursive: true })
})

t.test('nothing but the built files is in the packages', async t => {
  for (const folder of ['core', 'format-messages', 'ingress-chat-completions']) {
    const installed = join(home, 'node_modules/@isthmus', folder)
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' })
    t.ok(files.includes('dist/index.js'), `${folder} has its code`)
    t.ok(files.includes('dist/index.d.ts'), `${folder} has its types`)
    const sources = files.filter(name => /(^src|^test|tsbuildinfo|\.map$|(?<!\.d)\.ts$)/.test(name))
    t.strictSame(
      sources.filter(name => !name.startsWith('templates')),
      [],
      `${folder} has nothing else`
    )
  }
})

t.test('the provider is at most sixty lines', async t => {
  t.ok(readFileSync(join(home, 'semaphore/src/index.ts'), 'utf8').trimEnd().split('\n').length <= 60)
})

t.test('the provider compiles against the installed kernel, and passes the kit that comes with it', async t => {
  const folder = join(home, 'semaphore')
  node([join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], folder)
  t.match(node(['--test', '--test-reporter=tap', 'test/semaphore.test.ts'], folder), /# pass [1-9]\d/)
  install([pack(folder)])
})

t.test('the installed gateway answers both client formats with it', async t => {
  const station = await fakeUpstream(request => (request.json().relay ? { headers: NDJSON, steps: FLAGS } : WHOLE))
  t.teardown(() => station.close())
  writeConfig(station)
  t.match(node([BIN, 'check'], home), /no problems \(3 plugins\)/)
  const gateway = await start()
  t.teardown(gateway.stop)

  const chat = { model: 'semaphore/hilltop', messages: [{ role: 'user', content: 'Any sail?' }] }
  const whole = await post(`${gateway.url}/v1/chat/completions`, chat)
  t.match(JSON.parse(whole), { choices: [{ message: { content: 'Sail hø!' }, finish_reason: 'stop' }] })
  t.match(JSON.parse(whole).usage, { prompt_tokens: 4, completion_tokens: 2 })
  const streamed = await post(`${gateway.url}/v1/chat/completions`, { ...chat, stream: true })
  t.equal(
    contents(streamed, event => event.choices?.[0]?.delta?.content),
    'Sail hø!'
  )
  t.match(streamed, /data: \[DONE\]/)

  const message = { ...chat, max_tokens: 64, system: 'Keep watch.' }
  const reply = JSON.parse(await post(`${gateway.url}/v1/messages`, message))
  t.match(reply, { type: 'message', content: [{ type: 'text', text: 'Sail hø!' }], stop_reason: 'end_turn' })
  t.match(reply.usage, { input_tokens: 4, output_tokens: 2 })
  const events = await post(`${gateway.url}/v1/messages`, { ...message, stream: true })
  t.equal(
    contents(events, event => event.delta?.text),
    'Sail hø!'
  )
  t.match(events, /event: message_stop/)

  const asked = station.requests.map(request => request.json())
  t.match(asked[0], { mast: 'hilltop', flags: [['user', 'Any sail?']], relay: false })
  t.match(asked[2], {
    flags: [
      ['system', 'Keep watch.'],
      ['user', 'Any sail?']
    ],
    dusk_after: 64
  })
  t.equal(station.requests[0]?.headers['x-pennant'], 'blue')

  const refused = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ ...chat, stop: ['END'] })
  })
  t.equal(refused.status, 400, 'what the station has no flag for is refused, not left out')
  t.match(await refused.text(), /output\.stop/)

  t.equal(await gateway.stop(), 0)
})

function writeConfig(station: FakeUpstream): void {
  writeFileSync(
    join(home, 'gateway.config.ts'),
    `import { defineConfig, env } from '@isthmus/core'

export default defineConfig({
  server: { port: 0 },
  plugins: [
    { use: '@isthmus/ingress-chat-completions' },
    { use: '@isthmus/ingress-messages' },
    { use: 'isthmus-provider-semaphore', options: { pennant: env('PENNANT'), baseUrl: '${station.origin}' } }
  ]
})
`
  )
}

interface Running {
  readonly url: string
  stop(): Promise<number | null>
}

/** start runs the installed binary and waits until its banner says where it listens. */
async function start(): Promise<Running> {
  const child: ChildProcess = spawn(process.execPath, [BIN, 'start'], {
    cwd: home,
    env: ENV,
    stdio: ['ignore', 'ignore', 'pipe']
  })
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve))
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const found = /http:\/\/\S+?:\d+/.exec(said)
      if (found !== null) resolve(found[0])
    })
    void exited.then(code => reject(new Error(`the gateway ended with ${code}: ${said}`)))
  })
  return {
    url,
    stop() {
      child.kill('SIGTERM')
      return exited
    }
  }
}

async function post(url: string, body: unknown): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers: JSON_TYPE, body: JSON.stringify(body) })
  const text = await response.text()
  if (response.status !== 200) throw new Error(`status ${response.status}: ${text}`)
  return text
}

interface StreamEvent {
  readonly choices?: readonly { readonly delta?: { readonly content?: string } }[]
  readonly delta?: { readonly text?: string }
}

/** contents joins what the events of a stream add to the text. */
function contents(stream: string, pick: (event: StreamEvent) => string | undefined): string {
  return [...stream.matchAll(/^data: (\{.*)$/gm)].map(([, data]) => pick(JSON.parse(data as string)) ?? '').join('')
}
