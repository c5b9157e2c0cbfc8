import type { PartDeltaEvent, Seal, ToolCallPart } from '@isthmus/core'
import { isWholeInput, type SealPlace } from '@isthmus/core/wire'
import type { EventFrames } from './event-frames.ts'
import type { OpenItem, OpenItems } from './open-items.ts'
import { callItem, callPrefix, carrierItem, isSearchCall } from './output-encode.ts'
import { callWriter, type PartWriter, WHOLE_WRITER } from './part-writers.ts'
import type { ReplyIds } from './reply-ids.ts'
import type { ResponsesReplyContext } from './types.ts'

type Context = Pick<ResponsesReplyContext, 'namespaced' | 'search'>

interface Call {
  readonly head: ToolCallPart
  readonly callId: string
  /** All arguments so far. */
  text: string
  /** What the client has not been told yet, because another call is open. */
  held: PartDeltaEvent[]
  ended: ToolCallPart | undefined
  item: OpenItem | undefined
  writer: PartWriter | undefined
  done: boolean
}

/**
 * CallItems writes calls as items, one after the other. Calls may interleave, but there are clients that know only items of
 * which one is done before the next begins, as OpenAI sends them. So a call waits until the one before it is whole.
 */
export class CallItems {
  #frames: EventFrames
  #items: OpenItems
  #ids: ReplyIds
  #context: Context
  #open: Call | undefined
  #waiting: Call[] = []
  /** Calls that are done, whose seals wait until no call is open. */
  #sealed: Call[] = []

  constructor(frames: EventFrames, items: OpenItems, ids: ReplyIds, context: Context) {
    this.#frames = frames
    this.#items = items
    this.#ids = ids
    this.#context = context
  }

  /** start gives the writer of a call, and what announces the call if it need not wait. */
  start(head: ToolCallPart): { readonly text: string; readonly writer: PartWriter } {
    const callId = this.#ids.call(head.id)
    const call: Call = {
      head,
      callId,
      text: '',
      held: [],
      ended: undefined,
      item: undefined,
      writer: undefined,
      done: false
    }
    this.#waiting.push(call)
    const writer: PartWriter = {
      delta: event => this.#delta(call, event),
      end: part => this.#end(call, part as ToolCallPart)
    }
    return { text: this.#next(), writer }
  }

  #delta(call: Call, event: PartDeltaEvent): string {
    // Blanks may follow a whole object; the item is over.
    if (call.done) return ''
    if (event.kind === 'args') call.text += event.text
    if (call.writer === undefined) {
      call.held.push(event)
      return ''
    }
    const text = call.writer.delta(event, undefined)
    return this.#waiting.length === 0 ? text : text + this.#next()
  }

  #end(call: Call, part: ToolCallPart): string {
    call.ended = part
    if (call.writer === undefined) return ''
    const text = this.#close(call, part)
    if (call === this.#open) this.#open = undefined
    return text + (this.#open === undefined ? this.#carry() : '') + this.#next()
  }

  /** #next tells of calls that wait, as far as no other is open. */
  #next(): string {
    let text = ''
    while (this.#waiting.length > 0 && (this.#open === undefined || isWhole(this.#open))) {
      if (this.#open !== undefined) text += this.#close(this.#open, wholeOf(this.#open)) + this.#carry()
      const call = this.#waiting.shift()!
      text += this.#tell(call)
      this.#open = call.done ? undefined : call
      if (call.done) text += this.#carry()
    }
    return text
  }

  /** release tells of all calls that wait: another item is to stand behind them. */
  release(): string {
    if (this.#waiting.length === 0) return ''
    let text = ''
    for (const call of this.#waiting) text += this.#tell(call)
    this.#waiting = []
    this.#open = undefined
    return text
  }

  #tell(call: Call): string {
    let text = this.#announce(call)
    for (const event of call.held) text += call.writer!.delta(event, undefined)
    call.held = []
    if (call.ended !== undefined) text += this.#close(call, call.ended)
    return text
  }

  #announce(call: Call): string {
    const { head, callId } = call
    const own = callItem({ ...head, argsText: '' }, '', callId, this.#context, 'in_progress')
    const id = this.#ids.item(callPrefix(head, this.#context), head.item?.id)
    const { item, text } = this.#items.open(id, { ...own, status: 'in_progress', id, type: String(own.type) })
    item.make = status => callItem(head, item.id, callId, this.#context, status)
    call.item = item
    call.writer = isSearchCall(head, this.#context) ? WHOLE_WRITER : callWriter(own, item, this.#frames)
    return text
  }

  /** #close tells that a call is done. Its seal may be known only later. */
  #close(call: Call, part: ToolCallPart): string {
    if (part === call.ended && part.seal !== undefined) this.#sealed.push(call)
    if (call.done) return ''
    call.done = true
    const { callId } = call
    const item = call.item!
    item.make = status => callItem(part, item.id, callId, this.#context, status)
    item.growing--
    return call.writer!.end(part)
  }

  #carry(): string {
    let text = ''
    for (const { callId, ended } of this.#sealed) {
      text += carry(this.#items, this.#ids, ended!.seal!, { on: 'call', callId })
    }
    this.#sealed = []
    return text
  }
}

/** isWhole tells that nothing more can come. */
const isWhole = ({ head, text }: Call): boolean => head.kind !== 'custom' && isWholeInput(text)

function wholeOf({ head, text }: Call): ToolCallPart {
  return { ...head, argsText: text, ...(head.item && { item: { ...head.item, status: 'completed' } }) }
}

/** carry writes the item in which the seal of a call or a text travels. */
export function carry(items: OpenItems, ids: ReplyIds, seal: Seal, place: SealPlace): string {
  const id = ids.item('rs', undefined)
  const { item, text } = items.open(id, { status: 'in_progress', summary: [], id, type: 'reasoning' })
  item.make = () => carrierItem(item.id, seal, place)
  item.growing--
  return text
}
