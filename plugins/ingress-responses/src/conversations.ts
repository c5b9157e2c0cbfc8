import type { JsonObject } from '@isthmus/core/wire'
import type { Kept, Log, Shelf } from './shelf.ts'
import type { Turn, Turns } from './turns.ts'

/** Conversation is a row of turns under one id. */
export interface Conversation extends Kept {
  readonly id: string
  /** Seconds since 1970. */
  readonly createdAt: number
  readonly metadata: unknown
  /** The turn that was added last. */
  readonly last?: string | undefined
}

/** Conversations keeps which turn each conversation ends with. */
export class Conversations {
  #shelf: Shelf
  #turns: Turns
  #log: Log
  /** Turns that are being added, by conversation. */
  #adding = new Map<string, Promise<void>>()

  constructor(shelf: Shelf, turns: Turns, log: Log) {
    this.#shelf = shelf
    this.#turns = turns
    this.#log = log
  }

  /** create is false for a conversation that is too large. */
  create(conversation: Conversation, items: readonly JsonObject[]): boolean {
    const { id, principal } = conversation
    if (items.length === 0) return this.#shelf.keep(keyOf(id), conversation)
    // What it begins with is a turn that was not answered.
    const first: Turn = { id: `${id}_0`, principal, input: items, reply: {}, shown: false }
    const begun: Conversation = { ...conversation, last: first.id }
    return this.#turns.keep(first) && this.#shelf.keep(keyOf(id), begun)
  }

  /** get waits for turns that are being added. */
  async get(id: string, principal: string | undefined): Promise<Conversation | undefined> {
    await this.#adding.get(id)
    return this.#shelf.get<Conversation>(keyOf(id), principal)
  }

  async delete(id: string): Promise<void> {
    await this.#adding.get(id)
    await this.#shelf.delete(keyOf(id))
  }

  /** add puts a turn behind the last one, in the background. It is false for a turn that is too large. */
  add(id: string, turn: Turn): boolean {
    if (!this.#turns.keep(turn)) return false
    const before = this.#adding.get(id)
    const added = this.#add(id, turn, before).catch(thrown => {
      this.#log.error({ err: thrown, conversation: id }, 'a turn could not be added to its conversation')
    })
    this.#adding.set(id, added)
    void added.then(() => {
      if (this.#adding.get(id) === added) this.#adding.delete(id)
    })
    return true
  }

  async #add(id: string, turn: Turn, before: Promise<void> | undefined): Promise<void> {
    await before
    await this.#shelf.change<Conversation>(keyOf(id), turn.principal, async conversation => {
      const { last } = conversation
      // Another turn may have been added since this one began: turns stand in the order in which they ended.
      if (turn.previous !== last) this.#turns.keep({ ...turn, previous: last })
      await this.#turns.written(turn.id)
      return { ...conversation, last: turn.id }
    })
  }

  /** close waits for what is still being added. */
  async close(): Promise<void> {
    while (this.#adding.size > 0) await Promise.all(this.#adding.values())
  }
}

const keyOf = (id: string): string => `conversation/${id}`
