import type { ResponseHead, UpstreamError } from '../contract/index.ts'
import type { UpstreamErrorKind } from '../errors/index.ts'

const KINDS: Readonly<Record<number, UpstreamErrorKind>> = {
  401: 'upstream_denied',
  402: 'upstream_denied',
  403: 'upstream_denied',
  404: 'not_found',
  408: 'timeout',
  413: 'too_large',
  429: 'upstream_limited',
  503: 'upstream_overloaded',
  504: 'timeout',
  529: 'upstream_overloaded'
}

/**
 * statusError reads an upstream's refusal from its status and headers alone, for codecs whose upstream says no more, and
 * as the start for those that know more. Without a message it names the status.
 */
export function statusError({ status, headers }: ResponseHead, message?: string): UpstreamError {
  const kind = KINDS[status] ?? (status >= 400 && status < 500 ? 'upstream_rejected' : 'upstream_unavailable')
  const retryAfterMs = readRetryAfter(headers)
  return {
    kind,
    message: message || `The upstream answered with status ${status}`,
    ...(retryAfterMs !== undefined && { retryAfterMs })
  }
}

/** readRetryAfter reads a wait given in time. One given as a date is left alone: a codec has no clock. */
function readRetryAfter(headers: ResponseHead['headers']): number | undefined {
  const ms = headers['retry-after-ms']
  const seconds = headers['retry-after']
  const wait =
    ms !== undefined ? Number.parseFloat(ms) : seconds !== undefined ? Number.parseFloat(seconds) * 1000 : Number.NaN
  return Number.isFinite(wait) && wait >= 0 ? Math.round(wait) : undefined
}
