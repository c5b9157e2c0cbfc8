import type { OpenPart, ReplyBuilder } from '@isthmus/core'
import {
  type FrameValues,
  isObject,
  type JsonObject,
  LearnedFrame,
  numberOf,
  stringOf,
  valueAfter
} from '@isthmus/core/wire'
import { decodeAnnotation } from './annotations.ts'
import { ItemReader, isCall, isHosted, logprobsOf, type StreamItem } from './item-reader.ts'
import { argsOf } from './output-decode.ts'
import { FORMAT, type RequestContext } from './types.ts'

/** Growth is a part that grew by the text of an event and by nothing else; `paragraph` is one of a summary. */
interface Growth {
  readonly open: OpenPart
  readonly item: StreamItem
  readonly kind: 'text' | 'refusal' | 'args' | 'reasoning' | 'summary'
  readonly paragraph: number
}

/** The types of item that events tell of which came before their announcement. */
const LATE: readonly (readonly [pattern: RegExp, type: string])[] = [
  [/^response\.reasoning_/, 'reasoning'],
  [/^response\.(output_text|refusal|content_part)\./, 'message'],
  [/^response\.function_call_arguments\./, 'function_call'],
  [/^response\.custom_tool_call_input\./, 'custom_tool_call']
]
/** The steps of a hosted tool: `response.<type of item>.<step>`. */
const STEP = /^response\.[a-z_]+\.(in_progress|searching|interpreting|generating|completed|failed)$/
const STEP_KEYS = new Set(['type', 'sequence_number', 'item_id', 'output_index'])
const DELTA_KEYS = new Set([
  'type',
  'sequence_number',
  'item_id',
  'output_index',
  'content_index',
  'summary_index',
  'delta',
  'logprobs',
  'obfuscation'
])

/** What changes from one piece of a text to the next: the text, the frame's number and its padding. */
const CHANGING = ['delta', 'sequence_number', 'obfuscation'] as const
const PIECE: FrameValues = {
  places(data) {
    const [text = -1, ...others] = CHANGING.map(name => valueAfter(data, name))
    return text < 0 ? undefined : [text, ...others.filter(place => place >= 0)]
  },
  values: frame => CHANGING.filter(name => name in frame).map(name => frame[name])
}

/** typeOf gives the type of the items that an event tells of, where there is only one. */
function typeOf(type: string, { part }: JsonObject): string | undefined {
  if (isObject(part) && part.type === 'reasoning_text') return 'reasoning'
  return LATE.find(([pattern]) => pattern.test(type))?.[1]
}

/** ItemEvents reads the events of a stream that are about its items. Some servers give an item another id in each event, so the index counts. */
export class ItemEvents {
  #reader: ItemReader
  #items = new Map<number, StreamItem>()
  #byId = new Map<string, StreamItem>()
  #last: StreamItem | undefined
  #learned: LearnedFrame<Growth> | undefined
  #mayLearn: boolean

  constructor(context: RequestContext, provider: string, learn: boolean) {
    this.#reader = new ItemReader(context, provider)
    this.#mayLearn = learn
  }

  get called(): boolean {
    return this.#reader.called
  }
  get refusal(): boolean {
    return this.#reader.refusal
  }

  /** quick reads an event that is like an earlier one but for its text, and tells whether it was. */
  quick(data: string, out: ReplyBuilder): boolean {
    const text = this.#learned?.read(data)
    const about = this.#learned?.about
    if (text === undefined || about === undefined || about.open.closed) return false
    this.#grow(about, text, out)
    return true
  }

  #grow({ open, item, kind, paragraph }: Growth, text: string, out: ReplyBuilder): void {
    if (kind === 'summary') this.#reader.paragraph(item, paragraph, text, out)
    else out.append(open, kind, text)
  }

  /** event tells whether the event was about an item. */
  event(event: JsonObject, type: string, data: string, out: ReplyBuilder): boolean {
    if (type === 'response.output_item.added') this.#added(event, out)
    else if (type === 'response.output_item.done') this.#done(event, out)
    else {
      const item = this.#find(event, typeOf(type, event)) ?? this.#late(event, type, out)
      if (item === undefined) return false
      if (!item.done) this.#inItem(item, event, type, data, out)
    }
    return true
  }

  #added(event: JsonObject, out: ReplyBuilder): void {
    const wire = isObject(event.item) ? event.item : {}
    const index = numberOf(event.output_index) ?? this.#items.size
    // A repeated announcement says nothing new.
    if (!this.#items.has(index)) this.#begin(wire, index, out)
  }

  #begin(wire: JsonObject, index: number, out: ReplyBuilder): StreamItem {
    const item = this.#reader.begin(wire, index, out)
    this.#items.set(index, item)
    const id = stringOf(wire.id)
    if (id) this.#byId.set(id, item)
    this.#last = item
    return item
  }

  #done(event: JsonObject, out: ReplyBuilder): void {
    const wire = isObject(event.item) ? event.item : {}
    const item = this.#find({ ...event, item_id: wire.id }, stringOf(wire.type))
    if (item === undefined) {
      const index = numberOf(event.output_index) ?? this.#items.size
      const whole = { index, type: stringOf(wire.type) ?? '', wire, parts: new Map(), summary: new Map(), held: '' }
      this.#items.set(index, { ...whole, done: true })
      this.#reader.whole(wire, index, out)
    } else this.#reader.end(item, wire, out)
  }

  #find(event: JsonObject, type?: string): StreamItem | undefined {
    const index = numberOf(event.output_index)
    if (index !== undefined) return this.#items.get(index)
    const byId = this.#byId.get(stringOf(event.item_id) ?? '')
    if (byId !== undefined) return byId
    const last = this.#last
    return last === undefined || last.done || (type !== undefined && last.type !== type) ? undefined : last
  }

  /** An event before the announcement of its item tells what the item is. */
  #late(event: JsonObject, type: string, out: ReplyBuilder): StreamItem | undefined {
    const found = typeOf(type, event)
    if (found === undefined) return undefined
    const id = stringOf(event.item_id)
    const wire = { type: found, ...(id && { id }) }
    return this.#begin(wire, numberOf(event.output_index) ?? this.#items.size, out)
  }

  #inItem(item: StreamItem, event: JsonObject, type: string, data: string, out: ReplyBuilder): void {
    const at = numberOf(event.content_index) ?? 0
    const reader = this.#reader
    switch (type) {
      case 'response.content_part.added':
      case 'response.content_part.done':
        this.#contentPart(item, at, event.part, out)
        break
      case 'response.output_text.delta':
        if (item.type === 'message') this.#delta(event, data, this.#text(item, at, 'text', out), out)
        break
      case 'response.output_text.done':
        if (item.type === 'message') this.#rest(event.text, this.#text(item, at, 'text', out), out)
        break
      case 'response.refusal.delta':
        if (item.type === 'message') this.#delta(event, data, this.#text(item, at, 'refusal', out), out)
        break
      case 'response.refusal.done':
        if (item.type === 'message') this.#rest(event.refusal, this.#text(item, at, 'refusal', out), out)
        break
      case 'response.output_text.annotation.added':
        if (item.type === 'message' && isObject(event.annotation)) {
          out.set(reader.text(item, at, 'text', out), 'annotation', decodeAnnotation(event.annotation))
        }
        break
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        this.#args(item, event, data, out)
        break
      case 'response.function_call_arguments.done':
      case 'response.custom_tool_call_input.done':
        this.#wholeArgs(item, event, out)
        break
      default:
        if (item.type === 'reasoning') this.#ofReasoning(item, event, type, data, out)
        else if (isHosted(item.type)) this.#ofHosted(item, event, type, out)
        else this.#unknown(item.parts.get(at), event, out)
    }
  }

  #text(item: StreamItem, at: number, kind: 'text' | 'refusal', out: ReplyBuilder): Growth {
    return { open: this.#reader.text(item, at, kind, out), item, kind, paragraph: 0 }
  }

  /** The end of a part is told again at the end of its item, which is when it is closed. */
  #contentPart(item: StreamItem, at: number, part: unknown, out: ReplyBuilder): void {
    if (!isObject(part)) return
    if (part.type === 'reasoning_text' && item.type === 'reasoning') return
    if (item.type !== 'message') return
    if (part.type === 'output_text') this.#rest(part.text, this.#text(item, at, 'text', out), out)
    else if (part.type === 'refusal') this.#rest(part.refusal, this.#text(item, at, 'refusal', out), out)
  }

  /** #rest adds what a text, told in full, holds beyond its pieces. */
  #rest(text: unknown, growth: Growth, out: ReplyBuilder): void {
    const { open } = growth
    if (typeof text !== 'string' || !text.startsWith(open.text)) return
    this.#grow(growth, text.slice(open.text.length), out)
  }

  #delta(event: JsonObject, data: string, growth: Growth, out: ReplyBuilder): void {
    if (typeof event.delta !== 'string') return
    this.#grow(growth, event.delta, out)
    const logprobs = logprobsOf(event)
    const { kind } = growth
    if (logprobs !== undefined && (kind === 'text' || kind === 'refusal')) out.set(growth.open, 'logprobs', logprobs)
    else if (this.#mayLearn && Object.keys(event).every(key => DELTA_KEYS.has(key))) {
      this.#learned ??= new LearnedFrame(PIECE)
      this.#learned.learn(data, growth)
    }
  }

  #args(item: StreamItem, event: JsonObject, data: string, out: ReplyBuilder): void {
    const open = item.parts.get(0)
    if (!isCall(item.type)) return
    if (open !== undefined) this.#delta(event, data, { open, item, kind: 'args', paragraph: 0 }, out)
    else item.held += stringOf(event.delta) ?? ''
  }

  #wholeArgs(item: StreamItem, event: JsonObject, out: ReplyBuilder): void {
    const told = argsOf({ ...event, type: item.type })
    const open = item.parts.get(0)
    if (!isCall(item.type)) return
    if (open !== undefined) this.#rest(told, { open, item, kind: 'args', paragraph: 0 }, out)
    else if (told !== '') item.held = told
  }

  #ofReasoning(item: StreamItem, event: JsonObject, type: string, data: string, out: ReplyBuilder): void {
    const reader = this.#reader
    const paragraph = numberOf(event.summary_index) ?? 0
    switch (type) {
      case 'response.reasoning_summary_text.delta':
        if (!event.delta) break
        this.#delta(event, data, { open: reader.reasoning(item, out), item, kind: 'summary', paragraph }, out)
        break
      case 'response.reasoning_summary_text.done':
        reader.wholeParagraph(item, paragraph, stringOf(event.text) ?? '', out)
        break
      case 'response.reasoning_summary_part.added':
      case 'response.reasoning_summary_part.done':
        if (isObject(event.part)) reader.wholeParagraph(item, paragraph, stringOf(event.part.text) ?? '', out)
        break
      case 'response.reasoning_text.delta':
        if (!event.delta) break
        this.#delta(event, data, { open: reader.reasoning(item, out), item, kind: 'reasoning', paragraph }, out)
        break
      // What a text holds beyond its pieces is told again at the end of the item. Some servers say so in words of their own.
      case 'response.reasoning_text.done':
      case 'response.reasoning_part.added':
      case 'response.reasoning_part.done':
        break
      default:
        this.#unknown(item.parts.get(0), event, out)
    }
  }

  #ofHosted(item: StreamItem, event: JsonObject, type: string, out: ReplyBuilder): void {
    const open = item.parts.get(0)
    const step = STEP.exec(type)?.[1]
    if (open !== undefined && type.endsWith('.partial_image')) {
      out.set(open, 'image_partial', { format: FORMAT, object: event })
    } else if (open !== undefined && step !== undefined && Object.keys(event).every(key => STEP_KEYS.has(key))) {
      out.set(open, 'hosted_status', step)
    } else this.#unknown(open, event, out)
  }

  /** An event that is not known goes on with the part that it is about, if it names its item. */
  #unknown(open: OpenPart | undefined, event: JsonObject, out: ReplyBuilder): void {
    const native = { format: FORMAT, object: event }
    if (open === undefined || !('output_index' in event || 'item_id' in event)) out.native(native)
    else out.set(open, 'native', native)
  }

  /** finish ends what is open, and reads what only the end of the stream tells. */
  finish(output: readonly JsonObject[], out: ReplyBuilder): void {
    // In a stream the list is a repetition; some servers leave out what they did not stream, others the whole list.
    const more = output.length > this.#items.size
    output.forEach((wire, index) => {
      const item = this.#items.get(index) ?? this.#byId.get(stringOf(wire.id) ?? '')
      if (item === undefined && more) this.#reader.whole(wire, index, out)
      else if (item !== undefined && !item.done && item.type === wire.type) this.#reader.end(item, wire, out)
    })
    for (const item of this.#items.values()) this.#reader.cut(item, out)
  }
}
