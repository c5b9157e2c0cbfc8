import type { DeltaKind, Part, PartDeltaEvent, PartEndEvent, PartStartEvent, ReplyOptions } from '@isthmus/core'
import { isObject, type JsonObject, jsonText } from '@isthmus/core/wire'
import { begins, grows, plainOf, writes } from './block-growth.ts'
import { NAMESPACE } from './blocks.ts'
import { encodeCitation } from './citations.ts'
import { blockHead, carrierBlock, isForeign, signatureOf } from './reply-blocks.ts'
import { fallbackCallId } from './response-encode.ts'
import { frame } from './sse-frame.ts'

/** Slot is one part of the reply on its way into blocks. */
interface Slot {
  readonly index: number
  readonly head: Part
  /** What came while the block of another part was open. */
  waiting: PartDeltaEvent[]
  /** The whole part, once it is known. */
  final: Part | undefined
  /** Something of it was written; a text that grows after its block was closed goes on in another one. */
  wrote: boolean
  /** Text was written as reasoning, so a further summary paragraph needs a border. */
  paragraph: number | undefined
}

/**
 * BlockWriter writes parts as blocks. The format has one open block at a time, and an index without gaps; parts may
 * interleave. A text or reasoning block is closed when another part grows, and goes on in a new block. A call cannot be
 * split: what comes while it is open waits.
 */
export class BlockWriter {
  /** A call that the client has to answer went out. */
  call = false
  refusal = false
  #options: ReplyOptions
  #slots = new Map<number, Slot>()
  #current: Slot | undefined
  /** The current slot's block has been opened. */
  #isOpen = false
  #next = 0
  /** The kind of delta that goes out as the text between a frame's beginning and its end, and that beginning. */
  #plainKind: DeltaKind | undefined
  #plainPrefix = ''

  constructor(options: ReplyOptions) {
    this.#options = options
  }

  start(event: PartStartEvent): string {
    const { index, part } = event
    // Nothing waits for what is not written.
    if (isForeign(part)) return ''
    const slot: Slot = { index, head: part, waiting: [], final: undefined, wrote: false, paragraph: undefined }
    this.#slots.set(index, slot)
    if (part.type === 'refusal') this.refusal = true
    // Text and reasoning open with their first piece, so that an empty part leaves no empty block.
    if (!begins(part)) return ''
    return this.#take(slot) ? this.#open(slot) : ''
  }

  delta(event: PartDeltaEvent): string {
    if (this.#isOpen && event.kind === this.#plainKind && event.index === this.#current?.index) {
      return this.#plain(event.text)
    }
    const slot = this.#slots.get(event.index)
    if (slot === undefined || !writes(event)) return ''
    const moved = slot === this.#current ? '' : this.#suspend()
    if (!this.#take(slot)) {
      slot.waiting.push(event)
      return moved
    }
    return moved + this.#drain(slot) + this.#write(slot, event)
  }

  end(event: PartEndEvent): string {
    const slot = this.#slots.get(event.index)
    if (slot === undefined) return ''
    slot.final = event.part
    const ends = slot.waiting.length > 0 || needsBlock(slot)
    if (slot !== this.#current && ends) {
      const moved = this.#suspend()
      return this.#take(slot) ? moved + this.#complete(slot) + this.#resume() : moved
    }
    if (slot !== this.#current) {
      this.#slots.delete(event.index)
      return this.#carrier(event.part, slot.index)
    }
    return this.#complete(slot) + this.#resume()
  }

  /** close ends what is open and writes what still waits. */
  close(): string {
    let text = this.#current === undefined ? '' : this.#complete(this.#current)
    for (const slot of this.#slots.values()) if (slot.waiting.length > 0) text += this.#complete(slot)
    this.#slots.clear()
    return text
  }

  /** #take makes a slot the current one, if no other is. */
  #take(slot: Slot): boolean {
    this.#current ??= slot
    return this.#current === slot
  }

  /** #suspend closes the current block if the part can go on in another one. */
  #suspend(): string {
    const slot = this.#current
    if (slot === undefined || !grows(slot.head)) return ''
    return this.#stop()
  }

  /** #resume lets the first part that waits go on; what has ended meanwhile is written whole. */
  #resume(): string {
    let text = ''
    for (const slot of [...this.#slots.values()]) {
      if (this.#current !== undefined) break
      const calls = begins(slot.head) && !slot.wrote
      if (slot.waiting.length === 0 && !calls && !(slot.final && needsBlock(slot))) continue
      this.#take(slot)
      if (slot.final !== undefined) text += this.#complete(slot)
      else text += (calls ? this.#open(slot) : '') + this.#drain(slot)
    }
    return text
  }

  #drain(slot: Slot): string {
    let text = ''
    for (const event of slot.waiting.splice(0)) text += this.#write(slot, event)
    return text
  }

  /** #complete writes all that is left of a part, and closes its block. */
  #complete(slot: Slot): string {
    this.#current = slot
    let text = this.#drain(slot)
    const part = slot.final
    if (part !== undefined) text += this.#last(slot, part)
    text += this.#stop()
    this.#slots.delete(slot.index)
    return text + (part === undefined ? '' : this.#carrier(part, slot.index))
  }

  /** #last writes what only the whole part tells. */
  #last(slot: Slot, part: Part): string {
    switch (part.type) {
      case 'reasoning': {
        if (part.hidden) return this.#isOpen ? '' : this.#open({ ...slot, head: part })
        const signature = signatureOf(part.seal)
        if (signature === '') return ''
        return this.#ensureOpen(slot) + this.#delta({ type: 'signature_delta', signature })
      }
      case 'tool_call':
        if (part.kind !== 'custom') return ''
        return this.#ensureOpen(slot) + this.#json(JSON.stringify({ input: part.argsText }))
      case 'hosted_call': {
        const { object } = part.native
        const input = part.native.format === NAMESPACE && isObject(object) ? object.input : undefined
        return input === undefined ? '' : this.#json(JSON.stringify(input))
      }
      case 'audio':
      case 'image':
      case 'video':
      case 'file':
        return this.#open({ ...slot, head: part })
      default:
        return ''
    }
  }

  #write(slot: Slot, event: PartDeltaEvent): string {
    const opened = this.#ensureOpen(slot)
    // Reasoning that is not shown has no block to grow in; it comes whole, at its end.
    if (!this.#isOpen) return opened
    if (event.kind === this.#plainKind) return opened + this.#plain(event.text)
    switch (event.kind) {
      case 'summary': {
        const border = slot.paragraph !== undefined && slot.paragraph !== event.value ? '\n\n' : ''
        slot.paragraph = event.value
        return opened + this.#plain(border + event.text)
      }
      case 'annotation':
        return opened + this.#delta({ type: 'citations_delta', citation: encodeCitation(event.value) })
      case 'native':
        return opened + this.#delta(event.value.object)
      default:
        return opened
    }
  }

  #ensureOpen(slot: Slot): string {
    return this.#isOpen ? '' : this.#open(slot)
  }

  #open(slot: Slot): string {
    const block = blockHead(slot.head, fallbackCallId(this.#options, slot.index))
    if (block === undefined) return ''
    slot.wrote = true
    this.#isOpen = true
    if (block.type === 'tool_use') this.call = true
    const index = this.#next
    const plain = plainOf(slot.head)
    this.#plainKind = plain?.kind
    this.#plainPrefix = `event: content_block_delta\ndata: {"type":"content_block_delta","index":${index},"delta":{${plain?.members}:`
    // An input grows from nothing, also where the upstream gave it whole.
    const content_block = 'input' in block ? { ...block, input: {} } : block
    const start = (object: JsonObject) =>
      frame('content_block_start', { type: 'content_block_start', index, content_block: object })
    if (block.type !== 'text' || block.text === '') return start(content_block)
    return start({ ...block, text: '' }) + this.#delta({ type: 'text_delta', text: block.text })
  }

  /** #plain writes the delta that most of a stream is made of, as {@link frame} would. */
  #plain(text: string): string {
    return `${this.#plainPrefix}${jsonText(text)}}}\n\n`
  }

  #delta(delta: unknown): string {
    return frame('content_block_delta', { type: 'content_block_delta', index: this.#next, delta })
  }

  #json(partial: string): string {
    return this.#delta({ type: 'input_json_delta', partial_json: partial })
  }

  #stop(): string {
    this.#current = undefined
    if (!this.#isOpen) return ''
    this.#isOpen = false
    return frame('content_block_stop', { type: 'content_block_stop', index: this.#next++ })
  }

  /** #carrier writes the block in which the seal of a call or a text travels. */
  #carrier(part: Part, index: number): string {
    const block = carrierBlock(part, fallbackCallId(this.#options, index))
    if (block === undefined || this.#current !== undefined) return ''
    const head = { ...block, signature: '' }
    const start = frame('content_block_start', { type: 'content_block_start', index: this.#next, content_block: head })
    this.#isOpen = true
    return start + this.#delta({ type: 'signature_delta', signature: (block as JsonObject).signature }) + this.#stop()
  }
}

/** needsBlock tells a part that must still be written once it is whole: it has a seal, or was not begun. */
function needsBlock(slot: Slot): boolean {
  const { final, head } = slot
  if (final === undefined) return false
  if (final.seal !== undefined && (final.type === 'text' || final.type === 'tool_call')) return true
  if (final.type === 'reasoning')
    return final.hidden ? !slot.wrote && final.seal !== undefined : final.seal !== undefined
  return !grows(head) && !slot.wrote
}
