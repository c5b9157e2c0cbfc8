import type { Finish, IrResponse, Part, ReplyOptions } from '@isthmus/core'
import type { JsonObject, SealPlace } from '@isthmus/core/wire'
import { encodeFinish } from './finish.ts'
import {
  callItem,
  callPrefix,
  carrierItem,
  encodeSaid,
  hasReasoning,
  imageItem,
  isContentEntry,
  isEmptySaid,
  isForeignSearch,
  messageItem,
  nativeItem,
  reasoningItem,
  saidOf,
  searchItem
} from './output-encode.ts'
import { ReplyIds, responseId } from './reply-ids.ts'
import { repeatedOf, responseObject } from './response-object.ts'
import type { ResponsesReplyContext } from './types.ts'

/** encodeResponse writes a whole reply. The format has one choice. */
export function encodeResponse(response: IrResponse, options: ReplyOptions): JsonObject {
  const { id, model, created, choices, usage, serviceTier, ext } = response
  const choice = choices[0]
  const end = encodeFinish(choice?.finish)
  const facts = { id: responseId(id, options), created: created ?? options.created, model: model || options.model }
  const meta = { ...(serviceTier !== undefined && { serviceTier }), ...(ext !== undefined && { ext }) }
  const { echo } = (options.context as ResponsesReplyContext | undefined) ?? {}
  const output = encodeOutput(choice?.parts ?? [], choice?.finish, end.status, options)
  return responseObject(repeatedOf(echo, meta), facts, { ...end, output, usage })
}

/** explanationOf is what the service says of a refusal, which is told where the model itself said nothing. */
export function explanationOf(finish: Finish | undefined, refused: boolean): string | undefined {
  return finish?.reason === 'refusal' && !refused && finish.message ? finish.message : undefined
}

function encodeOutput(
  parts: readonly Part[],
  finish: Finish | undefined,
  status: string,
  options: ReplyOptions
): readonly JsonObject[] {
  const writer = new OutputWriter(options)
  for (const part of parts) writer.add(part)
  const explanation = explanationOf(finish, writer.refused)
  if (explanation !== undefined) writer.add({ type: 'refusal', text: explanation })
  return writer.end(status === 'incomplete' ? status : 'completed')
}

type Make = (status: string) => JsonObject

/** OutputWriter puts parts into items: what stands together in a message, each of the others on its own. */
class OutputWriter {
  refused = false
  #items: Make[] = []
  #ids: ReplyIds
  #context: Pick<ResponsesReplyContext, 'namespaced' | 'search'>
  /** The message that the next text may join. */
  #message: { readonly first: Part; readonly content: unknown[] } | undefined

  constructor(options: ReplyOptions) {
    this.#ids = new ReplyIds(options.id)
    this.#context = (options.context as ResponsesReplyContext | undefined) ?? {}
  }

  add(part: Part): void {
    const native = nativeItem(part)
    if (native !== undefined && isContentEntry(part)) this.#say(part, native)
    else if (native !== undefined) this.#native(part, native)
    else this.#own(part)
  }

  #native(part: Part, native: JsonObject): void {
    const id = this.#ids.item('item', native.id ?? part.item?.id)
    this.#push(() => ({ ...native, id }))
  }

  #own(part: Part): void {
    const said = saidOf(part)
    if (said !== undefined) {
      if (!isEmptySaid(said)) {
        this.#say(said, encodeSaid(said))
        if (said.type === 'refusal') this.refused = true
      }
      this.#carry(part, { on: 'text' })
    } else if (part.type === 'reasoning') {
      if (!hasReasoning(part)) return
      const id = this.#ids.item('rs', part.item?.id)
      this.#push(status => reasoningItem(part, id, status))
    } else if (part.type === 'tool_call') {
      const id = this.#ids.item(callPrefix(part, this.#context), part.item?.id)
      const callId = this.#ids.call(part.id)
      this.#push(status => callItem(part, id, callId, this.#context, status))
      this.#carry(part, { on: 'call', callId })
    } else if (isForeignSearch(part)) {
      const id = this.#ids.item('ws', undefined)
      this.#push(() => searchItem(part, id))
    } else if (part.type === 'image' && part.item === undefined) {
      // One with an item came of a call that was written as it is.
      const id = this.#ids.item('ig', undefined)
      this.#push(status => imageItem(part, id, status))
    }
  }

  #say(part: Part, content: unknown): void {
    if (this.#message !== undefined && joins(part, this.#message.first)) {
      this.#message.content.push(content)
      return
    }
    const id = this.#ids.item('msg', part.item?.id)
    const message = { first: part, content: [content] }
    this.#push(status => messageItem(id, part, message.content, status))
    this.#message = message
  }

  #carry({ seal }: Part, place: SealPlace): void {
    if (seal === undefined) return
    const id = this.#ids.item('rs', undefined)
    this.#push(() => carrierItem(id, seal, place))
  }

  #push(make: Make): void {
    this.#items.push(make)
    this.#message = undefined
  }

  /** end gives the items; an answer that was cut was cut in its last one. */
  end(status: string): readonly JsonObject[] {
    const last = this.#items.length - 1
    return this.#items.map((make, at) => make(at === last ? status : 'completed'))
  }
}

/** joins tells whether two parts stand in the same message. */
export function joins({ item }: Part, first: Part): boolean {
  return item?.index === first.item?.index && item?.id === first.item?.id
}
