import type { FormatId } from '@isthmus/core'

/** FORMAT is the id of this wire format. */
export const FORMAT: FormatId = 'chat-completions'

/**
 * SPELLING is the namespace of `ext` for how known members were written where the format has several ways: a text as
 * a string or as a list of parts, reasoning under one of its names. It holds no content, and is never written out.
 */
export const SPELLING: FormatId = 'chat-completions/spelling'

/** Spelling is what a node of the IR remembers of how it was written. */
export interface Spelling {
  /** `part`: an entry of a content list. Otherwise the member of the message that held it. */
  readonly as?: 'part' | 'reasoning' | 'reasoning_content' | 'detail' | 'thinking' | 'function_call' | 'function'
  /** Members of a `reasoning_details` entry beside its content. */
  readonly detail?: Readonly<Record<string, unknown>>
  /** Further members of the message that repeat its reasoning text. */
  readonly also?: readonly string[]
  /** A cache mark written as `prompt_cache_breakpoint`, with its mode. */
  readonly breakpoint?: Readonly<Record<string, unknown>>
  /** This text goes on from the one before: both stood in one string. */
  readonly continues?: boolean
}

/** RequestContext is what the decoder of a reply has to know of the request. */
export interface RequestContext {
  /** Names of tools as sent → as the client wrote them. */
  readonly toolNames?: Readonly<Record<string, string>>
  /** Container of the audio that was asked for. */
  readonly audioFormat?: string
}
