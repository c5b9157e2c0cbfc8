import t from 'tap'
import { codepoints, codepointsTo } from '../../src/wire/index.ts'

t.test('characters are counted, not units', async t => {
  t.equal(codepoints(''), 0)
  t.equal(codepoints('aé世'), 3)
  t.equal(codepoints('a👍b'), 3)
})

t.test('an offset in another unit becomes one in characters', async t => {
  const text = 'é👍b'
  t.equal(codepointsTo(text, 2, 'codepoint'), 2)
  t.equal(codepointsTo(text, 2, undefined), 2)
  t.equal(codepointsTo(text, 3, 'utf16'), 2)
  t.equal(codepointsTo(text, 6, 'byte'), 2)
  t.equal(codepointsTo(text, 100, 'byte'), 3)
})
