import { readFileSync } from 'node:fs'
import type { CatalogData } from '@isthmus/core'
import { catalogCases, fakeHost, resolveOptions } from '@isthmus/core/testing'
import t from 'tap'
import plugin from '../src/index.ts'

const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

for (const { name, run } of catalogCases(plugin, { manifest })) t.test(name, async () => run())

/** up sets the plugin up in a folder, with options as a config has them. */
async function up(dir: string, options: Readonly<Record<string, unknown>> = {}) {
  const host = fakeHost({ id: 'models', dir })
  const data = await plugin.setup(host, resolveOptions(plugin.options, options))
  await host.close()
  return { data, lines: host.lines }
}

const served = (data: CatalogData, service: string, id: string) =>
  data.services[service]?.models.find(model => model.id === id)

t.test('without options the data is the shipped one, with the tiers', async t => {
  const { data, lines } = await up(t.testdir())
  t.strictSame(Object.keys(data.aliases), ['premium', 'balanced', 'economy', 'long-context'])
  t.match(served(data, 'openai', 'gpt-4o-mini'), { model: 'openai/gpt-4o-mini', prices: { input: 0.15, output: 0.6 } })
  t.strictSame(lines, [])
})

t.test('the tiers can be left out, and nothing else goes with them', async t => {
  const { data } = await up(t.testdir(), { aliases: false })
  const { data: whole } = await up(t.testdir())
  t.strictSame(data, { ...whole, aliases: {} })
})

t.test('a file is laid over the data, a fact of a row at a time', async t => {
  const over = {
    vendors: { acme: { name: 'Acme', prefixes: ['ac'] } },
    models: [
      { id: 'openai/gpt-4o-mini', description: 'Small.' },
      { id: 'acme/one', spellings: ['one-2026'], reasoning: false }
    ],
    services: {
      openai: { models: [{ id: 'gpt-4o-mini', prices: { input: 1 } }] },
      acme: { name: 'Acme', vendor: 'acme', models: [{ id: 'one', model: 'acme/one' }] }
    },
    aliases: {
      mine: 'acme/one',
      ours: ['acme/one', 'openai/gpt-4o'],
      economy: { targets: ['acme/one', { model: 'openai/gpt-4o-mini', weight: 1 }] }
    }
  }
  const { data, lines } = await up(t.testdir({ 'models.json': JSON.stringify(over) }), { file: './models.json' })
  const { data: before } = await up(t.testdir())
  t.strictSame(lines, [])
  t.match(data.vendors, { acme: { name: 'Acme' }, openai: { name: 'OpenAI' } })
  t.match(
    data.models.find(({ id }) => id === 'openai/gpt-4o-mini'),
    { name: 'GPT-4o mini', description: 'Small.' }
  )
  t.strictSame(data.models.at(-1), over.models[1])
  t.equal(data.models.length, before.models.length + 1)
  t.strictSame(served(data, 'openai', 'gpt-4o-mini')?.prices, { input: 1 }, 'prices are one fact')
  t.match(data.services.openai, { name: 'OpenAI', vendor: 'openai' })
  t.equal(data.services.openai?.models.length, before.services.openai?.models.length)
  t.strictSame(data.services.acme, over.services.acme)
  t.strictSame(data.aliases.economy, over.aliases.economy)
  t.strictSame(data.aliases.premium, before.aliases.premium)
  t.match(data.aliases, { mine: { targets: ['acme/one'] }, ours: { targets: ['acme/one', 'openai/gpt-4o'] } })
})

t.test('a file with a mistake is left out as a whole, and a warning says what is wrong and where', async t => {
  const { data: shipped } = await up(t.testdir())
  const row = (facts: object) => ({ models: [{ id: 'openai/gpt-4o' }, { id: 'acme/one', ...facts }] })
  const cases: readonly (readonly [title: string, text: string, problem: RegExp])[] = [
    ['no JSON', '{', /^it is not JSON$/],
    ['no object', '[]', /^the whole: expected an object/],
    [
      'a negative price',
      JSON.stringify(row({ prices: { input: -1 } })),
      /^models\[1\]\.prices\.input: expected at least 0, got -1$/
    ],
    [
      'a wrong type',
      JSON.stringify(row({ contextTokens: '128k' })),
      /^models\[1\]\.contextTokens: expected an integer, got "128k"$/
    ],
    ['an unknown member', JSON.stringify(row({ price: 1 })), /^models\[1\]\.price: expected no such member/],
    ['an id without vendor', '{"models":[{"id":"one"}]}', /^models\[0\]\.id: /],
    ['an alias for nothing', '{"aliases":{"x":{"targets":[]}}}', /^aliases\.x/],
    ['many mistakes', JSON.stringify({ models: [1, 2, 3, 4, 5] }), /, and 2 more$/]
  ]
  for (const [title, text, problem] of cases) {
    const { data, lines } = await up(t.testdir({ 'models.json': text }), { file: 'models.json' })
    t.strictSame(data, shipped, title)
    t.equal(lines.length, 1, title)
    t.match(lines[0], { level: 40, file: 'models.json', problem }, title)
  }
})

t.test('a file that is not there is no reason not to start', async t => {
  const { data, lines } = await up(t.testdir(), { file: 'none.json' })
  t.ok(data.models.length > 0)
  t.match(lines, [{ level: 40, file: 'none.json', code: 'ENOENT' }])
})
