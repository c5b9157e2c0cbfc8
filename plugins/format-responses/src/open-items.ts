import type { JsonObject } from '@isthmus/core/wire'
import type { EventFrames } from './event-frames.ts'

/** OpenItem is an item of a stream that has been announced. */
export interface OpenItem {
  readonly id: string
  readonly index: number
  readonly type: string
  /** Parts that still grow. */
  growing: number
  /** The item once it is whole; `status` is what it says if the upstream did not. */
  make: (status: string) => JsonObject
  done: boolean
}

/**
 * OpenItems announces items and tells when they are done. The end of an item that is whole waits until another begins, or
 * until the reply ends: a text may still join its message, and only the end tells whether the last item was cut short.
 */
export class OpenItems {
  #frames: EventFrames
  /** The items that are not done. */
  #open: OpenItem[] = []
  #last: OpenItem | undefined
  #count = 0
  #output: string[] = []

  constructor(frames: EventFrames) {
    this.#frames = frames
  }

  /** The items that are done, in their order and as JSON: they are told again at the end. */
  get output(): readonly string[] {
    return this.#output.filter(item => item !== undefined)
  }
  get last(): OpenItem | undefined {
    return this.#last
  }

  /** open gives the new item and the text that announces it. */
  open(id: string, head: JsonObject): { readonly item: OpenItem; readonly text: string } {
    const ended = this.#flush()
    const index = this.#count++
    const item: OpenItem = { id, index, type: String(head.type), growing: 1, make: () => head, done: false }
    this.#open.push(item)
    this.#last = item
    return { item, text: ended + this.#frames.frame('response.output_item.added', { output_index: index, item: head }) }
  }

  #flush(): string {
    let text = ''
    for (const item of this.#open) if (item.growing === 0) text += this.#done(item, 'completed')
    this.#open = this.#open.filter(item => !item.done)
    return text
  }

  #done(item: OpenItem, status: string): string {
    item.done = true
    const json = JSON.stringify(item.make(status))
    this.#output[item.index] = json
    return this.#frames.written('response.output_item.done', `"output_index":${item.index},"item":${json}`)
  }

  /** end tells of all items that they are done. */
  end(status: string): string {
    let text = ''
    for (const item of this.#open) text += this.#done(item, item === this.#last ? status : 'completed')
    this.#open = []
    return text
  }
}
