import { type Loaded, loadConfig } from '../config/index.ts'
import { type Prepared, preparePlugins } from '../plugins/index.ts'
import type { Terminal } from './terminal.ts'

/** ConfigFlags are the flags that every command with a config takes. */
export interface ConfigFlags {
  readonly config?: string
  readonly host?: string
  readonly port?: string
}

/** prepare reads the config and finds its plugins; it throws with all problems at once. With `fresh` it reads past all caches. */
export async function prepare(
  flags: ConfigFlags,
  terminal: Terminal,
  fresh?: Set<string>
): Promise<{ readonly loaded: Loaded; readonly prepared: Prepared }> {
  const { config: file, host, port } = flags
  const loaded = await loadConfig({ file, host, port, cwd: terminal.cwd, env: terminal.env, ...(fresh && { fresh }) })
  return { loaded, prepared: await preparePlugins(loaded) }
}
