import type { Finish, FinishReason } from '@isthmus/core'
import { type JsonObject, stringOf, wordTable } from '@isthmus/core/wire'
import { FORMAT } from './types.ts'

type Known = Pick<Finish, 'reason' | 'detail'>

const FILTERED: Known = { reason: 'content_filter' }
const RECITED: Known = { reason: 'content_filter', detail: 'recitation' }
const OTHER: Known = { reason: 'other' }

/** There is no word for an end with calls: it is `STOP`. */
const REASONS: Readonly<Record<string, Known>> = wordTable({
  STOP: { reason: 'stop' },
  MAX_TOKENS: { reason: 'length', detail: 'max_output' },
  SAFETY: FILTERED,
  RECITATION: RECITED,
  LANGUAGE: FILTERED,
  BLOCKLIST: FILTERED,
  PROHIBITED_CONTENT: FILTERED,
  SPII: FILTERED,
  IMAGE_SAFETY: FILTERED,
  IMAGE_PROHIBITED_CONTENT: FILTERED,
  IMAGE_RECITATION: RECITED,
  CONTINUATION: { reason: 'pause' },
  TOO_MANY_TOOL_CALLS: OTHER,
  OTHER,
  NO_IMAGE: OTHER,
  IMAGE_OTHER: OTHER,
  FINISH_REASON_UNSPECIFIED: OTHER
})

/** The model wrote something that the service could not read: there is no answer that a client could use. */
const MALFORMED: ReadonlySet<string> = new Set([
  'MALFORMED_FUNCTION_CALL',
  'UNEXPECTED_TOOL_CALL',
  'MALFORMED_RESPONSE'
])

/** isMalformed tells a reason that is a failure. */
export function isMalformed(word: string): boolean {
  return MALFORMED.has(word)
}

/** decodeFinish reads why a candidate ended; `rest` are its other members, which clients of this format get back. */
export function decodeFinish(
  word: string | undefined,
  message: string | undefined,
  rest: JsonObject | undefined,
  called: boolean
): Finish {
  const known = REASONS[word ?? '']
  const reason = called && (known === undefined || known.reason === 'stop') ? 'tool_calls' : (known?.reason ?? 'other')
  const own = known === undefined && word !== undefined ? { ...rest, finishReason: word } : rest
  return {
    reason,
    ...(known?.detail !== undefined && { detail: known.detail }),
    native: word ?? '',
    ...(message !== undefined && { message }),
    ...(own !== undefined && { ext: { [FORMAT]: own } })
  }
}

/** blockReason gives the reason for which a prompt was refused. The default of the member is none. */
export function blockReason(feedback: JsonObject | undefined): string | undefined {
  const reason = stringOf(feedback?.blockReason)
  return reason === undefined || reason === '' || reason === 'BLOCKED_REASON_UNSPECIFIED' ? undefined : reason
}

/** blockedFinish is the end of a reply whose prompt was refused. */
export function blockedFinish(reason: string, message: string | undefined): Finish {
  return {
    reason: 'content_filter',
    detail: 'prompt_blocked',
    native: reason,
    ...(message !== undefined && { message })
  }
}

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'STOP',
  stop_sequence: 'STOP',
  length: 'MAX_TOKENS',
  tool_calls: 'STOP',
  content_filter: 'SAFETY',
  refusal: 'SAFETY',
  // Only this service knows how to go on from its own pause.
  pause: 'OTHER',
  compaction: 'STOP',
  other: 'OTHER'
}

/** encodeFinish writes the members of a candidate that say why it ended, and those that came with them. */
export function encodeFinish(finish: Finish | undefined): JsonObject {
  const own = finish?.ext?.[FORMAT]
  const message = finish?.message
  return {
    ...own,
    finishReason: stringOf(own?.finishReason) ?? finishWord(finish),
    ...(message !== undefined && { finishMessage: message })
  }
}

function finishWord(finish: Finish | undefined): string {
  const { reason = 'stop', detail, native = '' } = finish ?? {}
  const known = REASONS[native]
  // The service's own word says more, as long as it still says the same.
  if (known !== undefined && (known.reason === reason || WORDS[reason] === native)) return native
  return detail === 'recitation' ? 'RECITATION' : WORDS[reason]
}

const BLOCKS = new Set([
  'SAFETY',
  'OTHER',
  'BLOCKLIST',
  'PROHIBITED_CONTENT',
  'IMAGE_SAFETY',
  'MODEL_ARMOR',
  'JAILBREAK'
])

/** encodeFeedback writes that a prompt was refused. */
export function encodeFeedback({ native, message }: Finish): JsonObject {
  return {
    blockReason: BLOCKS.has(native) ? native : 'OTHER',
    ...(message !== undefined && { blockReasonMessage: message })
  }
}
