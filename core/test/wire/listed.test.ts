import t from 'tap'
import { isGatewayError } from '../../src/errors/index.ts'
import { listed, listedRows } from '../../src/wire/index.ts'

/** pathOf gives the place that an error names. */
function pathOf(run: () => unknown): unknown {
  try {
    run()
  } catch (thrown) {
    return isGatewayError(thrown) ? thrown.message : thrown
  }
  return 'nothing was thrown'
}

t.test('entries are read by name, and those that name no model are passed over', async t => {
  const rows = listedRows([{ id: 'a' }, { id: '' }, { name: 'b' }, 5, null, { id: 'c' }], 'data', 'id')
  t.strictSame(
    rows.map(({ row, at }) => [row.id, at]),
    [
      ['a', 'data[0]'],
      ['c', 'data[5]']
    ]
  )
})

t.test('what is not there, or null, is not known', async t => {
  const one = listed({ text: null, number: null, count: 0, words: null, inside: null, empty: '' }, 'data[0]')
  t.strictSame(
    [one.text('text'), one.number('number'), one.count('count'), one.flag('flag'), one.words('words')],
    [undefined, undefined, undefined, undefined, undefined]
  )
  t.equal(one.inside('inside'), undefined)
  t.equal(one.text('empty'), undefined)
})

t.test('what is there is given as it is, and zero is a number', async t => {
  const one = listed({ text: 'x', number: 0, count: 8.5, flag: false, words: ['a'], inside: { count: 1 } }, '')
  t.strictSame(
    [one.text('text'), one.number('number'), one.count('count'), one.flag('flag'), one.words('words')],
    ['x', 0, 8, false, ['a']]
  )
  t.equal(one.inside('inside')?.count('count'), 1)
})

t.test('what makes no sense is an error that says where', async t => {
  const one = listed({ a: '128k', b: -1, c: 5, d: ['x', 5], e: [], f: { g: 'x' } }, 'data[3]')
  t.match(
    pathOf(() => listedRows('junk', 'data', 'id')),
    /^data: expected a list of models, got "junk"$/
  )
  t.match(
    pathOf(() => one.count('a')),
    /^data\[3\]\.a: expected a number of at least 0, got "128k"$/
  )
  t.match(
    pathOf(() => one.number('b')),
    /^data\[3\]\.b: expected a number of at least 0, got -1$/
  )
  t.match(
    pathOf(() => one.text('c')),
    /^data\[3\]\.c: expected a string, got 5$/
  )
  t.match(
    pathOf(() => one.words('d')),
    /^data\[3\]\.d: expected a list of strings, got an array$/
  )
  t.match(
    pathOf(() => one.inside('e')),
    /^data\[3\]\.e: expected an object, got an empty array$/
  )
  t.match(
    pathOf(() => one.inside('f')?.flag('g')),
    /^data\[3\]\.f\.g: expected true or false, got "x"$/
  )
})
