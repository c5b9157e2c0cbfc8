import type { FormatId } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'

/** FORMAT is the id of this wire format, and the namespace of its members in `ext`. */
export const FORMAT: FormatId = 'responses'

/** ITEM is the namespace of `ext` for members of an item that holds several parts; they stand on its first part. */
export const ITEM: FormatId = 'responses.item'

/**
 * SPELLING is the namespace of `ext` for how known members were written where the format has several ways. It holds no
 * content, and is never written out.
 */
export const SPELLING: FormatId = 'responses/spelling'

/** ToolName is a tool's name as it stands on the wire, with the namespace it is declared in. */
export interface ToolName {
  readonly name: string
  readonly namespace: string
}

/** RequestContext is what the decoder of a reply has to know of the request that was sent upstream. */
export interface RequestContext {
  /** Names of tools as sent → as the client wrote them. */
  readonly toolNames?: Readonly<Record<string, string>>
  /** Names of tools in namespaces that are another one in the IR, by {@link qualified} wire name. */
  readonly namespaced?: Readonly<Record<string, string>>
  /** Tools that take free text and were sent as functions with one member `input`, by the client's name. */
  readonly custom?: readonly string[]
  /** Who seals the reasoning of this upstream, when it is not OpenAI itself. */
  readonly sealFormat?: string
}

/** qualified makes one key of a namespace and a name in it. */
export const qualified = (namespace: string, name: string): string => `${namespace}\n${name}`

/** ResponsesReplyContext is what the encoder of a reply has to know of the client's request: `ReplyWishes.context`. */
export interface ResponsesReplyContext {
  /** Members of the request that the response object repeats, as effective values. */
  readonly echo: JsonObject
  /** The client runs a search for tools, whose calls are items of their own. */
  readonly search?: boolean
  /** Tools in namespaces, by their name in the IR. */
  readonly namespaced?: Readonly<Record<string, ToolName>>
}

/** ItemSpelling is how a message item was written. */
export interface ItemSpelling {
  /** Its content: a `string` or a `list` where the format writes the other as a rule; `none` for an empty list. */
  readonly as?: 'string' | 'list' | 'none'
  /** Without its `type`. */
  readonly untyped?: boolean
  readonly id?: string
  readonly status?: string
  readonly phase?: string
  /** Known members that were null. */
  readonly nulls?: readonly string[]
}

/** Spelling is what a node of the IR remembers of how it was written. */
export interface Spelling {
  /** The item that begins with this part, or that this message is. */
  readonly item?: ItemSpelling
  /** The type of a text where another one is written as a rule, `part` for an opaque entry of a content list. */
  readonly as?: string
  /** Known members that were null, in objects within by their path. */
  readonly nulls?: readonly string[]
  /** The whole cache mark, when it says more than its lifetime. */
  readonly breakpoint?: Readonly<Record<string, unknown>>
  /** What stood before the data of a data URL, when it would be written in another way. */
  readonly prefix?: string
  /** Lengths of the texts that make up one. */
  readonly lengths?: readonly number[]
  /** A tool that a search of the client found: it stands in that search's output, and not in the list. */
  readonly found?: boolean
  /** The name of a tool within its namespace. */
  readonly name?: string
  /** The `include` list as it was written. */
  readonly include?: readonly string[]
  /** Members of the namespace that this tool is the first of. */
  readonly namespace?: Readonly<Record<string, unknown>>
}
