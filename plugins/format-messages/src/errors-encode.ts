import type { ErrorKind, ErrorReply, GatewayError } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'

const TYPES: Readonly<Record<ErrorKind, string>> = {
  invalid_request: 'invalid_request_error',
  unsupported: 'invalid_request_error',
  context_length: 'invalid_request_error',
  content_policy: 'invalid_request_error',
  authentication: 'authentication_error',
  budget_exceeded: 'billing_error',
  permission: 'permission_error',
  not_found: 'not_found_error',
  method_not_allowed: 'invalid_request_error',
  request_timeout: 'timeout_error',
  conflict: 'conflict_error',
  too_large: 'request_too_large',
  unsupported_media: 'invalid_request_error',
  rate_limited: 'rate_limit_error',
  cancelled: 'api_error',
  upstream_limited: 'rate_limit_error',
  upstream_rejected: 'invalid_request_error',
  upstream_denied: 'api_error',
  upstream_unavailable: 'api_error',
  upstream_overloaded: 'overloaded_error',
  upstream_protocol: 'api_error',
  timeout: 'timeout_error',
  overloaded: 'overloaded_error',
  internal: 'api_error'
}
/** The statuses of this format where they are not the kind's own. */
const STATUSES: Partial<Record<ErrorKind, number>> = { budget_exceeded: 402, overloaded: 529, upstream_overloaded: 529 }
/** What clients of this format would try again, though trying again cannot help. */
const HOPELESS = new Set<ErrorKind>(['upstream_denied', 'budget_exceeded', 'conflict'])

/** encodeErrorBody writes the envelope, which is the data of an `error` event as well. */
export function encodeErrorBody(error: GatewayError, requestId?: string): JsonObject {
  const { kind, message, details } = error
  return {
    type: 'error',
    error: { type: TYPES[kind], message, ...(details !== undefined && { details }) },
    ...(requestId !== undefined && { request_id: requestId })
  }
}

/** encodeError writes an error reply. */
export function encodeError(error: GatewayError, requestId: string): ErrorReply {
  const { kind, retryAfterMs } = error
  const headers = {
    ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
    ...(HOPELESS.has(kind) && { 'x-should-retry': 'false' })
  }
  return {
    status: STATUSES[kind] ?? error.statusCode,
    body: encodeErrorBody(error, requestId),
    ...(Object.keys(headers).length > 0 && { headers })
  }
}
