import type { FormatId, Seal } from '@isthmus/core'

/** FORMAT is the id of this format and the namespace of the members that only it knows. */
export const FORMAT: FormatId = 'gemini'

/**
 * SPELLING is the namespace of `ext` for how known members were written where the format has several ways: proto names in
 * snake case, a call without an id, a schema in upper-case types. It means nothing to other formats.
 */
export const SPELLING: FormatId = 'gemini/spelling'

/** DIALECT are the flags of a client's request that say how its reply is written. */
export const DIALECT = {
  /** Server-sent events, as asked for by `alt=sse`. */
  sse: 'sse',
  /** The vendor's older SDK, whose chats forget a turn that has an empty text in it, and send no such part back. */
  withoutBlanks: 'without_blanks',
  /** A JSON array that grows, which is what a stream without `alt=sse` is. */
  array: 'array'
} as const

/** SEAL_FORMAT is the name under which the public registry lists this vendor's seals. */
export const SEAL_FORMAT = 'google-gemini-v1'

/** thoughtSeal makes the seal of a `thoughtSignature`. */
export function thoughtSeal(data: string, provider = ''): Seal {
  return { kind: 'thought_signature', data, issuer: { provider, modelFamily: 'gemini', format: SEAL_FORMAT } }
}

/** isOwnSeal tells whether this format's services issued a seal. */
export function isOwnSeal(seal: Seal): boolean {
  return seal.issuer.format === SEAL_FORMAT
}

/** Spelling is what a node of the IR remembers of how it was written. */
export interface Spelling {
  /** Members in snake case, by the path of their object. */
  readonly snake?: Readonly<Record<string, readonly string[]>>
  /** The role of a turn where it is not the usual one; null where there was none. */
  readonly role?: string | null
  /** `parts` was one object instead of a list; `text` for an instruction that was a string. */
  readonly parts?: 'single' | 'text' | 'none'
  /** A call, or a result, that came without an id. */
  readonly noId?: boolean
  /** What the text of a result was written as: the whole response, or its one member, as a value that is no string. */
  readonly result?: 'response' | 'member'
  /** A call that came without arguments. */
  readonly noArgs?: boolean
  /** This part began a turn of its own, which is joined to the one before. */
  readonly opens?: boolean
  /** The lengths of the texts that this one was joined from: each but the last ended a turn. */
  readonly pieces?: readonly number[]
  /** A request to count that stood within `generateContentRequest`. */
  readonly wrapped?: boolean
  /** A thinking level that was not written in upper case. */
  readonly level?: string
}
