import t from 'tap'
import { addMembers, defined, put } from '../../src/wire/members.ts'

t.test('kept members go back beside those that were written, into nested objects too', async t => {
  const kept = { a: 1, b: 2, nested: { x: 1, y: 2 }, list: [1] }
  t.same(addMembers({ a: 0, b: null, nested: { x: 0 }, list: [] }, kept), {
    a: 0,
    b: 2,
    nested: { x: 0, y: 2 },
    list: []
  })
  t.same(addMembers({ a: 1 }, undefined), { a: 1 })
})

t.test('a member called __proto__ stays a member', async t => {
  const target: Record<string, unknown> = {}
  put(target, '__proto__', { polluted: true })
  t.equal(({} as Record<string, unknown>).polluted, undefined)
  t.equal(JSON.stringify(target), '{"__proto__":{"polluted":true}}')
})

t.test('undefined members are left out, and null is kept', async t => {
  t.same(Object.keys(defined({ a: undefined, b: null, c: 0, d: '' })), ['b', 'c', 'd'])
})
