import { commits, fold, type IrEvent, ISTHMUS_INTERNAL, type Part, ReplyBuilder } from '@isthmus/core'
import { assertGrammar } from '@isthmus/core/testing'
import fc from 'fast-check'
import t from 'tap'
import { replyEvents } from './reply-arbitrary.ts'

const stop = { reason: 'stop', native: 'stop' } as const
const text = (value = ''): Part => ({ type: 'text', text: value })
const call = (argsText = ''): Part => ({ type: 'tool_call', id: 'c1', name: 'f', kind: 'function', argsText })
const types = (events: readonly IrEvent[]) => events.map(event => event.type).join(' ')

t.test('whatever a decoder does in whatever order, the events are grammatical', async t => {
  fc.assert(fc.property(replyEvents, events => assertGrammar(events)))
  t.pass()
})

t.test('parts of one choice are numbered in order and may interleave', async t => {
  const out = new ReplyBuilder()
  out.start('r1', 'm')
  const a = out.open(0, text())
  const b = out.open(0, call())
  out.append(b, 'args', '{"x"')
  out.append(a, 'text', 'Hello')
  out.append(b, 'args', ':1}')
  out.close(a)
  out.close(b)
  out.finish(0, stop)
  out.end()
  const events = out.take()
  assertGrammar(events)
  t.same(fold(events).choices[0]?.parts, [text('Hello'), call('{"x":1}')])
})

t.test('what came with the opening of a part is a delta, not a head', async t => {
  const out = new ReplyBuilder()
  out.start('r1', 'm')
  out.append(out.open(0, text('Hel')), 'text', 'lo')
  t.same(
    out.take().map(event => (event.type === 'part_delta' ? event.text : event.type)),
    ['start', 'part_start', 'Hel', 'lo']
  )
})

t.test('a part that came in one piece is written as deltas', async t => {
  const out = new ReplyBuilder()
  out.start('r1', 'm')
  const seal = {
    kind: 'signature',
    data: 'c2ln',
    issuer: { provider: 'p', modelFamily: 'f', format: 'unknown' }
  } as const
  out.whole(0, { type: 'reasoning', hidden: false, text: 'because', summary: ['a', 'b'], seal })
  const events = out.take()
  t.same(
    events.flatMap(event => (event.type === 'part_delta' ? [event.kind] : [])),
    ['reasoning', 'summary', 'summary', 'seal']
  )
  t.match(events.at(-1), { part: { text: 'because', summary: ['a', 'b'], seal } })
})

t.test('a final part that holds more than its deltas said has the rest written as deltas', async t => {
  const out = new ReplyBuilder()
  const open = out.open(0, text())
  out.append(open, 'text', 'Hel')
  out.close(open, { type: 'text', text: 'Hello', annotations: [{ kind: 'url', url: 'https://example.org' }] })
  out.finish(0, stop)
  out.end()
  const events = out.take()
  assertGrammar(events)
  t.same(
    events.flatMap(event => (event.type === 'part_delta' ? [event.kind, event.text] : [])),
    ['text', 'Hel', 'text', 'lo', 'annotation', '']
  )
})

t.test('a function called without arguments gets an empty object, a custom tool an empty text', async t => {
  const out = new ReplyBuilder()
  out.whole(0, call())
  out.close(out.open(0, call()), call())
  out.whole(0, { type: 'tool_call', id: 'c2', name: 'g', kind: 'custom', argsText: '' })
  out.finish(0, stop)
  out.end()
  const events = out.take()
  assertGrammar(events)
  t.same(
    fold(events).choices[0]?.parts.map(part => part.type === 'tool_call' && part.argsText),
    ['{}', '{}', '']
  )
})

t.test('a call with the id of an earlier one of its choice gets an id of its own', async t => {
  const out = new ReplyBuilder()
  const repeated = call('{"x":1}')
  const taken: Part = { type: 'tool_call', id: 'c1_2', name: 'f', kind: 'function', argsText: '{}' }
  for (const choice of [0, 0, 0, 1]) out.close(out.open(choice, call()), repeated)
  out.whole(0, taken)
  for (const choice of [0, 1]) out.finish(choice, stop)
  out.end()
  const events = out.take()
  assertGrammar(events)
  t.same(
    fold(events).choices.map(({ parts }) => parts.map(part => part.type === 'tool_call' && part.id)),
    [['c1', 'c1_2', 'c1_3', 'c1_2_2'], ['c1']]
  )
})

t.test('a second start, a second finish and content after a finish or an end are ignored', async t => {
  const out = new ReplyBuilder()
  out.start('r1', 'm')
  out.start('r2', 'other')
  out.finish(0, stop)
  out.finish(0, { reason: 'length', native: 'length' })
  out.append(out.open(0, text()), 'text', 'late')
  out.end()
  out.end()
  out.usage({ input: {}, output: {} })
  out.whole(1, text('later'))
  out.fail(ISTHMUS_INTERNAL())
  t.equal(types(out.take()), 'start finish end')
  t.ok(out.ended)
})

t.test('what is open at a finish or at the end is closed', async t => {
  const out = new ReplyBuilder()
  out.start('r1', 'm')
  out.append(out.open(0, text()), 'text', 'a')
  out.append(out.open(1, text()), 'text', 'b')
  out.finish(0, stop)
  out.end()
  const events = out.take()
  assertGrammar(events)
  t.same(
    fold(events).choices.map(choice => choice.finish.reason),
    ['stop', 'other'],
    'a choice without a finish ends as other'
  )
  t.same(out.choices, [0, 1])
})

t.test('a reply without any choice does not end: it is no answer', async t => {
  const out = new ReplyBuilder()
  out.start('r1', 'm')
  out.usage({ input: { fresh: 1 }, output: {} })
  out.end()
  t.notOk(out.ended)
})

t.test('what comes before the start starts the reply', async t => {
  const out = new ReplyBuilder()
  out.heartbeat()
  out.usage({ input: {}, output: {} })
  out.start('r1', 'm')
  t.equal(types(out.take()), 'heartbeat start usage')
})

t.test('a failure ends the reply with nothing after it', async t => {
  const out = new ReplyBuilder()
  out.append(out.open(0, text()), 'text', 'a')
  out.fail(ISTHMUS_INTERNAL())
  out.finish(0, stop)
  const events = out.take()
  assertGrammar(events)
  t.equal(types(events), 'start part_start part_delta error end')
})

t.test('audio and its transcript are added up apart', async t => {
  const out = new ReplyBuilder()
  const open = out.open(0, { type: 'audio', source: { kind: 'inline', mime: 'audio/wav', data: '' } })
  out.append(open, 'audio', 'UklG')
  out.append(open, 'transcript', 'Hel')
  out.append(open, 'audio', 'RgAA')
  out.append(open, 'transcript', 'lo')
  out.close(open)
  t.match(out.take().at(-1), { part: { source: { data: 'UklGRgAA' }, transcript: 'Hello' } })
})

t.test('deltas of every kind reach the final part', async t => {
  const out = new ReplyBuilder()
  const issuer = { provider: 'p', modelFamily: 'f', format: 'unknown' }
  const reasoning = out.open(0, { type: 'reasoning', hidden: false })
  out.set(reasoning, 'summary', 2, 'second')
  out.set(reasoning, 'summary', 0, 'fir')
  out.set(reasoning, 'summary', 0, 'st')
  out.set(reasoning, 'seal', { kind: 'signature', data: 'ab', issuer })
  out.set(reasoning, 'seal', { kind: 'signature', data: 'cd', issuer })
  out.close(reasoning)
  t.match(out.take().at(-1), { part: { summary: ['first', 'second'], seal: { data: 'abcd' } } })
  const answer = out.open(0, text())
  out.append(answer, 'text', 'a')
  out.set(answer, 'logprobs', [{ token: 'a', logprob: -1 }])
  out.set(answer, 'annotation', { kind: 'url', url: 'https://example.org' })
  out.close(answer)
  t.match(out.take().at(-1), { part: { text: 'a', logprobs: [{ token: 'a' }], annotations: [{ kind: 'url' }] } })
  const hosted = out.open(0, {
    type: 'hosted_call',
    kind: 'code',
    id: 'h',
    native: { format: 'responses', object: {} }
  })
  out.set(hosted, 'hosted_status', 'searching')
  out.close(hosted)
  t.match(out.take().at(-1), { part: { status: 'searching' } })
})

t.test('a hostile index costs no memory', async t => {
  const out = new ReplyBuilder()
  const open = out.open(4_000_000_000, { type: 'reasoning', hidden: false })
  out.set(open, 'summary', 4_000_000_000, 'x')
  out.finish(4_000_000_000, stop)
  out.end()
  t.match(fold(out.take()).choices, [{ index: 4_000_000_000, parts: [{ summary: ['x'] }] }])
})

t.test('content commits, and what may come before content does not', async t => {
  const out = new ReplyBuilder()
  out.heartbeat()
  out.start('r', 'm')
  out.usage({ input: {}, output: {} })
  out.native({ format: 'messages', object: {} })
  out.notice({ feature: 'ext', action: 'dropped' })
  const open = out.open(0, text())
  t.notOk(out.take().some(commits))
  out.append(open, 'text', 'a')
  t.ok(out.take().some(commits), 'a delta')
  out.open(0, call())
  t.ok(out.take().some(commits), 'a call')
  out.finish(0, stop)
  t.ok(out.take().some(commits), 'a finish')
})
