import fc from 'fast-check'
import t from 'tap'
import { type FrameValues, LearnedFrame, numbersIn, valueAfter } from '../../src/wire/index.ts'

const NAMES = ['delta', 'number', 'padding'] as const
const VALUES: FrameValues = {
  places(data) {
    const [text = -1, ...others] = NAMES.map(name => valueAfter(data, name))
    return text < 0 ? undefined : [text, ...others.filter(place => place >= 0)]
  },
  values: frame => NAMES.filter(name => name in frame).map(name => frame[name])
}
const frame = (number: number, delta: string, padding: string, more = '') =>
  `{"type":"t","number":${number},"id":"a","delta":${JSON.stringify(delta)},"list":[]${more},"padding":"${padding}"}`
const learnedOf = (data: string) => {
  const learned = new LearnedFrame<string>(VALUES)
  learned.learn(data, 'about')
  return learned
}

t.test('frames are read that differ in the learned values, and no others', async t => {
  t.equal(new LearnedFrame(VALUES).read(frame(1, 'a', 'x')), undefined, 'nothing was learned')
  const learned = learnedOf(frame(1, 'a', 'x'))
  t.equal(learned.about, 'about')
  t.equal(learned.read(frame(22, 'b "c" \\ \n', 'yyyy')), 'b "c" \\ \n')
  t.equal(learned.read(frame(3, '', '')), '')
  t.equal(learned.read(frame(3, 'ends in a backslash \\', '')), 'ends in a backslash \\')
  t.equal(learned.read(frame(3, 'c', 'x', ',"more":1')), undefined)
  t.equal(learned.read(frame(3, 'c', 'x').replace('"a"', '"b"')), undefined)
  t.equal(learned.read(frame(3, 'c', 'x').replace('"c"', '5')), undefined)
  t.equal(learned.read(frame(3, 'c', 'x').replace(':3,', ':3.5,')), undefined)
  t.equal(learned.read(`${frame(3, 'c', 'x')} `), undefined)
  learned.forget()
  t.equal(learned.read(frame(1, 'a', 'x')), undefined)
})

t.test('a frame that is no JSON is not read', async t => {
  const learned = learnedOf(frame(1, 'a', 'x'))
  t.equal(learned.read(frame(3, 'c', 'x').replace(':3,', ':03,')), undefined)
  t.equal(learned.read(frame(3, 'c', 'x').replace('"c"', '"\u0001"')), undefined)
  t.equal(learned.read(frame(3, 'c', 'x').replace('"c"', '"\\x"')), undefined)
  t.equal(learned.read(frame(3, 'c', 'x').replace('"x"', '"\\x"')), undefined)
  t.equal(learned.read(frame(3, 'c', 'x').slice(0, -3)), undefined)
})

t.test('a value is only learned where the frame has it', async t => {
  t.equal(learnedOf('{"a":{"delta":"x"}}').about, undefined, 'within another object')
  t.equal(learnedOf('{"delta":"x","delta":"y"}').about, undefined, 'twice')
  t.equal(learnedOf('{"delta":"x","a":{"number":1}}').about, undefined)
  t.equal(learnedOf('{"delta":5}').about, undefined, 'no text')
  t.equal(learnedOf('{"delta":"x","number":-1}').about, undefined, 'no whole number')
  t.equal(learnedOf('{"a":"b"}').about, undefined)
})

t.test('where frames never match, learning stops', async t => {
  const learned = new LearnedFrame<number>(VALUES)
  for (let n = 0; n < 20; n++) learned.learn(frame(n, 'a', 'x', `,"n":${n}`), n)
  t.equal(learned.about, 7)
})

t.test('the numbers of an object are found, and no others', async t => {
  const data = '{"before":1,"of":{"a":12,"b":"3 \\"4","c":[5,{"d":67}],"e":true},"after":8}'
  const found = numbersIn(data, valueAfter(data, 'of')).map(at => Number.parseInt(data.slice(at), 10))
  t.strictSame(found, [12, 5, 67])
  t.strictSame(numbersIn('{"a', 0), [])
  t.equal(valueAfter(data, 'none'), -1)
})

t.test('whatever is read is what the frame parses to', async () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '"', '\\', '\\"', '\\\\"', '\u2028', '":"'))
  const json = fc.record({ delta: text, number: fc.nat(), padding: text }, { requiredKeys: ['delta'] })
  fc.assert(
    fc.property(json, json, fc.boolean(), (first, later, spaced) => {
      const write = (value: object) => (spaced ? JSON.stringify(value, null, 1) : JSON.stringify(value))
      const learned = learnedOf(write(first))
      const read = learned.read(write(later))
      const alike = Object.keys(first).join() === Object.keys(later).join()
      if (read === undefined ? alike : read !== later.delta) throw new Error(`read ${read}`)
    }),
    { numRuns: 1000 }
  )
})
