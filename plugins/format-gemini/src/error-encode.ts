import type { ErrorKind, ErrorReply, GatewayError } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'

const STATUSES: Readonly<Record<ErrorKind, string>> = {
  invalid_request: 'INVALID_ARGUMENT',
  unsupported: 'INVALID_ARGUMENT',
  context_length: 'INVALID_ARGUMENT',
  content_policy: 'INVALID_ARGUMENT',
  authentication: 'UNAUTHENTICATED',
  budget_exceeded: 'RESOURCE_EXHAUSTED',
  permission: 'PERMISSION_DENIED',
  not_found: 'NOT_FOUND',
  method_not_allowed: 'UNIMPLEMENTED',
  request_timeout: 'DEADLINE_EXCEEDED',
  conflict: 'ABORTED',
  too_large: 'INVALID_ARGUMENT',
  unsupported_media: 'INVALID_ARGUMENT',
  rate_limited: 'RESOURCE_EXHAUSTED',
  cancelled: 'CANCELLED',
  upstream_limited: 'RESOURCE_EXHAUSTED',
  upstream_rejected: 'INVALID_ARGUMENT',
  upstream_denied: 'INTERNAL',
  upstream_unavailable: 'INTERNAL',
  upstream_overloaded: 'UNAVAILABLE',
  upstream_protocol: 'INTERNAL',
  timeout: 'DEADLINE_EXCEEDED',
  overloaded: 'UNAVAILABLE',
  internal: 'INTERNAL'
}

const TYPE = 'type.googleapis.com/google.rpc.'

/** encodeErrorBody writes the envelope, which is a chunk of a stream as well. */
export function encodeErrorBody(error: GatewayError, requestId?: string): JsonObject {
  const details = detailsOf(error, requestId)
  return {
    error: {
      code: error.statusCode,
      message: error.message,
      status: STATUSES[error.kind],
      ...(details.length > 0 && { details })
    }
  }
}

function detailsOf(error: GatewayError, requestId: string | undefined): JsonObject[] {
  const { kind, path, retryAfterMs, details } = error
  const written: JsonObject[] = []
  if (details !== undefined) {
    const metadata = Object.fromEntries(Object.entries(details).map(([name, value]) => [name, textOf(value)]))
    written.push({ '@type': `${TYPE}ErrorInfo`, reason: error.code, domain: 'isthmus', metadata })
  }
  if (path !== undefined) {
    const violation = { field: path, description: error.message }
    written.push({ '@type': `${TYPE}BadRequest`, fieldViolations: [violation] })
  }
  // Clients wait and try again after any other RESOURCE_EXHAUSTED; a quota of the day stops them at once.
  if (kind === 'budget_exceeded') {
    const violation = { subject: 'budget', quotaId: 'GatewayBudgetPerDay', description: error.message }
    written.push({ '@type': `${TYPE}QuotaFailure`, violations: [violation] })
  }
  if (retryAfterMs !== undefined) {
    written.push({ '@type': `${TYPE}RetryInfo`, retryDelay: `${Math.ceil(retryAfterMs) / 1000}s` })
  }
  if (requestId !== undefined) written.push({ '@type': `${TYPE}RequestInfo`, requestId })
  return written
}

/** The members of the object are texts. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))

/** encodeError writes an error that comes instead of a reply. */
export function encodeError(error: GatewayError, requestId: string): ErrorReply {
  const { retryAfterMs } = error
  return {
    status: error.statusCode,
    body: encodeErrorBody(error, requestId),
    ...(retryAfterMs !== undefined && { headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) } })
  }
}
