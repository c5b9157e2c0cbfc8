import {
  endEvent,
  errorEvent,
  finishEvent,
  fold,
  type IrResponse,
  ISTHMUS_INTERNAL,
  isGatewayError,
  partEnd,
  partStart,
  startEvent,
  unfold,
  usageEvent
} from '@isthmus/core'
import { assertGrammar } from '@isthmus/core/testing'
import fc from 'fast-check'
import t from 'tap'
import { replyEvents } from './reply-arbitrary.ts'

const stop = { reason: 'stop', native: 'stop' } as const
const text = { type: 'text', text: '' } as const

t.test('folding what was unfolded gives the same reply, and its events are grammatical', async t => {
  fc.assert(
    fc.property(replyEvents, events => {
      const reply = fold(events)
      const again = unfold(reply).take()
      assertGrammar(again)
      t.strictSame(fold(again), reply)
    }),
    { numRuns: 200 }
  )
})

t.test('a whole reply keeps every member through its events', async t => {
  const reply: IrResponse = {
    id: 'r1',
    model: 'm',
    created: 7,
    serviceTier: 'default',
    fingerprint: 'fp',
    ext: { 'chat-completions': { x: 1 } },
    usage: { input: { fresh: 1 }, output: { total: 2 } },
    choices: [
      {
        index: 0,
        parts: [{ type: 'text', text: 'a', cache: { ttl: '5m' }, item: { index: 0, id: 'i' } }],
        finish: stop
      },
      { index: 1, parts: [], finish: { reason: 'length', native: 'max_tokens', detail: 'max_output' } }
    ]
  }
  t.strictSame(fold(unfold(reply).take()), reply)
})

t.test('the last usage counts, early usage stands until then', async t => {
  const early = { input: { fresh: 1 }, output: {} }
  const late = { input: { fresh: 1 }, output: { total: 3 } }
  const start = startEvent('r', 'm', undefined, early)
  t.same(fold([start, finishEvent(0, stop), endEvent()]).usage, early)
  t.same(fold([start, usageEvent(early), finishEvent(0, stop), usageEvent(late), endEvent()]).usage, late)
})

t.test('members of the reply may come with its first and its last event', async t => {
  const start = startEvent('r', 'm', 1, undefined, { fingerprint: 'f', ext: { responses: { a: 1 } } })
  const end = endEvent({ serviceTier: 'flex', ext: { responses: { b: 2 }, messages: { c: 3 } } })
  t.match(fold([start, finishEvent(0, stop), end]), {
    fingerprint: 'f',
    serviceTier: 'flex',
    ext: { responses: { a: 1, b: 2 }, messages: { c: 3 } }
  })
})

t.test('an error among the events is thrown as it is', async t => {
  const error = ISTHMUS_INTERNAL()
  t.throws(() => fold([startEvent('r', 'm'), errorEvent(error), endEvent()]), error)
})

t.test('what is not complete is not folded', async t => {
  const start = startEvent('r', 'm')
  for (const events of [
    [start, finishEvent(0, stop)],
    [start, partStart(0, 0, text), finishEvent(0, stop), endEvent()],
    [start, partStart(1, 0, text), partEnd(1, 0, text), finishEvent(0, stop), endEvent()]
  ]) {
    t.throws(() => fold(events), { code: 'ISTHMUS_IR_GRAMMAR', kind: 'internal' })
  }
})

t.test('choices come in the order of their numbers', async t => {
  const events = [startEvent('r', 'm'), finishEvent(2, stop), finishEvent(0, stop), endEvent()]
  t.same(
    fold(events).choices.map(choice => choice.index),
    [0, 2]
  )
  t.ok(isGatewayError(ISTHMUS_INTERNAL()))
})
