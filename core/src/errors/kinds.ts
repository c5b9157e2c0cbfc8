/**
 * Error kinds: the closed list that clients and the fallback logic act on. A code (in `errors.ts` of each
 * package) is what a person searches for; a kind is what a program does.
 */
export interface KindInfo {
  /** HTTP status shown to the client, unless the client's format has its own (Messages writes 529 for overload). */
  readonly status: number
  /** Whether the next candidate of the plan may be tried after an error of this kind. */
  readonly nextCandidate: boolean
}

export const ERROR_KINDS = {
  invalid_request: { status: 400, nextCandidate: false },
  unsupported: { status: 400, nextCandidate: false },
  context_length: { status: 400, nextCandidate: true },
  content_policy: { status: 400, nextCandidate: false },
  authentication: { status: 401, nextCandidate: false },
  budget_exceeded: { status: 429, nextCandidate: true },
  permission: { status: 403, nextCandidate: false },
  not_found: { status: 404, nextCandidate: true },
  method_not_allowed: { status: 405, nextCandidate: false },
  request_timeout: { status: 408, nextCandidate: false },
  conflict: { status: 409, nextCandidate: false },
  too_large: { status: 413, nextCandidate: false },
  unsupported_media: { status: 415, nextCandidate: false },
  rate_limited: { status: 429, nextCandidate: false },
  cancelled: { status: 499, nextCandidate: false },
  upstream_limited: { status: 429, nextCandidate: true },
  upstream_rejected: { status: 400, nextCandidate: false },
  upstream_denied: { status: 502, nextCandidate: true },
  upstream_unavailable: { status: 502, nextCandidate: true },
  upstream_overloaded: { status: 503, nextCandidate: true },
  upstream_protocol: { status: 502, nextCandidate: true },
  timeout: { status: 504, nextCandidate: true },
  overloaded: { status: 503, nextCandidate: false },
  internal: { status: 500, nextCandidate: false }
} as const satisfies Record<string, KindInfo>

export type ErrorKind = keyof typeof ERROR_KINDS
