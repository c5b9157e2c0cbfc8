import {
  type GatewayError,
  ISTHMUS_UPSTREAM_ERRORS,
  type ResponseHead,
  type UpstreamError,
  type UpstreamErrorKind
} from '@isthmus/core'
import {
  findError,
  isObject,
  type JsonObject,
  numberOf,
  parseJson,
  retryAfterMs,
  statusKind,
  stringOf,
  wordTable
} from '@isthmus/core/wire'

/** The service's words for a refusal, as HTTP statuses: an error within a stream may have no other. */
const STATUSES: Readonly<Record<string, number>> = wordTable({
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  OUT_OF_RANGE: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ABORTED: 409,
  ALREADY_EXISTS: 409,
  RESOURCE_EXHAUSTED: 429,
  CANCELLED: 499,
  INTERNAL: 500,
  UNKNOWN: 500,
  DATA_LOSS: 500,
  UNIMPLEMENTED: 501,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504
})

/** The service has no word of its own for these; its messages tell them apart. */
const CONTEXT =
  /exceeds the maximum number of (input )?tokens|(context|token) (window|length|limit)|prompt is too long/i
const POLICY = /content (filtering|policy)|prohibited (content|use)|safety polic/i
const TOO_LARGE = /payload size exceeds|request (entity|payload) (is )?too large/i
/** What is wrong with the account, which clients cannot mend. */
const ACCOUNT = /billing|location is not supported|api key (not valid|expired)|free tier/i

/** Waiting helps against a limit, and not against this. */
const CREDIT = /\bcredits? (balance|are depleted|is depleted|left)\b/i

/** decodeError reads a refusal. */
export function decodeError(head: ResponseHead, body: Uint8Array): UpstreamError {
  const error = findError(parseJson(new TextDecoder().decode(body))) ?? {}
  const found = describe(error, head.status)
  const wait = retryAfterMs(head.headers) ?? found.retryAfterMs
  return wait === undefined ? found : { ...found, retryAfterMs: wait }
}

/** upstreamError makes the error that a chunk, or a reply with status 200, tells of. */
export function upstreamError(envelope: JsonObject, provider: string): GatewayError {
  const { kind, message, type, code, retryAfterMs } = describe(findError(envelope) ?? {}, undefined)
  return ISTHMUS_UPSTREAM_ERRORS[kind].with({ retryAfterMs, upstream: { provider, type, code } }, message)
}

const MAX_MESSAGE_CHARS = 2000

/** describe gives an error the gateway's kind. `status` is that of the reply, if it was not a success. */
function describe(error: JsonObject, status: number | undefined): UpstreamError {
  const word = stringOf(error.status)
  const details = Array.isArray(error.details) ? error.details.filter(isObject) : []
  const code = details.map(detail => stringOf(detail.reason)).find(reason => reason !== undefined)
  const known = status ?? httpStatus(error.code) ?? STATUSES[word ?? '']
  const message = stringOf(error.message) ?? ''
  const wait = details.map(detail => waitOf(detail.retryDelay)).find(delay => delay !== undefined)
  return {
    kind: kindOf(known, [message, ...details.map(detail => stringOf(detail.detail) ?? '')].join('\n'), code),
    message: message.slice(0, MAX_MESSAGE_CHARS) || answered(known),
    ...(word !== undefined && { type: word }),
    ...(code !== undefined && { code }),
    ...(wait !== undefined && { retryAfterMs: wait })
  }
}

function httpStatus(code: unknown): number | undefined {
  const status = numberOf(code)
  return status !== undefined && status >= 400 && status < 600 ? status : undefined
}

/** A duration such as `17s` or `0.5s`. */
function waitOf(delay: unknown): number | undefined {
  const found = /^(\d+(?:\.\d+)?)s$/.exec(stringOf(delay) ?? '')
  return found === null ? undefined : Math.round(Number(found[1]) * 1000)
}

/** kindOf looks at the message and at what the details add to it: now and then the message is a template, `$grpcMessage`. */
function kindOf(status: number | undefined, message: string, code: string | undefined): UpstreamErrorKind {
  const kind = status === undefined ? 'upstream_unavailable' : kindOfStatus(status)
  // A bad key is an invalid argument to this service.
  if (code?.startsWith('API_KEY_')) return 'upstream_denied'
  if (kind === 'upstream_limited' && CREDIT.test(message)) return 'upstream_denied'
  if (kind !== 'upstream_rejected') return kind
  if (CONTEXT.test(message)) return 'context_length'
  if (ACCOUNT.test(message)) return 'upstream_denied'
  if (TOO_LARGE.test(message)) return 'too_large'
  return POLICY.test(message) ? 'content_policy' : kind
}

/** 499 is the service's word for a call that it gave up: nothing is wrong with the request. */
const kindOfStatus = (status: number): UpstreamErrorKind =>
  status === 499 ? 'upstream_unavailable' : statusKind(status)

function answered(status: number | undefined): string {
  return status === undefined ? 'The provider reported an error' : `The provider answered with status ${status}`
}
