import { readFileSync } from 'node:fs'
import type { CatalogData, ModelFacts, PriceSet, ServedModel } from '@isthmus/core'
import { checker } from '@isthmus/core/wire'
import { calcPrice } from '@pydantic/genai-prices'
import t from 'tap'
import { build, DATA } from '../scripts/build.ts'
import { readFacts } from '../scripts/facts.ts'
import { MARKETS } from '../scripts/market.ts'
import { CATALOG_FILE } from '../src/schema.ts'
import { shipped } from '../src/shipped.ts'

const data = shipped()
const facts = readFacts(new URL('../facts/', import.meta.url))
const models = new Map(data.models.map(model => [model.id, model]))
const served = Object.entries(data.services).flatMap(([service, { models: rows }]) =>
  rows.map(row => ({ service, row, whole: { ...models.get(row.model ?? ''), ...row } as ServedModel }))
)

/** key is what names are compared by: case, and `.` and `-`, are the same. */
const key = (name: string) => name.toLowerCase().replaceAll('.', '-')

const writesText = ({ output }: ModelFacts) => output?.includes('text') === true

function isComplete(row: ModelFacts): boolean {
  const { name, vendor, created, contextTokens, input, output, prices } = row
  const always = [name, vendor, created, contextTokens, input, output, prices]
  const ofText = writesText(row) ? [row.maxOutputTokens, row.parameters, row.features, row.reasoning] : []
  return [...always, ...ofText].every(fact => fact !== undefined)
}

t.test('the file is what the table of facts and the price list give', async t => {
  t.ok(readFileSync(DATA, 'utf8') === build(), '`npm run data -w @isthmus/catalog-models` writes it anew')
})

t.test('the data is of the form that other files are held to', async t => {
  t.strictSame(checker(CATALOG_FILE).problems(data), [])
})

t.test('at least 300 models at services are known completely, over all services', async t => {
  const complete = served.filter(({ whole }) => isComplete(whole))
  t.comment(`${data.models.length} models, ${served.length} at services, ${complete.length} complete`)
  t.ok(complete.length >= 300, `${complete.length}`)
  for (const service of Object.keys(data.services)) {
    t.ok(
      complete.some(one => one.service === service),
      service
    )
  }
})

t.test('each model is there once, and each of its names is its alone', async t => {
  const owners = new Map<string, string>()
  for (const { id, spellings = [] } of data.models) {
    for (const name of [id, id.slice(id.indexOf('/') + 1), ...spellings]) {
      t.equal(owners.get(key(name)) ?? id, id, name)
      owners.set(key(name), id)
    }
    t.equal(new Set(spellings.map(key)).size, spellings.length, `${id} is spelled each way once`)
  }
})

t.test('a service has each id once, and serves models that are known', async t => {
  for (const [service, { models: rows }] of Object.entries(data.services)) {
    t.equal(new Set(rows.map(({ id }) => key(id))).size, rows.length, service)
    for (const { id, model } of rows) {
      if (model !== undefined) t.ok(models.has(model), `${service} ${id} is ${model}`)
    }
  }
})

t.test('every model has a vendor, whose other spellings are no other vendor', async t => {
  const owners = new Map(Object.keys(data.vendors).map(slug => [slug, slug]))
  for (const [slug, { prefixes = [] }] of Object.entries(data.vendors)) {
    for (const prefix of prefixes) {
      t.notOk(owners.has(prefix), prefix)
      owners.set(prefix, slug)
    }
  }
  for (const { id, vendor } of data.models) {
    t.equal(vendor, id.split('/')[0], id)
    t.ok(vendor !== undefined && vendor in data.vendors, id)
  }
  for (const { vendor, name } of Object.values(data.services))
    t.ok(vendor === undefined || vendor in data.vendors, name)
})

t.test('what the aliases stand for is there, at several vendors', async t => {
  t.strictSame(Object.keys(data.aliases), ['premium', 'balanced', 'economy', 'long-context'])
  for (const [name, { targets, description }] of Object.entries(data.aliases)) {
    const slugs = targets.map(target => (typeof target === 'string' ? target : target.model))
    for (const slug of slugs) t.ok(models.has(slug), `${name}: ${slug}`)
    t.ok(new Set(slugs.map(slug => slug.split('/')[0])).size >= 5, name)
    t.ok(description, name)
    for (const slug of name === 'long-context' ? slugs : []) {
      t.ok((models.get(slug)?.contextTokens ?? 0) >= 1_000_000, slug)
    }
  }
})

t.test('a family is of one vendor, and of models that answer in text alone', async t => {
  const vendors = new Map<string, string | undefined>()
  for (const { id, family, vendor, output } of data.models) {
    if (family === undefined) continue
    t.equal(vendors.get(family) ?? vendor, vendor, `${id} is of ${family}`)
    vendors.set(family, vendor)
    t.strictSame(output, ['text'], id)
  }
})

t.test('limits and dates are possible', async t => {
  const first = Date.parse('2022-01-01') / 1000
  const last = Date.parse(data.version) / 1000
  for (const { service, whole } of served) {
    const { id, created, contextTokens = Number.POSITIVE_INFINITY, maxOutputTokens = 0 } = whole
    t.ok(maxOutputTokens <= contextTokens, `${service} ${id}: ${maxOutputTokens} of ${contextTokens}`)
    t.ok(created === undefined || (created >= first && created <= last), `${service} ${id}: ${created}`)
  }
})

t.test('a model that cannot think is said to have no such switch, and one that can to have one', async t => {
  for (const { service, whole } of served) {
    const { id, features, reasoning, parameters } = whole
    if (features === undefined || reasoning === undefined) continue
    t.equal(features.includes('reasoning'), reasoning !== false, `${service} ${id}`)
    t.equal(parameters?.includes('reasoning'), reasoning !== false, `${service} ${id}`)
  }
})

t.test('every price says where it is from and of which day, and no tier is cheaper than what it is above', async t => {
  for (const { service, row } of served) {
    const { prices } = row
    if (prices === undefined) continue
    t.match(prices, { source: /^(genai-prices|models\.dev)/, asOf: /^\d{4}-\d\d-\d\d$/ }, `${service} ${row.id}`)
    for (const tier of prices.tiers ?? []) {
      t.ok((tier.input ?? 0) >= (prices.input ?? 0) && (tier.output ?? 0) >= (prices.output ?? 0), row.id)
    }
  }
})

t.test('what a request costs is what the price list says it costs', async t => {
  const timestamp = new Date(`${facts.sources.prices.asOf}T12:00:00Z`)
  let compared = 0
  for (const { service, row } of served) {
    const providerId = MARKETS[service]
    if (providerId === undefined || row.prices?.source !== facts.sources.prices.source) continue
    const id = facts.served[service]?.find(fact => fact.id === row.id)?.pricedAs ?? row.id
    for (const [input, cacheRead, output] of [
      [1000, 0, 500],
      [1000, 0, 0],
      [900_000, 0, 20],
      [900_000, 100_000, 20]
    ] as const) {
      if ((output > 0 && row.prices.output === undefined) || (cacheRead > 0 && row.prices.cacheRead === undefined))
        continue
      const usage = {
        input_tokens: input,
        ...(cacheRead > 0 && { cache_read_tokens: cacheRead }),
        ...(output > 0 && { output_tokens: output })
      }
      const expected = calcPrice(usage, id, { providerId, timestamp })
      const got = costOf(row.prices, input, cacheRead, output)
      const perRequest = (row.prices.perRequest ?? 0) * Number((expected?.total_price ?? 0) > got)
      t.ok(
        Math.abs(got + perRequest - (expected?.total_price ?? -1)) < 1e-9,
        `${service} ${row.id} ${JSON.stringify(usage)}: ${got}, ${expected?.total_price}`
      )
      compared++
    }
  }
  t.comment(`${compared} costs compared`)
  t.ok(compared > 1000, `${compared}`)
})

/** costOf counts as the contract of prices says: of the tiers whose border the input is over, the last holds. */
function costOf(
  prices: NonNullable<CatalogData['models'][number]['prices']>,
  input: number,
  cacheRead: number,
  output: number
): number {
  let holds: PriceSet = prices
  for (const tier of prices.tiers ?? []) if (input > tier.aboveInputTokens) holds = { ...holds, ...tier }
  const { input: fresh = 0, output: out = 0, cacheRead: cached = fresh } = holds
  return ((input - cacheRead) * fresh + cacheRead * cached + output * out) / 1e6
}
