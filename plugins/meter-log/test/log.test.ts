import type { Gap, Summary } from '@isthmus/core'
import { fakeHost, meterCases } from '@isthmus/core/testing'
import { checker } from '@isthmus/core/wire'
import t from 'tap'
import log from '../src/index.ts'

const SUMMARY: Summary = {
  exchange: 'x1',
  ingress: 'chat-completions',
  principal: undefined,
  model: 'fast',
  alias: undefined,
  target: 'simulator/echo',
  stream: true,
  attempts: [
    { target: 'other/model', outcome: 'failed', code: 'ISTHMUS_UPSTREAM_LIMITED', status: 429, ms: 12 },
    { target: 'simulator/echo', outcome: 'ok', ms: 30 }
  ],
  usage: { input: { fresh: 10, cacheRead: 5 }, output: { total: 7 } },
  finish: 'stop',
  gaps: [],
  outcome: 'ok',
  status: 200,
  code: undefined,
  kind: undefined,
  ttftMs: 12.3456,
  totalMs: 42
}

/** Records one summary with a real logger and gives the lines that came out. */
async function lines(change: Partial<Summary>, level = 'info') {
  const host = fakeHost({ id: 'log' })
  host.log.level = level
  const meter = await log.setup(host, {})
  meter.record({ ...SUMMARY, ...change })
  return host.lines.map(({ time: _time, ...line }) => line)
}

for (const { name, run } of meterCases(log)) t.test(name, async () => run())

t.test('an exchange gives one line with the fixed field names', async t => {
  t.strictSame(await lines({ principal: 'team-a', alias: 'fast' }), [
    {
      level: 30,
      plugin: 'log',
      exchange: 'x1',
      ingress: 'chat-completions',
      principal: 'team-a',
      model: 'fast',
      alias: 'fast',
      target: 'simulator/echo',
      attempts: 2,
      usage: { input: 15, cacheRead: 5, output: 7 },
      ttftMs: 12.3,
      totalMs: 42,
      outcome: 'ok',
      msg: 'exchange'
    }
  ])
})

t.test('what is not known is left out, and zero is not', async t => {
  const [line] = await lines({ usage: undefined, ttftMs: undefined, target: undefined, attempts: [] })
  t.strictSame(Object.keys(line ?? {}), [
    'level',
    'plugin',
    'exchange',
    'ingress',
    'model',
    'attempts',
    'totalMs',
    'outcome',
    'msg'
  ])
  const [zero] = await lines({
    usage: { input: { fresh: 0, cacheWrite: { total: 0 } }, output: { total: 0, reasoning: 0 } }
  })
  t.strictSame(zero?.usage, { input: 0, cacheWrite: 0, output: 0, reasoning: 0 })
  const [none] = await lines({ usage: { input: {}, output: {} } })
  t.strictSame(none?.usage, {}, 'an upstream that reported an empty usage shows as one')
})

t.test('a failed exchange is a warning with its code, a cancelled one is not', async t => {
  const [failed] = await lines({ outcome: 'failed', code: 'ISTHMUS_UPSTREAM_TIMEOUT', status: 504, kind: 'timeout' })
  t.match(failed, { level: 40, outcome: 'failed', code: 'ISTHMUS_UPSTREAM_TIMEOUT' })
  const [cancelled] = await lines({ outcome: 'cancelled', code: 'ISTHMUS_REQUEST_CANCELLED' })
  t.match(cancelled, { level: 30, outcome: 'cancelled', code: 'ISTHMUS_REQUEST_CANCELLED' })
})

t.test('settled exchanges are not written at level warn, failed ones are', async t => {
  t.strictSame(await lines({}, 'warn'), [])
  t.equal((await lines({ outcome: 'failed' }, 'warn')).length, 1)
})

t.test('gaps are short strings, each once and in the order they were met', async t => {
  const gaps: Gap[] = [
    { feature: 'sampling.top_k', action: 'dropped', field: 'top_k', message: 'not known there' },
    { feature: 'reply.native', action: 'dropped' },
    { feature: 'reply.native', action: 'dropped' },
    { feature: 'output.json', action: 'emulated' }
  ]
  const [line] = await lines({ gaps })
  t.strictSame(line?.gaps, ['sampling.top_k=dropped', 'reply.native=dropped', 'output.json=emulated'])
})

t.test('a name that a client made very long is cut', async t => {
  const [line] = await lines({ model: 'm'.repeat(5000), principal: 'p'.repeat(5000) })
  t.equal(line?.model, `${'m'.repeat(128)}…`)
  t.equal(line?.principal, `${'p'.repeat(128)}…`)
})

t.test('the descriptor is frozen and its options refuse unknown members', async t => {
  t.strictSame([log.kind, log.name, log.api, Object.isFrozen(log)], ['meter', 'log', 1, true])
  t.equal(checker(log.options).problems({ level: 'debug' })[0]?.unknown, true)
})
