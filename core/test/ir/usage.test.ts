import { inputTotal, subtract } from '@isthmus/core'
import t from 'tap'

t.test('the input is the sum of counters that do not overlap', async t => {
  const input = { fresh: 10, cacheRead: 5, cacheWrite: { total: 3, byTtl: { '5m': 3 } }, toolPrompt: 2 }
  t.equal(inputTotal({ input, output: {} }), 20)
  t.equal(inputTotal({ input: { fresh: 10 }, output: {} }), 10)
})

t.test('unknown is not zero', async t => {
  t.equal(inputTotal({ input: {}, output: { total: 5 } }), undefined)
  t.equal(inputTotal({ input: { byModality: { text: 4 } }, output: {} }), undefined)
  t.equal(inputTotal({ input: { fresh: 0 }, output: {} }), 0)
})

t.test('a derived counter never goes below zero, whatever a provider reports', async t => {
  t.equal(subtract(100, 30, undefined, 20), 50)
  t.equal(subtract(10, 30), 0)
  t.equal(subtract(10), 10)
})
