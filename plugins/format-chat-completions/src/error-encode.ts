import type { ErrorReply } from '@isthmus/core'
import {
  type ErrorKind,
  type GatewayError,
  ISTHMUS_MODEL_NOT_FOUND,
  ISTHMUS_MODEL_PROVIDER_WAITING,
  ISTHMUS_UPSTREAM_ERRORS
} from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'

interface Shape {
  readonly type: string
  readonly code?: string
  /** The client's library would try again, and it would be of no use. */
  readonly final?: boolean
}

const INVALID = 'invalid_request_error'
const SHAPES: Readonly<Record<ErrorKind, Shape>> = {
  invalid_request: { type: INVALID },
  unsupported: { type: INVALID, code: 'unsupported_parameter' },
  context_length: { type: INVALID, code: 'context_length_exceeded' },
  content_policy: { type: INVALID, code: 'content_policy_violation' },
  authentication: { type: 'authentication_error', code: 'invalid_api_key' },
  budget_exceeded: { type: 'insufficient_quota', code: 'insufficient_quota', final: true },
  permission: { type: 'permission_error' },
  not_found: { type: INVALID },
  method_not_allowed: { type: INVALID, code: 'method_not_allowed' },
  request_timeout: { type: 'timeout_error' },
  conflict: { type: INVALID, final: true },
  too_large: { type: INVALID },
  unsupported_media: { type: INVALID },
  rate_limited: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  cancelled: { type: INVALID },
  upstream_limited: { type: 'rate_limit_error', code: 'rate_limit_exceeded' },
  upstream_rejected: { type: INVALID },
  upstream_denied: { type: 'server_error', code: 'upstream_error', final: true },
  upstream_unavailable: { type: 'server_error', code: 'upstream_error' },
  upstream_overloaded: { type: 'server_error', code: 'overloaded' },
  upstream_protocol: { type: 'server_error', code: 'upstream_error' },
  timeout: { type: 'timeout_error' },
  overloaded: { type: 'server_error', code: 'overloaded' },
  internal: { type: 'server_error', final: true }
}
const UNKNOWN_MODEL: ReadonlySet<string> = new Set([
  ISTHMUS_MODEL_NOT_FOUND.code,
  ISTHMUS_MODEL_PROVIDER_WAITING.code,
  ISTHMUS_UPSTREAM_ERRORS.not_found.code
])

/** errorBody is the error envelope that several formats have in common. */
export function errorBody(error: GatewayError): { readonly error: JsonObject } {
  const { type } = SHAPES[error.kind]
  return { error: { message: error.message, type, param: error.param ?? error.path ?? null, code: codeOf(error) } }
}

function codeOf(error: GatewayError): string | null {
  if (error.clientCode !== undefined) return error.clientCode
  if (UNKNOWN_MODEL.has(error.code)) return 'model_not_found'
  if (error.kind === 'upstream_rejected') return error.upstream?.code ?? null
  return SHAPES[error.kind].code ?? null
}

/** encodeError writes an error that comes instead of a reply. */
export function encodeError(error: GatewayError): ErrorReply {
  const headers: Record<string, string> = {}
  if (error.retryAfterMs !== undefined) {
    headers['retry-after'] = String(Math.ceil(error.retryAfterMs / 1000))
    headers['retry-after-ms'] = String(Math.round(error.retryAfterMs))
  }
  if (SHAPES[error.kind].final) headers['x-should-retry'] = 'false'
  return {
    status: error.statusCode,
    body: errorBody(error),
    ...(Object.keys(headers).length > 0 && { headers })
  }
}
