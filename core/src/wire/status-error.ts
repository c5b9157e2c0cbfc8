import type { HeaderMap, ResponseHead, UpstreamError } from '../contract/index.ts'
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
  524: 'timeout',
  529: 'upstream_overloaded'
}

/** statusKind gives the kind of an upstream's refusal from its status alone. */
export function statusKind(status: number): UpstreamErrorKind {
  return KINDS[status] ?? (status >= 400 && status < 500 ? 'upstream_rejected' : 'upstream_unavailable')
}

/** retryAfterMs reads how long to wait, from the headers that say it. A date is taken against the reply's own date. */
export function retryAfterMs(headers: HeaderMap): number | undefined {
  const ms = Number.parseFloat(headers['retry-after-ms'] ?? '')
  if (ms >= 0) return Math.round(ms)
  const after = headers['retry-after']
  if (after === undefined) return undefined
  if (/^\s*\d+(\.\d+)?\s*$/.test(after)) return Math.round(Number(after) * 1000)
  const wait = Date.parse(after) - Date.parse(headers.date ?? '')
  return Number.isFinite(wait) ? Math.max(0, wait) : undefined
}

/**
 * statusError reads an upstream's refusal from its status and headers alone, for codecs whose upstream says no more, and
 * as the start for those that know more. Without a message it names the status.
 */
export function statusError({ status, headers }: ResponseHead, message?: string): UpstreamError {
  const wait = retryAfterMs(headers)
  return {
    kind: statusKind(status),
    message: message || `The upstream answered with status ${status}`,
    ...(wait !== undefined && { retryAfterMs: wait })
  }
}
