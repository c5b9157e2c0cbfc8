import type { ResponseHead, UpstreamError } from '@isthmus/core'
import { type GatewayError, ISTHMUS_UPSTREAM_ERRORS, type UpstreamErrorKind } from '@isthmus/core'
import {
  findError,
  isObject,
  type JsonObject,
  numberOf,
  parseJson,
  retryAfterMs,
  statusKind,
  stringOf
} from '@isthmus/core/wire'

/*
 * The error envelope that several formats have in common: `{error: {message, type, param, code}}`, and what servers
 * write in its place.
 */

/** decodeError reads an upstream's refusal. */
export function decodeError(head: ResponseHead, body: Uint8Array): UpstreamError {
  const text = new TextDecoder().decode(body)
  const error = findError(parseJson(text)) ?? {}
  const found = describeError(error, head.status)
  const wait = retryAfterMs(head.headers)
  return wait === undefined ? found : { ...found, retryAfterMs: wait }
}

/** describeError gives an error the gateway's kind. `status` is 200 for an error inside a reply. */
export function describeError(error: JsonObject, status: number): UpstreamError {
  const code = wordOf(error.code)
  const type = wordOf(error.type) ?? (isObject(error.metadata) ? wordOf(error.metadata.error_type) : undefined)
  const known = status >= 400 ? status : (statusOf(error.code) ?? statusOf(error.status_code) ?? statusOf(error.status))
  const kind = kindOf(error, known, code, type)
  const param = stringOf(error.param)
  return {
    kind,
    message: messageOf(error, known),
    ...(type !== undefined && { type }),
    ...(code !== undefined && { code }),
    ...(param !== undefined && { param })
  }
}

/** errorInReply makes the error that ends a reply which had begun, or that came with a status of success. */
export function errorInReply(error: JsonObject, provider: string): GatewayError {
  const { kind, message, type, code, param } = describeError(error, 200)
  return ISTHMUS_UPSTREAM_ERRORS[kind].with({ param, upstream: { provider, type, code } }, message)
}

function wordOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

function statusOf(value: unknown): number | undefined {
  const status = typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : numberOf(value)
  return status !== undefined && status >= 400 && status < 600 ? status : undefined
}

const LENGTH_CODES = /context_length|context_window|too_many_prompt_tokens|token_limit_exceeded|max_tokens_exceeded/
/** Some vendors have no code for it, only the sentence. */
const LENGTH_WORDS =
  /maximum context length|context length|context window|prompt (is )?too long|total length of all messages/i
const POLICY_CODES = /_policy|content_filter|moderation/
const QUOTA_CODES = /insufficient_quota|billing|payment_required|insufficient_balance/
const TYPES: readonly (readonly [RegExp, UpstreamErrorKind])[] = [
  [/rate_limit/, 'upstream_limited'],
  [/overloaded/, 'upstream_overloaded'],
  [/timeout/, 'timeout'],
  [/authentication|permission|invalid_api_key/, 'upstream_denied'],
  // Before those of what is not found: it is the request that names the image.
  [/invalid_prompt|_image\b|image_|data_residency/, 'upstream_rejected'],
  [/not_found/, 'not_found'],
  [/invalid_request|invalid_value|unsupported/, 'upstream_rejected']
]

function kindOf(
  error: JsonObject,
  status: number | undefined,
  code: string | undefined,
  type: string | undefined
): UpstreamErrorKind {
  const words = `${code ?? ''} ${type ?? ''}`
  const refusal = status === undefined || status === 400 || status === 413 || status === 422
  if (refusal && (LENGTH_CODES.test(words) || LENGTH_WORDS.test(stringOf(error.message) ?? ''))) return 'context_length'
  if ((refusal || status === 403) && (POLICY_CODES.test(words) || hasReasons(error))) return 'content_policy'
  if (QUOTA_CODES.test(words)) return 'upstream_denied'
  if (status !== undefined) return statusKind(status)
  return TYPES.find(([pattern]) => pattern.test(words))?.[1] ?? 'upstream_unavailable'
}

/** hasReasons: a moderation refusal lists what it found. */
function hasReasons({ metadata }: JsonObject): boolean {
  return isObject(metadata) && Array.isArray(metadata.reasons)
}

const MAX_MESSAGE_CHARS = 2000

function messageOf(error: JsonObject, status: number | undefined): string {
  const message = stringOf(error.message) ?? ''
  const text = detailed(message, error.metadata) || answered(status)
  return text.slice(0, MAX_MESSAGE_CHARS)
}

function answered(status: number | undefined): string {
  return status === undefined ? 'The provider reported an error' : `The provider answered with status ${status}`
}

/** detailed adds what stood behind the generic message of a server that passes requests on. */
function detailed(message: string, metadata: unknown): string {
  if (!isObject(metadata) || (message !== '' && message !== 'Provider returned error')) return message
  const raw = typeof metadata.raw === 'string' ? metadata.raw : undefined
  const inner = raw === undefined ? findError(metadata.raw) : (findError(parseJson(raw)) ?? { message: raw })
  const said = inner === undefined ? undefined : stringOf(inner.message)
  return [stringOf(metadata.provider_name), said ?? message].filter(word => word !== undefined).join(': ')
}
