import { createError, type ErrorFactory, type GatewayError } from '@isthmus/core'
import { wordTable } from '@isthmus/core/wire'

export const PROVIDER_SIMULATOR_MODEL = createError(
  'PROVIDER_SIMULATOR_MODEL',
  'not_found',
  "There is no simulated model '%s'; there are %s."
)
export const PROVIDER_SIMULATOR_PARAMETER = createError(
  'PROVIDER_SIMULATOR_PARAMETER',
  'invalid_request',
  "Cannot read '%s' in the name of the simulated model '%s'; expected %s"
)
export const PROVIDER_SIMULATOR_OPERATION = createError(
  'PROVIDER_SIMULATOR_OPERATION',
  'unsupported',
  "The simulated model '%s' does not %s"
)
export const PROVIDER_SIMULATOR_DIMENSIONS = createError(
  'PROVIDER_SIMULATOR_DIMENSIONS',
  'invalid_request',
  'A simulated vector has from 1 to %s dimensions'
)
export const PROVIDER_SIMULATOR_ANSWERS = createError(
  'PROVIDER_SIMULATOR_ANSWERS',
  'invalid_request',
  'A simulated model gives at most %s answers to a prompt, and %s to all prompts of a request'
)
export const PROVIDER_SIMULATOR_MIDWAY = createError(
  'PROVIDER_SIMULATOR_MIDWAY',
  'overloaded',
  'Simulated: overloaded in the middle of the answer'
)

/* What the simulated upstream says for a status: the wire's codec turns the kind into its own words. */
const failure = (name: string, kind: ErrorFactory['kind'], message: string) =>
  createError(`PROVIDER_SIMULATOR_${name}`, kind, message)

const FAILURES: Readonly<Record<string, ErrorFactory>> = wordTable({
  400: failure('STATUS_400', 'invalid_request', 'Simulated: the request is wrong'),
  401: failure('STATUS_401', 'authentication', 'Simulated: the key is not valid'),
  402: failure('STATUS_402', 'budget_exceeded', 'Simulated: the account has no credit'),
  403: failure('STATUS_403', 'permission', 'Simulated: the key may not use this model'),
  404: failure('STATUS_404', 'not_found', 'Simulated: there is no such model'),
  408: failure('STATUS_408', 'request_timeout', 'Simulated: the request took too long'),
  409: failure('STATUS_409', 'conflict', 'Simulated: conflict'),
  413: failure('STATUS_413', 'too_large', 'Simulated: the request is too large'),
  422: failure('STATUS_422', 'invalid_request', 'Simulated: the request cannot be processed'),
  429: failure('STATUS_429', 'rate_limited', 'Simulated: too many requests'),
  500: failure('STATUS_500', 'internal', 'Simulated: internal error'),
  502: failure('STATUS_502', 'upstream_unavailable', 'Simulated: bad gateway'),
  503: failure('STATUS_503', 'overloaded', 'Simulated: overloaded'),
  504: failure('STATUS_504', 'timeout', 'Simulated: timeout'),
  529: failure('STATUS_529', 'overloaded', 'Simulated: overloaded'),
  context: failure('CONTEXT', 'context_length', 'Simulated: prompt is too long: 300000 tokens > 200000 maximum'),
  policy: failure('POLICY', 'content_policy', 'Simulated: the prompt was refused by a filter')
})
const OTHER_REJECTED = failure('STATUS_4XX', 'invalid_request', 'Simulated: status %s')
const OTHER_FAILED = failure('STATUS_5XX', 'internal', 'Simulated: status %s')

/** failureOf makes the error that the simulated upstream answers for a status or a named failure. */
export function failureOf(name: string, retryAfterMs: number | undefined): GatewayError {
  const known = FAILURES[name]
  if (known !== undefined) return known.with({ retryAfterMs })
  return (Number(name) < 500 ? OTHER_REJECTED : OTHER_FAILED).with({ retryAfterMs }, name)
}

/** socketError makes the error that a socket gives, for the transport to put in its own words. */
export function socketError(code: 'ECONNREFUSED' | 'ECONNRESET'): Error {
  return Object.assign(new Error(`simulated ${code}`), { code })
}
