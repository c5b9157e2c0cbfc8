import t, { type Test } from 'tap'
import type { Catalog } from '../../core/src/catalog/index.ts'
import { CHANNELS } from './names/channels.ts'
import { DATED } from './names/dated.ts'
import { catalogWith, SETUPS } from './names/gateways.ts'
import { RENAMED, RENAMED_THINKING } from './names/renamed.ts'
import type { NameRow } from './names/row.ts'
import { SHORT_NAMES } from './names/short-names.ts'
import { SLUGS } from './names/slugs.ts'
import { REAL_THINKERS, THINKING } from './names/thinking.ts'
import { VARIANTS } from './names/variants.ts'
import { VENDOR_IDS } from './names/vendor-ids.ts'
import { UNKNOWN, UNTHINKING, WRONG } from './names/wrong.ts'

/*
 * Names as people write them, over the data that is shipped and the providers as they are configured. No upstream is asked.
 */
const PLAIN = { SLUGS, VENDOR_IDS, DATED, SHORT_NAMES, VARIANTS, CHANNELS, REAL_THINKERS }
const TIERS = ['premium', 'balanced', 'economy', 'long-context']

function holds(t: Test, catalog: Catalog, [name, expected]: NameRow, thinking: boolean): void {
  const { targets, problem } = catalog.explain(name)
  t.same(targets, expected, problem ?? name)
  if (problem !== undefined) return
  const { offers } = catalog.resolve(name)
  t.ok(
    offers.every(offer => (offer.thinking ?? false) === thinking),
    `${name} asks for ${thinking ? 'reasoning' : 'nothing else'}`
  )
}

t.test('a name leads to the model it means, on all channels that have it', async t => {
  const catalog = await catalogWith(t, SETUPS.plain)
  for (const row of Object.values(PLAIN).flat()) holds(t, catalog, row, false)
  for (const row of THINKING) holds(t, catalog, row, true)
})

t.test('it does so whatever the channels are called', async t => {
  const catalog = await catalogWith(t, SETUPS.renamed)
  for (const row of RENAMED) holds(t, catalog, row, false)
  for (const row of RENAMED_THINKING) holds(t, catalog, row, true)
})

t.test('the shipped tiers lead to their models in order, on every channel that has them', async t => {
  const catalog = await catalogWith(t, SETUPS.plain)
  for (const tier of TIERS) {
    const names = catalog.aliases
      .get(tier)
      ?.alias.targets.map(target => (typeof target === 'string' ? target : target.model))
    // Its targets say who made the model, not which channel is meant.
    const each = names?.flatMap(name => catalog.explain(name.slice(name.indexOf('/') + 1)).targets)
    const { targets, alias } = catalog.explain(tier)
    t.same(targets, [...new Set(each)], tier)
    t.equal(alias, tier)
    t.ok(targets.length >= 5, `${tier} has somewhere to go`)
  }
})

t.test('a name with a slip is not found, and the one that was meant is suggested', async t => {
  const catalog = await catalogWith(t, SETUPS.plain)
  for (const [name, meant] of WRONG) {
    t.same(catalog.explain(name).targets, [], name)
    t.ok(catalog.nearest(name).includes(meant), `${name}: ${meant}, not ${catalog.nearest(name).join(', ')}`)
    t.throws(() => catalog.resolve(name), { kind: 'not_found', code: 'ISTHMUS_MODEL_NOT_FOUND' })
  }
  for (const name of UNKNOWN)
    t.throws(() => catalog.resolve(name), { code: 'ISTHMUS_MODEL_NOT_FOUND' }, JSON.stringify(name.slice(0, 40)))
  for (const name of UNTHINKING)
    t.throws(() => catalog.resolve(name), { kind: 'invalid_request', code: 'ISTHMUS_MODEL_NO_REASONING' }, name)
})

t.test('there are more than three hundred names, each of them once', async t => {
  const names = [...Object.values(PLAIN).flat(), ...THINKING].map(([name]) => name)
  t.equal(new Set(names).size, names.length)
  const all = names.length + RENAMED.length + RENAMED_THINKING.length + WRONG.length + UNTHINKING.length
  t.comment(`${all} names`)
  t.ok(all >= 300)
})
