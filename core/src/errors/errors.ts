import { createError, type GatewayError, isGatewayError } from './gateway-error.ts'

/* Requests */
export const ISTHMUS_REQUEST_INVALID = createError('ISTHMUS_REQUEST_INVALID', 'invalid_request', '%s')
export const ISTHMUS_REQUEST_JSON = createError(
  'ISTHMUS_REQUEST_JSON',
  'invalid_request',
  'The request body is not valid JSON: %s'
)
export const ISTHMUS_REQUEST_EMPTY = createError(
  'ISTHMUS_REQUEST_EMPTY',
  'invalid_request',
  'The request has no body; expected a JSON object'
)
export const ISTHMUS_REQUEST_MEDIA_TYPE = createError(
  'ISTHMUS_REQUEST_MEDIA_TYPE',
  'unsupported_media',
  "Cannot read a body of type '%s'; send application/json"
)
export const ISTHMUS_REQUEST_ENCODING = createError(
  'ISTHMUS_REQUEST_ENCODING',
  'unsupported_media',
  "Cannot read a body with content-encoding '%s'; send it uncompressed"
)
export const ISTHMUS_REQUEST_TOO_LARGE = createError(
  'ISTHMUS_REQUEST_TOO_LARGE',
  'too_large',
  'The request body is larger than %s bytes (server.bodyLimitBytes)'
)
export const ISTHMUS_REQUEST_DEPTH = createError(
  'ISTHMUS_REQUEST_DEPTH',
  'invalid_request',
  'The request body is nested too deeply'
)
export const ISTHMUS_REQUEST_TIMEOUT = createError(
  'ISTHMUS_REQUEST_TIMEOUT',
  'request_timeout',
  'The request did not arrive in time'
)
export const ISTHMUS_REQUEST_CANCELLED = createError('ISTHMUS_REQUEST_CANCELLED', 'cancelled', 'The client left')

/* Routes */
export const ISTHMUS_ROUTE_NOT_FOUND = createError('ISTHMUS_ROUTE_NOT_FOUND', 'not_found', 'There is no route %s %s')
export const ISTHMUS_ROUTE_METHOD = createError(
  'ISTHMUS_ROUTE_METHOD',
  'method_not_allowed',
  '%s is not allowed on %s; use %s'
)
export const ISTHMUS_OPERATION_UNSUPPORTED = createError(
  'ISTHMUS_OPERATION_UNSUPPORTED',
  'unsupported',
  'The gateway does not serve %s; what it serves begins at %s'
)
export const ISTHMUS_ROUTE_UPGRADE = createError(
  'ISTHMUS_ROUTE_UPGRADE',
  'invalid_request',
  'There are no WebSockets here; use plain HTTP'
)

/* Planning */
export const ISTHMUS_MODEL_NOT_FOUND = createError('ISTHMUS_MODEL_NOT_FOUND', 'not_found', "There is no model '%s'.%s")
export const ISTHMUS_MODEL_PROVIDER_WAITING = createError(
  'ISTHMUS_MODEL_PROVIDER_WAITING',
  'not_found',
  "The model '%s' belongs to the provider '%s', which is configured but not up: %s is not set"
)
export const ISTHMUS_MODEL_NO_REASONING = createError(
  'ISTHMUS_MODEL_NO_REASONING',
  'invalid_request',
  "The model does not support thinking: '%s' is not a reasoning model; ask for it without '-thinking'"
)
export const ISTHMUS_MODEL_REASONING_OFF = createError(
  'ISTHMUS_MODEL_REASONING_OFF',
  'invalid_request',
  "The name '%s' asks for thinking, and the request turns it off; say one of the two"
)
export const ISTHMUS_ALIAS_UNAVAILABLE = createError(
  'ISTHMUS_ALIAS_UNAVAILABLE',
  'not_found',
  "The alias '%s' leads to no model that can be asked now: %s"
)
export const ISTHMUS_ALIAS_INVALID = createError('ISTHMUS_ALIAS_INVALID', 'invalid_request', "The alias '%s' %s")
export const ISTHMUS_ALIAS_UNKNOWN = createError('ISTHMUS_ALIAS_UNKNOWN', 'not_found', "There is no %s '%s'")
export const ISTHMUS_PLAN_NO_CANDIDATE = createError(
  'ISTHMUS_PLAN_NO_CANDIDATE',
  'unsupported',
  "No configured model can serve '%s': %s"
)
export const ISTHMUS_PLAN_GAP_POLICY = createError(
  'ISTHMUS_PLAN_GAP_POLICY',
  'invalid_request',
  "Unknown gap policy '%s' in x-isthmus-gaps; expected reject, report or emulate"
)

/* Files that a request names by URL */
export const ISTHMUS_FETCH_FAILED = createError(
  'ISTHMUS_FETCH_FAILED',
  'invalid_request',
  "The gateway cannot fetch %s from '%s': %s"
)

/* Upstream */
export const ISTHMUS_UPSTREAM_CONNECT = createError(
  'ISTHMUS_UPSTREAM_CONNECT',
  'upstream_unavailable',
  "Cannot reach the provider '%s' (%s)"
)
export const ISTHMUS_UPSTREAM_CLOSED = createError(
  'ISTHMUS_UPSTREAM_CLOSED',
  'upstream_protocol',
  "The provider '%s' ended its answer early"
)
export const ISTHMUS_UPSTREAM_PROTOCOL = createError(
  'ISTHMUS_UPSTREAM_PROTOCOL',
  'upstream_protocol',
  "The answer of the provider '%s' makes no sense: %s"
)
export const ISTHMUS_UPSTREAM_TIMEOUT = createError(
  'ISTHMUS_UPSTREAM_TIMEOUT',
  'timeout',
  "The provider '%s' took too long (%s)"
)
export const ISTHMUS_EXCHANGE_TIMEOUT = createError(
  'ISTHMUS_EXCHANGE_TIMEOUT',
  'timeout',
  'The exchange took longer than %s ms (server.totalMs)'
)

/* Upstream answers with an error of its own; one code for each kind that a provider may name. */
const upstream = (name: string, kind: Parameters<typeof createError>[1], template = '%s') =>
  createError(`ISTHMUS_UPSTREAM_${name}`, kind, template)
/** What an upstream says of the gateway's own account is the operator's business, and it may quote the key. */
const DENIED = "The provider refused the gateway's own key or account"
export const ISTHMUS_UPSTREAM_ERRORS = {
  context_length: upstream('CONTEXT_LENGTH', 'context_length'),
  content_policy: upstream('CONTENT_POLICY', 'content_policy'),
  not_found: upstream('NOT_FOUND', 'not_found'),
  too_large: upstream('TOO_LARGE', 'too_large'),
  upstream_limited: upstream('LIMITED', 'upstream_limited'),
  upstream_rejected: upstream('REJECTED', 'upstream_rejected'),
  upstream_denied: upstream('DENIED', 'upstream_denied', DENIED),
  upstream_unavailable: upstream('UNAVAILABLE', 'upstream_unavailable'),
  upstream_overloaded: upstream('OVERLOADED', 'upstream_overloaded'),
  upstream_protocol: upstream('GARBLED', 'upstream_protocol'),
  timeout: upstream('DEADLINE', 'timeout')
} as const
/** UpstreamErrorKind is what `decodeError` of a provider may answer. */
export type UpstreamErrorKind = keyof typeof ISTHMUS_UPSTREAM_ERRORS

/* The gateway itself */
export const ISTHMUS_SERVER_DRAINING = createError(
  'ISTHMUS_SERVER_DRAINING',
  'overloaded',
  'The gateway is shutting down; try again'
)
export const ISTHMUS_INTERNAL = createError('ISTHMUS_INTERNAL', 'internal', 'The gateway failed to handle this request')
export const ISTHMUS_IR_GRAMMAR = createError('ISTHMUS_IR_GRAMMAR', 'internal', 'The event sequence is wrong: %s')

/* Start */
export const ISTHMUS_CONFIG_NOT_FOUND = createError(
  'ISTHMUS_CONFIG_NOT_FOUND',
  'internal',
  'There is no config file at %s; `isthmus init` writes one'
)
export const ISTHMUS_CONFIG_EXISTS = createError(
  'ISTHMUS_CONFIG_EXISTS',
  'conflict',
  'There is a %s here already, which is left as it is'
)
export const ISTHMUS_CONFIG_LOAD = createError('ISTHMUS_CONFIG_LOAD', 'internal', 'Cannot load %s: %s')
export const ISTHMUS_CONFIG_INVALID = createError('ISTHMUS_CONFIG_INVALID', 'internal', '%s')
export const ISTHMUS_PLUGIN_SETUP = createError(
  'ISTHMUS_PLUGIN_SETUP',
  'internal',
  "The plugin '%s' failed to start: %s"
)

/* Plugins at work */
export const ISTHMUS_PLUGIN_ORIGIN = createError(
  'ISTHMUS_PLUGIN_ORIGIN',
  'internal',
  "The plugin '%s' may not send to %s; upstream.origins does not list it"
)
export const ISTHMUS_STORE_CONFLICT = createError(
  'ISTHMUS_STORE_CONFLICT',
  'conflict',
  'The stored value is not the one expected; another writer changed it'
)

/* Listening */
export const ISTHMUS_SERVER_TLS = createError('ISTHMUS_SERVER_TLS', 'internal', 'Cannot serve HTTPS with %s: %s')
export const ISTHMUS_SERVER_LISTEN = createError('ISTHMUS_SERVER_LISTEN', 'internal', 'Cannot listen on %s: %s')

/** toGatewayError turns anything that was thrown into a GatewayError; what is not one already becomes `internal`. */
export function toGatewayError(thrown: unknown, instance?: string): GatewayError {
  if (isGatewayError(thrown)) return thrown
  // Codecs walk what a client nests, and JSON itself gives up where the stack does.
  if (thrown instanceof RangeError && /call stack/.test(thrown.message)) return ISTHMUS_REQUEST_DEPTH()
  return ISTHMUS_INTERNAL.with({ cause: thrown, instance })
}
