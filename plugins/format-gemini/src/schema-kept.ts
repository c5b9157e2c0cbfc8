import { isObject } from '@isthmus/core/wire'
import { fromOpenApi, fromUpperCase } from './schema-decode.ts'

/** KeptSchema is how a client wrote a schema: the member it stood in, and what it held. */
export interface KeptSchema {
  readonly member: string
  readonly wire: unknown
  /** `responseMimeType`, where the schema is of the answer. */
  readonly mime?: string | undefined
}

/**
 * What clients wrote, by the schema that was made of it. It is found by identity, so that a schema that was replaced on the
 * way is never written back as it was.
 */
const kept = new WeakMap<object, KeptSchema>()

/** decodeSchema makes the IR's JSON Schema of a schema in either dialect, and remembers what it came from. */
export function decodeSchema(schema: unknown, dialect: 'openapi' | 'json', from: KeptSchema): unknown {
  const read = dialect === 'openapi' && isObject(schema) ? fromOpenApi(schema) : fromUpperCase(schema)
  // A schema is remembered under an object of its own: a client may use one object in two places.
  const own = read === schema && isObject(read) ? { ...read } : read
  if (isObject(own)) kept.set(own, from)
  return own
}

/** keptSchema tells how a schema was written, when it is the very object that {@link decodeSchema} made. */
export function keptSchema(schema: unknown): KeptSchema | undefined {
  return isObject(schema) ? kept.get(schema) : undefined
}
