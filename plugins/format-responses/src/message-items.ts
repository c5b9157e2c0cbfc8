import type { Part } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import type { EventFrames } from './event-frames.ts'
import type { OpenItem, OpenItems } from './open-items.ts'
import { messageItem, type Said } from './output-encode.ts'
import { type PartWriter, textWriter } from './part-writers.ts'
import type { ReplyIds } from './reply-ids.ts'
import { joins } from './response-encode.ts'

/** OpenMessage is a message item with what stands in it so far. */
interface OpenMessage {
  readonly item: OpenItem
  first: Part
  readonly content: unknown[]
}

/** MessageItems puts texts, refusals and other entries into messages: into the last item, if that is a message they belong to. */
export class MessageItems {
  #frames: EventFrames
  #items: OpenItems
  #ids: ReplyIds
  #last: OpenMessage | undefined

  constructor(frames: EventFrames, items: OpenItems, ids: ReplyIds) {
    this.#frames = frames
    this.#items = items
    this.#ids = ids
  }

  /** say announces a text or a refusal, and gives the writer of what it says. */
  say(said: Said): { readonly text: string; readonly writer: PartWriter } {
    const { text, at, message } = this.#place(said)
    const writer = textWriter(said.type, message.item, at, this.#frames, (content, part) => {
      message.content[at] = content
      grown(message, part)
    })
    return { text: text + writer.begin, writer }
  }

  /** entry writes an entry that only this format knows. */
  entry(part: Part, native: JsonObject): string {
    const { text, at, message } = this.#place(part)
    const { item, content } = message
    content[at] = native
    grown(message, part)
    const place = { item_id: item.id, output_index: item.index, content_index: at, part: native }
    return (
      text +
      this.#frames.frame('response.content_part.added', place) +
      this.#frames.frame('response.content_part.done', place)
    )
  }

  /** #place finds the message that a part stands in, and its place there. */
  #place(part: Part): { readonly text: string; readonly at: number; readonly message: OpenMessage } {
    const known = this.#last
    if (known !== undefined && known.item === this.#items.last && !known.item.done && joins(part, known.first)) {
      known.item.growing++
      return { text: '', at: known.content.push(undefined) - 1, message: known }
    }
    const id = this.#ids.item('msg', part.item?.id)
    const head = { ...messageItem(id, part, [], 'in_progress'), status: 'in_progress' }
    const { item, text } = this.#items.open(id, head)
    const message: OpenMessage = { item, first: part, content: [undefined] }
    this.#last = message
    return { text, at: 0, message }
  }
}

/** grown: one part of a message is whole. The message is told by the first of them as it was at its end. */
function grown(message: OpenMessage, part: Part): void {
  const { item, content } = message
  item.growing--
  if (content.length === 1) message.first = part
  item.make = status => messageItem(item.id, message.first, content, status)
}
