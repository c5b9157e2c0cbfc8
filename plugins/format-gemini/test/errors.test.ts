import { createError, ERROR_KINDS, type ErrorKind, type UpstreamError } from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { decodeError } from '../src/error-decode.ts'
import { encodeError } from '../src/error-encode.ts'
import { sdk } from './support/replies.ts'

const decode = (status: number, body: unknown, headers: Record<string, string> = {}): UpstreamError =>
  decodeError({ status, headers }, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)))
const refusal = (code: number, status: string, message: string, details?: readonly JsonObject[]): JsonObject => ({
  error: { code, message, status, ...(details && { details }) }
})
const INFO = 'type.googleapis.com/google.rpc.'

t.test('refusals have the gateway’s kinds', async t => {
  const cases: readonly (readonly [number, string, string, ErrorKind])[] = [
    [400, 'INVALID_ARGUMENT', 'Invalid value at contents', 'upstream_rejected'],
    [
      400,
      'INVALID_ARGUMENT',
      'The input token count (9) exceeds the maximum number of tokens allowed (8).',
      'context_length'
    ],
    [400, 'INVALID_ARGUMENT', 'Request payload size exceeds the limit: 20971520 bytes.', 'too_large'],
    [400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.', 'upstream_denied'],
    [401, 'UNAUTHENTICATED', 'No', 'upstream_denied'],
    [403, 'PERMISSION_DENIED', 'No', 'upstream_denied'],
    [404, 'NOT_FOUND', 'models/x is not found', 'not_found'],
    [429, 'RESOURCE_EXHAUSTED', 'Quota', 'upstream_limited'],
    [429, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.', 'upstream_denied'],
    [499, 'CANCELLED', 'The operation was cancelled.', 'upstream_unavailable'],
    [500, 'INTERNAL', 'Oops', 'upstream_unavailable'],
    [503, 'UNAVAILABLE', 'Overloaded', 'upstream_overloaded'],
    [504, 'DEADLINE_EXCEEDED', 'Slow', 'timeout']
  ]
  for (const [code, status, message, kind] of cases) {
    t.match(decode(code, refusal(code, status, message)), { kind, message, type: status }, message)
    t.match(decode(code, [refusal(code, status, message)]), { kind, message }, `${message}, in an array`)
  }
})

t.test('a bad key is the gateway’s affair, and waits are read from where they stand', async t => {
  const bad = [{ '@type': `${INFO}ErrorInfo`, reason: 'API_KEY_INVALID', domain: 'googleapis.com' }]
  const denied = decode(400, refusal(400, 'INVALID_ARGUMENT', 'API key not valid.', bad))
  t.match(denied, { kind: 'upstream_denied', code: 'API_KEY_INVALID' })
  const retry = [{ '@type': `${INFO}RetryInfo`, retryDelay: '17.5s' }]
  t.equal(decode(429, refusal(429, 'RESOURCE_EXHAUSTED', 'Quota', retry)).retryAfterMs, 17_500)
  t.equal(decode(429, refusal(429, 'RESOURCE_EXHAUSTED', 'Quota', retry), { 'retry-after': '3' }).retryAfterMs, 3000)
  t.equal(decode(429, refusal(429, 'RESOURCE_EXHAUSTED', 'Quota', [{ retryDelay: 'soon' }])).retryAfterMs, undefined)
})

t.test('a message that is a template says nothing, so the details are read as well', async t => {
  const detail = '[ORIGINAL ERROR] generic::failed_precondition: User location is not supported for the API use.'
  const details = [{ '@type': `${INFO}DebugInfo`, detail }]
  t.match(decode(400, refusal(400, 'FAILED_PRECONDITION', '$grpcMessage', details)), { kind: 'upstream_denied' })
})

t.test('what is no error of the service is told by its status', async t => {
  t.match(decode(502, '<html>Bad gateway</html>'), { kind: 'upstream_unavailable', message: /502/ })
  t.match(decode(400, { error: 'no' }), { kind: 'upstream_rejected', message: 'no' })
  t.equal(decode(400, refusal(400, 'INVALID_ARGUMENT', 'x'.repeat(9000))).message.length, 2000)
})

t.test('every kind has a status of the format, and the vendor’s client reads it', async t => {
  for (const kind of Object.keys(ERROR_KINDS) as ErrorKind[]) {
    const error = createError('TEST_KIND', kind, 'It went wrong')()
    const { status, body } = encodeError(error, 'x1')
    t.match(body, { error: { code: status, message: 'It went wrong', status: /^[A-Z_]+$/ } }, kind)
    const asked = sdk(JSON.stringify(body), 'application/json', status).models.generateContent({
      model: 'm',
      contents: 'x'
    })
    await t.rejects(asked, { status, message: /It went wrong/ }, kind)
  }
})

t.test('details tell what to do about an error', async t => {
  const details = (kind: ErrorKind, more: JsonObject = {}): unknown => {
    const { body } = encodeError(createError('TEST_KIND', kind, 'No').with(more), 'x1')
    return isObject(body) && isObject(body.error) && body.error.details
  }
  t.strictSame(details('invalid_request', { path: 'contents[0]' }), [
    { '@type': `${INFO}BadRequest`, fieldViolations: [{ field: 'contents[0]', description: 'No' }] },
    { '@type': `${INFO}RequestInfo`, requestId: 'x1' }
  ])
  t.match(details('rate_limited', { retryAfterMs: 1500 }), [{ '@type': `${INFO}RetryInfo`, retryDelay: '1.5s' }, {}])
  t.match(details('budget_exceeded'), [{ violations: [{ quotaId: /PerDay/ }] }, {}], 'which clients do not try again')
  t.match(details('unsupported', { details: { features: ['a'], word: 'b' } }), [
    { '@type': `${INFO}ErrorInfo`, reason: 'TEST_KIND', metadata: { features: '["a"]', word: 'b' } },
    {}
  ])
  const limited = createError('TEST_KIND', 'upstream_limited', 'No').with({ retryAfterMs: 1500 })
  const { status, body, headers } = encodeError(limited, 'x1')
  t.same(headers, { 'retry-after': '2' })
  t.equal(decode(status, body).retryAfterMs, 1500)
})
