import {
  type EndEvent,
  type EventBatch,
  type EventStage,
  endEvent,
  Folder,
  type ReplyMeta,
  type ReplyOptions,
  startEvent
} from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { responseId, responses } from '@isthmus/format-responses'
import { PartOrder } from './part-order.ts'
import type { Log } from './shelf.ts'
import type { Turn } from './turns.ts'

/** Keeping is what a reply is kept with. */
export interface Keeping extends Pick<Turn, 'principal' | 'previous' | 'input' | 'shown' | 'compacted'> {
  readonly conversation?: string | undefined
  readonly stream: boolean
  readonly options: ReplyOptions
  /** keep is false for a turn that is too large. */
  keep(turn: Turn): boolean
  readonly log: Log
}

/**
 * KeepStage keeps a reply once it has ended well. The reply gets an id of the gateway's own from its first event on, and says
 * what the gateway does with it: what its upstream says about keeping is about another request.
 */
export class KeepStage implements EventStage {
  #keeping: Keeping
  #folder = new Folder()
  #order: PartOrder | undefined
  #failed = false

  constructor(keeping: Keeping) {
    this.#keeping = keeping
    if (keeping.stream) this.#order = new PartOrder()
  }

  push(batch: EventBatch): EventBatch {
    const { options, shown } = this.#keeping
    for (const [at, event] of batch.entries()) {
      if (event.type === 'error') this.#failed = true
      if (this.#failed) break
      if (event.type === 'start') {
        const { model, created, usage, meta } = event
        const id = responseId('', options)
        batch[at] = startEvent(id, model, created ?? options.created, usage, this.#told(meta, shown))
      }
      this.#folder.add(batch[at]!)
      this.#order?.add(event)
    }
    return batch
  }

  end(last: EndEvent): EventBatch {
    if (this.#failed) return []
    const own = endEvent(this.#told(last.meta, this.#keeping.shown))
    return [this.#keep(own) ? own : endEvent(this.#told(last.meta, false))]
  }

  #keep(last: EndEvent): boolean {
    const { options, principal, previous, input, shown, compacted, keep, log } = this.#keeping
    try {
      this.#folder.add(last)
      const whole = this.#folder.response()
      const reply = responses.response.encode(this.#order?.inOrder(whole) ?? whole, options) as JsonObject
      const id = responseId('', options)
      if (keep({ id, principal, previous, input, reply, shown, ...(compacted && { compacted }) })) return true
      log.error({ response: id }, 'a reply was too large to be kept')
    } catch (thrown) {
      // The client has its answer; that it was not kept is for the operator to know.
      log.error({ err: thrown }, 'a reply could not be kept')
    }
    return false
  }

  #told(meta: ReplyMeta | undefined, store: boolean): ReplyMeta {
    const { previous, conversation } = this.#keeping
    const members = {
      ...meta?.ext?.[responses.id],
      store,
      ...(conversation === undefined
        ? { previous_response_id: previous ?? null }
        : { previous_response_id: null, conversation: { id: conversation } })
    }
    return { ...meta, ext: { ...meta?.ext, [responses.id]: members } }
  }
}
