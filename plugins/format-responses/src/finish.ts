import type { Finish, FinishReason } from '@isthmus/core'
import { isObject, type JsonObject, stringOf, wordTable } from '@isthmus/core/wire'
import { FORMAT } from './types.ts'

/** Wrote tells what a reply holds that decides how it ended: the format has no word for it. */
export interface Wrote {
  /** A call that the client has to answer. */
  readonly call: boolean
  readonly refusal: boolean
}

const REASONS: Readonly<Record<string, Pick<Finish, 'reason' | 'detail'>>> = wordTable({
  max_output_tokens: { reason: 'length', detail: 'max_output' },
  content_filter: { reason: 'content_filter' }
})

/** decodeFinish tells why a response ended, from its status and from what it holds. */
export function decodeFinish(response: JsonObject, wrote: Wrote): Finish {
  const status = stringOf(response.status) ?? 'completed'
  const reason = isObject(response.incomplete_details) ? stringOf(response.incomplete_details.reason) : undefined
  if (reason !== undefined) {
    const known = REASONS[reason]
    if (known?.reason === 'content_filter' && wrote.refusal) return { reason: 'refusal', native: reason }
    if (known !== undefined) return { ...known, native: reason }
    return { reason: 'other', native: reason, ...own({ status, incomplete_details: response.incomplete_details }) }
  }
  if (status === 'completed') return { reason: wrote.call ? 'tool_calls' : 'stop', native: status }
  return { reason: 'other', native: status, ...own({ status }) }
}

const own = (members: JsonObject): Pick<Finish, 'ext'> => ({ ext: { [FORMAT]: members } })

/** WireFinish are the members of a response that say how it ended. */
export interface WireFinish {
  readonly status: string
  readonly incomplete_details: unknown
}

const INCOMPLETE: Partial<Readonly<Record<FinishReason, string>>> = {
  length: 'max_output_tokens',
  // The model would go on: to a client that is an answer cut short.
  pause: 'max_output_tokens',
  content_filter: 'content_filter',
  refusal: 'content_filter'
}

/** encodeFinish says how a response ended. */
export function encodeFinish(finish: Finish | undefined): WireFinish {
  const members = finish?.ext?.[FORMAT]
  if (members !== undefined) {
    return {
      status: stringOf(members.status) ?? 'completed',
      incomplete_details: members.incomplete_details ?? null
    }
  }
  const reason = finish === undefined ? undefined : INCOMPLETE[finish.reason]
  return reason === undefined
    ? { status: 'completed', incomplete_details: null }
    : { status: 'incomplete', incomplete_details: { reason } }
}
