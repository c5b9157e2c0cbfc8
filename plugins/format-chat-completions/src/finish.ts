import type { Finish, FinishReason } from '@isthmus/core'

const REASONS: Readonly<Record<string, Pick<Finish, 'reason' | 'detail'>>> = {
  stop: { reason: 'stop' },
  eos: { reason: 'stop' },
  end_turn: { reason: 'stop' },
  stop_sequence: { reason: 'stop' },
  length: { reason: 'length', detail: 'max_output' },
  max_tokens: { reason: 'length', detail: 'max_output' },
  model_length: { reason: 'length', detail: 'context_window' },
  tool_calls: { reason: 'tool_calls' },
  function_call: { reason: 'tool_calls' },
  content_filter: { reason: 'content_filter' }
}

const MALFORMED_CALL = /MALFORMED_FUNCTION_CALL|MALFORMED_RESPONSE|UNEXPECTED_TOOL_CALL/

/** isMalformedCall tells what a vendor's front end says when its model wrote a tool call that cannot be read. */
export function isMalformedCall(native: string): boolean {
  return !Object.hasOwn(REASONS, native) && MALFORMED_CALL.test(native)
}

/** decodeFinish reads the reason a choice ended; `called` tells whether the client was given calls to run. */
export function decodeFinish(native: string, called: boolean): Finish {
  const known = Object.hasOwn(REASONS, native) ? REASONS[native]! : { reason: 'other' as const }
  if (isMalformedCall(native)) return { reason: 'other', detail: 'malformed_tool_call', native }
  // Several servers say `stop` after tool calls, and some say `tool_calls` without any: agents loop on either.
  if (called && (known.reason === 'stop' || known.reason === 'other')) return { reason: 'tool_calls', native }
  if (!called && known.reason === 'tool_calls') return { reason: 'stop', native }
  return { ...known, native }
}

/** explanation is what the service says of its refusal, to be written after what the model itself said. */
export function explanation({ reason, message }: Finish, refused: boolean): string {
  if (reason !== 'refusal' || message === undefined || message === '') return ''
  return refused ? `\n\n${message}` : message
}

const WORDS: Readonly<Record<FinishReason, string>> = {
  stop: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  content_filter: 'content_filter',
  refusal: 'content_filter',
  pause: 'length',
  compaction: 'stop',
  other: 'stop'
}

/** encodeFinish writes the reason a choice ended. It says `tool_calls` if, and only if, there are calls. */
export function encodeFinish(finish: Finish, called: 'no' | 'tool_calls' | 'function_call'): string {
  const word = WORDS[finish.reason]
  if (called === 'no') return word === 'tool_calls' ? 'stop' : word
  return word === 'stop' || word === 'tool_calls' ? called : word
}
