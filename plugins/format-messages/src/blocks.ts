import type { CacheMark, Ext, HostedKind } from '@isthmus/core'
import { isObject, type JsonObject, restOf } from '@isthmus/core/wire'

/** The namespace of members that only this format knows. */
export const NAMESPACE = 'messages'

/** decodeCache reads `cache_control`; undefined when it is absent, null, or more than a mark can say. */
export function decodeCache(value: unknown): CacheMark | undefined {
  if (!isObject(value) || value.type !== 'ephemeral') return undefined
  const { ttl } = value
  const size = Object.keys(value).length
  if (ttl === undefined) return size === 1 ? {} : undefined
  return typeof ttl === 'string' && size === 2 ? { ttl } : undefined
}

/** Common is what any block, message or tool may have beside its own members. */
export interface Common {
  readonly cache?: CacheMark
  readonly ext?: Ext
}

/** common reads the cache mark and keeps every member that `known` does not name, and a mark that cannot be read. */
export function common(object: JsonObject, known: ReadonlySet<string>): Common {
  const wire = object.cache_control
  const cache = wire === undefined ? undefined : decodeCache(wire)
  let rest = restOf(object, known)
  if (cache === undefined && wire !== undefined && wire !== null) rest = { ...rest, cache_control: wire }
  return { ...(cache !== undefined && { cache }), ...(rest !== undefined && { ext: { [NAMESPACE]: rest } }) }
}

/** ownMembers are the members that {@link common} kept, to be written back. */
export function ownMembers(node: { readonly ext?: Ext }): Readonly<JsonObject> | undefined {
  return node.ext?.[NAMESPACE]
}

const HOSTED: readonly (readonly [prefix: string, kind: HostedKind])[] = [
  ['web_search', 'web_search'],
  ['web_fetch', 'web_fetch'],
  ['bash_code_execution', 'code'],
  ['text_editor_code_execution', 'code'],
  ['code_execution', 'code'],
  ['tool_search', 'tool_search'],
  ['mcp', 'mcp'],
  ['bash', 'shell'],
  ['text_editor', 'patch'],
  ['str_replace', 'patch'],
  ['memory', 'memory'],
  ['computer', 'computer'],
  ['browser', 'computer']
]

/** hostedKind tells the kind of a hosted tool by its type, the name of a call or the type of a result. */
export function hostedKind(name: string): HostedKind {
  return HOSTED.find(([prefix]) => name.startsWith(prefix))?.[1] ?? 'other'
}
