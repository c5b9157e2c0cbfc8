import createFastifyError from '@fastify/error'
import { ERROR_KINDS, type ErrorKind } from './kinds.ts'

const kGatewayError = Symbol.for('isthmus.error')

/** ErrorDetails are the facts an error may carry beside its message. None of them ever holds prompt text. */
export interface ErrorDetails {
  /** Where in the client's body the problem is, e.g. `messages[2].content`. */
  readonly path?: string | undefined
  /** The member of the request that is to blame, for formats that name one. */
  readonly param?: string | undefined
  /** The feature that cannot be expressed as asked: where the rules allow it, the request is tried again without. */
  readonly feature?: string | undefined
  /** A code in the client format's own vocabulary, e.g. `model_not_found`. */
  readonly clientCode?: string | undefined
  readonly retryAfterMs?: number | undefined
  /** The instance id of the plugin that raised it. */
  readonly instance?: string | undefined
  /** What the upstream said of itself. */
  readonly upstream?: UpstreamFacts | undefined
  /** Members for the `details` object of formats that have one. */
  readonly details?: Readonly<Record<string, unknown>> | undefined
  readonly cause?: unknown
}

export interface UpstreamFacts {
  readonly provider: string
  readonly status?: number | undefined
  readonly type?: string | undefined
  readonly code?: string | undefined
  readonly requestId?: string | undefined
}

/** GatewayError is the one error type that crosses module borders. Recognise it with {@link isGatewayError}. */
export interface GatewayError extends Error, Omit<ErrorDetails, 'cause'> {
  readonly code: string
  readonly kind: ErrorKind
  readonly statusCode: number
}

/** ErrorFactory makes errors of one code. The arguments fill the template's `%s`. */
export interface ErrorFactory {
  (...args: readonly unknown[]): GatewayError
  with(details: ErrorDetails, ...args: readonly unknown[]): GatewayError
  readonly code: string
  readonly kind: ErrorKind
  readonly template: string
}

/**
 * createError declares an error code: `ISTHMUS_<AREA>_<WHAT>` in the kernel, `<KIND>_<NAME>_<WHAT>` in a plugin.
 * All codes of a package are declared in its `errors.ts`, and a retired code is never given a new meaning.
 */
export function createError(code: string, kind: ErrorKind, template: string): ErrorFactory {
  const status = ERROR_KINDS[kind].status
  const Base = createFastifyError(code, template, status)
  const places = template.split('%s').length - 1
  const make = (details: ErrorDetails | undefined, args: readonly unknown[]): GatewayError => {
    const error = new Base(...(args.slice(0, places) as never[]))
    Object.assign(error, { name: 'GatewayError', kind, [kGatewayError]: true }, details)
    return error as unknown as GatewayError
  }
  const factory = (...args: readonly unknown[]): GatewayError => make(undefined, args)
  return Object.assign(factory, {
    with: (details: ErrorDetails, ...args: readonly unknown[]) => make(details, args),
    code,
    kind,
    template
  })
}

/** isGatewayError recognises an error by a registered symbol, so that two copies of the kernel understand each other. */
export function isGatewayError(value: unknown): value is GatewayError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[kGatewayError] === true
}
