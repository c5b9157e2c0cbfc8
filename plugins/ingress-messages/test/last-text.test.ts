import {
  type Finish,
  finishEvent,
  type Gap,
  type IrEvent,
  type Part,
  partEnd,
  partStart,
  type Seal,
  textDelta,
  usageEvent,
  valueDelta
} from '@isthmus/core'
import t from 'tap'
import { LastText, readsLastBlock } from '../src/last-text.ts'

const seal: Seal = {
  kind: 'thought_signature',
  data: 'c2VhbA==',
  issuer: { provider: 'gemini', modelFamily: 'gemini', format: 'google-gemini-v1' }
}
const finish = (reason: Finish['reason']) => finishEvent(0, { reason, native: '' })
const sealed = (index: number, text: string): IrEvent[] => [
  partStart(0, index, { type: 'text', text: '' }),
  textDelta(0, index, 'text', text),
  valueDelta(0, index, 'seal', seal),
  partEnd(0, index, { type: 'text', text, seal })
]
const call: Part = { type: 'tool_call', id: 'c1', name: 'clock', kind: 'function', argsText: '{}' }
const called: IrEvent[] = [partStart(0, 1, call), partEnd(0, 1, { ...call, seal })]
const usage = usageEvent({ input: { total: 1 }, output: { total: 1 } } as never)

/** play gives what comes of events that come one by one, and at once. */
function play(events: readonly IrEvent[]): { readonly out: readonly IrEvent[]; readonly gaps: readonly Gap[] } {
  const gaps: Gap[] = []
  const single = new LastText(gap => gaps.push(gap))
  const out = [...events.flatMap(event => single.push([event])), ...single.end()]
  const joined = new LastText(() => {})
  t.strictSame([...joined.push([...events]), ...joined.end()], out, 'batches make no difference')
  return { out, gaps }
}

t.test('the seal of a text that ends the reply is left out, and reported', async t => {
  const { out, gaps } = play([...sealed(0, 'Done.'), usage, finish('stop')])
  t.strictSame(
    out.map(({ type }) => type),
    ['part_start', 'part_delta', 'usage', 'part_end', 'finish']
  )
  t.strictSame(
    out.find(({ type }) => type === 'part_end'),
    partEnd(0, 0, { type: 'text', text: 'Done.' })
  )
  t.match(gaps, [{ feature: 'reply.seal', action: 'dropped' }])
})

t.test('seals of a text before a call, and of calls, pass as they are', async t => {
  const events = [...sealed(0, 'Let me look.'), ...called, finish('tool_calls')]
  const { out, gaps } = play(events)
  t.strictSame(out, events)
  t.strictSame(gaps, [])
})

t.test('a reply that is cut off loses nothing more', async t => {
  const events = sealed(0, 'Done.')
  t.strictSame(play(events).out, events)
})

t.test('only a client that reads the last block alone is spared the seal', async t => {
  t.equal(readsLastBlock('claude-cli/2.1.328 (external, sdk-cli)'), true)
  t.equal(readsLastBlock('Anthropic/JS 1.10.0'), false)
  t.equal(readsLastBlock(undefined), false)
})
