import type { Part } from './parts.ts'
import type { Usage } from './usage.ts'
import type { Ext } from './values.ts'

export type FinishReason =
  | 'stop'
  | 'stop_sequence'
  | 'length'
  | 'tool_calls'
  | 'content_filter'
  | 'refusal'
  | 'pause'
  | 'compaction'
  | 'other'

/** Finish says why a choice ended: the common word, and beside it the vendor's own. */
export interface Finish {
  readonly reason: FinishReason
  readonly detail?:
    | 'max_output'
    | 'context_window'
    | 'malformed_tool_call'
    | 'malformed_response'
    | 'prompt_blocked'
    | 'recitation'
    | (string & {})
  /** The stop sequence that was hit, when the upstream says which. */
  readonly matchedStop?: string
  /** The vendor's own word; '' when it gave none. */
  readonly native: string
  readonly message?: string
  readonly ext?: Ext
}

export interface Choice {
  readonly index: number
  readonly parts: readonly Part[]
  readonly finish: Finish
}

/** ReplyMeta are members of a reply as a whole that may come with its first or its last event. */
export interface ReplyMeta {
  readonly serviceTier?: string
  readonly fingerprint?: string
  readonly ext?: Ext
}

/** IrResponse is a whole reply: what `fold` makes of its events. */
export interface IrResponse extends ReplyMeta {
  readonly id: string
  readonly model: string
  /** Seconds since 1970, when the upstream said so. */
  readonly created?: number
  readonly choices: readonly Choice[]
  readonly usage?: Usage
}
