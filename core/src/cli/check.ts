import { reportProblems } from '../config/index.ts'
import { createGateway, createLogger } from '../server/index.ts'
import { type ConfigFlags, prepare } from './prepare.ts'
import type { Terminal } from './terminal.ts'

export interface CheckFlags extends ConfigFlags {
  readonly boot?: true
}

/** check reads a config and tells all its problems; with `boot` it also sets everything up, and closes it again. */
export async function check(flags: CheckFlags, terminal: Terminal): Promise<void> {
  const { loaded, prepared } = await prepare(flags, terminal)
  const { warnings, plugins, waiting } = prepared
  if (flags.boot) {
    const { log, close } = await createLogger({ ...prepared.config.log, level: 'error' })
    try {
      const gateway = await createGateway({ loaded, prepared, log })
      await gateway.close()
    } finally {
      close()
    }
  }
  if (warnings.length > 0) terminal.out(`${reportProblems(loaded.name, warnings, 'warning')}\n`)
  const count = `${plugins.length} plugins${waiting.length > 0 ? `, ${waiting.length} waiting` : ''}`
  terminal.out(`${loaded.name}: no problems (${count}${flags.boot ? ', all set up and closed again' : ''})`)
}
