import {
  type GatewayError,
  ISTHMUS_UPSTREAM_ERRORS,
  type ResponseHead,
  type UpstreamError,
  type UpstreamErrorKind
} from '@isthmus/core'
import { isObject, type JsonObject, parseJson, retryAfterMs, statusKind, stringOf, wordTable } from '@isthmus/core/wire'

const BY_TYPE: Readonly<Record<string, UpstreamErrorKind>> = wordTable({
  invalid_request_error: 'upstream_rejected',
  authentication_error: 'upstream_denied',
  billing_error: 'upstream_denied',
  permission_error: 'upstream_denied',
  not_found_error: 'not_found',
  conflict_error: 'upstream_rejected',
  request_too_large: 'too_large',
  rate_limit_error: 'upstream_limited',
  api_error: 'upstream_unavailable',
  timeout_error: 'timeout',
  overloaded_error: 'upstream_overloaded'
})
/** The service has no type of its own for these; its messages tell them apart. */
const CONTEXT = /prompt is too long|exceed(s|ed)? (the )?(model's )?(maximum )?context|context (window|length|limit)/i
const BILLING = /credit balance|usage limits?|spend(ing)? limit/i
const POLICY = /content (filtering|policy)/i

/** decodeError reads an error reply. */
export function decodeError(head: ResponseHead, body: Uint8Array): UpstreamError {
  const text = Buffer.from(body).toString('utf8')
  const parsed = parseJson(text)
  const envelope = isObject(parsed) ? parsed : {}
  const error = facts(envelope)
  const kind = kindOf(error, head.status)
  const wait = retryAfterMs(head.headers)
  return {
    kind,
    message: error.message ?? `The provider answered with status ${head.status}`,
    ...(error.type !== undefined && { type: error.type }),
    ...(error.code !== undefined && { code: error.code }),
    ...(wait !== undefined && { retryAfterMs: wait })
  }
}

/** upstreamError makes the error that an event, or a reply with status 200, tells of. */
export function upstreamError(envelope: JsonObject, provider: string): GatewayError {
  const error = facts(envelope)
  const kind = kindOf(error, undefined)
  return ISTHMUS_UPSTREAM_ERRORS[kind].with(
    { upstream: { provider, type: error.type, code: error.code, requestId: stringOf(envelope.request_id) } },
    error.message ?? 'The provider reported an error without saying which'
  )
}

interface Facts {
  readonly type: string | undefined
  readonly message: string | undefined
  readonly code: string | undefined
}

/** Servers that speak this format also answer with a bare string, or with the members at the root. */
function facts(envelope: JsonObject): Facts {
  const error = isObject(envelope.error) ? envelope.error : envelope
  const details = isObject(error.details) ? error.details : undefined
  const type = stringOf(error.type)
  return {
    type: type === 'error' ? undefined : type,
    message: stringOf(error.message) ?? stringOf(envelope.error),
    code: stringOf(details?.error_code)
  }
}

function kindOf({ type, message = '' }: Facts, status: number | undefined): UpstreamErrorKind {
  const kind = BY_TYPE[type ?? ''] ?? (status === undefined ? 'upstream_unavailable' : statusKind(status))
  if (kind !== 'upstream_rejected') return kind
  if (CONTEXT.test(message)) return 'context_length'
  if (BILLING.test(message)) return 'upstream_denied'
  return POLICY.test(message) ? 'content_policy' : kind
}
