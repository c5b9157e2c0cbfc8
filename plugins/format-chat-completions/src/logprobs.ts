import type { Logprobs, TokenLogprob } from '@isthmus/core'
import { isObject, type JsonObject, numberOf, stringOf } from '@isthmus/core/wire'

/** decodeLogprobs reads the tokens of one list; undefined when there are none. */
export function decodeLogprobs(tokens: unknown): Logprobs | undefined {
  if (!Array.isArray(tokens) || tokens.length === 0) return undefined
  return tokens.filter(isObject).map(decodeToken)
}

function decodeToken(wire: JsonObject): TokenLogprob {
  const { bytes, top_logprobs: top } = wire
  return {
    token: stringOf(wire.token) ?? '',
    logprob: numberOf(wire.logprob) ?? 0,
    bytes: Array.isArray(bytes) ? (bytes as number[]) : null,
    ...(Array.isArray(top) && { top: top.filter(isObject).map(decodeToken) })
  }
}

/** encodeLogprobs writes a list of tokens. */
export function encodeLogprobs(logprobs: Logprobs): JsonObject[] {
  return logprobs.map(token => ({ ...encodeToken(token), top_logprobs: (token.top ?? []).map(encodeToken) }))
}

function encodeToken({ token, logprob, bytes }: TokenLogprob): JsonObject {
  return { token, logprob, bytes: bytes ?? null }
}
