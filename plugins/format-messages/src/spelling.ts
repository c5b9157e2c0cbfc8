import type { Part } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'

/** Spelling is how a client wrote a node where several ways mean the same. */
interface Spelling {
  /** A list where a string would have said the same. */
  readonly blocks: boolean
  /** Optional members that were written as null, which means that they are not set. */
  readonly nulls: readonly string[]
}

/**
 * Spellings by node. They are no part of the IR, as they mean nothing; a node that was replaced is written in the usual
 * way, which means the same.
 */
const spellings = new WeakMap<object, Spelling>()

/** spelled remembers how a node was written, and gives it back. */
export function spelled<N extends object>(node: N, wire: JsonObject, known: ReadonlySet<string>, blocks = false): N {
  let nulls: string[] | undefined
  for (const name in wire) {
    if (wire[name] !== null || !known.has(name)) continue
    nulls ??= []
    nulls.push(name)
  }
  if (blocks || nulls !== undefined) spellings.set(node, { blocks, nulls: nulls ?? [] })
  return node
}

/** isListOfText tells content that is a list where a string would have said the same: others need no note of it. */
export function isListOfText(content: unknown, parts: readonly Part[]): boolean {
  return Array.isArray(content) && (parts.length === 0 || (parts.length === 1 && parts[0]!.type === 'text'))
}

/** wroteBlocks tells that the client wrote a list where a string would have said the same. */
export function wroteBlocks(node: object): boolean {
  return spellings.get(node)?.blocks ?? false
}

/** withNulls writes the members back that were null. */
export function withNulls(block: JsonObject, node: object): JsonObject {
  const nulls = spellings.get(node)?.nulls
  if (nulls === undefined || nulls.length === 0) return block
  return { ...Object.fromEntries(nulls.map(name => [name, null])), ...block }
}
