import { nearest } from '../wire/nearest.ts'
import { keyOf } from './names.ts'

/** So many are compared letter by letter. */
const CLOSER_LOOK = 20
/** So many places of the index are looked at for one name, those of the rarest groups first. */
const MOST_PLACES = 4000

/**
 * Suggestions finds the names that are near to a wrong one. Thousands of names are not compared letter by letter, as
 * wrong ones cost nothing to send: those that share most groups of three letters are.
 */
export class Suggestions {
  readonly #names: readonly string[]
  readonly #byTrigram = new Map<string, number[]>()
  /** How many groups each name shares with the wrong one; all zero between two calls. */
  readonly #shared: Uint16Array

  constructor(names: Iterable<string>) {
    // Spellings that lead to the same are one name here: the first.
    const byKey = new Map<string, string>()
    for (const name of names) {
      const key = keyOf(name)
      if (!byKey.has(key)) byKey.set(key, name)
    }
    this.#names = [...byKey.values()]
    this.#shared = new Uint16Array(this.#names.length)
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
    const likely = this.#likely(name).map(index => this.#names[index] ?? '')
    return nearest(
      name,
      likely.filter(known => !leave(known)),
      most
    )
  }

  /** likely gives the names that share most with a wrong one. Of those that share as much, the shorter is nearer. */
  #likely(name: string): readonly number[] {
    const groups = [...trigrams(name)].flatMap(trigram => [this.#byTrigram.get(trigram) ?? []])
    const shared = this.#shared
    const touched: number[] = []
    let places = 0
    for (const group of groups.sort((a, b) => a.length - b.length)) {
      places += group.length
      if (places > MOST_PLACES && touched.length > 0) break
      for (const index of group) {
        if (shared[index] === 0) touched.push(index)
        shared[index] = (shared[index] ?? 0) + 1
      }
    }
    const score = (index: number) => (shared[index] ?? 0) - (this.#names[index] ?? '').length / 100
    const best: number[] = []
    let least = Number.NEGATIVE_INFINITY
    for (const index of touched) {
      const own = score(index)
      if (best.length === CLOSER_LOOK && own <= least) continue
      let at = best.length
      while (at > 0 && score(best[at - 1] ?? 0) < own) at--
      best.splice(at, 0, index)
      if (best.length > CLOSER_LOOK) best.pop()
      least = score(best.at(-1) ?? 0)
    }
    for (const index of touched) shared[index] = 0
    return best
  }
}

function trigrams(name: string): ReadonlySet<string> {
  const text = ` ${name.toLowerCase().replace(/[-_. ]+/g, '')} `
  const found = new Set<string>()
  for (let at = 0; at + 3 <= text.length; at++) found.add(text.slice(at, at + 3))
  return found
}
