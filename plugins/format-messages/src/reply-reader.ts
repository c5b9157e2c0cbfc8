import type { Finish, ReplyBuilder, ReplyMeta, Target } from '@isthmus/core'
import { isObject, type JsonObject, parseJson, type ReplyReader, restOf, stringOf, wordTable } from '@isthmus/core/wire'
import { BlockReader, type Growth } from './block-reader.ts'
import { NAMESPACE } from './blocks.ts'
import type { ReplyContext } from './context.ts'
import { FORMAT_MESSAGES_REPLY, FORMAT_MESSAGES_SPLICED } from './errors.ts'
import { upstreamError } from './errors-decode.ts'
import { decodeFinish } from './finish.ts'
import { LearnedLiteral } from './learned-literal.ts'
import { decodeUsage, mergeUsage } from './usage.ts'

const MESSAGE = new Set([
  'type',
  'id',
  'role',
  'model',
  'content',
  'stop_reason',
  'stop_sequence',
  'stop_details',
  'usage'
])
const DELTA_EVENT = new Set(['type', 'delta', 'usage'])
const FINISH = new Set(['stop_reason', 'stop_sequence', 'stop_details'])

/** The member that holds the text of each kind of delta that is no more than text. */
const TEXT_MEMBERS: Readonly<Record<string, string>> = wordTable({
  text_delta: 'text',
  thinking_delta: 'thinking',
  input_json_delta: 'partial_json'
})

/** MessagesReader reads the events of one reply, or a reply that came whole. */
export class MessagesReader implements ReplyReader {
  #target: Target
  #blocks: BlockReader
  #id: string | undefined
  #usage: JsonObject | undefined
  /** The service tier that the start told. */
  #tier: string | undefined
  #end: JsonObject | undefined
  #meta: JsonObject | undefined
  #learned: LearnedLiteral<Growth> | undefined

  /** `learn` is off in tests that compare the quick way with the plain one. */
  constructor(target: Target, context: ReplyContext | undefined, learn = true) {
    this.#target = target
    this.#blocks = new BlockReader(target.provider, context)
    if (learn) this.#learned = new LearnedLiteral()
  }

  whole(body: JsonObject, out: ReplyBuilder): void {
    if (body.type === 'error' || isObject(body.error)) {
      out.fail(upstreamError(body, this.#target.provider))
      return
    }
    if (!Array.isArray(body.content)) throw FORMAT_MESSAGES_REPLY('it has no content')
    this.#start(body, out)
    for (const block of body.content) if (isObject(block)) this.#blocks.whole(block, out)
    this.#end = body
    this.#finish(out)
  }

  event(data: string, name: string | undefined, out: ReplyBuilder): void {
    const text = this.#learned?.read(data)
    const about = this.#learned?.about
    if (text !== undefined && about !== undefined && !about.open.closed) {
      out.append(about.open, about.kind, text)
      return
    }
    const event = parseJson(data)
    if (!isObject(event)) {
      // Some relays end with the sentinel of another format, even in place of `message_stop`.
      if (data.trim() === '[DONE]') this.end(out)
      else throw FORMAT_MESSAGES_REPLY('an event is not a JSON object')
      return
    }
    this.#event(event, stringOf(event.type) ?? name ?? '', data, out)
  }

  end(out: ReplyBuilder): void {
    if (stringOf(this.#end?.stop_reason) !== undefined) this.#finish(out)
  }

  #event(event: JsonObject, type: string, data: string, out: ReplyBuilder): void {
    switch (type) {
      case 'message_start':
        this.#messageStart(event, out)
        break
      case 'content_block_start':
        this.#ensureStarted(out)
        this.#blocks.start(event, out)
        break
      case 'content_block_delta':
        this.#ensureStarted(out)
        this.#delta(event, data, out)
        break
      case 'content_block_stop':
        this.#blocks.stop(event, out)
        break
      case 'message_delta':
        this.#ensureStarted(out)
        this.#messageDelta(event)
        break
      case 'message_stop':
        this.#ensureStarted(out)
        this.#finish(out)
        break
      case 'ping':
        out.heartbeat()
        break
      case 'error':
        out.fail(upstreamError(event, this.#target.provider))
        break
      default:
        if (isObject(event.error)) out.fail(upstreamError(event, this.#target.provider))
        // An event without a type is none, and a line break in one would end the line that it is written on.
        else if (/^[^\r\n]+$/.test(type)) out.native({ format: NAMESPACE, object: event })
        else out.heartbeat()
    }
  }

  /** A second beginning of the same message is an echo; one of another means that two replies were glued together. */
  #messageStart(event: JsonObject, out: ReplyBuilder): void {
    const message = isObject(event.message) ? event.message : {}
    const id = stringOf(message.id) ?? ''
    if (this.#id !== undefined) {
      if (id !== this.#id) throw FORMAT_MESSAGES_SPLICED()
      return
    }
    this.#start(message, out)
    if (Array.isArray(message.content)) {
      for (const block of message.content) if (isObject(block)) this.#blocks.whole(block, out)
    }
  }

  #start(message: JsonObject, out: ReplyBuilder): void {
    this.#id = stringOf(message.id) ?? ''
    this.#usage = mergeUsage(undefined, message.usage)
    const usage = decodeUsage(this.#usage)
    const serviceTier = stringOf(this.#usage?.service_tier)
    this.#tier = serviceTier
    const rest = restOf(message, MESSAGE)
    const meta: ReplyMeta = {
      ...(serviceTier !== undefined && { serviceTier }),
      ...(rest !== undefined && { ext: { [NAMESPACE]: rest } })
    }
    out.start(
      this.#id,
      stringOf(message.model) ?? this.#target.model,
      undefined,
      usage,
      Object.keys(meta).length > 0 ? meta : undefined
    )
  }

  /** Content without a beginning is content all the same. */
  #ensureStarted(out: ReplyBuilder): void {
    if (!out.started) this.#start({}, out)
  }

  #delta(event: JsonObject, data: string, out: ReplyBuilder): void {
    const { delta } = event
    if (!isObject(delta)) return
    const growth = this.#blocks.delta(event.index, delta, out)
    if (growth === undefined || this.#learned === undefined) return
    // A frame with more in it than its text is not like any other.
    if (Object.keys(event).length !== 3 || Object.keys(delta).length !== 2) return
    const member = TEXT_MEMBERS[delta.type as string]!
    this.#learned.learn(data, member, delta[member] as string, growth)
  }

  #messageDelta(event: JsonObject): void {
    const delta = isObject(event.delta) ? event.delta : {}
    this.#usage = mergeUsage(this.#usage, event.usage)
    const known = stringOf(delta.stop_reason) !== undefined || this.#end === undefined
    if (known) this.#end = delta
    // `container` stands in the delta, `context_management` at the event's root.
    const rest = { ...restOf(delta, FINISH), ...restOf(event, DELTA_EVENT) }
    if (Object.keys(rest).length > 0) this.#meta = { ...this.#meta, ...rest }
  }

  #finish(out: ReplyBuilder): void {
    this.#blocks.end(out)
    const finish: Finish = decodeFinish(this.#end ?? {})
    out.finish(0, this.#blocks.finish(finish))
    const usage = decodeUsage(this.#usage)
    if (usage !== undefined) out.usage(usage)
    const tier = stringOf(this.#usage?.service_tier)
    const late = tier !== this.#tier && tier !== undefined
    if (!late && this.#meta === undefined) out.end()
    else out.end({ ...(late && { serviceTier: tier }), ...(this.#meta && { ext: { [NAMESPACE]: this.#meta } }) })
  }
}
