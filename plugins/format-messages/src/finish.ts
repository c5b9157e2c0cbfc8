import type { Finish, FinishReason } from '@isthmus/core'
import { isObject, type JsonObject, stringOf, wordTable } from '@isthmus/core/wire'
import { NAMESPACE } from './blocks.ts'

const REASONS: Readonly<Record<string, Pick<Finish, 'reason' | 'detail'>>> = wordTable({
  end_turn: { reason: 'stop' },
  max_tokens: { reason: 'length', detail: 'max_output' },
  stop_sequence: { reason: 'stop_sequence' },
  tool_use: { reason: 'tool_calls' },
  pause_turn: { reason: 'pause' },
  refusal: { reason: 'refusal' },
  model_context_window_exceeded: { reason: 'length', detail: 'context_window' },
  compaction: { reason: 'compaction' }
})

/** decodeFinish reads why a message ended. A reason that is not known is kept for clients of this format. */
export function decodeFinish(message: JsonObject): Finish {
  const native = stringOf(message.stop_reason) ?? ''
  const known = REASONS[native]
  const matchedStop = stringOf(message.stop_sequence)
  const details = isObject(message.stop_details) ? message.stop_details : undefined
  const explanation = stringOf(details?.explanation)
  const own: JsonObject = {
    ...(known === undefined && native !== '' && { stop_reason: native }),
    ...(details !== undefined && { stop_details: details })
  }
  return {
    reason: known?.reason ?? 'other',
    ...(known?.detail !== undefined && { detail: known.detail }),
    ...(matchedStop !== undefined && { matchedStop }),
    native,
    ...(explanation !== undefined && { message: explanation }),
    ...(Object.keys(own).length > 0 && { ext: { [NAMESPACE]: own } })
  }
}

/** WireFinish is what `message_delta.delta`, or a whole message, says about the end. */
export interface WireFinish {
  readonly stop_reason: string
  readonly stop_sequence: string | null
  readonly stop_details: unknown
}

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'end_turn',
  // Without the sequence that was hit there is nothing to write beside it, and guessing would be wrong. An upstream of
  // this format that does not say it either has the word all the same.
  stop_sequence: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'end_turn',
  content_filter: 'refusal',
  refusal: 'refusal',
  pause: 'pause_turn',
  compaction: 'compaction',
  other: 'end_turn'
}
/** What outranks a call of the client's tool that went out. */
const FINAL = new Set<FinishReason>(['length', 'content_filter', 'refusal', 'pause', 'compaction'])

/** encodeFinish says why a message ended: with `tool_use` whenever the client has a call to answer. */
export function encodeFinish(
  finish: Finish | undefined,
  wrote: { readonly call: boolean; readonly refusal: boolean }
): WireFinish {
  const own = finish?.ext?.[NAMESPACE]
  const reason = finish?.reason ?? 'stop'
  const matched = finish?.matchedStop ?? null
  return {
    stop_reason: stringOf(own?.stop_reason) ?? stopReason(finish, reason, wrote),
    stop_sequence: reason === 'stop_sequence' ? matched : null,
    stop_details: own?.stop_details ?? stopDetails(finish, reason)
  }
}

function stopReason(
  finish: Finish | undefined,
  reason: FinishReason,
  wrote: { readonly call: boolean; readonly refusal: boolean }
): string {
  if (FINAL.has(reason)) {
    return finish?.detail === 'context_window' ? 'model_context_window_exceeded' : WORDS[reason]
  }
  if (wrote.call) return 'tool_use'
  if (wrote.refusal) return 'refusal'
  const named = finish?.matchedStop !== undefined || finish?.native === 'stop_sequence'
  return reason === 'stop_sequence' && named ? 'stop_sequence' : WORDS[reason]
}

function stopDetails(finish: Finish | undefined, reason: FinishReason): unknown {
  if (reason !== 'refusal' || finish?.message === undefined) return null
  return { type: 'refusal', category: null, explanation: finish.message }
}
