import { resolve } from 'node:path'
import { defineStore } from '@isthmus/core'
import { Type } from 'typebox'
import { IN_MEMORY, openDatabase } from './open-database.ts'
import { SqliteStore } from './sqlite-store.ts'
import { keepSwept } from './sweeping.ts'

export default defineStore({
  name: 'sqlite',
  api: 1,
  summary: 'Keeps what plugins store in one SQLite file.',
  stability: 'experimental',
  options: Type.Object(
    {
      file: Type.String({
        default: 'isthmus.db',
        minLength: 1,
        description: 'The database, made when it is not there. A relative path begins at the folder of the config.'
      }),
      busyTimeoutMs: Type.Integer({
        default: 5000,
        minimum: 0,
        maximum: 60_000,
        description: 'How long to wait for another process that is writing.'
      })
    },
    { additionalProperties: false }
  ),
  setup(host, { file, busyTimeoutMs }) {
    const db = openDatabase(file === IN_MEMORY ? file : resolve(host.dir, file), busyTimeoutMs)
    host.onClose(() => db.close())
    const store = new SqliteStore(db)
    host.onClose(keepSwept(store, host.log))
    return store
  }
})
