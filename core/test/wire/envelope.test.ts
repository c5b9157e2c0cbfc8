import t from 'tap'
import type { Seal } from '../../src/ir/index.ts'
import { decodeEnvelope, encodeEnvelope, isEnvelope } from '../../src/wire/envelope.ts'

const seal: Seal = {
  kind: 'encrypted',
  data: 'gAAAA–ü',
  issuer: { provider: 'openai', modelFamily: 'gpt-5', format: 'openai-responses-v1' },
  itemId: 'rs_1',
  index: 2
}

t.test('a seal comes back with its issuer and its place', async t => {
  t.same(decodeEnvelope(encodeEnvelope(seal)), { seal, place: { on: 'reasoning' } })
  t.same(decodeEnvelope(encodeEnvelope(seal, { on: 'call', callId: 'c' })), {
    seal,
    place: { on: 'call', callId: 'c' }
  })
  t.same(decodeEnvelope(encodeEnvelope(seal, { on: 'text' })), { seal, place: { on: 'text' } })
})

t.test('anything else is no envelope', async t => {
  const good = encodeEnvelope(seal)
  const wrap = (text: string) => Buffer.from(text).toString('base64')
  const broken = [
    '',
    'EqQBCgIYAhIM',
    good.slice(0, -4),
    `${good}A`,
    `${good}\n`,
    wrap('isthmus-seal:2:{}'),
    wrap('isthmus-seal:1:{}'),
    wrap('isthmus-seal:1:[]'),
    wrap('isthmus-seal:1:{"provider":"p","family":"f","issuer":"i","kind":"other","data":"d"}')
  ]
  for (const text of broken) t.equal(decodeEnvelope(text), undefined, text.slice(0, 40))
  t.equal(isEnvelope(wrap('isthmus-seal:2:{}')), true)
  t.equal(isEnvelope('EqQBCgIYAhIM'), false)
})
