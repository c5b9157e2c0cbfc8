import type { FormatId } from '@isthmus/core'

/** FORMAT is the id of this wire format. */
export const FORMAT: FormatId = 'embeddings'

/** SPELLING is the namespace of `ext` for how the input was written. It holds no content, and is never written out. */
export const SPELLING: FormatId = 'embeddings/spelling'

/** REPLY_KEYS are the members of a reply that the codec reads itself. */
export const REPLY_KEYS: ReadonlySet<string> = new Set(['object', 'data', 'model', 'usage'])

/** ReplyContext is what the decoder of a reply has to know of the request. */
export interface ReplyContext {
  readonly inputs: number
}
