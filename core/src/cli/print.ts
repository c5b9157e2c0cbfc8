import { type ConfigFlags, prepare } from './prepare.ts'
import type { Terminal } from './terminal.ts'

/** print shows the config as it takes effect: defaults filled in, references resolved, secrets hidden. */
export async function print(flags: ConfigFlags, terminal: Terminal): Promise<void> {
  const { prepared } = await prepare(flags, terminal)
  const { file, ...config } = prepared.config
  const plugins = prepared.plugins.map(({ kind, id, use, options }) => ({ kind, id, use, options }))
  const waiting = prepared.waiting.map(({ kind, id, use, variables }) => ({ kind, id, use, variables }))
  terminal.out(JSON.stringify({ file, ...config, plugins, waiting }, null, 2))
}
