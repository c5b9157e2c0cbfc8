import t from 'tap'
import { findError } from '../../src/wire/index.ts'

t.test('an error is found in all envelopes that are in use', async t => {
  const found = { message: 'It broke' }
  t.same(findError({ error: found }), found)
  t.same(findError([{ error: found }]), found)
  t.same(findError({ error: 'It broke' }), found)
  t.same(findError({ detail: 'It broke' }), found)
  t.match(findError({ object: 'error', message: 'It broke' }), found)
  t.equal(findError({ error: null, choices: [] }), undefined)
  t.equal(findError('It broke'), undefined)
})
