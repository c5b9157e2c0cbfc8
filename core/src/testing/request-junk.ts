import { equal, ok } from 'node:assert/strict'
import type { RequestHead } from '../contract/index.ts'
import { isGatewayError } from '../errors/index.ts'
import type { Case } from './case.ts'
import { JUNK_BODIES } from './junk.ts'
import { requestHead } from './request-head.ts'

/** junkRequestCase holds a decoder of requests to refusing what no client means. */
export function junkRequestCase(decode: (body: unknown, head: RequestHead) => unknown): Case {
  return {
    name: 'request: junk is refused as an invalid request, and nothing else is thrown',
    run() {
      checkJunk(decode, requestHead())
      equal(({} as Record<string, unknown>).polluted, undefined, 'decoding changed Object.prototype')
    }
  }
}

/** checkJunk fails on a decoder that throws anything but an invalid request. */
export function checkJunk(decode: (body: unknown, head: RequestHead) => unknown, head: RequestHead): void {
  for (const body of JUNK_BODIES) {
    try {
      decode(body, head)
    } catch (thrown) {
      ok(isGatewayError(thrown), `${JSON.stringify(body)} threw ${String(thrown)}`)
      equal(thrown.kind, 'invalid_request', `${JSON.stringify(body)} was refused as ${thrown.kind}`)
    }
  }
}
