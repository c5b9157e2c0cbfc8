import { addUsage, inputTotal, subtract, type Usage } from '@isthmus/core'
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

t.test('two usages add up, counter by counter', async t => {
  const one: Usage = {
    input: { fresh: 10, cacheRead: 5, cacheWrite: { total: 3, byTtl: { '5m': 3 } }, byModality: { text: 10 } },
    output: { total: 4, reasoning: 1 },
    requests: { web_search: 1 },
    cost: { amount: 0.25, currency: 'USD', detail: {} },
    native: { format: 'acme', object: {} }
  }
  const other: Usage = {
    input: { fresh: 1, cacheWrite: { total: 2, byTtl: { '1h': 2 } }, byModality: { text: 1, image: 2 } },
    output: { total: 6 },
    cost: { amount: 0.5, currency: 'USD' },
    estimated: true
  }
  const sum = addUsage(one, other)
  t.match(sum, {
    input: {
      fresh: 11,
      cacheRead: 5,
      cacheWrite: { total: 5, byTtl: { '5m': 3, '1h': 2 } },
      byModality: { text: 11, image: 2 }
    },
    output: { total: 10, reasoning: 1 },
    requests: { web_search: 1 },
    cost: { amount: 0.75, currency: 'USD' },
    estimated: true
  })
  t.equal(inputTotal(sum), 21)
  t.equal(sum.native, undefined, 'the object of one of them says nothing of both')
})

t.test('what one of two usages does not know is not known of both', async t => {
  const known: Usage = { input: { fresh: 10 }, output: { total: 4 }, cost: { amount: 1, currency: 'USD' } }
  for (const sum of [addUsage(known, { input: {}, output: {} }), addUsage({ input: {}, output: {} }, known)]) {
    t.equal(inputTotal(sum), undefined)
    t.equal(sum.output.total, undefined)
    t.equal(sum.cost, undefined)
  }
  t.equal(addUsage(known, { ...known, cost: { amount: 1, currency: 'EUR' } }).cost, undefined)
})
