import t from 'tap'
import { didYouMean, nearest } from '../../src/wire/index.ts'

const NAMES = ['apiKey', 'baseUrl', 'organization', 'timeoutMs']

t.test('nearest finds a name with a letter changed, missing, added or swapped', async t => {
  for (const slip of ['apiKay', 'apKey', 'apiiKey', 'paiKey', 'api_key', 'APIKEY'])
    t.same(nearest(slip, NAMES), ['apiKey'], slip)
})

t.test('nearest puts the closest name first and gives no more than asked', async t => {
  t.same(nearest('gpt-5-min', ['gpt-5', 'gpt-5-mini', 'gpt-5-nano', 'claude'], 2), ['gpt-5-mini', 'gpt-5'])
  t.same(nearest('limit', ['limits', 'limit2'], 1).length, 1)
})

t.test('nearest finds what a name begins, and nothing when nothing is alike', async t => {
  t.same(nearest('org', NAMES), ['organization'])
  t.same(nearest('zzz', NAMES), [])
  t.same(nearest('', NAMES), [])
  t.same(nearest('ab', ['xy', 'cd']), [])
})

t.test('didYouMean asks, for one name and for several', async t => {
  t.equal(didYouMean('limit', ['limits']), 'did you mean "limits"?')
  t.equal(didYouMean('limit', ['limits', 'limit2', 'limi'], 3), 'did you mean "limi", "limit2" or "limits"?')
  t.equal(didYouMean('limit', ['keys']), '')
})
