import type {
  EndEvent,
  EventBatch,
  Finish,
  GatewayError,
  IrEvent,
  PartDeltaEvent,
  PartEndEvent,
  ReplyOptions,
  StartEvent,
  StreamEncoder,
  Usage
} from '@isthmus/core'
import { ISTHMUS_UPSTREAM_CLOSED } from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import { BlockWriter } from './block-writer.ts'
import { NAMESPACE } from './blocks.ts'
import { encodeErrorBody } from './errors-encode.ts'
import { encodeFinish } from './finish.ts'
import { messageId } from './response-encode.ts'
import { frame } from './sse-frame.ts'
import { encodeUsage } from './usage.ts'

const PING = frame('ping', { type: 'ping' })

/** MessagesStreamEncoder writes a client's stream: one message, its blocks one after the other. */
export class MessagesStreamEncoder implements StreamEncoder {
  readonly contentType = 'text/event-stream'
  #options: ReplyOptions
  #blocks: BlockWriter
  #started = false
  #done = false
  #finish: Finish | undefined
  #usage: Usage | undefined
  #tier: string | undefined

  constructor(options: ReplyOptions) {
    this.#options = options
    this.#blocks = new BlockWriter(options)
  }

  push(batch: EventBatch): string {
    let text = ''
    for (const event of batch) if (!this.#done) text += this.#event(event)
    return text
  }

  end(): string {
    return this.#done ? '' : this.fail(ISTHMUS_UPSTREAM_CLOSED('upstream'))
  }

  fail(error: GatewayError): string {
    if (this.#done) return ''
    this.#done = true
    return frame('error', encodeErrorBody(error, this.#options.id))
  }

  ping(): string {
    return this.#done ? '' : PING
  }

  #event(event: IrEvent): string {
    switch (event.type) {
      case 'part_delta':
        return event.choice === 0 ? this.#delta(event) : ''
      case 'start':
        return this.#start(event)
      case 'part_start':
        return event.choice === 0 ? this.#ensureStarted() + this.#blocks.start(event) : ''
      case 'part_end':
        return event.choice === 0 ? this.#end(event) : ''
      case 'usage':
        this.#usage = event.usage
        return ''
      case 'finish':
        if (event.choice === 0) this.#finish = event.finish
        return ''
      case 'error':
        return this.fail(event.error)
      case 'end':
        return this.#stop(event)
      case 'heartbeat':
        return PING
      case 'native':
        return this.#native(event.native.format, event.native.object)
      default:
        return ''
    }
  }

  #delta(event: PartDeltaEvent): string {
    return this.#blocks.delta(event)
  }

  #end(event: PartEndEvent): string {
    return this.#blocks.end(event)
  }

  #start(event: StartEvent): string {
    this.#started = true
    this.#tier = event.meta?.serviceTier
    return frame('message_start', {
      type: 'message_start',
      message: {
        id: messageId(event.id, this.#options),
        type: 'message',
        role: 'assistant',
        model: event.model || this.#options.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        stop_details: null,
        ...event.meta?.ext?.[NAMESPACE],
        usage: encodeUsage(event.usage, this.#tier)
      }
    })
  }

  #ensureStarted(): string {
    if (this.#started) return ''
    return this.#start({ type: 'start', id: '', model: '', created: undefined, usage: undefined, meta: undefined })
  }

  /** Usage may come after the finish, so the end of the message waits for the end of the reply. */
  #stop(event: EndEvent): string {
    const { container, ...root } = event.meta?.ext?.[NAMESPACE] ?? {}
    const opened = this.#ensureStarted()
    const rest = this.#blocks.close()
    this.#done = true
    const usage = encodeUsage(this.#usage, event.meta?.serviceTier ?? this.#tier)
    const delta: JsonObject = {
      ...encodeFinish(this.#finish, this.#blocks),
      ...(container !== undefined && { container })
    }
    return (
      opened +
      rest +
      frame('message_delta', { type: 'message_delta', delta, usage, ...root }) +
      frame('message_stop', { type: 'message_stop' })
    )
  }

  #native(format: string, object: unknown): string {
    if (format !== NAMESPACE || !isObject(object) || typeof object.type !== 'string') return ''
    return frame(object.type, object)
  }
}
