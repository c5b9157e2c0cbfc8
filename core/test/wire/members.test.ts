import t from 'tap'
import {
  addMembers,
  defined,
  encodeInput,
  put,
  readInput,
  withNested,
  wordTable,
  wrapInput
} from '../../src/wire/index.ts'

t.test('kept members are added where nothing was written, within nested objects too', async t => {
  const target = { a: 1, b: { c: 2 }, d: null }
  t.same(addMembers(target, { a: 9, b: { c: 9, e: 3 }, d: 4, f: 5 }), { a: 1, b: { c: 2, e: 3 }, d: 4, f: 5 })
  t.equal(addMembers(target, undefined), target)
  t.same(withNested(undefined, 'x', { y: 1 }), { x: { y: 1 } })
  t.equal(withNested(undefined, 'x', undefined), undefined)
  t.same(Object.keys(defined({ a: undefined, b: 0, c: null })), ['b', 'c'])
})

t.test('a member may have the name of the prototype without changing it', async t => {
  const target = {}
  put(target, '__proto__', { polluted: true })
  t.same(Object.keys(target), ['__proto__'])
  t.equal(Object.getPrototypeOf(target), Object.prototype)
  t.equal(JSON.stringify(addMembers({}, JSON.parse('{"__proto__":1}'))), '{"__proto__":1}')
})

t.test('a table of words has those that stand in it and no others', async t => {
  const table = wordTable({ stop: 1, length: 2 })
  t.same([table.stop, table.length], [1, 2])
  for (const word of ['constructor', 'toString', '__proto__', 'hasOwnProperty', 'valueOf']) t.notOk(word in table, word)
})

t.test('arguments become the object that they are, and what is none is wrapped to be seen', async t => {
  t.same(encodeInput('{"a":1}'), { a: 1 })
  t.same(encodeInput(' '), {})
  t.same(encodeInput('"{\\"a\\":1}"'), { a: 1 })
  t.same(encodeInput('[1]'), { input: [1] })
  t.same(encodeInput('{"a":'), { _raw: '{"a":' })
  t.equal(readInput('7'), undefined)
  t.same(wrapInput('7'), { input: 7 })
})
