import type { DatabaseSync } from 'node:sqlite'

/**
 * transaction runs `work` alone on the file: it waits for other writers at the start, so that what it reads is still true
 * when it writes.
 */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (thrown) {
    // SQLite itself may have rolled back, as it does when the disk is full.
    if (db.isTransaction) db.exec('ROLLBACK')
    throw thrown
  }
}
