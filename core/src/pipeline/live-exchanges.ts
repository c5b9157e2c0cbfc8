import type { LiveExchange } from './live-exchange.ts'

/**
 * LiveExchanges holds the exchanges that are under way. It is an array and no Set: when a Set's table is renewed the old
 * one keeps its entries and points to the new one, so that with exchanges coming and going all the time, the engine's
 * collections of young objects free none of them.
 */
export class LiveExchanges {
  #all: LiveExchange[] = []

  get size(): number {
    return this.#all.length
  }

  add(x: LiveExchange): void {
    x.place = this.#all.length
    this.#all.push(x)
  }

  has(x: LiveExchange): boolean {
    return this.#all[x.place] === x
  }

  /** remove moves the last exchange to the free place. */
  remove(x: LiveExchange): void {
    if (!this.has(x)) return
    const last = this.#all.pop() as LiveExchange
    if (last === x) return
    this.#all[x.place] = last
    last.place = x.place
  }

  /** snapshot is a copy to go through while exchanges end. */
  snapshot(): readonly LiveExchange[] {
    return [...this.#all]
  }
}
