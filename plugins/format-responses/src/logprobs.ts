import type { Logprobs, TokenLogprob } from '@isthmus/core'
import { isObject, type JsonObject, numberOf, stringOf } from '@isthmus/core/wire'

/** decodeLogprobs reads the log probabilities of a text; an empty list stays a list. */
export function decodeLogprobs(wire: unknown): Logprobs | undefined {
  return Array.isArray(wire) ? wire.filter(isObject).map(decodeToken) : undefined
}

function decodeToken(wire: JsonObject): TokenLogprob {
  const { bytes, top_logprobs: top } = wire
  return {
    token: stringOf(wire.token) ?? '',
    logprob: numberOf(wire.logprob) ?? 0,
    ...((bytes === null || Array.isArray(bytes)) && { bytes }),
    ...(Array.isArray(top) && { top: top.filter(isObject).map(decodeToken) })
  }
}

/** encodeLogprobs writes them. */
export function encodeLogprobs(logprobs: Logprobs): JsonObject[] {
  return logprobs.map(({ top, ...token }) => ({
    ...encodeToken(token),
    top_logprobs: (top ?? []).map(encodeToken)
  }))
}

function encodeToken({ token, logprob, bytes }: TokenLogprob): JsonObject {
  return { token, logprob, bytes: bytes ?? [...Buffer.from(token, 'utf8')] }
}
