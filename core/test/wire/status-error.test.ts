import t from 'tap'
import { retryAfterMs, statusError, statusKind } from '../../src/wire/index.ts'

t.test('a status alone gives a kind', async t => {
  const kinds: readonly [number, string][] = [
    [400, 'upstream_rejected'],
    [401, 'upstream_denied'],
    [404, 'not_found'],
    [413, 'too_large'],
    [422, 'upstream_rejected'],
    [429, 'upstream_limited'],
    [500, 'upstream_unavailable'],
    [503, 'upstream_overloaded'],
    [504, 'timeout'],
    [529, 'upstream_overloaded'],
    [302, 'upstream_unavailable']
  ]
  for (const [status, kind] of kinds) t.equal(statusKind(status), kind, String(status))
})

t.test('a wait is read in milliseconds, in seconds and as a date against the date of the reply', async t => {
  const date = 'Wed, 21 Oct 2015 07:28:00 GMT'
  t.equal(retryAfterMs({ 'retry-after-ms': '250', 'retry-after': '9' }), 250)
  t.equal(retryAfterMs({ 'retry-after': '1.5' }), 1500)
  t.equal(retryAfterMs({ date, 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT' }), 30_000)
  t.equal(retryAfterMs({ date: 'Wed, 21 Oct 2015 07:29:00 GMT', 'retry-after': date }), 0)
  for (const text of ['soon', '', '-1']) t.equal(retryAfterMs({ 'retry-after': text }), undefined, text)
  t.equal(retryAfterMs({ 'retry-after': date }), undefined)
  t.equal(retryAfterMs({}), undefined)
})

t.test('an upstream that says nothing is told by its status', async t => {
  t.same(statusError({ status: 500, headers: {} }), {
    kind: 'upstream_unavailable',
    message: 'The upstream answered with status 500'
  })
  t.match(statusError({ status: 429, headers: { 'retry-after': '2' } }, 'slow down'), {
    kind: 'upstream_limited',
    message: 'slow down',
    retryAfterMs: 2000
  })
})
