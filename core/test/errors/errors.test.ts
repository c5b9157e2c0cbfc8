import {
  createError,
  ERROR_KINDS,
  ISTHMUS_INTERNAL,
  ISTHMUS_REQUEST_INVALID,
  ISTHMUS_ROUTE_METHOD,
  ISTHMUS_UPSTREAM_ERRORS,
  isGatewayError,
  toGatewayError
} from '@isthmus/core'
import t from 'tap'
import * as declared from '../../src/errors/errors.ts'

const codes = Object.entries(declared).flatMap(([name, value]) => {
  if (typeof value === 'function') return 'code' in value ? [[name, value] as const] : []
  return Object.values(value).map(factory => [factory.code, factory] as const)
})

t.test('every code has a name of its own, and the export is called like it', async t => {
  t.equal(new Set(codes.map(([name]) => name)).size, codes.length)
  for (const [name, { code, kind }] of codes) {
    t.equal(code, name)
    t.match(code, /^ISTHMUS_[A-Z]+(_[A-Z]+)*$/)
    t.ok(kind in ERROR_KINDS, code)
  }
})

t.test('what a provider says of an upstream error is the kind that comes out', async t => {
  for (const [kind, factory] of Object.entries(ISTHMUS_UPSTREAM_ERRORS)) {
    t.match(factory('as told'), { kind, statusCode: ERROR_KINDS[factory.kind].status })
    if (kind !== 'upstream_denied') t.equal(factory('as told').message, 'as told')
  }
})

t.test("what an upstream says of the gateway's own key is not passed on: it may quote it", async t => {
  const error = ISTHMUS_UPSTREAM_ERRORS.upstream_denied('Incorrect API key provided: hush')
  t.notMatch(error.message, 'hush')
})

t.test('an error has code, kind, status and a message from its template', async t => {
  const error = ISTHMUS_ROUTE_METHOD('PUT', '/v1/models', 'GET')
  t.type(error, Error)
  t.match(error, { code: 'ISTHMUS_ROUTE_METHOD', kind: 'method_not_allowed', statusCode: 405 })
  t.equal(error.message, 'PUT is not allowed on /v1/models; use GET')
})

t.test('an error carries details and its cause', async t => {
  const cause = new Error('inner')
  const error = ISTHMUS_REQUEST_INVALID.with({ cause, path: 'a.b', retryAfterMs: 5, instance: 'x' }, 'wrong')
  t.match(error, { message: 'wrong', path: 'a.b', retryAfterMs: 5, instance: 'x' })
  t.equal(error.cause, cause)
})

t.test('text from outside is not a template', async t => {
  t.equal(ISTHMUS_REQUEST_INVALID('100%s and %d').message, '100%s and %d')
})

t.test('an error is recognised whichever copy of the kernel made it', async t => {
  t.ok(isGatewayError(ISTHMUS_INTERNAL()))
  t.ok(isGatewayError({ [Symbol.for('isthmus.error')]: true }))
  for (const other of [new Error('x'), null, undefined, 'x', {}]) t.notOk(isGatewayError(other))
})

t.test('anything that was thrown becomes an error: its own stay, others are internal and name the plugin', async t => {
  const own = createError('PROVIDER_ACME_ODD', 'upstream_protocol', 'odd')()
  t.equal(toGatewayError(own, 'acme'), own)
  for (const thrown of [new TypeError('boom'), 'text', undefined]) {
    const error = toGatewayError(thrown, 'acme')
    t.match(error, { code: 'ISTHMUS_INTERNAL', kind: 'internal', statusCode: 500, instance: 'acme' })
    t.equal(error.cause, thrown)
    t.notMatch(error.message, /boom/, 'what was thrown is not told to the client')
  }
})
