import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { coreVersion } from '../../src/server/index.ts'
import { folder, run } from './support/run.ts'

t.test('help has examples, and the version is the package’s', async t => {
  const cwd = t.testdir({})
  const help = await run(['--help'], { cwd })
  t.equal(help.code, 0)
  t.match(help.out, 'isthmus start --port 9000')
  t.match(help.out, 'ISTHMUS_CONFIG')
  t.match((await run(['start', '--help'], { cwd })).out, '--port <number>')
  t.same(await run(['--version'], { cwd }), { code: 0, out: `${coreVersion}\n`, err: '' })
})

t.test('wrong usage exits with 2 and tells what was wrong', async t => {
  const cwd = t.testdir({})
  for (const [args, said] of [
    [[], 'Usage: isthmus'],
    [['strat'], 'Did you mean start?'],
    [['start', '--prot', '1'], 'Did you mean --port?'],
    [['check', 'more'], 'too many arguments'],
    [['start', '--port'], 'argument missing']
  ] as const) {
    const { code, out, err } = await run(args, { cwd })
    t.equal(code, 2, args.join(' '))
    t.match(err, said)
    t.equal(out, '')
  }
})

t.test('check tells every problem at once', async t => {
  const cwd = folder(t, { more: "{ use: TOY, id: 'toy', options: { fial: true } }", rest: 'sever: {}' })
  const { code, err } = await run(['check'], { cwd })
  t.equal(code, 1)
  t.match(err, 'gateway.config.ts: 2 problems')
  t.match(err, 'did you mean "server"?')
  t.match(err, 'did you mean "fail"?')
  t.notMatch(err, '    at ')
})

t.test('check sees no problem, and with --boot sets everything up and closes it again', async t => {
  const cwd = folder(t)
  t.same(await run(['check'], { cwd }), {
    code: 0,
    out: 'gateway.config.ts: no problems (2 plugins, 1 waiting)\n',
    err: ''
  })
  t.same(await run(['check', '--boot'], { cwd }), {
    code: 0,
    out: 'gateway.config.ts: no problems (2 plugins, 1 waiting, all set up and closed again)\n',
    err: ''
  })
  const bad = folder(t, { more: "{ use: TOY, id: 'bad', options: { fail: true } }" })
  t.equal((await run(['check'], { cwd: bad })).code, 0, 'without setup nothing is wrong')
  const boot = await run(['check', '--boot'], { cwd: bad })
  t.equal(boot.code, 1)
  t.match(boot.err, "The plugin 'bad' failed to start: no luck")
})

t.test('check warns of a secret in the config file', async t => {
  const cwd = folder(t, { more: "{ use: TOY, id: 'open', options: { apiKey: 'in-the-open' } }" })
  const { code, out } = await run(['check'], { cwd })
  t.equal(code, 0)
  t.match(out, '1 warning')
  t.match(out, 'options.apiKey')
  t.notMatch(out, 'in-the-open')
})

t.test('list shows what is configured, what waits, and what is only installed', async t => {
  const cwd = folder(t)
  const { code, out } = await run(['list'], { cwd })
  t.equal(code, 0)
  t.match(out, /Configured\n {2}provider +toy +\S+toy-provider\.ts +experimental\n {2}ingress +toy-ingress/)
  t.match(out, /Waiting\n {2}provider +later +\S+ +for TOY_KEY\n/)
})

t.test('print shows the config in force, without its secrets', async t => {
  const cwd = folder(t, { rest: "models: { aliases: { fast: 'toy/say' } }" })
  const { code, out } = await run(['print'], { cwd, env: { TOY_KEY: 'my-secret-key', PORT: '9001' } })
  t.equal(code, 0)
  t.notMatch(out, 'my-secret-key')
  t.match(JSON.parse(out), {
    file: join(cwd, 'gateway.config.ts'),
    server: { host: '127.0.0.1', port: 9001, drainMs: 30_000 },
    models: { aliases: { fast: 'toy/say' } },
    plugins: [
      { kind: 'provider', id: 'toy', options: { fail: false } },
      { kind: 'provider', id: 'later', options: { apiKey: '[secret]' } },
      { kind: 'ingress', id: 'toy-ingress' }
    ],
    waiting: []
  })
})

t.test('init writes a config into an empty folder, and never over one', async t => {
  const cwd = t.testdir({})
  const first = await run(['init'], { cwd })
  t.equal(first.code, 0)
  t.match(first.out, 'npx isthmus start')
  t.same(readdirSync(cwd).sort(), ['gateway.config.ts', 'package.json'])
  const text = readFileSync(join(cwd, 'gateway.config.ts'), 'utf8')
  const second = await run(['init'], { cwd })
  t.equal(second.code, 1)
  t.equal(second.err, 'There is a gateway.config.ts here already, which is left as it is (ISTHMUS_CONFIG_EXISTS)\n')
  t.equal(readFileSync(join(cwd, 'gateway.config.ts'), 'utf8'), text)
  const other = t.testdir({ 'gateway.config.mjs': '', 'package.json': '{"name":"mine"}' })
  t.equal((await run(['init'], { cwd: other })).code, 1)
  t.same(readFileSync(join(other, 'package.json'), 'utf8'), '{"name":"mine"}')
})
