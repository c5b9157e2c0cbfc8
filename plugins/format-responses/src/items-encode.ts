import type { Item, Message, Part, ToolCallPart } from '@isthmus/core'
import { addMembers, type JsonObject, mendHistory } from '@isthmus/core/wire'
import type { Encoding } from './encoding.ts'
import { addNulls, itemSpellingOf, membersOf, spellingOf } from './ext.ts'
import { callItem, messageItem, resultItem } from './item-writers.ts'
import { encodeContent, encodePart, markLast, reportMark } from './parts-encode.ts'
import { encodeReasoningItem } from './reasoning-encode.ts'
import { FORMAT } from './types.ts'

/** EncodedInput is the conversation, with the instructions that stand outside of it. */
export interface EncodedInput {
  readonly instructions?: string
  readonly input: JsonObject[]
}

/** encodeInput writes the turns as items. Media that has no place in its turn follows in a message of the user. */
export function encodeInput(encoding: Encoding): EncodedInput {
  const { request, native } = encoding
  const [first, ...others] = request.messages
  const instructions = first?.origin === 'instructions' ? bareText(first) : undefined
  const messages = instructions === undefined ? request.messages : others
  const writer = new ItemsWriter(encoding)
  // A client of this format is taken at its word.
  for (const message of native ? messages : mendHistory(messages, () => reportMoved(encoding))) writer.add(message)
  return { ...(instructions !== undefined && { instructions }), input: writer.end() }
}

function bareText({ parts }: Message): string | undefined {
  return parts.every(part => part.type === 'text')
    ? parts.map(part => (part.type === 'text' ? part.text : '')).join('\n\n')
    : undefined
}

function reportMoved(encoding: Encoding): void {
  const message = 'a result that stood after a later turn is sent right behind its call'
  encoding.report({ feature: 'tools.function', action: 'converted', field: 'input', message })
}

class ItemsWriter {
  #items: JsonObject[] = []
  #encoding: Encoding
  /** Content that must wait for the next turn of the user. */
  #carried: JsonObject[] = []
  /** Kinds of the calls so far, by id. */
  #calls = new Map<string, ToolCallPart['kind']>()
  /** Reasoning that was written, by its id: a service refuses the same item twice. */
  #reasoning = new Set<string>()

  constructor(encoding: Encoding) {
    this.#encoding = encoding
  }

  add(message: Message): void {
    if (message.role !== 'tool') this.#flush()
    this.#encoding.reportForeign(message, 'input')
    switch (message.role) {
      case 'assistant':
        this.#assistant(message)
        break
      case 'tool':
        for (const part of message.parts) this.#answer(part)
        break
      default:
        this.#turn(message)
    }
  }

  end(): JsonObject[] {
    this.#flush()
    return this.#items
  }

  #flush(): void {
    if (this.#carried.length === 0) return
    this.#items.push({ type: 'message', role: 'user', content: this.#carried })
    this.#carried = []
  }

  #turn(message: Message): void {
    const { role, parts } = message
    const items = parts.filter(isItem)
    for (const part of items) this.#items.push(part.native.object as JsonObject)
    if (items.length > 0 && items.length === parts.length) return
    const spelling = itemSpellingOf(message)
    const content = encodeContent(
      parts.filter(part => !isItem(part)),
      spelling?.as,
      this.#encoding
    )
    const { id, status, phase } = spelling ?? {}
    const wire: JsonObject = {
      ...(spelling?.untyped !== true && { type: 'message' }),
      role,
      content: message.cache === undefined ? content : markLast(content, message.cache, this.#encoding),
      ...(id !== undefined && { id }),
      ...(status !== undefined && { status }),
      ...(phase !== undefined && { phase })
    }
    this.#items.push(addNulls(addMembers(wire, membersOf(message)), spelling?.nulls))
  }

  #assistant(message: Message): void {
    const { parts } = message
    if (message.cache !== undefined) reportMark(this.#encoding)
    if (message.prefill) {
      const note = 'the model is shown its last turn, and need not go on from it'
      this.#encoding.report({ feature: 'input.prefill', action: 'converted', field: 'input', message: note })
    }
    // What follows removed reasoning may not be named by an id: the service would miss what came before it.
    let named = true
    for (let at = 0; at < parts.length; at++) {
      const part = parts[at]!
      if (part.seal !== undefined && part.type !== 'reasoning') this.#reportReasoning()
      if (inMessage(part, this.#encoding)) {
        const end = endOfItem(parts, at, this.#encoding)
        this.#said(parts.slice(at, end), named)
        at = end - 1
        continue
      }
      switch (part.type) {
        case 'tool_call':
          this.#calls.set(part.id, part.kind)
          this.#items.push(callItem(part, named, this.#encoding))
          break
        case 'reasoning':
          if (!this.#reason(part)) named = false
          break
        default:
          this.#made(part)
      }
    }
  }

  /** #said writes texts and refusals that stand together in one message item; servers refuse one that says nothing. */
  #said(parts: readonly Part[], named: boolean): void {
    const silent = parts.every(part => part.type === 'text' && part.text === '')
    if (this.#encoding.native || !silent) this.#items.push(messageItem(parts, named, this.#encoding))
  }

  /** #reason tells whether the reasoning was written, or had been before. */
  #reason(part: Extract<Part, { type: 'reasoning' }>): boolean {
    const wire = encodeReasoningItem(part, this.#encoding)
    if (wire === undefined) {
      this.#reportReasoning()
      return false
    }
    const key = `${String(wire.id)}\n${String(wire.encrypted_content)}`
    if (wire.id === undefined || !this.#reasoning.has(key)) this.#items.push(wire)
    this.#reasoning.add(key)
    return true
  }

  #reportReasoning(): void {
    if (this.#encoding.traits.reasoning?.supported === false || this.#encoding.lacks('input.reasoning')) return
    const message = 'reasoning that this upstream cannot read is left out'
    this.#encoding.report({ feature: 'input.reasoning', action: 'dropped', field: 'input', message })
  }

  /** #made writes what else a turn of the assistant may hold: items of the format itself, media, blocks of others. */
  #made(part: Part): void {
    if (isItem(part)) {
      this.#items.push(part.native.object as JsonObject)
      return
    }
    const content = encodePart(part, 'output', this.#encoding)
    if (content.length === 0) return
    if (content.every(({ type }) => type === 'output_text')) {
      for (const text of content) text.annotations ??= []
      this.#items.push({ type: 'message', role: 'assistant', content })
    } else this.#carried.push({ type: 'input_text', text: '[Attachment of the answer above]' }, ...asInput(content))
  }

  #answer(part: Part): void {
    if (part.type !== 'tool_result') {
      if (isItem(part)) this.#items.push(part.native.object as JsonObject)
      else this.#carried.push(...encodePart(part, 'input', this.#encoding))
      return
    }
    if (this.#encoding.native || this.#calls.has(part.callId)) {
      this.#items.push(resultItem(part, this.#calls.get(part.callId), this.#carried, this.#encoding))
      return
    }
    // Services refuse a result whose call is gone, as histories have it that were cut at the front.
    const message = 'the result of a call that is not there is sent as text of the user'
    this.#encoding.report({ feature: 'tools.function', action: 'emulated', field: 'input', message })
    this.#carried.push({ type: 'input_text', text: `Result of tool call ${part.callId}:` })
    for (const inner of part.content) this.#carried.push(...encodePart(inner, 'input', this.#encoding))
  }
}

/** isItem tells a part that is an item of this format as it came. */
function isItem(part: Part): part is Extract<Part, { type: 'hosted_call' | 'hosted_result' | 'opaque' }> {
  const native = part.type === 'hosted_call' || part.type === 'hosted_result' || part.type === 'opaque'
  return native && part.native.format === FORMAT && spellingOf(part)?.as !== 'part'
}

/** inMessage tells a part that stands in a message item; media does so only where a client of this format put it there. */
function inMessage(part: Part, { native }: Encoding): boolean {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return true
    case 'opaque':
      return part.native.format === FORMAT && spellingOf(part)?.as === 'part'
    case 'image':
    case 'audio':
    case 'file':
      return native && part.item !== undefined
    default:
      return false
  }
}

/** endOfItem finds where the message item ends that begins with a part: at another item, or at what no message holds. */
function endOfItem(parts: readonly Part[], from: number, encoding: Encoding): number {
  const item = parts[from]!.item
  let to = from + 1
  while (to < parts.length && inMessage(parts[to]!, encoding) && continues(parts[to]!, item)) to++
  return to
}

function continues(part: Part, item: Item | undefined): boolean {
  return part.item?.index === item?.index && part.item?.id === item?.id && itemSpellingOf(part) === undefined
}

const asInput = (content: readonly JsonObject[]): JsonObject[] =>
  content.map(entry => (entry.type === 'output_text' ? { type: 'input_text', text: entry.text } : entry))
