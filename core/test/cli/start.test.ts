import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t from 'tap'
import { folder, Running, run, start } from './support/run.ts'

const ask = (url: string, body: unknown) =>
  fetch(`${url}/v1/tiny`, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' }
  })

t.test('start tells where it is, what is up, what waits for what, and a line that works as it is', async t => {
  const { running, url, line } = await start(t, { cwd: folder(t) })
  t.match(running.err, /ingress +toy-ingress\n +provider +toy\n +waiting +later, for TOY_KEY\n/)
  const { stdout, missing } = await shell(line)
  if (missing) t.pass('there is no curl here to try the line with')
  else t.match(JSON.parse(stdout), { said: 'hello world' })
  t.equal((await ask(url, { model: 'say' })).status, 200)
  running.kill('SIGTERM')
  const { code, out, err } = await running.finished
  t.equal(code, 0)
  const lines = out.trimEnd().split('\n')
  t.match(
    lines.map(text => JSON.parse(text)).map(({ msg }) => msg),
    ['listening', 'draining'],
    'stdout is log lines and nothing else'
  )
  t.notMatch(err, 'Error')
})

t.test('the first signal drains and the second one ends the process at once', async t => {
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130]
  ] as const) {
    const { running, url } = await start(t, { cwd: folder(t) })
    const reply = await ask(url, { model: 'hold', stream: true })
    const reader = reply.body!.getReader()
    await reader.read()
    running.kill(signal)
    await running.until('out', /draining/)
    t.equal((await fetch(`${url}/ready`)).status, 503)
    running.kill(signal)
    const finished = await running.finished
    t.equal(finished.code, code)
    t.match(finished.out, 'stopping at once', 'the log is written out')
    await t.rejects(reader.read())
  }
})

t.test('the environment and the flags go over the file', async t => {
  const cwd = folder(t, { rest: "log: { level: 'warn' }" })
  const { running, url } = await start(
    t,
    { cwd, env: { LOG_LEVEL: 'debug', TOY_KEY: 'k', HOST: '127.0.0.2', PORT: '1' } },
    ['--host', '127.0.0.1', '--port', '0']
  )
  t.match(url, 'http://127.0.0.1:')
  t.match(running.err, /provider +toy, later\n/)
  await running.until('out', /listening/)
})

t.test('log lines can be for people', async t => {
  const { running } = await start(t, { cwd: folder(t, { rest: "log: { format: 'pretty' }" }) })
  t.match((await running.until('out', /.*listening.*/))[0], 'INFO')
  t.throws(() => JSON.parse(running.out))
})

t.test('a config is found by --config and by ISTHMUS_CONFIG', async t => {
  const cwd = folder(t)
  const file = `${cwd}/gateway.config.ts`
  await start(t, { cwd: '/' }, ['--config', file])
  await start(t, { cwd: '/', env: { ISTHMUS_CONFIG: file } })
  t.pass('both started')
})

t.test('what is expected to go wrong is told in a line, without a stack', async t => {
  const server = createServer().listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await new Promise(resolve => server.on('listening', resolve))
  const { port } = server.address() as AddressInfo
  const taken = await run(['start', '--port', String(port)], { cwd: folder(t) })
  t.equal(taken.code, 1)
  t.equal(taken.err, `Cannot listen on 127.0.0.1:${port}: it is in use by another process (ISTHMUS_SERVER_LISTEN)\n`)
  const setup = await run(['start'], { cwd: folder(t, { more: "{ use: TOY, id: 'bad', options: { fail: true } }" }) })
  t.equal(setup.code, 1)
  t.equal(setup.err, "The plugin 'bad' failed to start: no luck (ISTHMUS_PLUGIN_SETUP)\n")
  const none = await run(['start'], { cwd: t.testdir({}) })
  t.equal(none.code, 1)
  t.match(none.err, /^There is no config file at .*; `isthmus init` writes one \(ISTHMUS_CONFIG_NOT_FOUND\)\n$/)
})

t.test('an old Node is refused with a line that says which is needed', async t => {
  const old = (version: string) =>
    run(['--version'], {
      cwd: t.testdirName,
      node: [
        '--import',
        `data:text/javascript,Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
      ]
    })
  t.testdir({})
  for (const version of ['20.20.2', '22.18.0']) {
    t.same(await old(version), { code: 1, out: '', err: `isthmus needs Node 22.19 or newer; this is ${version}\n` })
  }
  for (const version of ['22.19.0', '24.0.0', '26.1.0']) t.equal((await old(version)).code, 0, version)
})

function shell(line: string): Promise<{ stdout: string; missing: boolean }> {
  return new Promise(resolve => {
    execFile('sh', ['-c', `${line} -s`], (error, stdout) => resolve({ stdout, missing: error?.code === 127 }))
  })
}

t.test('a bug that nobody caught is logged and ends the process', async t => {
  const cwd = folder(t)
  const crash = `data:text/javascript,process.on('SIGUSR2', () => { throw new Error('a bug') })`
  const running = new Running(['start'], { cwd, node: ['--import', crash] })
  await running.until('err', /Try it/)
  running.kill('SIGUSR2')
  const { code, out } = await running.finished
  t.equal(code, 1)
  t.match(JSON.parse(out.trimEnd().split('\n').at(-1)!), { level: 60, err: { message: 'a bug' } })
})
