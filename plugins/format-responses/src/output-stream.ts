import type {
  Finish,
  HostedPart,
  ImagePart,
  Logprobs,
  Part,
  PartDeltaEvent,
  PartEndEvent,
  PartStartEvent,
  ReplyOptions
} from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { CallItems, carry } from './call-items.ts'
import type { EventFrames } from './event-frames.ts'
import { MessageItems } from './message-items.ts'
import { type OpenItem, OpenItems } from './open-items.ts'
import {
  hasReasoning,
  imageItem,
  isContentEntry,
  isEmptySaid,
  isForeignSearch,
  nativeItem,
  reasoningItem,
  type Said,
  saidOf,
  searchItem
} from './output-encode.ts'
import { nativeWriter, type PartWriter, ReasoningWriter } from './part-writers.ts'
import { ReplyIds } from './reply-ids.ts'
import { explanationOf } from './response-encode.ts'
import type { ResponsesReplyContext } from './types.ts'

/** Slot is one part of the reply. */
interface Slot {
  readonly head: Part
  /** What announced it; text and reasoning are announced with their first piece. */
  item: OpenItem | undefined
  writer: PartWriter | undefined
}

/** OutputStream writes the parts of a reply as items. Parts may interleave: each item has an index of its own. Calls wait for each other. */
export class OutputStream {
  #frames: EventFrames
  #items: OpenItems
  #ids: ReplyIds
  #calls: CallItems
  #slots = new Map<number, Slot>()
  #messages: MessageItems
  #refused = false
  /** The part that grew last: as a rule it grows again. */
  #current: { readonly index: number; readonly writer: PartWriter } | undefined

  constructor(frames: EventFrames, options: ReplyOptions) {
    this.#frames = frames
    this.#items = new OpenItems(frames)
    this.#ids = new ReplyIds(options.id)
    this.#messages = new MessageItems(frames, this.#items, this.#ids)
    const { namespaced, search } = (options.context as ResponsesReplyContext | undefined) ?? {}
    // Not what is repeated of the request: it would stay as long as the stream.
    const context = { ...(namespaced && { namespaced }), ...(search && { search }) }
    this.#calls = new CallItems(frames, this.#items, this.#ids, context)
  }

  /** The items that are done, as JSON. */
  get output(): readonly string[] {
    return this.#items.output
  }

  start({ index, part }: PartStartEvent): string {
    const slot: Slot = { head: part, item: undefined, writer: undefined }
    this.#slots.set(index, slot)
    if (part.type === 'tool_call') {
      const { text, writer } = this.#calls.start(part)
      slot.writer = writer
      return text
    }
    const native = nativeItem(part)
    if (native !== undefined && !isContentEntry(part)) return this.#native(slot, part, native)
    return ''
  }

  delta(event: PartDeltaEvent, logprobs: Logprobs | undefined): string {
    const current = this.#current
    if (current?.index === event.index) return current.writer.delta(event, logprobs)
    const slot = this.#slots.get(event.index)
    if (slot === undefined) return ''
    const begun = slot.writer === undefined ? this.#begin(slot, event) : ''
    if (slot.writer === undefined) return begun
    this.#current = { index: event.index, writer: slot.writer }
    return begun + slot.writer.delta(event, logprobs)
  }

  /** #begin announces a text or reasoning that has its first piece. */
  #begin(slot: Slot, { kind, text }: PartDeltaEvent): string {
    const { head } = slot
    if (text === '' && kind !== 'annotation' && kind !== 'logprobs' && kind !== 'summary') return ''
    if (head.type === 'text' || head.type === 'refusal') return this.#say(slot, head)
    return head.type === 'reasoning' && (kind === 'reasoning' || kind === 'summary') ? this.#reason(slot, head) : ''
  }

  end({ index, part }: PartEndEvent): string {
    const slot = this.#slots.get(index)
    if (slot === undefined) return ''
    this.#slots.delete(index)
    if (this.#current?.index === index) this.#current = undefined
    const native = nativeItem(part)
    if (native !== undefined)
      return isContentEntry(part)
        ? this.#calls.release() + this.#messages.entry(part, native)
        : this.#endNative(slot, part, native)
    switch (part.type) {
      case 'reasoning':
        return this.#endReasoning(slot, part)
      case 'tool_call':
        return slot.writer?.end(part) ?? ''
      case 'hosted_call':
        if (isForeignSearch(part)) return this.#search(part)
        break
      case 'image':
        if (part.item === undefined && part.source.kind === 'inline') return this.#image(part)
        break
    }
    const said = saidOf(part)
    return said === undefined ? '' : this.#endSaid(slot, said)
  }

  #open(
    type: string,
    head: JsonObject,
    prefix: string,
    own: unknown
  ): { readonly item: OpenItem; readonly text: string } {
    const before = this.#calls.release()
    const id = this.#ids.item(prefix, own)
    const { item, text } = this.#items.open(id, { ...head, id, type })
    return { item, text: before + text }
  }

  /* Messages */

  #say(slot: Slot, said: Said): string {
    if (said.type === 'refusal') this.#refused = true
    const before = this.#calls.release()
    const { text, writer } = this.#messages.say(said)
    slot.writer = writer
    return before + text
  }

  #endSaid(slot: Slot, said: Said): string {
    let text = ''
    // A text that says nothing is left out; one that came whole has its piece now.
    if (slot.writer === undefined && !isEmptySaid(said)) {
      text += this.#say(slot, said)
      if (said.text !== '') text += slot.writer!.delta(pieceOf(said), undefined)
    }
    if (slot.writer !== undefined) text += slot.writer.end(said)
    return said.seal === undefined ? text : text + carry(this.#items, this.#ids, said.seal, { on: 'text' })
  }

  /* Reasoning */

  #reason(slot: Slot, part: Extract<Part, { type: 'reasoning' }>): string {
    const status = part.item === undefined || part.item.status !== undefined ? { status: 'in_progress' } : {}
    const { item, text } = this.#open('reasoning', { ...status, summary: [] }, 'rs', part.item?.id)
    slot.item = item
    slot.writer = new ReasoningWriter(part, item, this.#frames)
    return text
  }

  #endReasoning(slot: Slot, part: Extract<Part, { type: 'reasoning' }>): string {
    if (slot.item === undefined && !hasReasoning(part)) return ''
    let text = slot.item === undefined ? this.#reason(slot, part) : ''
    const item = slot.item!
    text += slot.writer!.end(part)
    item.make = status => reasoningItem(part, item.id, status)
    item.growing--
    return text
  }

  /* Items that are written as they came, and images */

  #native(slot: Slot, part: Part, native: JsonObject): string {
    const { item, text } = this.#open(String(native.type), native, 'item', native.id ?? part.item?.id)
    slot.item = item
    slot.writer = nativeWriter(item, this.#frames)
    return text
  }

  #endNative(slot: Slot, part: Part, native: JsonObject): string {
    const text = slot.item === undefined ? this.#native(slot, part, native) : ''
    const item = slot.item!
    item.make = () => ({ ...native, id: item.id })
    item.growing--
    return text
  }

  #image(part: ImagePart): string {
    const { item, text } = this.#open('image_generation_call', { status: 'in_progress', result: null }, 'ig', undefined)
    item.make = status => imageItem(part, item.id, status)
    item.growing--
    const place = { item_id: item.id, output_index: item.index }
    return (
      text +
      this.#frames.frame('response.image_generation_call.in_progress', place) +
      this.#frames.frame('response.image_generation_call.completed', place)
    )
  }

  #search(part: HostedPart): string {
    const { type, id: _, ...head } = searchItem(part, '', 'in_progress')
    const { item, text } = this.#open(String(type), head, 'ws', undefined)
    item.make = () => searchItem(part, item.id)
    item.growing--
    const place = { item_id: item.id, output_index: item.index }
    const told = ['in_progress', 'searching', 'completed'].map(state =>
      this.#frames.frame(`response.web_search_call.${state}`, place)
    )
    return text + told.join('')
  }

  /** finish tells of all items that they are done. */
  finish(finish: Finish | undefined, status: string): string {
    const explanation = explanationOf(finish, this.#refused)
    const text =
      explanation === undefined
        ? ''
        : this.#endSaid(
            { head: { type: 'refusal', text: '' }, item: undefined, writer: undefined },
            {
              type: 'refusal',
              text: explanation
            }
          )
    return text + this.#items.end(status === 'incomplete' ? status : 'completed')
  }
}

/** pieceOf is a text that came in one piece. */
function pieceOf({ type, text }: Said): PartDeltaEvent {
  return { type: 'part_delta', choice: 0, index: 0, kind: type, text, value: undefined }
}
