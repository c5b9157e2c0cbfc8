import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { explainName } from '../../src/cli/explain-name.ts'
import { Failed } from '../../src/cli/fail.ts'
import { type ModelsFlags, models } from '../../src/cli/models.ts'
import { createProgram } from '../../src/cli/program.ts'
import { showModel } from '../../src/cli/show-model.ts'
import type { Terminal } from '../../src/cli/terminal.ts'
import { folder, run } from './support/run.ts'

const REST = `models: {
  aliases: { fast: 'toy/say', test: { targets: [{ model: 'toy/say', weight: 3 }, { model: 'hold', weight: 1 }], sticky: 'user' } },
  facts: {
    'toy/say': {
      name: 'Say', vendor: 'acme', contextTokens: 128000, maxOutputTokens: 4096, created: 0, input: ['text', 'image'],
      features: ['tools'], reasoning: { efforts: ['low', 'high'] },
      prices: { input: 0.1, output: 0.30000000000000004, tiers: [{ aboveInputTokens: 1000, input: 0 }] }
    },
    'toy/hold': { contextTokens: 1048576, description: 'It holds.\\u001b[2J' }
  }
}`

/** seen runs a command in this process, on a terminal of some width, and gives what it wrote. */
async function seen(t: Test, act: (terminal: Terminal) => Promise<unknown>, width?: number, rest = REST) {
  const out: string[] = []
  const err: string[] = []
  const terminal = {
    cwd: folder(t, { rest }),
    env: {},
    width,
    out: (text: string) => void out.push(text),
    err: (text: string) => void err.push(text)
  }
  const failed = await act(terminal).then(
    () => undefined,
    (thrown: unknown) => thrown as Error
  )
  return { out: out.join('\n'), err: err.join('\n'), failed }
}

const list = (t: Test, words: readonly string[] = [], flags: ModelsFlags = {}, width?: number) =>
  seen(t, terminal => models(words, flags, terminal), width)

t.test('models are listed with their limits and prices, and aliases with what they stand for', async t => {
  const { out, err } = await list(t)
  t.equal(
    out,
    `ALIAS  FROM    STANDS FOR
fast   config  toy/say
test   config  toy/say (weight 3), hold (weight 1)

MODEL     CONTEXT  OUTPUT  IN $/M  OUT $/M  TAKES       FEATURES
toy/say      128k      4k     0.1      0.3  text image  tools
toy/hold    1.05M       -       -        -  -           -`
  )
  t.equal(err, '\n2 of 2 models')
})

t.test('a search wants every word, in any case and with dots or dashes', async t => {
  t.match((await list(t, ['ACME image'])).out, /^MODEL.*\ntoy\/say [^\n]*$/)
  t.match((await list(t, ['acme', 'hold'])).err, '0 of 2 models')
  t.equal((await list(t, ['none'])).out, '')
  const aliases = await list(t, ['weight'])
  t.match(aliases.out, /^ALIAS.*\ntest [^\n]*$/)
})

t.test('one channel is listed without aliases, and a channel that is none is told', async t => {
  t.notMatch((await list(t, [], { channel: 'toy' })).out, 'ALIAS')
  const none = await list(t, [], { channel: 'yot' })
  t.type(none.failed, Failed)
  t.equal(none.err, "There is no channel 'yot'; there are toy")
})

t.test('as data, everything is there', async t => {
  const { out, err } = await list(t, ['say'], { json: true })
  t.match(JSON.parse(out), {
    aliases: [{ name: 'fast', from: 'config' }, { name: 'test' }],
    models: [{ id: 'toy/say', provider: 'toy', prices: { output: 0.30000000000000004 } }]
  })
  t.equal(err, '')
})

t.test('a terminal gets a page of what fits, a pipe everything', async t => {
  const facts = Array.from({ length: 150 }, (_, index) => `'toy/model-${index}': { features: ['tools'] }`)
  const rest = `models: { facts: { ${facts.join(', ')} } }`
  const page = await seen(t, terminal => models(['model'], {}, terminal), 40, rest)
  t.equal(page.out.split('\n').length, 101)
  t.match(page.err, '150 of 152 models; 50 more with --all')
  t.ok(page.out.split('\n').every(line => line.length <= 40))
  t.match(page.out, '…')
  for (const [flags, width] of [
    [{}, undefined],
    [{ all: true }, 40]
  ] as const) {
    const whole = await seen(t, terminal => models(['model'], flags, terminal), width, rest)
    t.equal(whole.out.split('\n').length, 151)
    t.equal(whole.err, '\n150 of 152 models')
  }
})

t.test('show tells every fact and where it is from', async t => {
  const { out } = await seen(t, terminal => showModel('say', {}, terminal))
  const lines = out.split('\n').map(line => line.trim().replace(/ {2,}/g, ' | '))
  for (const line of [
    'name | config | Say',
    'contextTokens | config | 128000',
    'created | config | 1970-01-01T00:00:00Z',
    'input | config | text, image',
    'reasoning.efforts | config | low, high',
    'prices.output | config | 0.3',
    'prices.tiers[0].input | config | 0'
  ]) {
    t.ok(lines.includes(line), line)
  }
  t.match(out, /^toy\/say\n/)
  t.match(out, /\n {2}Also: say\b/)
  const { out: data } = await seen(t, terminal => showModel('say', { json: true }, terminal))
  t.match(JSON.parse(data), { name: 'say', known: [{ row: { id: 'toy/say' }, from: { prices: 'config' } }] })
})

t.test('show of an alias tells what it stands for first', async t => {
  const { out } = await seen(t, terminal => showModel('test', {}, terminal))
  t.match(
    out,
    /^test, an alias\n {2}stands for {4}toy\/say \(weight 3\), hold \(weight 1\)\n {2}from {10}config\n {2}the same for {2}one user\n\ntoy\//
  )
})

t.test('what a name or a description holds does not steer the terminal', async t => {
  const { out } = await seen(t, terminal => showModel('toy/hold', {}, terminal))
  t.match(out, 'It holds.\ufffd[2J')
  t.notMatch(out, '\u001b')
})

t.test('show of a model of which nothing is known says what would happen', async t => {
  const { out, err, failed } = await seen(t, terminal => showModel('toy/unlisted', {}, terminal))
  t.equal(out, '')
  t.match(err, /asked for it as it is\nNo more is known\./)
  t.equal(failed, undefined)
})

t.test('explain tells the steps and the targets', async t => {
  const plain = await seen(t, terminal => explainName('fast', {}, terminal))
  t.match(plain.out, /^'fast' is an alias \(config\)/)
  t.match(plain.out, /in this order:\n {2}toy\/say$/)
  const asked = { user: 'u', tokens: 5, group: 'g', session: 's', json: true } as const
  const data = await seen(t, terminal => explainName('test', asked, terminal))
  t.match(JSON.parse(data.out), { name: 'test', alias: 'test', steps: [/same for this user/] })
})

t.test('explain of a name that nobody has fails and says which are near', async t => {
  const cwd = folder(t, { rest: REST })
  const { code, out, err } = await run(['explain', 'fest'], { cwd })
  t.equal(code, 1)
  t.match(out, 'no rule knows the name')
  t.equal(err, "There is no model 'fest'. Did you mean 'fast' or 'test'?\n")
  const data = await run(['explain', 'fest', '--json'], { cwd })
  t.equal(data.code, 1)
  t.match(JSON.parse(data.out), { targets: [], problem: /fest/ })
  t.equal(data.err, '')
  t.equal((await run(['explain', 'fast', '--tokens', 'many'], { cwd })).code, 2)
})

t.test('flags of the commands within may stand before and after them', async t => {
  for (const args of [
    ['models', 'show', 'fast', '--json'],
    ['models', '--json', 'show', 'fast']
  ]) {
    const { out } = await seen(t, terminal => createProgram(terminal).parseAsync(['node', 'isthmus', ...args]))
    t.match(JSON.parse(out), { name: 'fast', alias: { from: 'config' } })
  }
})

t.test('refresh asks the upstreams and shows how it went', async t => {
  const server = createServer((request, reply) => {
    const isGood = request.url === '/good/models'
    reply.statusCode = isGood ? 200 : 500
    reply.end(JSON.stringify([{ id: 'told', contextTokens: 5 }]))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => server.close())
  const { port } = server.address() as AddressInfo
  const provider = (id: string) =>
    `{ use: TOY.replace('toy-provider', 'listing-provider'), id: '${id}', options: { baseUrl: 'http://127.0.0.1:${port}/${id}' } }`
  const cwd = folder(t, { more: `${provider('good')}, ${provider('bad')}` })

  const before = await run(['models'], { cwd })
  t.match(before.err, 'Not asked yet for their lists: good, bad (isthmus models refresh)')
  const { code, out, err } = await run(['models', 'refresh'], { cwd })
  t.equal(code, 1, 'one has failed')
  t.match(
    out,
    /^CHANNEL +MODELS +LIST +READ AT\ntoy +2 +has none +-\ngood +1 +read +20\d\d-[^ ]+Z\nbad +0 +failed +- +the upstream answered 500$/m
  )
  t.match(err, 'No store is configured')
  const one = await run(['models', 'refresh', '--channel', 'good', '--json'], { cwd })
  t.equal(one.code, 0)
  t.match(JSON.parse(one.out), [{ id: 'good', models: 1, listing: 'read' }])
  t.equal((await run(['models', 'refresh', '--channel', 'none'], { cwd })).code, 1)
})
