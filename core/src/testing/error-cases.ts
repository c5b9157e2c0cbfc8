import { equal, ok } from 'node:assert/strict'
import type { ErrorReply, ResponseHead, UpstreamError } from '../contract/index.ts'
import {
  createError,
  ERROR_KINDS,
  type ErrorKind,
  type GatewayError,
  ISTHMUS_UPSTREAM_ERRORS
} from '../errors/index.ts'
import type { Case } from './case.ts'
import type { ErrorFixture } from './format-fixtures.ts'
import { JUNK_BYTES } from './junk.ts'

const KINDS = Object.keys(ERROR_KINDS) as ErrorKind[]
const STATUSES = [400, 401, 402, 403, 404, 408, 409, 413, 418, 422, 429, 500, 502, 503, 504, 529]

type EncodeError = (error: GatewayError, requestId: string) => ErrorReply
type DecodeError = (head: ResponseHead, body: Uint8Array) => UpstreamError

/** sampleErrors gives one error of each kind. */
export function sampleErrors(): readonly GatewayError[] {
  return KINDS.map(kind => {
    const sample = createError(`TESTING_SAMPLE_${kind.toUpperCase()}`, kind, 'The kit made an error of kind %s')
    return sample.with({ retryAfterMs: 1500, path: 'messages[0]' }, kind)
  })
}

/** errorCases hold both directions of a format's errors. */
export function errorCases(
  encode: EncodeError,
  decode: DecodeError,
  fixtures: readonly ErrorFixture[]
): readonly Case[] {
  return [
    ...encodeErrorCases(encode),
    ...decodeErrorCases(decode, fixtures),
    {
      name: 'errors: what was encoded can be decoded',
      run() {
        for (const error of sampleErrors()) {
          const { status, body, headers } = encode(error, 'kit-1')
          const read = decode({ status, headers: { ...headers } }, new TextEncoder().encode(JSON.stringify(body)))
          ok(read.message.includes(error.message), `the message of an error of kind ${error.kind} is lost`)
        }
      }
    }
  ]
}

/** encodeErrorCases: every kind has a status and a body in the client's format. */
export function encodeErrorCases(encode: EncodeError): readonly Case[] {
  return sampleErrors().map(error => ({
    name: `errors: ${error.kind} has a status and a body`,
    run() {
      const { status, body, headers = {} } = encode(error, 'kit-1')
      ok(Number.isInteger(status) && status >= 400 && status <= 599, `the status is ${status}`)
      const text = JSON.stringify(body)
      ok(text?.startsWith('{'), 'the body is not a JSON object')
      ok(text.includes(error.message), 'the body does not hold the message')
      for (const [name, value] of Object.entries(headers)) {
        equal(name, name.toLowerCase())
        equal(typeof value, 'string', `the header '${name}' is not text`)
      }
    }
  }))
}

/** decodeErrorCases: whatever an upstream refuses with becomes one of the kernel's kinds. */
export function decodeErrorCases(decode: DecodeError, fixtures: readonly ErrorFixture[]): readonly Case[] {
  return [
    {
      name: 'errors: any status with any bytes is understood',
      run() {
        for (const { name, bytes } of JUNK_BYTES) {
          for (const status of STATUSES) {
            for (const type of ['application/json', 'text/html', '']) {
              checkError(decode({ status, headers: { 'content-type': type } }, bytes), `${status} with ${name}`)
            }
          }
        }
      }
    },
    {
      name: 'errors: a refused key is the gateway’s affair, a limit passes',
      run() {
        const body = new TextEncoder().encode('{}')
        const kind = (status: number): ErrorKind => decode({ status, headers: {} }, body).kind
        for (const status of [401, 403]) equal(kind(status), 'upstream_denied', `status ${status}`)
        equal(kind(429), 'upstream_limited')
        ok(ERROR_KINDS[kind(500)].nextCandidate, 'after a 500 no other candidate is tried')
        ok(ERROR_KINDS[kind(503)].nextCandidate, 'after a 503 no other candidate is tried')
      }
    },
    ...fixtures.map(fixture => ({
      name: `errors: ${fixture.name} is ${fixture.kind}`,
      run() {
        const head = { status: fixture.status, headers: fixture.headers ?? {} }
        const read = decode(head, new TextEncoder().encode(fixture.body))
        checkError(read, fixture.name)
        equal(read.kind, fixture.kind)
      }
    }))
  ]
}

function checkError(error: UpstreamError, what: string): void {
  ok(Object.hasOwn(ISTHMUS_UPSTREAM_ERRORS, error.kind), `${what}: '${error.kind}' is no kind an upstream may have`)
  ok(typeof error.message === 'string' && error.message !== '', `${what}: the message is empty`)
  const { retryAfterMs } = error
  ok(retryAfterMs === undefined || retryAfterMs >= 0, `${what}: retryAfterMs is ${retryAfterMs}`)
}
