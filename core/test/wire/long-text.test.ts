import t from 'tap'
import { longTextBytes } from '../../src/wire/index.ts'

t.test('a long text is encoded as node would, a short or a huge one is left as it is', async t => {
  for (const text of ['plain', 'naïve', '東京 “quoted” 😀', '\u0000\uffff', 'half \ud83d of one']) {
    const long = text.repeat(9000)
    t.ok(Buffer.from(long).equals(longTextBytes(long) as Buffer), JSON.stringify(text))
    t.equal(longTextBytes(text), text)
    const huge = text.repeat(1024 * 1024)
    t.ok(longTextBytes(huge) === huge)
  }
})
