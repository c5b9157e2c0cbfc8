import type { ResolvedConfig } from '../config/index.ts'
import { Secret } from '../contract/index.ts'
import type { FoundPlugin, Prepared } from '../plugins/index.ts'

/** PluginChanges are the ids of the plugins that differ between two readings of a config. */
export interface PluginChanges {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

/** pluginChanges compares the plugins that are up. A plugin whose own code has changed is not seen to be another. */
export function pluginChanges(before: Prepared, after: Prepared): PluginChanges {
  const old = new Map(before.plugins.map(plugin => [keyOf(plugin), plugin]))
  const added: string[] = []
  const changed: string[] = []
  for (const plugin of after.plugins) {
    const was = old.get(keyOf(plugin))
    if (was === undefined) added.push(plugin.id)
    else if (contentOf(was) !== contentOf(plugin)) changed.push(plugin.id)
    old.delete(keyOf(plugin))
  }
  return { added, removed: [...old.values()].map(({ id }) => id), changed }
}

const keyOf = ({ kind, id }: FoundPlugin): string => `${kind}/${id}`

/** contentOf holds secrets in the clear, for comparing only: another key is another plugin. */
function contentOf({ use, plugin, version, options }: FoundPlugin): string {
  return JSON.stringify([use, plugin.name, version, options], function (this: Record<string, unknown>, key, value) {
    const given = this[key]
    return given instanceof Secret ? given.reveal() : value
  })
}

/** What belongs to the listening socket, or to the log's destination. */
const FIXED = ['server.host', 'server.port', 'server.socket', 'server.requestMs', 'log.format'] as const

/** atNextStart names the members of a config that a running process cannot go over to. */
export function atNextStart(running: ResolvedConfig, next: ResolvedConfig): readonly string[] {
  const tls = (running.server.tls === undefined) === (next.server.tls === undefined) ? [] : ['server.tls']
  return [...FIXED.filter(path => valueAt(running, path) !== valueAt(next, path)), ...tls]
}

function valueAt(config: ResolvedConfig, path: (typeof FIXED)[number]): unknown {
  const [section, member] = path.split('.') as [keyof ResolvedConfig, string]
  return (config[section] as Readonly<Record<string, unknown>>)[member]
}

/**
 * oneAtATime lets a function run once at a time. What is called for while it runs is one more run after it, however often it
 * is called for.
 */
export function oneAtATime<T>(run: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined
  let next: Promise<T> | undefined
  const start = (): Promise<T> => {
    next = undefined
    const now = run()
    running = now
    const ended = (): void => {
      if (running === now) running = undefined
    }
    now.then(ended, ended)
    return now
  }
  return () => {
    if (next !== undefined) return next
    if (running === undefined) return start()
    next = running.then(start, start)
    return next
  }
}
