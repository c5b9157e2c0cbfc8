import type { Logprobs, TokenLogprob } from '@isthmus/core'
import { codepoints, isObject, type JsonObject, numberOf, stringOf } from '@isthmus/core/wire'

/** PlacedToken is a token that says where in prompt and completion it begins, as this format has it. */
interface PlacedToken extends TokenLogprob {
  readonly offset?: number
}

/**
 * decodeLogprobs reads the parallel lists of this format, or the list of tokens that some servers write in their place;
 * undefined when there are none.
 */
export function decodeLogprobs(wire: unknown): Logprobs | undefined {
  if (!isObject(wire)) return undefined
  if (Array.isArray(wire.content)) return tokensOrNone(wire.content.filter(isObject).map(decodeEntry))
  if (!Array.isArray(wire.tokens)) return undefined
  const values = listOf(wire.token_logprobs)
  const tops = listOf(wire.top_logprobs)
  const offsets = listOf(wire.text_offset)
  return tokensOrNone(
    wire.tokens.map((token, at): PlacedToken => {
      const top = tops[at]
      const offset = numberOf(offsets[at])
      return {
        token: stringOf(token) ?? '',
        // The first token of a prompt has none, and zero would say that it was certain.
        logprob: numberOf(values[at]) ?? Number.NaN,
        ...(isObject(top) && { top: decodeTop(top) }),
        ...(offset !== undefined && { offset })
      }
    })
  )
}

const tokensOrNone = (tokens: Logprobs): Logprobs | undefined => (tokens.length > 0 ? tokens : undefined)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

function decodeTop(top: JsonObject): readonly TokenLogprob[] {
  return Object.entries(top).map(([token, logprob]) => ({ token, logprob: numberOf(logprob) ?? Number.NaN }))
}

function decodeEntry({ token, logprob, bytes, top_logprobs: top }: JsonObject): TokenLogprob {
  return {
    token: stringOf(token) ?? '',
    logprob: numberOf(logprob) ?? Number.NaN,
    ...(Array.isArray(bytes) && { bytes: bytes as number[] }),
    ...(Array.isArray(top) && { top: top.filter(isObject).map(decodeEntry) })
  }
}

/** LogprobsWriter writes the tokens of one choice. Those that do not say where they begin follow each other. */
export class LogprobsWriter {
  #offset: number

  /** `offset` is where the first token begins. */
  constructor(offset: number) {
    this.#offset = offset
  }

  write(logprobs: Logprobs): JsonObject {
    const tops = logprobs.map(({ top }) => (top === undefined ? null : encodeTop(top)))
    return {
      tokens: logprobs.map(({ token }) => token),
      token_logprobs: logprobs.map(({ logprob }) => encodeValue(logprob)),
      top_logprobs: tops.every(top => top === null) ? null : tops,
      text_offset: logprobs.map(token => this.#place(token))
    }
  }

  #place(token: PlacedToken): number {
    const offset = token.offset ?? this.#offset
    this.#offset = offset + codepoints(token.token)
    return offset
  }
}

const encodeValue = (logprob: number): number | null => (Number.isFinite(logprob) ? logprob : null)

/** encodeTop keeps the likelier of two tokens that are written alike. */
function encodeTop(top: readonly TokenLogprob[]): JsonObject {
  const values = new Map<string, number>()
  for (const { token, logprob } of top) {
    const before = values.get(token)
    if (before === undefined || logprob > before) values.set(token, logprob)
  }
  return Object.fromEntries([...values].map(([token, logprob]) => [token, encodeValue(logprob)]))
}
