import { createError, ERROR_KINDS, type ErrorKind } from '@isthmus/core'
import t from 'tap'
import { messages } from '../src/index.ts'

const decode = (status: number, body: unknown, headers = {}) =>
  messages.error.decode({ status, headers }, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
const envelope = (type: string, message = 'm') => ({ type: 'error', error: { type, message } })

t.test('an upstream’s refusal gets the kind that says what to do', async t => {
  const cases: readonly (readonly [number, unknown, string])[] = [
    [400, envelope('invalid_request_error'), 'upstream_rejected'],
    [400, envelope('invalid_request_error', 'prompt is too long: 250000 tokens > 200000 maximum'), 'context_length'],
    [400, envelope('invalid_request_error', 'Your credit balance is too low'), 'upstream_denied'],
    [400, envelope('invalid_request_error', 'Output blocked by content filtering policy'), 'content_policy'],
    [401, envelope('authentication_error'), 'upstream_denied'],
    [402, envelope('billing_error'), 'upstream_denied'],
    [403, envelope('permission_error'), 'upstream_denied'],
    [404, envelope('not_found_error'), 'not_found'],
    [409, envelope('conflict_error'), 'upstream_rejected'],
    [413, envelope('request_too_large'), 'too_large'],
    [413, '<html>too large</html>', 'too_large'],
    [429, envelope('rate_limit_error'), 'upstream_limited'],
    [500, envelope('api_error'), 'upstream_unavailable'],
    [503, '', 'upstream_overloaded'],
    [504, envelope('timeout_error'), 'timeout'],
    [529, envelope('overloaded_error'), 'upstream_overloaded'],
    [418, { error: 'a string' }, 'upstream_rejected']
  ]
  for (const [status, body, kind] of cases)
    t.equal(decode(status, body).kind, kind, `${status} ${JSON.stringify(body)}`)
  t.equal(decode(418, { error: 'a string' }).message, 'a string')
})

t.test('the wait is read in milliseconds, in seconds, and as a date', async t => {
  const wait = (headers: Record<string, string>) => decode(429, envelope('rate_limit_error'), headers).retryAfterMs
  t.equal(wait({ 'retry-after': '7' }), 7000)
  t.equal(wait({ 'retry-after-ms': '250', 'retry-after': '7' }), 250)
  t.equal(wait({ 'retry-after': 'Fri, 01 Jan 2027 00:00:10 GMT', date: 'Fri, 01 Jan 2027 00:00:00 GMT' }), 10_000)
  t.equal(wait({ 'retry-after': 'soon' }), undefined)
  t.equal(wait({}), undefined)
})

t.test('each kind has its type and status, and says whether to try again', async t => {
  const types: Partial<Record<ErrorKind, readonly [number, string]>> = {
    invalid_request: [400, 'invalid_request_error'],
    authentication: [401, 'authentication_error'],
    budget_exceeded: [402, 'billing_error'],
    permission: [403, 'permission_error'],
    not_found: [404, 'not_found_error'],
    conflict: [409, 'conflict_error'],
    too_large: [413, 'request_too_large'],
    rate_limited: [429, 'rate_limit_error'],
    upstream_limited: [429, 'rate_limit_error'],
    internal: [500, 'api_error'],
    upstream_denied: [502, 'api_error'],
    timeout: [504, 'timeout_error'],
    overloaded: [529, 'overloaded_error'],
    upstream_overloaded: [529, 'overloaded_error']
  }
  for (const kind of Object.keys(ERROR_KINDS) as ErrorKind[]) {
    const error = createError('TEST_ERROR', kind, 'said')()
    const reply = messages.error.encode(error, 'exchange-1')
    const expected = types[kind]
    if (expected !== undefined) t.match(reply, { status: expected[0], body: { error: { type: expected[1] } } }, kind)
    t.match(reply.body, { type: 'error', error: { message: 'said' }, request_id: 'exchange-1' })
  }
  const limited = createError('TEST_ERROR', 'upstream_limited', 'x').with({ retryAfterMs: 1200 })
  t.same(messages.error.encode(limited, 'i').headers, { 'retry-after': '2' })
  const denied = createError('TEST_ERROR', 'upstream_denied', 'x')()
  t.same(messages.error.encode(denied, 'i').headers, { 'x-should-retry': 'false' })
})
