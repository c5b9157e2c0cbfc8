import type { Logprobs, Native, Part, PartDeltaEvent, ReasoningPart, ToolCallPart } from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import { encodeAnnotation } from './annotations.ts'
import type { DeltaFrame, EventFrames } from './event-frames.ts'
import { encodeLogprobs } from './logprobs.ts'
import type { OpenItem } from './open-items.ts'
import { emptyContent, encodeCitations, encodeSaid, isPlainReasoning, type Said } from './output-encode.ts'
import { FORMAT } from './types.ts'

/** PartWriter writes what is said of one part between the announcement of its item and the item's end. */
export interface PartWriter {
  delta(event: PartDeltaEvent, logprobs: Logprobs | undefined): string
  end(part: Part): string
}

/** textWriter writes a text or a refusal in a message. `put` is given the content once it is whole. */
export function textWriter(
  type: Said['type'],
  item: OpenItem,
  at: number,
  frames: EventFrames,
  put: (content: JsonObject, part: Part) => void
): PartWriter & { readonly begin: string } {
  const place = { item_id: item.id, output_index: item.index, content_index: at }
  const event = type === 'text' ? 'response.output_text' : 'response.refusal'
  const begin = frames.frame('response.content_part.added', { ...place, part: emptyContent(type) })
  const plain = frames.delta(`${event}.delta`, place, type === 'text' ? { logprobs: [] } : undefined)
  let cited = 0
  const cite = (annotation: JsonObject): string =>
    frames.frame(`${event}.annotation.added`, { ...place, annotation_index: cited++, annotation })
  return {
    begin,
    delta(delta, logprobs) {
      if (delta.kind === 'logprobs') return likely(frames, `${event}.delta`, place, '', delta.value)
      if (delta.kind === 'annotation') {
        // Where one of another vendor stands can only be told in the whole text.
        const { native } = delta.value
        const own = native?.format === FORMAT ? encodeAnnotation(delta.value) : undefined
        return own === undefined ? '' : cite(own)
      }
      if (delta.kind === 'native') return again(delta.value, item, frames)
      if (delta.kind !== type || delta.text === '') return ''
      return logprobs === undefined ? plain(delta.text) : likely(frames, `${event}.delta`, place, delta.text, logprobs)
    },
    end(part) {
      const said = part as Said
      const content = encodeSaid(said)
      put(content, part)
      let text = ''
      if (said.type === 'text') for (const annotation of encodeCitations(said).slice(cited)) text += cite(annotation)
      const told = said.type === 'text' ? { text: said.text, logprobs: content.logprobs } : { refusal: said.text }
      return (
        text +
        frames.frame(`${event}.done`, { ...place, ...told }) +
        frames.frame('response.content_part.done', { ...place, part: content })
      )
    }
  }
}

function likely(frames: EventFrames, event: string, place: JsonObject, delta: string, logprobs: Logprobs): string {
  return frames.frame(event, { ...place, delta, logprobs: encodeLogprobs(logprobs) })
}

/** WHOLE_WRITER is for an item that is only told whole. */
export const WHOLE_WRITER: PartWriter = { delta: () => '', end: () => '' }

/** callWriter writes the arguments of a call. `head` is the item as it was announced. */
export function callWriter(head: JsonObject, item: OpenItem, frames: EventFrames): PartWriter {
  const place = { item_id: item.id, output_index: item.index }
  const custom = head.type === 'custom_tool_call'
  const event = custom ? 'response.custom_tool_call_input' : 'response.function_call_arguments'
  const plain = frames.delta(`${event}.delta`, place)
  return {
    delta(delta) {
      if (delta.kind === 'native') return again(delta.value, item, frames)
      return delta.kind === 'args' && delta.text !== '' ? plain(delta.text) : ''
    },
    end(part) {
      const { argsText } = part as ToolCallPart
      // Some clients know no such event without the name of the function.
      const told = custom ? { input: argsText } : { name: head.name, arguments: argsText }
      return frames.frame(`${event}.done`, { ...place, ...told })
    }
  }
}

interface Paragraph {
  readonly key: string
  readonly at: number
  readonly frame: DeltaFrame
  text: string
}

/** ReasoningWriter writes reasoning: each paragraph of a summary as a part of its own, and text that came as such as content. */
export class ReasoningWriter implements PartWriter {
  #frames: EventFrames
  #item: OpenItem
  #place: JsonObject
  #plain: boolean
  #paragraphs = new Map<string, Paragraph>()
  #current: Paragraph | undefined

  constructor(head: ReasoningPart, item: OpenItem, frames: EventFrames) {
    this.#frames = frames
    this.#item = item
    this.#place = { item_id: item.id, output_index: item.index }
    this.#plain = isPlainReasoning(head)
  }

  delta(event: PartDeltaEvent): string {
    if (event.kind === 'native') return again(event.value, this.#item, this.#frames)
    if (event.kind !== 'summary' && (event.kind !== 'reasoning' || event.text === '')) return ''
    const key = event.kind === 'reasoning' ? 'text' : String(event.value)
    const moved = this.#current?.key === key ? '' : this.#close() + this.#open(key)
    const paragraph = this.#current!
    paragraph.text += event.text
    // An empty paragraph counts: those after it are numbered by it.
    return event.text === '' ? moved : moved + paragraph.frame(event.text)
  }

  #isContent(key: string): boolean {
    return this.#plain && key === 'text'
  }

  #open(key: string): string {
    const known = this.#paragraphs.get(key)
    this.#current = known
    if (known !== undefined) return ''
    const content = this.#isContent(key)
    const at = content ? 0 : this.#paragraphs.size - (this.#paragraphs.has('text') && this.#plain ? 1 : 0)
    const place = this.#at(key, at)
    const event = content ? 'response.reasoning_text.delta' : 'response.reasoning_summary_text.delta'
    const paragraph = { key, at, frame: this.#frames.delta(event, place), text: '' }
    this.#paragraphs.set(key, paragraph)
    this.#current = paragraph
    const added = content ? 'response.content_part.added' : 'response.reasoning_summary_part.added'
    return this.#frames.frame(added, { ...place, part: this.#part(key, '') })
  }

  #at(key: string, at: number): JsonObject {
    return { ...this.#place, ...(this.#isContent(key) ? { content_index: at } : { summary_index: at }) }
  }

  #part(key: string, text: string): JsonObject {
    return { type: this.#isContent(key) ? 'reasoning_text' : 'summary_text', text }
  }

  #close(): string {
    const current = this.#current
    if (current === undefined) return ''
    this.#current = undefined
    const { key, at, text } = current
    const content = this.#isContent(key)
    const place = this.#at(key, at)
    const told = content ? 'response.reasoning_text.done' : 'response.reasoning_summary_text.done'
    const done = content ? 'response.content_part.done' : 'response.reasoning_summary_part.done'
    return (
      this.#frames.frame(told, { ...place, text }) + this.#frames.frame(done, { ...place, part: this.#part(key, text) })
    )
  }

  end(): string {
    return this.#close()
  }
}

/** nativeWriter repeats what an upstream of this format said of an item, with this stream's numbers. */
export function nativeWriter(item: OpenItem, frames: EventFrames): PartWriter {
  const place = { item_id: item.id, output_index: item.index }
  return {
    delta(event) {
      if (event.kind === 'hosted_status') return frames.frame(`response.${item.type}.${event.value}`, place)
      return event.kind === 'native' || event.kind === 'image_partial' ? again(event.value, item, frames) : ''
    },
    end: () => ''
  }
}

/** again repeats an event about an item with this stream's numbers. */
function again({ format, object }: Native, item: OpenItem, frames: EventFrames): string {
  if (format !== FORMAT || !isObject(object) || typeof object.type !== 'string') return ''
  const { type, sequence_number: _number, ...members } = object
  const place = { ...('item_id' in members && { item_id: item.id }), output_index: item.index }
  return frames.frame(type as string, { ...members, ...place })
}
