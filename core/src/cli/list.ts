import { installed } from '../plugins/index.ts'
import { columns } from './columns.ts'
import { type ConfigFlags, prepare } from './prepare.ts'
import type { Terminal } from './terminal.ts'

/** list shows the plugins: those that are configured, those that wait, and those that are only installed. */
export async function list(flags: ConfigFlags, terminal: Terminal): Promise<void> {
  const { loaded, prepared } = await prepare(flags, terminal)
  const { plugins, waiting } = prepared
  section(
    terminal,
    'Configured',
    plugins.map(({ kind, id, use, version, plugin }) => [kind, id, `${use} ${version}`.trim(), plugin.stability])
  )
  section(
    terminal,
    'Waiting',
    waiting.map(({ kind, id, use, variables }) => [kind, id, use, `for ${variables.join(', ')}`])
  )
  const used = new Set([...plugins, ...waiting].map(({ use }) => use))
  section(
    terminal,
    'Installed, not configured',
    installed(loaded.dir)
      .filter(it => !used.has(it.package))
      .map(it => [it.kind, it.name, `${it.package} ${it.version}`])
  )
}

function section(terminal: Terminal, title: string, rows: readonly (readonly string[])[]): void {
  if (rows.length > 0) terminal.out(`${title}\n${columns(rows)}\n`)
}
