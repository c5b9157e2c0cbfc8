import { randomUUID } from 'node:crypto'
import type { DatabaseSync, StatementSync } from 'node:sqlite'
import { ISTHMUS_STORE_CONFLICT, type Store, type Stored } from '@isthmus/core'
import { failureOf, STORE_SQLITE_TEXT } from './errors.ts'
import { transaction } from './transaction.ts'

/** SWEEP_ROWS is how many values one sweep removes at most, so that it keeps nobody waiting. */
export const SWEEP_ROWS = 500

const LIVE = '(expires_ms IS NULL OR expires_ms > :nowMs)'
const WRITE = `INSERT INTO entries (key, value, version, expires_ms) VALUES (:key, :value, :version, :expiresMs)
  ON CONFLICT (key) DO UPDATE SET value = :value, version = :version, expires_ms = :expiresMs`

/** Read as bytes: as text, Node 22 ends a value at its first NUL. */
const COLUMNS = 'CAST(key AS BLOB) AS key, CAST(value AS BLOB) AS value, version'

/** Each statement is one transaction, which sees and changes a value at once: two writers never interleave in it. */
const STATEMENTS = {
  get: `SELECT ${COLUMNS} FROM entries WHERE key = :key AND ${LIVE}`,
  // No text in UTF-8 has the byte FF, so this ends after the last key that begins with the prefix.
  list: `SELECT ${COLUMNS} FROM entries
    WHERE key >= :prefix AND key < :prefix || CAST(x'FF' AS TEXT) AND ${LIVE}`,
  write: WRITE,
  create: `${WRITE} WHERE expires_ms <= :nowMs`,
  replace: `UPDATE entries SET value = :value, version = :version, expires_ms = :expiresMs
    WHERE key = :key AND version = :ifVersion AND ${LIVE}`,
  recount: 'UPDATE entries SET value = :value, version = :version WHERE key = :key',
  delete: 'DELETE FROM entries WHERE key = :key',
  remove: `DELETE FROM entries WHERE key = :key AND version = :ifVersion AND ${LIVE}`,
  sweep: `DELETE FROM entries WHERE rowid IN
    (SELECT rowid FROM entries WHERE expires_ms <= :nowMs LIMIT ${SWEEP_ROWS})`
}

interface Row extends Readonly<Record<string, string | number | null>> {
  readonly key: string
  readonly value: string
  readonly version: string
}

/**
 * SqliteStore keeps values in an open database. Versions are random, so that none comes back after a value was deleted, a
 * backup restored or the power lost. Calls run at once, on the caller's thread.
 */
export class SqliteStore implements Store {
  readonly #db: DatabaseSync
  readonly #nowMs: () => number
  readonly #statements: Readonly<Record<keyof typeof STATEMENTS, StatementSync>>

  constructor(db: DatabaseSync, nowMs: () => number = Date.now) {
    this.#db = db
    this.#nowMs = nowMs
    const prepared = Object.entries(STATEMENTS).map(([name, sql]) => [name, db.prepare(sql)])
    this.#statements = Object.fromEntries(prepared)
  }

  async get(key: string): Promise<Stored | undefined> {
    return guarded(() => this.#get(keyOf(key)))
  }

  async set(
    key: string,
    value: string,
    { ttlMs, ifVersion }: { readonly ttlMs?: number; readonly ifVersion?: string } = {}
  ): Promise<string> {
    return guarded(() => {
      const row = { ...rowOf(key, value), expiresMs: this.#end(ttlMs) }
      if (this.#write(row, ifVersion) === 0) throw ISTHMUS_STORE_CONFLICT()
      return row.version
    })
  }

  async delete(key: string, { ifVersion }: { readonly ifVersion?: string } = {}): Promise<void> {
    guarded(() => {
      keyOf(key)
      if (ifVersion === undefined) this.#statements.delete.run({ key })
      else if (ifVersion === '') {
        if (this.#get(key) !== undefined) throw ISTHMUS_STORE_CONFLICT()
      } else if (this.#statements.remove.run({ key, ifVersion, nowMs: this.#nowMs() }).changes === 0) {
        throw ISTHMUS_STORE_CONFLICT()
      }
    })
  }

  async list(prefix: string): Promise<readonly Stored[]> {
    return guarded(() => {
      const rows = this.#statements.list.all({ prefix: keyOf(prefix), nowMs: this.#nowMs() })
      // SQLite compares code points; JavaScript puts what needs two units before the last of those that need one.
      return rows.map(stored).sort((a, b) => (a.key < b.key ? -1 : 1))
    })
  }

  /** add keeps the time of a count that exists, so that a window ends when it was going to. */
  async add(key: string, by: number, ttlMs?: number): Promise<number> {
    return guarded(() =>
      transaction(this.#db, () => {
        const entry = this.#get(keyOf(key))
        const total = Number(entry?.value ?? 0) + by
        if (Number.isNaN(total)) throw ISTHMUS_STORE_CONFLICT()
        const row = rowOf(key, String(total))
        if (entry === undefined) this.#statements.write.run({ ...row, expiresMs: this.#end(ttlMs) })
        else this.#statements.recount.run(row)
        return total
      })
    )
  }

  /** sweep removes values past their time, and says how many it removed. */
  sweep(): number {
    return guarded(() => Number(this.#statements.sweep.run({ nowMs: this.#nowMs() }).changes))
  }

  /** #write says how many values it wrote: none if another version stands. */
  #write(row: Row, ifVersion: string | undefined): number | bigint {
    const { write, create, replace } = this.#statements
    if (ifVersion === undefined) return write.run(row).changes
    const nowMs = this.#nowMs()
    return (ifVersion === '' ? create.run({ ...row, nowMs }) : replace.run({ ...row, nowMs, ifVersion })).changes
  }

  #get(key: string): Stored | undefined {
    const row = this.#statements.get.get({ key, nowMs: this.#nowMs() })
    return row && stored(row)
  }

  #end(ttlMs: number | undefined): number | null {
    return ttlMs === undefined || ttlMs === Number.POSITIVE_INFINITY ? null : Math.ceil(this.#nowMs() + ttlMs)
  }
}

function guarded<T>(work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    throw failureOf(thrown)
  }
}

/** keyOf refuses text that UTF-8 has no form for: SQLite would take another in its place. */
function keyOf(key: string): string {
  if (!key.isWellFormed()) throw STORE_SQLITE_TEXT('key')
  return key
}

function rowOf(key: string, value: string): Row {
  if (!value.isWellFormed()) throw STORE_SQLITE_TEXT('value')
  return { key: keyOf(key), value, version: randomUUID() }
}

/** stored makes a plain object of a row, which has no prototype. */
function stored({ key, value, version }: Readonly<Record<string, unknown>>): Stored {
  return { key: textOf(key as Uint8Array), value: textOf(value as Uint8Array), version: version as string }
}

function textOf({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString()
}
