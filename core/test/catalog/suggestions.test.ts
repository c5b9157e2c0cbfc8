import t from 'tap'
import { Suggestions } from '../../src/catalog/suggestions.ts'
import { acme, mall, world } from './support/fake-catalog.ts'

t.test('the nearest names come first, and no more than were asked for', async t => {
  const names = new Suggestions(['owl-4.5', 'owl-4', 'owl-mini', 'wren', 'lark-thinking'])
  t.same(names.near('olw-4.5', 3), ['owl-4.5'])
  t.same(names.near('owl4', 1), ['owl-4'])
  t.same(names.near('OWL_MINI', 3).slice(0, 1), ['owl-mini'])
  t.same(names.near('lark-thinkng', 3), ['lark-thinking'])
  t.same(names.near('entirely-other', 3), [])
  t.same(names.near('', 3), [])
  t.same(
    names.near('wrenn', 3, known => known === 'wren'),
    []
  )
})

t.test('spellings of one name are suggested once', async t => {
  t.same(new Suggestions(['owl-4-5', 'owl-4.5', 'Owl-4.5']).near('owl-4.55', 3), ['owl-4-5'])
})

t.test('among thousands that look alike it still finds the one that was meant', async t => {
  const many = Array.from({ length: 20_000 }, (_, at) => `maker-${at % 40}/model-${at}`)
  const names = new Suggestions([...many, 'maker-7/marvellous-owl'])
  t.equal(names.near('maker-7/marvelous-owl', 3)[0], 'maker-7/marvellous-owl')
  t.equal(names.near('maker-3/model-12043x', 3).length, 3)
  t.same(names.near('maker-7/marvelous-owl', 3), names.near('maker-7/marvelous-owl', 3), 'asking leaves nothing behind')
})

t.test('aliases, models and channels are all suggested, names that could not be sent are not looked for', async t => {
  const catalog = world({ a: acme(), m: mall() })
  t.ok(catalog.nearest('beest').includes('best'))
  t.ok(catalog.nearest('a/owl-45x').includes('a/owl-4-5'))
  t.ok(catalog.nearest('bolt/ray1-').includes('bolt/ray-1'))
  t.same(catalog.nearest(`owl-4${'x'.repeat(300)}`), [])
  t.same(catalog.nearest('owl-4\n'), [])
})
