import type { CacheMark, Ext, HostedKind } from '@isthmus/core'
import { isObject, type JsonObject, restOf } from '@isthmus/core/wire'

/** The namespace of members that only this format knows. */
export const NAMESPACE = 'messages'
/** The namespace of marks for what several spellings mean the same: which one the client wrote. */
const SHAPE = 'messages:shape'

/** decodeCache reads `cache_control`; undefined when it is absent, null, or more than a mark can say. */
export function decodeCache(value: unknown): CacheMark | undefined {
  if (!isObject(value) || value.type !== 'ephemeral') return undefined
  const { ttl } = value
  const size = Object.keys(value).length
  if (ttl === undefined) return size === 1 ? {} : undefined
  return typeof ttl === 'string' && size === 2 ? { ttl } : undefined
}

export function encodeCache(mark: CacheMark): JsonObject {
  return mark.ttl === undefined ? { type: 'ephemeral' } : { type: 'ephemeral', ttl: mark.ttl }
}

/** Common is what any block, message or tool may have beside its own members. */
export interface Common {
  readonly cache?: CacheMark
  readonly ext?: Ext
}

/**
 * common reads the cache mark and keeps every member that `known` does not name. A known member that is null, and a
 * cache mark that could not be read, stay as they are too. `blocks` marks content that was written as a list.
 */
export function common(object: JsonObject, known: ReadonlySet<string>, blocks = false): Common {
  const cache = decodeCache(object.cache_control)
  let rest = restOf(object, known)
  for (const key of known) {
    if (object[key] === null || (key === 'cache_control' && object[key] !== undefined && cache === undefined)) {
      rest = { ...rest, [key]: object[key] }
    }
  }
  const ext: Ext | undefined =
    rest === undefined && !blocks
      ? undefined
      : { ...(rest !== undefined && { [NAMESPACE]: rest }), ...(blocks && { [SHAPE]: { blocks: true } }) }
  return { ...(cache !== undefined && { cache }), ...(ext !== undefined && { ext }) }
}

/** ownMembers are the members that {@link common} kept, to be written back. */
export function ownMembers(node: { readonly ext?: Ext }): Readonly<JsonObject> | undefined {
  return node.ext?.[NAMESPACE]
}

/** wroteBlocks tells that the client wrote a list where a string would have said the same. */
export function wroteBlocks(node: { readonly ext?: Ext }): boolean {
  return node.ext?.[SHAPE] !== undefined
}

/** markBlocks is the `ext` of a node without members of its own that was written as a list. */
export const BLOCKS_EXT: Ext = { [SHAPE]: { blocks: true } }

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
