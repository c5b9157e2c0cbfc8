import type { GatewayError } from '@isthmus/core'
import { isObject, type JsonObject, stringOf } from '@isthmus/core/wire'
import { INGRESS_RESPONSES_BROKEN_CHAIN } from './errors.ts'
import type { Kept, Shelf } from './shelf.ts'

/** Turn is what one request added to its conversation, and what it goes on from. */
export interface Turn extends Kept {
  readonly id: string
  readonly previous?: string | undefined
  /** The items that the client sent. */
  readonly input: readonly JsonObject[]
  /** The response as the client got it. */
  readonly reply: JsonObject
  /** Whether the client may ask for it; others are there for their conversation alone. */
  readonly shown: boolean
  /** Set when the reply stands for everything before it. */
  readonly compacted?: true
}

/** Ids of items that the gateway made name the exchange that they were made in. */
const MADE = /_([0-9a-f]{32})_/

/** Turns keeps replies and puts conversations together again. */
export class Turns {
  #shelf: Shelf

  constructor(shelf: Shelf) {
    this.#shelf = shelf
  }

  /** keep is false for a turn that is too large. */
  keep(turn: Turn): boolean {
    const aliases = outputOf(turn).flatMap(({ id }) =>
      typeof id === 'string' && !MADE.test(id) ? aliasOf(id, turn.principal) : []
    )
    return this.#shelf.keep(keyOf(turn.id), turn, aliases)
  }

  get(id: string, principal: string | undefined): Promise<Turn | undefined> {
    return this.#shelf.get<Turn>(keyOf(id), principal)
  }

  delete(id: string): Promise<void> {
    return this.#shelf.delete(keyOf(id))
  }

  /** written waits until a turn is stored. */
  written(id: string): Promise<void> {
    return this.#shelf.written(keyOf(id))
  }

  /** items gives the conversation up to a turn, with its reply; undefined if there is no such turn. */
  async items(id: string, principal: string | undefined): Promise<readonly JsonObject[] | undefined> {
    let turn = await this.get(id, principal)
    if (turn === undefined) return undefined
    const pieces: (readonly JsonObject[])[] = []
    for (;;) {
      pieces.push(outputOf(turn))
      if (turn.compacted) break
      pieces.push(turn.input)
      if (turn.previous === undefined) break
      const before = await this.get(turn.previous, principal)
      if (before === undefined) throw brokenChain(turn.id, turn.previous)
      turn = before
    }
    return pieces.reverse().flat()
  }

  /** itemsBefore is {@link items} for a turn that `after` goes on from, which must be there. */
  async itemsBefore(after: string, id: string, principal: string | undefined): Promise<readonly JsonObject[]> {
    const items = await this.items(id, principal)
    if (items === undefined) throw brokenChain(after, id)
    return items
  }

  /** inputOf gives all items that a turn's reply was made from, each with an id. */
  async inputOf(turn: Turn): Promise<readonly JsonObject[]> {
    const { id, previous, principal } = turn
    if (previous === undefined) return ownInput(turn)
    const before = await this.itemsBefore(id, previous, principal)
    return [...withIds(before, `${bareId(id)}_before`), ...ownInput(turn)]
  }

  /** item finds an item of a kept turn by its id. */
  async item(id: string, principal: string | undefined): Promise<JsonObject | undefined> {
    const made = MADE.exec(id)?.[1]
    const key = made === undefined ? await this.#shelf.find(aliasOf(id, principal)) : keyOf(`resp_${made}`)
    const turn = key === undefined ? undefined : await this.#shelf.get<Turn>(key, principal)
    return turn && [...outputOf(turn), ...ownInput(turn)].find(item => item.id === id)
  }
}

const keyOf = (id: string): string => `turn/${id}`
const aliasOf = (id: string, principal: string | undefined): string => `item/${principal ?? ''}/${id}`
const bareId = (id: string): string => id.replace(/^resp_/, '')
const ownInput = ({ id, input }: Turn): readonly JsonObject[] => withIds(input, bareId(id))

/** outputOf gives the items of a turn's reply. */
function outputOf({ reply }: Turn): readonly JsonObject[] {
  return Array.isArray(reply.output) ? reply.output.filter(isObject) : []
}

function brokenChain(id: string, missing: string): GatewayError {
  const details = { param: 'previous_response_id', clientCode: 'previous_response_not_found' }
  return INGRESS_RESPONSES_BROKEN_CHAIN.with(details, id, missing)
}

/** withIds gives items ids by which they can be listed and referred to. They are not stored: upstreams refuse ids they did not make. */
function withIds(items: readonly JsonObject[], base: string): readonly JsonObject[] {
  return items.map((item, at) => {
    if (stringOf(item.id)) return item
    const isMessage = item.type === undefined || item.type === 'message'
    return { ...item, id: `${isMessage ? 'msg' : 'item'}_${base}_in${at}` }
  })
}
