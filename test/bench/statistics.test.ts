import t from 'tap'
import { median, quantile, rotate, spread } from './statistics.ts'

t.test('a quantile lies between the two nearest values, whatever their order', async t => {
  t.equal(median([3, 1, 2]), 2)
  t.equal(median([4, 1, 3, 2]), 2.5)
  t.equal(quantile([5, 1, 2, 4, 3], 0.25), 2)
  t.equal(quantile([1, 2], 0.75), 1.75)
  t.ok(Number.isNaN(median([])))
})

t.test('every launch weighs the same, however many rounds it had', async t => {
  const { figure, lower, upper, rounds } = spread([[1, 1, 1, 1, 1, 1], [2], [3, 3]])
  t.equal(figure, 2)
  t.equal(rounds, 9)
  t.equal(lower, 1)
  t.equal(upper, 2)
})

t.test('a launch that was not measured does not count', async t => {
  t.equal(spread([[], [2], [4]]).figure, 3)
})

t.test('each turn begins with the next variant and leaves none out', async t => {
  t.same(rotate(['a', 'b', 'c'], 0), ['a', 'b', 'c'])
  t.same(rotate(['a', 'b', 'c'], 4), ['b', 'c', 'a'])
  t.same(rotate([], 3), [])
})
