import {
  createError,
  ERROR_KINDS,
  type ErrorKind,
  ISTHMUS_MODEL_NOT_FOUND,
  ISTHMUS_UPSTREAM_ERRORS
} from '@isthmus/core'
import t from 'tap'
import { chatCompletions } from '../src/index.ts'

const decode = (status: number, body: unknown, headers = {}) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return chatCompletions.error.decode({ status, headers }, new TextEncoder().encode(text))
}
const error = (members: object) => ({ error: { message: 'It is said', ...members } })

const KINDS: readonly (readonly [number, unknown, string])[] = [
  [400, error({ code: 'context_length_exceeded' }), 'context_length'],
  [400, error({ message: "This model's maximum context length is 10 tokens" }), 'context_length'],
  [400, error({ code: 'content_policy_violation' }), 'content_policy'],
  [403, error({ code: 403, metadata: { reasons: ['violence'] } }), 'content_policy'],
  [400, error({ metadata: { error_type: 'context_length_exceeded' } }), 'context_length'],
  [400, error({ type: 'invalid_request_error' }), 'upstream_rejected'],
  [422, error({}), 'upstream_rejected'],
  [401, error({ code: 'invalid_api_key' }), 'upstream_denied'],
  [402, error({}), 'upstream_denied'],
  [403, error({}), 'upstream_denied'],
  [404, error({ code: 'model_not_found' }), 'not_found'],
  [408, error({}), 'timeout'],
  [413, error({}), 'too_large'],
  [429, error({ code: 'rate_limit_exceeded' }), 'upstream_limited'],
  [429, error({ type: 'insufficient_quota', code: 'insufficient_quota' }), 'upstream_denied'],
  [500, error({}), 'upstream_unavailable'],
  [503, error({}), 'upstream_overloaded'],
  [529, error({}), 'upstream_overloaded'],
  [524, '<html>', 'timeout'],
  [502, '', 'upstream_unavailable']
]

for (const [status, body, kind] of KINDS) {
  t.test(`${status} ${JSON.stringify(body)} is ${kind}`, async t => {
    t.equal(decode(status, body).kind, kind)
  })
}

t.test('the message is found in all envelopes, and says more than that there was an error', async t => {
  t.equal(decode(400, { object: 'error', message: 'vLLM' }).message, 'vLLM')
  t.equal(decode(400, { error: 'text' }).message, 'text')
  t.equal(decode(400, [{ error: { message: 'list' } }]).message, 'list')
  t.equal(decode(422, { detail: 'detail' }).message, 'detail')
  t.equal(decode(502, '<html>').message, 'The provider answered with status 502')
  const metadata = { provider_name: 'Acme', raw: '{"error":{"message":"the reason"}}' }
  t.equal(
    decode(400, { error: { message: 'Provider returned error', code: 400, metadata } }).message,
    'Acme: the reason'
  )
})

t.test('a key that an upstream repeats is not passed on', async t => {
  const { kind, message } = decode(401, error({ message: 'Incorrect API key provided: sk-abcdefghijk.' }))
  const { body } = chatCompletions.error.encode(ISTHMUS_UPSTREAM_ERRORS[kind](message), 'x1')
  t.notMatch(JSON.stringify(body), /abcdef/)
})

t.test('the wait is read in every spelling, a date against the date of the reply', async t => {
  const wait = (headers: Record<string, string>) => decode(429, error({}), headers).retryAfterMs
  t.equal(wait({ 'retry-after-ms': '250', 'retry-after': '9' }), 250)
  t.equal(wait({ 'retry-after': '1.5' }), 1500)
  const date = 'Wed, 21 Oct 2015 07:28:00 GMT'
  t.equal(wait({ date, 'retry-after': 'Wed, 21 Oct 2015 07:28:30 GMT' }), 30_000)
  t.equal(wait({ 'retry-after': date }), undefined)
})

const SHAPES: Partial<Record<ErrorKind, readonly [number, string, string | null]>> = {
  invalid_request: [400, 'invalid_request_error', null],
  unsupported: [400, 'invalid_request_error', 'unsupported_parameter'],
  context_length: [400, 'invalid_request_error', 'context_length_exceeded'],
  content_policy: [400, 'invalid_request_error', 'content_policy_violation'],
  authentication: [401, 'authentication_error', 'invalid_api_key'],
  budget_exceeded: [429, 'insufficient_quota', 'insufficient_quota'],
  permission: [403, 'permission_error', null],
  not_found: [404, 'invalid_request_error', null],
  too_large: [413, 'invalid_request_error', null],
  rate_limited: [429, 'rate_limit_error', 'rate_limit_exceeded'],
  upstream_limited: [429, 'rate_limit_error', 'rate_limit_exceeded'],
  upstream_denied: [502, 'server_error', 'upstream_error'],
  upstream_overloaded: [503, 'server_error', 'overloaded'],
  timeout: [504, 'timeout_error', null],
  internal: [500, 'server_error', null]
}

t.test('every kind has its status, type and code', async t => {
  for (const kind of Object.keys(ERROR_KINDS) as ErrorKind[]) {
    const { status, body } = chatCompletions.error.encode(createError('TEST', kind, 'said')(), 'x')
    const { error } = body as { error: { message: string; type: string; code: string | null; param: string | null } }
    t.equal(error.message, 'said')
    t.equal(error.param, null)
    const shape = SHAPES[kind]
    if (shape !== undefined) t.same([status, error.type, error.code], shape, kind)
  }
  t.match(chatCompletions.error.encode(ISTHMUS_MODEL_NOT_FOUND('x', ''), 'x'), {
    status: 404,
    body: { error: { code: 'model_not_found' } }
  })
})

t.test('what cannot pass by trying again says so', async t => {
  const retry = (kind: ErrorKind) => chatCompletions.error.encode(createError('TEST', kind, 'said')(), 'x').headers
  for (const kind of ['budget_exceeded', 'upstream_denied', 'internal'] as const) {
    t.same(retry(kind), { 'x-should-retry': 'false' }, kind)
  }
  t.equal(retry('upstream_limited'), undefined)
})

t.test('a list of models is read with the facts that vendors add', async t => {
  const data = [
    { id: 'a', created: 5, owned_by: 'x', context_length: 100, top_provider: { max_completion_tokens: 10 } },
    { id: 'b', max_model_len: 50, context_length: 0 },
    { name: 'no id' },
    { id: 'c', name: 'c', created: 0, max_context_length: 7, description: 'C', deprecation: '2026-12-01T00:00:00Z' }
  ]
  const read = [
    { id: 'a', created: 5, ownedBy: 'x', contextTokens: 100, maxOutputTokens: 10 },
    { id: 'b', contextTokens: 50 },
    { id: 'c', description: 'C', contextTokens: 7, deprecated: '2026-12-01' }
  ]
  t.same(chatCompletions.models.decode({ data }), read)
  t.same(chatCompletions.models.decode(data), read)
  t.throws(() => chatCompletions.models.decode('junk'), { message: /a list of models/ })
})

t.test('a list with nonsense in it is refused as a whole, and the error says where', async t => {
  for (const [members, path] of [
    [{ context_length: '128k' }, 'data[1].context_length'],
    [{ context_window: -1 }, 'data[1].context_window'],
    [{ top_provider: { max_completion_tokens: {} } }, 'data[1].top_provider.max_completion_tokens'],
    [{ name: 5 }, 'data[1].name']
  ] as const) {
    t.throws(
      () => chatCompletions.models.decode({ data: [{ id: 'a' }, { id: 'b', ...members }] }),
      { message: `${path}: expected` },
      path
    )
  }
})
