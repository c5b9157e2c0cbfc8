import { createHash } from 'node:crypto'
import type { EmbedRequest } from '@isthmus/core'
import { describeParts } from './describe.ts'
import { tokensOf } from './tokens.ts'

/** Places that one word changes. */
const PLACES = 8

/** textOf puts what is to be embedded in words. */
export function textOf(input: EmbedRequest['inputs'][number]): string {
  if (typeof input === 'string') return input
  if (typeof input[0] === 'number') return input.join(' ')
  return describeParts(input as Exclude<typeof input, readonly number[]>)
}

/**
 * vectorOf makes a vector of length one from a text. Each word adds to a few places that its hash picks, so the same text
 * always gives the same vector, and texts that share words give vectors that are near each other.
 */
export function vectorOf(text: string, length: number): readonly number[] {
  const sums = new Float64Array(length)
  const picked = new Map<string, readonly number[]>()
  for (const token of tokensOf(text)) {
    const word = token.trim().toLowerCase()
    let hashes = picked.get(word)
    if (hashes === undefined) {
      hashes = hashesOf(word)
      picked.set(word, hashes)
    }
    for (const hash of hashes) sums[(hash >>> 1) % length]! += hash & 1 ? 1 : -1
  }
  let squares = 0
  for (const sum of sums) squares += sum * sum
  const norm = Math.sqrt(squares)
  // A text of nothing points somewhere too: a vector of zeros has no direction to compare.
  if (norm === 0) return Array.from(sums, (_, at) => (at === 0 ? 1 : 0))
  return Array.from(sums, sum => Math.fround(sum / norm))
}

function hashesOf(word: string): readonly number[] {
  const digest = createHash('sha256').update(word).digest()
  return Array.from({ length: PLACES }, (_, at) => digest.readUInt32LE(at * 4))
}
