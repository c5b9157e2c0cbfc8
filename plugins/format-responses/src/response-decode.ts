import type { ReplyBuilder, ReplyMeta, ResponseDecoder, ResponseHead, Rewrite, Target } from '@isthmus/core'
import {
  findError,
  isObject,
  type JsonObject,
  numberOf,
  parseJson,
  type ReplyReader,
  responseDecoder,
  restOf,
  stringOf
} from '@isthmus/core/wire'
import { errorInReply } from '@isthmus/format-chat-completions/openai'
import { FORMAT_RESPONSES_EVENT, FORMAT_RESPONSES_NO_OUTPUT, FORMAT_RESPONSES_SPLICED } from './errors.ts'
import { decodeFinish } from './finish.ts'
import { ItemEvents } from './item-events.ts'
import { listOf } from './output-decode.ts'
import { FORMAT, type RequestContext } from './types.ts'
import { decodeUsage } from './usage.ts'

/** responsesDecoder reads a reply, whole or streamed. */
export function responsesDecoder(
  head: ResponseHead,
  target: Target,
  context: unknown,
  rewrite?: Rewrite
): ResponseDecoder {
  const reader = new ResponsesReader(target, context as RequestContext | undefined)
  return responseDecoder(head, target.provider, reader, rewrite)
}

/** Members that are read, and those that are a convenience of one library and no part of the format. */
const RESPONSE: ReadonlySet<string> = new Set([
  'id',
  'object',
  'created_at',
  'model',
  'status',
  'error',
  'incomplete_details',
  'output',
  'output_text',
  'usage',
  'service_tier'
])

/** ResponsesReader reads the events of one reply, or a reply that came whole. */
export class ResponsesReader implements ReplyReader {
  #target: Target
  #items: ItemEvents
  #id: string | undefined
  #running = false
  /** A failure came without its reason, which may follow. */
  #failed = false

  /** `learn` is off in tests that compare the quick way with the plain one. */
  constructor(target: Target, context: RequestContext | undefined, learn = true) {
    this.#target = target
    this.#items = new ItemEvents(context ?? {}, target.provider, learn)
  }

  whole(body: JsonObject, out: ReplyBuilder): void {
    const { output, status } = body
    if (body.error && !Array.isArray(output)) this.#fail(findError(body) ?? {}, out)
    else if (isObject(body.error)) this.#fail(body.error, out)
    else if (typeof body.type === 'string' && isObject(body.response)) this.#event(body, body.type, '', out)
    else if (!Array.isArray(output)) throw this.#nothing(body)
    else if (status === 'failed' || status === 'cancelled') this.#fail({ message: `The answer is ${status}` }, out)
    else {
      this.#start(body, out)
      // All that a whole reply says of itself has been said at its start.
      this.#finish(body, undefined, out)
    }
  }

  #nothing(body: JsonObject): Error {
    const { provider } = this.#target
    const error = findError(body)
    return error === undefined ? FORMAT_RESPONSES_NO_OUTPUT(provider) : errorInReply(error, provider)
  }

  event(data: string, name: string | undefined, out: ReplyBuilder): void {
    if (this.#items.quick(data, out)) return
    const event = parseJson(data)
    // Some servers end with the sentinel of another format.
    if (isObject(event)) this.#event(event, stringOf(event.type) ?? name ?? '', data, out)
    else if (data.trim() === '[DONE]') this.end(out)
    else throw FORMAT_RESPONSES_EVENT(this.#target.provider)
  }

  end(out: ReplyBuilder): void {
    if (this.#failed) this.#fail({}, out)
  }

  #event(event: JsonObject, type: string, data: string, out: ReplyBuilder): void {
    switch (type) {
      case 'response.created':
        this.#created(event, out)
        break
      case 'response.queued':
      case 'response.in_progress':
        this.#inProgress(event, out)
        break
      case 'response.completed':
      case 'response.incomplete':
        this.#complete(responseOf(event), out)
        break
      case 'response.failed':
        this.#failure(responseOf(event), out)
        break
      case 'error':
        this.#fail(isObject(event.error) ? event.error : { ...event, type: undefined }, out)
        break
      case 'keepalive':
      case 'ping':
        out.heartbeat()
        break
      default:
        this.#ofItem(event, type, data, out)
    }
  }

  #ofItem(event: JsonObject, type: string, data: string, out: ReplyBuilder): void {
    if (isObject(event.error)) {
      this.#fail(event.error, out)
      return
    }
    // An event without a type is none, and a line break in one would end the line that it is written on.
    if (!/^[^\r\n]+$/.test(type)) {
      out.heartbeat()
      return
    }
    this.#ensureStarted(out)
    if (!this.#items.event(event, type, data, out)) out.native({ format: FORMAT, object: event })
  }

  #created(event: JsonObject, out: ReplyBuilder): void {
    const response = responseOf(event)
    const id = stringOf(response.id) ?? ''
    if (this.#id !== undefined && id !== this.#id) throw FORMAT_RESPONSES_SPLICED(this.#target.provider)
    this.#start(response, out)
  }

  /** The first one says that the model begins; servers repeat it to keep the connection open. */
  #inProgress(event: JsonObject, out: ReplyBuilder): void {
    if (this.#running) out.heartbeat()
    this.#running = true
    if (this.#id === undefined) this.#start(responseOf(event), out)
  }

  #start(response: JsonObject, out: ReplyBuilder): void {
    if (this.#id !== undefined) return
    this.#id = stringOf(response.id) ?? ''
    const created = numberOf(response.created_at)
    out.start(this.#id, stringOf(response.model) ?? this.#target.model, created, undefined, metaOf(response))
  }

  /** Content without a beginning is content all the same. */
  #ensureStarted(out: ReplyBuilder): void {
    if (this.#id === undefined) this.#start({}, out)
  }

  #failure(response: JsonObject, out: ReplyBuilder): void {
    const details = response.incomplete_details
    if (isObject(response.error)) this.#fail(response.error, out)
    else if (isObject(details) && details.reason === 'max_output_tokens') this.#complete(response, out)
    else this.#failed = true
  }

  #fail(error: JsonObject, out: ReplyBuilder): void {
    out.fail(errorInReply(error, this.#target.provider))
  }

  #complete(response: JsonObject, out: ReplyBuilder): void {
    this.#finish(response, metaOf(response), out)
  }

  #finish(response: JsonObject, meta: ReplyMeta | undefined, out: ReplyBuilder): void {
    this.#ensureStarted(out)
    this.#items.finish(listOf(response.output), out)
    out.finish(0, decodeFinish(response, { call: this.#items.called, refusal: this.#items.refusal }))
    const usage = decodeUsage(response.usage)
    if (usage !== undefined) out.usage(usage)
    out.end(meta)
  }
}

function responseOf({ response }: JsonObject): JsonObject {
  return isObject(response) ? response : {}
}

/** metaOf keeps the members of a response that the IR has no place for. */
function metaOf(response: JsonObject): ReplyMeta | undefined {
  const serviceTier = stringOf(response.service_tier)
  const rest = restOf(response, RESPONSE)
  if (serviceTier === undefined && rest === undefined) return undefined
  return { ...(serviceTier !== undefined && { serviceTier }), ...(rest !== undefined && { ext: { [FORMAT]: rest } }) }
}
