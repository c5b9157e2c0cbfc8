import { closeSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { getSystemErrorMessage } from 'node:util'
import { isGatewayError } from '@isthmus/core'
import { isSqliteFailure, STORE_SQLITE_OPEN } from './errors.ts'
import { migrate } from './migrations.ts'

/** IN_MEMORY is the name of a database without a file. */
export const IN_MEMORY = ':memory:'

/** openDatabase opens the file, which it makes when there is none, and brings its schema up to date. */
export function openDatabase(file: string, busyTimeoutMs: number): DatabaseSync {
  let db: DatabaseSync | undefined
  try {
    if (file !== IN_MEMORY) create(file)
    db = new DatabaseSync(file, { timeout: busyTimeoutMs })
    // First, since the journal's mode is kept in the file and another program's file is to stay as it is.
    migrate(db, file)
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
    return db
  } catch (thrown) {
    db?.close()
    throw cannotOpen(file, thrown)
  }
}

/**
 * create makes an empty file that only its owner may read; SQLite gives the files beside it the same mode. A file that is
 * there is not touched: to open and close it would take away the locks that other connections of this process hold.
 */
function create(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (thrown) {
    if (!isErrno(thrown) || thrown.code !== 'EEXIST') throw thrown
  }
}

function cannotOpen(file: string, thrown: unknown): unknown {
  if (isGatewayError(thrown)) return thrown
  if (isSqliteFailure(thrown)) return STORE_SQLITE_OPEN.with({ cause: thrown }, file, thrown.errstr)
  if (!isErrno(thrown)) return thrown
  const reason = thrown.code === 'ENOENT' ? `there is no folder ${dirname(file)}` : getSystemErrorMessage(thrown.errno)
  return STORE_SQLITE_OPEN.with({ cause: thrown }, file, reason)
}

function isErrno(thrown: unknown): thrown is Error & { readonly code: string; readonly errno: number } {
  return thrown instanceof Error && 'errno' in thrown && typeof thrown.errno === 'number'
}
