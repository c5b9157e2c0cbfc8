import { base64Of, floatsOf } from '@isthmus/core/wire'
import fc from 'fast-check'
import t from 'tap'

t.test('base64 holds floats of 32 bits, the least significant byte first', async t => {
  t.equal(base64Of([0.5, -0.25]), 'AAAAPwAAgL4=')
  t.same(floatsOf('AAAAPwAAgL4='), [0.5, -0.25])
  t.same(floatsOf(base64Of([0.1])), [Math.fround(0.1)])
  t.equal(base64Of([]), '')
  t.same(floatsOf(''), [])
})

t.test('what was written is read bit by bit', async () => {
  const floats = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }))
  fc.assert(
    fc.property(floats, numbers => {
      const back = floatsOf(base64Of(numbers))
      return back?.length === numbers.length && back.every((number, at) => Object.is(number, numbers[at]))
    })
  )
})

t.test('bytes that are no list of floats are not read as one', async t => {
  for (const text of ['AAA', 'AAAA', 'not base64', 'AAAAPw==\n', 'AACAfw==', 'AADAfw==']) {
    t.equal(floatsOf(text), undefined, text)
  }
})
