import { type GatewayError, isGatewayError } from '../errors/index.ts'

/** explain says what went wrong: an expected failure in its own words, anything else with its stack, since that is a bug. */
export function explain(thrown: unknown): string {
  if (isGatewayError(thrown) && thrown.code !== 'ISTHMUS_INTERNAL') return withCode(thrown)
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const { cause } = error
  const stacks = [error.stack ?? error.message]
  if (cause instanceof Error) stacks.push(`caused by: ${cause.stack ?? cause.message}`)
  return stacks.join('\n')
}

/** withCode adds the code that a person can search for, unless the message ends in it. */
export function withCode({ message, code }: Pick<GatewayError, 'message' | 'code'>): string {
  return message.endsWith(code) ? message : `${message} (${code})`
}

/** Failed ends a command that has said itself what went wrong. */
export class Failed extends Error {}
