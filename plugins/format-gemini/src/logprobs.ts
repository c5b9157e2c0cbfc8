import type { Logprobs, TokenLogprob } from '@isthmus/core'
import { isObject, type JsonObject, numberOf, stringOf } from '@isthmus/core/wire'

/** decodeLogprobs reads the log probabilities of a candidate; undefined when there are none. */
export function decodeLogprobs(result: unknown): Logprobs | undefined {
  if (!isObject(result) || !Array.isArray(result.chosenCandidates)) return undefined
  const tops = Array.isArray(result.topCandidates) ? result.topCandidates : []
  const tokens = result.chosenCandidates.map((chosen, at): TokenLogprob => {
    const top: unknown = tops[at]
    const others = isObject(top) && Array.isArray(top.candidates) ? top.candidates : undefined
    return { ...tokenOf(chosen), ...(others !== undefined && { top: others.map(tokenOf) }) }
  })
  return tokens.length === 0 ? undefined : tokens
}

function tokenOf(wire: unknown): TokenLogprob {
  const object = isObject(wire) ? wire : {}
  return { token: stringOf(object.token) ?? '', logprob: numberOf(object.logProbability) ?? 0 }
}

/** encodeLogprobs writes log probabilities. */
export function encodeLogprobs(logprobs: Logprobs): JsonObject {
  return {
    topCandidates: logprobs.map(({ top }) => ({ candidates: (top ?? []).map(encodeToken) })),
    chosenCandidates: logprobs.map(encodeToken)
  }
}

const encodeToken = ({ token, logprob }: TokenLogprob): JsonObject => ({ token, logProbability: logprob })
