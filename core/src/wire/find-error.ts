import { isObject, type JsonObject } from './json.ts'

/** findError finds the error in the envelopes that are in use; undefined when there is none. */
export function findError(body: unknown): JsonObject | undefined {
  if (Array.isArray(body)) return findError(body[0])
  if (!isObject(body)) return undefined
  const { error } = body
  if (isObject(error)) return error
  if (typeof error === 'string' && error !== '') return { message: error }
  // Some servers write the error itself, without an envelope; others leave out everything but the message.
  if (body.object === 'error' || (typeof body.message === 'string' && body.choices === undefined)) return body
  return typeof body.detail === 'string' ? { message: body.detail } : undefined
}
