import type { DatabaseSync } from 'node:sqlite'
import { STORE_SQLITE_FOREIGN, STORE_SQLITE_NEWER } from './errors.ts'
import { transaction } from './transaction.ts'

/** MIGRATIONS make the schema, one step after the other. A step that was released is never changed: a new one is added. */
export const MIGRATIONS: readonly string[] = [
  `CREATE TABLE entries (
     key TEXT PRIMARY KEY NOT NULL,
     value TEXT NOT NULL,
     version TEXT NOT NULL,
     expires_ms INTEGER
   ) STRICT;
   CREATE INDEX entries_expiry ON entries (expires_ms) WHERE expires_ms IS NOT NULL;`
]

/** "Isth" in ASCII: what tells a file of this plugin from other SQLite files. */
const APPLICATION_ID = 0x49737468

/** migrate brings a file to the newest schema. It refuses a file that is another program's, or from a newer version. */
export function migrate(db: DatabaseSync, file: string): void {
  if (schemaOf(db, file) === MIGRATIONS.length) return
  // Asked again, since another process may have been first.
  transaction(db, () => {
    for (const step of MIGRATIONS.slice(schemaOf(db, file))) db.exec(step)
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}`)
  })
}

/** schemaOf gives the number of steps that a file has taken. */
function schemaOf(db: DatabaseSync, file: string): number {
  const application = numberOf(db, 'PRAGMA application_id')
  const schema = numberOf(db, 'PRAGMA user_version')
  const isEmpty = application === 0 && schema === 0 && numberOf(db, 'SELECT count(*) FROM sqlite_schema') === 0
  if (application !== APPLICATION_ID && !isEmpty) throw STORE_SQLITE_FOREIGN(file)
  if (schema > MIGRATIONS.length) throw STORE_SQLITE_NEWER(file, schema, MIGRATIONS.length)
  return schema
}

function numberOf(db: DatabaseSync, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0])
}
