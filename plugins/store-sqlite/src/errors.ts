import { createError, type GatewayError, isGatewayError } from '@isthmus/core'

/* Start */
export const STORE_SQLITE_OPEN = createError('STORE_SQLITE_OPEN', 'internal', 'Cannot open %s: %s')
export const STORE_SQLITE_FOREIGN = createError(
  'STORE_SQLITE_FOREIGN',
  'internal',
  '%s is a database of another program; give the store a file of its own'
)
export const STORE_SQLITE_NEWER = createError(
  'STORE_SQLITE_NEWER',
  'internal',
  '%s was written by a newer version of this plugin (schema %s, this one knows %s); install that version'
)

/* At work */
export const STORE_SQLITE_BUSY = createError(
  'STORE_SQLITE_BUSY',
  'overloaded',
  'Another process holds the file of the store; try again'
)
export const STORE_SQLITE_FAILED = createError('STORE_SQLITE_FAILED', 'internal', 'The store cannot do this: %s')
export const STORE_SQLITE_TEXT = createError(
  'STORE_SQLITE_TEXT',
  'invalid_request',
  'A %s with half a surrogate pair cannot be stored'
)

/** SqliteFailure is what node:sqlite throws when SQLite itself refuses. */
interface SqliteFailure extends Error {
  /** The extended result code; its low byte is the plain one. */
  readonly errcode: number
  /** A fixed text for the code, without names and values. */
  readonly errstr: string
}

const BUSY = 5
const LOCKED = 6

/** isSqliteFailure tells SQLite's refusals from mistakes in this package. */
export function isSqliteFailure(thrown: unknown): thrown is SqliteFailure {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_SQLITE_ERROR'
}

/** failureOf says in the store's words what went wrong at work. */
export function failureOf(thrown: unknown): GatewayError {
  if (isGatewayError(thrown)) return thrown
  if (isSqliteFailure(thrown)) {
    const plain = thrown.errcode & 0xff
    if (plain === BUSY || plain === LOCKED) return STORE_SQLITE_BUSY.with({ cause: thrown })
    return STORE_SQLITE_FAILED.with({ cause: thrown }, thrown.errstr)
  }
  // Node refuses to touch a database that is closed.
  const said =
    thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_INVALID_STATE' ? 'it is closed' : 'it failed'
  return STORE_SQLITE_FAILED.with({ cause: thrown }, said)
}
