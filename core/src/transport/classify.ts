import {
  type GatewayError,
  ISTHMUS_UPSTREAM_CLOSED,
  ISTHMUS_UPSTREAM_CONNECT,
  ISTHMUS_UPSTREAM_PROTOCOL,
  ISTHMUS_UPSTREAM_TIMEOUT,
  isGatewayError
} from '../errors/index.ts'

/** classify turns what a socket or undici reports into an error with a kind. `answered`: the head had come already. */
export function classify(thrown: unknown, provider: string, answered: boolean): GatewayError {
  if (isGatewayError(thrown)) return thrown
  const code = codeOf(thrown)
  const details = { cause: thrown, upstream: { provider } }
  switch (code) {
    case 'UND_ERR_CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return ISTHMUS_UPSTREAM_TIMEOUT.with(details, provider, 'connecting')
    case 'UND_ERR_HEADERS_TIMEOUT':
      return ISTHMUS_UPSTREAM_TIMEOUT.with(details, provider, 'waiting for its answer')
    case 'UND_ERR_BODY_TIMEOUT':
      return ISTHMUS_UPSTREAM_TIMEOUT.with(details, provider, 'silent in the middle of its answer')
    case 'UND_ERR_INVALID_ARG':
      return ISTHMUS_UPSTREAM_PROTOCOL.with(details, provider, 'the request to it is not valid HTTP')
  }
  if (code.startsWith('HPE_') || code.startsWith('UND_ERR_HEADERS_OVERFLOW')) {
    return ISTHMUS_UPSTREAM_PROTOCOL.with(details, provider, 'not valid HTTP')
  }
  if (answered) return ISTHMUS_UPSTREAM_CLOSED.with(details, provider)
  return ISTHMUS_UPSTREAM_CONNECT.with(details, provider, code === '' ? 'unknown reason' : code)
}

/** codeOf digs for the system's code: undici wraps it, and several addresses that failed come as an AggregateError. */
function codeOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return ''
  const { code, name, cause, errors } = thrown as Partial<Error> & { code?: unknown; errors?: readonly unknown[] }
  if (typeof code === 'string') return code
  // undici's parser names its errors and leaves some without a code.
  if (name === 'HTTPParserError') return 'HPE_INVALID'
  return codeOf(cause ?? errors?.[0])
}
