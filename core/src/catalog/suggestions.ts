import { nearest } from '../wire/nearest.ts'
import { keyOf } from './names.ts'

const CLOSER_LOOK = 60

/**
 * Suggestions finds the names that are near to a wrong one. Thousands of names are not compared letter by letter, as
 * wrong ones cost nothing to send: those that share most groups of three letters are.
 */
export class Suggestions {
  readonly #names: readonly string[]
  readonly #byTrigram = new Map<string, number[]>()

  constructor(names: Iterable<string>) {
    // Spellings that lead to the same are one name here: the first.
    const byKey = new Map<string, string>()
    for (const name of names) {
      const key = keyOf(name)
      if (!byKey.has(key)) byKey.set(key, name)
    }
    this.#names = [...byKey.values()]
    for (const [index, name] of this.#names.entries()) {
      for (const trigram of trigrams(name)) {
        const known = this.#byTrigram.get(trigram)
        if (known === undefined) this.#byTrigram.set(trigram, [index])
        else known.push(index)
      }
    }
  }

  /** near gives at most `most` names, the nearest first, without those that `leave` names. */
  near(name: string, most: number, leave: (known: string) => boolean = () => false): readonly string[] {
    const shared = new Map<number, number>()
    for (const trigram of trigrams(name)) {
      for (const index of this.#byTrigram.get(trigram) ?? []) shared.set(index, (shared.get(index) ?? 0) + 1)
    }
    const likely = [...shared]
      // Of names that share as much, the one with less besides is nearer.
      .map(([index, count]) => ({
        known: this.#names[index] ?? '',
        score: count - (this.#names[index] ?? '').length / 100
      }))
      .sort((a, b) => b.score - a.score)
      .slice(0, CLOSER_LOOK)
    return nearest(
      name,
      likely.flatMap(({ known }) => (leave(known) ? [] : known)),
      most
    )
  }
}

function trigrams(name: string): ReadonlySet<string> {
  const text = ` ${name.toLowerCase().replace(/[-_. ]+/g, '')} `
  const found = new Set<string>()
  for (let at = 0; at + 3 <= text.length; at++) found.add(text.slice(at, at + 3))
  return found
}
