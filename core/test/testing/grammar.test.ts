import {
  endEvent,
  errorEvent,
  finishEvent,
  heartbeatEvent,
  type IrEvent,
  ISTHMUS_INTERNAL,
  nativeEvent,
  noticeEvent,
  type Part,
  partEnd,
  partStart,
  startEvent,
  textDelta,
  usageEvent,
  valueDelta
} from '@isthmus/core'
import { assertGrammar, GrammarChecker } from '@isthmus/core/testing'
import t from 'tap'

const start = startEvent('r', 'm')
const finish = (choice = 0) => finishEvent(choice, { reason: 'stop', native: 'stop' })
const text = (value = ''): Part => ({ type: 'text', text: value })
const call = (argsText = ''): Part => ({ type: 'tool_call', id: 'c', name: 'f', kind: 'function', argsText })
const reasoning: Part = { type: 'reasoning', hidden: false }
const usage = usageEvent({ input: {}, output: {} })
const error = errorEvent(ISTHMUS_INTERNAL())

const RIGHT: Readonly<Record<string, readonly IrEvent[]>> = {
  'an empty answer': [start, finish(), endEvent()],
  'parts that interleave': [
    start,
    partStart(0, 0, text()),
    partStart(0, 1, call()),
    textDelta(0, 1, 'args', '{}'),
    textDelta(0, 0, 'text', 'a'),
    partEnd(0, 1, call('{}')),
    partEnd(0, 0, text('a')),
    finish(),
    endEvent()
  ],
  'two choices': [start, partStart(1, 0, text()), partEnd(1, 0, text()), finish(1), finish(0), endEvent()],
  'usage, heartbeat, native and notice anywhere after the start': [
    heartbeatEvent(),
    start,
    usage,
    nativeEvent({ format: 'messages', object: {} }),
    noticeEvent({ feature: 'ext', action: 'dropped' }),
    heartbeatEvent(),
    finish(),
    usage,
    endEvent()
  ],
  'an error before the start': [error, endEvent()],
  'an error with parts open': [start, partStart(0, 0, text()), error, endEvent()]
}

const WRONG: Readonly<Record<string, readonly IrEvent[]>> = {
  'it stops without an end': [start, finish()],
  "'end' after the end": [start, finish(), endEvent(), endEvent()],
  "'finish' after an error": [start, error, finish()],
  "'usage' before the start": [usage],
  "'end' before the start": [endEvent()],
  'a second start': [start, start],
  'part index 1 where 0 is next': [start, partStart(0, 1, text())],
  'the head of part 0/0 holds what belongs in a delta': [start, partStart(0, 0, text('a'))],
  'a delta for part 0/0, which is not open': [start, textDelta(0, 0, 'text', 'a')],
  "a delta of kind 'args' for part 0/0 of type 'text'": [start, partStart(0, 0, text()), textDelta(0, 0, 'args', '{')],
  'the end of part 0/0, which is not open': [start, partEnd(0, 0, text())],
  'part 0/0 ends as another type': [start, partStart(0, 0, text()), partEnd(0, 0, call('{}'))],
  'the text of part 0/0 is not what its deltas add up to': [
    start,
    partStart(0, 0, text()),
    textDelta(0, 0, 'text', 'a'),
    partEnd(0, 0, text('b'))
  ],
  'a part of choice 0 after its finish': [start, finish(), partStart(0, 0, text())],
  'choice 0 finishes with part 0 open': [start, partStart(0, 0, text()), finish()],
  'a second finish of choice 0': [start, finish(), finish()],
  'the end comes with parts open': [start, partStart(1, 0, text()), finish(0), endEvent()],
  'the end comes without a finish': [start, endEvent()],
  'choice 1 has no finish': [start, partStart(1, 0, text()), partEnd(1, 0, text()), finish(0), endEvent()]
}

t.test('what the grammar allows', async t => {
  for (const [name, events] of Object.entries(RIGHT)) t.doesNotThrow(() => assertGrammar(events), name)
})

t.test('what the grammar forbids, each with the place and the rule', async t => {
  for (const [rule, events] of Object.entries(WRONG)) {
    t.throws(() => assertGrammar(events), { code: 'ISTHMUS_IR_GRAMMAR', message: new RegExp(`event \\d+: ${rule}`) })
  }
})

t.test('arguments and reasoning must be what their deltas add up to, too', async t => {
  const wrong = [
    [start, partStart(0, 0, call()), partEnd(0, 0, call('{}'))],
    [start, partStart(0, 0, reasoning), textDelta(0, 0, 'reasoning', 'a'), partEnd(0, 0, reasoning)],
    [
      start,
      partStart(0, 0, reasoning),
      valueDelta(0, 0, 'summary', 0, 'a'),
      partEnd(0, 0, { ...reasoning, summary: ['b'] } as Part)
    ]
  ]
  for (const events of wrong) t.throws(() => assertGrammar(events), { message: /is not what its deltas add up to/ })
})

t.test('events may be checked as they come', async t => {
  const checker = new GrammarChecker()
  checker.add(start)
  t.throws(() => checker.add(textDelta(0, 3, 'text', 'a')), { message: /event 1/ })
})
