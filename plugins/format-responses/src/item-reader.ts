import type { OpenPart, Part, ReasoningPart, ReplyBuilder } from '@isthmus/core'
import { type JsonObject, stringOf } from '@isthmus/core/wire'
import { FORMAT_RESPONSES_UNNAMED_CALL } from './errors.ts'
import { hostedType, isClientRun } from './hosted.ts'
import { decodeNativeItem } from './items-decode.ts'
import { decodeLogprobs } from './logprobs.ts'
import {
  argsOf,
  decodeCall,
  decodeContents,
  decodeItem,
  decodeMadeImage,
  decodeReasoning,
  itemOf
} from './output-decode.ts'
import { expandCalls, PARALLEL_CALLS } from './parallel-calls.ts'
import type { RequestContext } from './types.ts'

/** StreamItem is one item of a stream between its beginning and its end. */
export interface StreamItem {
  readonly index: number
  readonly type: string
  /** As it was announced. */
  readonly wire: JsonObject
  /** The parts of a message by their index in it; any other item has its one part at 0. */
  readonly parts: Map<number, OpenPart>
  /** What was said of each paragraph of a summary. */
  readonly summary: Map<number, string>
  /** Arguments of a call that cannot be told before it is whole. */
  held: string
  done: boolean
}

/** ItemReader reads the items of one reply, in a stream or whole. */
export class ItemReader {
  refusal = false
  #called = false
  /** Calls of the service's own tools that nobody has answered yet, by call id. */
  #unanswered = new Set<string>()
  #context: RequestContext
  #provider: string

  constructor(context: RequestContext, provider: string) {
    this.#context = context
    this.#provider = provider
  }

  /** The client has a call to answer. */
  get called(): boolean {
    return this.#called || this.#unanswered.size > 0
  }

  /** whole reads an item that came in one piece. */
  whole(wire: JsonObject, index: number, out: ReplyBuilder): void {
    for (const part of decodeItem(wire, index, this.#context, this.#provider)) this.#part(part, wire, out)
  }

  #part(part: Part, wire: JsonObject, out: ReplyBuilder): void {
    if (part.type === 'tool_call' && part.name === '') throw FORMAT_RESPONSES_UNNAMED_CALL(this.#provider)
    const calls = part.type === 'tool_call' && part.name === PARALLEL_CALLS ? expandCalls(part) : undefined
    this.#note(part, wire)
    if (calls === undefined) out.whole(0, part)
    else for (const call of calls) out.whole(0, call)
  }

  #note(part: Part, wire: JsonObject): void {
    if (part.type === 'refusal') this.refusal = true
    else if (part.type === 'tool_call') this.#called = true
    else if (part.type === 'hosted_call' && isClientRun(wire)) this.#unanswered.add(part.id)
    else if (part.type === 'hosted_result') this.#unanswered.delete(part.id)
  }

  /** begin reads the announcement of an item. What cannot be told before it is whole waits for its end. */
  begin(wire: JsonObject, index: number, out: ReplyBuilder): StreamItem {
    const type = stringOf(wire.type) ?? ''
    const item: StreamItem = { index, type, wire, parts: new Map(), summary: new Map(), held: '', done: false }
    if (isCall(type)) this.#beginCall(item, out)
    else if (staysWhole(type)) item.parts.set(0, out.open(0, decodeNativeItem(wire, itemOf(wire, index))))
    return item
  }

  #beginCall(item: StreamItem, out: ReplyBuilder): void {
    const call = decodeCall(item.wire, itemOf(item.wire, item.index), this.#context)
    const unwraps = call.kind === 'custom' && item.type === 'function_call'
    if (call.name === '' || call.name === PARALLEL_CALLS || unwraps) return
    this.#called = true
    // What an announcement holds of the arguments comes again.
    item.parts.set(0, out.open(0, { ...call, argsText: '' }))
  }

  /** text gives the part of a message that a text or a refusal belongs to, which begins with its first piece. */
  text(item: StreamItem, at: number, type: 'text' | 'refusal', out: ReplyBuilder): OpenPart {
    let open = partAt(item, at, type)
    if (open === undefined) {
      open = out.open(0, { type, text: '', item: itemOf(item.wire, item.index) })
      item.parts.set(item.parts.has(at) ? beside(at) : at, open)
      if (type === 'refusal') this.refusal = true
    }
    return open
  }

  /** reasoning gives the part of a reasoning item that has text to show. */
  reasoning(item: StreamItem, out: ReplyBuilder): OpenPart {
    let open = item.parts.get(0)
    if (open === undefined) {
      open = out.open(0, { type: 'reasoning', hidden: false, item: itemOf(item.wire, item.index) })
      item.parts.set(0, open)
    }
    return open
  }

  /** paragraph adds to a paragraph of a summary. */
  paragraph(item: StreamItem, at: number, text: string, out: ReplyBuilder): void {
    if (text === '') return
    out.set(this.reasoning(item, out), 'summary', at, text)
    item.summary.set(at, (item.summary.get(at) ?? '') + text)
  }

  /** wholeParagraph adds what a paragraph, told in full, holds beyond its pieces. */
  wholeParagraph(item: StreamItem, at: number, text: string, out: ReplyBuilder): void {
    const said = item.summary.get(at) ?? ''
    if (text.startsWith(said)) this.paragraph(item, at, text.slice(said.length), out)
  }

  /** end reads an item as it is told in full at its end. */
  end(item: StreamItem, told: JsonObject, out: ReplyBuilder): void {
    if (item.done) return
    const wire = typeof told.type === 'string' ? told : { ...item.wire, ...told, type: item.type }
    if (wire.type !== item.type) {
      // What ends here is not what began here: it is told on its own.
      this.cut(item, out)
      this.whole(wire, item.index, out)
      return
    }
    item.done = true
    if (item.type === 'message') this.#endMessage(item, wire, out)
    else if (item.type === 'reasoning') this.#endReasoning(item, wire, out)
    else if (isCall(item.type)) this.#endCall(item, wire, out)
    else this.#endOther(item, wire, out)
  }

  #endMessage(item: StreamItem, wire: JsonObject, out: ReplyBuilder): void {
    decodeContents(wire, itemOf(wire, item.index)).forEach((part, at) => {
      const open = partAt(item, at, part.type)
      if (open === undefined) this.#part(part, wire, out)
      else out.close(open, settled(open, part))
    })
    for (const open of item.parts.values()) out.close(open)
  }

  #endReasoning(item: StreamItem, wire: JsonObject, out: ReplyBuilder): void {
    const part = decodeReasoning(wire, itemOf(wire, item.index), this.#context, this.#provider)
    // Told alike in full, but not by the same numbers, is told.
    if (part.summary?.join('') !== [...item.summary.values()].join('')) {
      part.summary?.forEach((text, at) => {
        this.wholeParagraph(item, at, text, out)
      })
    }
    const open = item.parts.get(0)
    if (open === undefined) {
      this.#part(part, wire, out)
      return
    }
    if (part.text?.startsWith(open.text)) out.append(open, 'reasoning', part.text.slice(open.text.length))
    const told = open.finalPart() as ReasoningPart
    const sameSummary = part.summary?.join('') === (told.summary ?? []).join('')
    out.close(open, { ...told, ...rest(part), ...(sameSummary && part.summary && { summary: part.summary }) })
  }

  #endCall(item: StreamItem, wire: JsonObject, out: ReplyBuilder): void {
    const told = argsOf(wire) || item.held || argsOf(item.wire)
    const args = wire.type === 'custom_tool_call' ? { input: told } : { arguments: told }
    // The end of an item may leave out what its announcement said.
    const part = decodeCall({ ...item.wire, ...wire, ...args }, itemOf(wire, item.index), this.#context)
    const open = item.parts.get(0)
    if (open === undefined) this.#part(part, wire, out)
    else out.close(open, settled(open, part))
  }

  #endOther(item: StreamItem, wire: JsonObject, out: ReplyBuilder): void {
    const open = item.parts.get(0)
    if (open === undefined) {
      this.whole(wire, item.index, out)
      return
    }
    const place = itemOf(wire, item.index)
    const part = decodeNativeItem(wire, place)
    this.#note(part, wire)
    out.close(open, part)
    const image = decodeMadeImage(wire, place)
    if (image !== undefined) out.whole(0, image)
  }

  /** cut ends an item whose end never came. */
  cut(item: StreamItem, out: ReplyBuilder): void {
    if (item.done) return
    if (isCall(item.type) && item.parts.size === 0 && !item.wire.name) {
      item.done = true
      if (item.held !== '') throw FORMAT_RESPONSES_UNNAMED_CALL(this.#provider)
    } else if (isCall(item.type) && item.parts.size === 0) this.end(item, item.wire, out)
    else {
      item.done = true
      for (const open of item.parts.values()) out.close(open)
    }
  }
}

/** Some servers give a text and a refusal of one message the same place. */
const beside = (at: number): number => -1 - at

function partAt(item: StreamItem, at: number, type: Part['type']): OpenPart | undefined {
  const open = item.parts.get(at)
  if (open === undefined || open.head.type === type) return open
  const other = item.parts.get(beside(at))
  return other?.head.type === type ? other : undefined
}

/** isHosted tells items of tools of the service. */
export const isHosted = (type: string): boolean => hostedType(type) !== undefined
/** Items of the service's tools, and those that are not known, go on as they came. */
const staysWhole = (type: string): boolean => type !== '' && type !== 'message' && type !== 'reasoning'
/** isCall tells calls of the client's tools. */
export const isCall = (type: string): boolean => type === 'function_call' || type === 'custom_tool_call'

/** rest gives what the end of a reasoning item tells beside its text. */
function rest({ item, seal, ext }: ReasoningPart): Partial<ReasoningPart> {
  return { ...(item && { item }), ...(seal && { seal }), ...(ext && { ext }) }
}

/** settled gives the part as its end tells it, but with the text that was told before: that has gone out. */
function settled(open: OpenPart, part: Part): Part {
  const told = open.finalPart()
  switch (part.type) {
    case 'text': {
      if (told.type !== 'text') return part
      const { annotations, logprobs } = told
      return {
        ...part,
        ...(!part.text.startsWith(told.text) && { text: told.text }),
        ...(annotations && annotations.length > (part.annotations?.length ?? 0) && { annotations }),
        ...(logprobs && part.logprobs === undefined && { logprobs })
      }
    }
    case 'refusal':
      return told.type === 'refusal' && !part.text.startsWith(told.text) ? { ...part, text: told.text } : part
    case 'tool_call':
      return told.type === 'tool_call' && !part.argsText.startsWith(told.argsText)
        ? { ...part, argsText: told.argsText }
        : part
    default:
      return part
  }
}

/** logprobsOf reads the log probabilities of an event, undefined when there are none. */
export function logprobsOf(event: JsonObject): ReturnType<typeof decodeLogprobs> {
  const logprobs = decodeLogprobs(event.logprobs)
  return logprobs?.length ? logprobs : undefined
}
