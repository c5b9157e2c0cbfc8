import type {
  EndEvent,
  EventBatch,
  Finish,
  GatewayError,
  IrEvent,
  Logprobs,
  ReplyMeta,
  ReplyOptions,
  StreamEncoder,
  Usage
} from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import { errorBody } from '@isthmus/format-chat-completions/openai'
import { FORMAT_RESPONSES_UNFINISHED } from './errors.ts'
import { EventFrames } from './event-frames.ts'
import { encodeFinish } from './finish.ts'
import { KeptMembers } from './kept-members.ts'
import { OutputStream } from './output-stream.ts'
import { responseId } from './reply-ids.ts'
import { type ResponseFacts, RUNNING, repeatedOf, responseText, toldOf } from './response-object.ts'
import { FORMAT, type ResponsesReplyContext } from './types.ts'

/** responsesStreamEncoder writes the stream of one reply. */
export function responsesStreamEncoder(options: ReplyOptions): StreamEncoder {
  return new ResponsesStreamEncoder(options)
}

/** ResponsesStreamEncoder holds the end of a reply back until the reply has ended: usage may follow the finish. */
class ResponsesStreamEncoder implements StreamEncoder {
  readonly contentType = 'text/event-stream; charset=utf-8'
  /** What the start needs. It is let go then: what a client said of its tools may be long. */
  #options: ReplyOptions | undefined
  #frames = new EventFrames()
  #output: OutputStream
  /** Members that the response repeats from its first event to its last. */
  #repeated: KeptMembers | undefined
  /** Fixed with the first event that goes out: clients refuse a response whose id changes. */
  #facts: ResponseFacts | undefined
  #finish: Finish | undefined
  #usage: Usage | undefined
  #over = false

  constructor(options: ReplyOptions) {
    this.#options = options
    this.#output = new OutputStream(this.#frames, options)
  }

  push(batch: EventBatch): string {
    let text = ''
    for (let at = 0; at < batch.length && !this.#over; at++) {
      const event = batch[at]!
      if (event.type !== 'part_delta') {
        text += this.#event(event)
        continue
      }
      const logprobs = logprobsAfter(batch, at)
      if (logprobs !== undefined) at++
      if (event.choice === 0) text += this.#output.delta(event, logprobs)
    }
    return text
  }

  end(): string {
    if (this.#over) return ''
    return this.#finish === undefined ? this.fail(FORMAT_RESPONSES_UNFINISHED()) : this.#end(undefined)
  }

  /** Some clients notice only the first of the two events, some only the second. */
  fail(error: GatewayError): string {
    if (this.#over) return ''
    const begun = this.#begin()
    this.#over = true
    const told = errorBody(error).error
    const { message, code, param } = told
    const failed = { code: codeOf(error, told), message }
    const state = { status: 'failed', incomplete_details: null, output: this.#output.output, error: failed }
    return (
      begun +
      this.#frames.frame('error', { code, message, param, error: told }) +
      this.#told('response.failed', { ...state, usage: this.#usage })
    )
  }

  /** Comments do not count as life for all clients: an event that says nothing new does. */
  ping(): string {
    if (this.#over) return ''
    return this.#facts === undefined ? this.#begin() : this.#told('response.in_progress', RUNNING)
  }

  #event(event: Exclude<IrEvent, { type: 'part_delta' }>): string {
    switch (event.type) {
      case 'start':
        this.#usage = event.usage
        return this.#start(event.id, event.model, event.created, event.meta)
      case 'part_start':
        return event.choice === 0 ? this.#begin() + this.#output.start(event) : ''
      case 'part_end':
        return event.choice === 0 ? this.#output.end(event) : ''
      case 'usage':
        this.#usage = event.usage
        return ''
      case 'finish':
        return event.choice === 0 ? this.#finished(event.finish) : ''
      case 'error':
        return this.fail(event.error)
      case 'end':
        return this.#end(event)
      case 'heartbeat':
        // Before the upstream says who it is, only the gateway's own keep-alive must go out.
        return this.#facts === undefined ? '' : this.ping()
      case 'native':
        return event.native.format === FORMAT ? this.#begin() + this.#again(event.native.object) : ''
      default:
        return ''
    }
  }

  #start(id: string, model: string, created: number | undefined, meta: ReplyMeta | undefined): string {
    const options = this.#options
    if (this.#facts !== undefined || options === undefined) {
      // A keep-alive went out before the upstream began, and with it the id.
      const { id: told, created: then, model: asked } = this.#facts!
      this.#facts = { id: told, created: created ?? then, model: model || asked }
      this.#repeated = this.#repeated?.with(toldOf(meta))
      return ''
    }
    this.#facts = { id: responseId(id, options), created: created ?? options.created, model: model || options.model }
    this.#repeated = new KeptMembers(repeatedOf((options.context as ResponsesReplyContext | undefined)?.echo, meta))
    this.#options = undefined
    const running = this.#response(RUNNING)
    return this.#frames.written('response.created', running) + this.#frames.written('response.in_progress', running)
  }

  #begin(): string {
    return this.#facts === undefined ? this.#start('', '', undefined, undefined) : ''
  }

  #told(type: string, state: Parameters<typeof responseText>[2]): string {
    return this.#frames.written(type, this.#response(state))
  }

  #response(state: Parameters<typeof responseText>[2]): string {
    return `"response":${responseText(this.#repeated!.json, this.#facts!, state)}`
  }

  #finished(finish: Finish): string {
    this.#finish = finish
    return this.#begin() + this.#output.finish(finish, encodeFinish(finish).status)
  }

  #end(event: EndEvent | undefined): string {
    const text = this.#begin() + this.#output.finish(undefined, 'completed')
    this.#over = true
    this.#repeated = this.#repeated?.with(toldOf(event?.meta))
    const end = encodeFinish(this.#finish)
    const type = end.status === 'incomplete' ? 'response.incomplete' : 'response.completed'
    return text + this.#told(type, { ...end, output: this.#output.output, usage: this.#usage })
  }

  /** #again repeats an event of an upstream of this format; those about an item that was not told of cannot be placed. */
  #again(object: unknown): string {
    if (!isObject(object) || typeof object.type !== 'string' || 'output_index' in object) return ''
    const { type, sequence_number: _number, ...members } = object
    return this.#frames.frame(type as string, members)
  }
}

/** codeOf gives the code by which clients decide whether to try again. */
function codeOf(error: GatewayError, { code, type }: JsonObject): unknown {
  if (code !== null && code !== 'upstream_error' && code !== 'overloaded') return code
  return type === 'invalid_request_error' && error.kind !== 'cancelled' ? 'invalid_prompt' : 'server_error'
}

/** logprobsAfter finds the log probabilities of a piece of text, which follow it in the same batch. */
function logprobsAfter(batch: EventBatch, at: number): Logprobs | undefined {
  const event = batch[at]!
  const next = batch[at + 1]
  if (event.type !== 'part_delta' || next?.type !== 'part_delta' || next.kind !== 'logprobs') return undefined
  if (event.kind !== 'text' || next.choice !== event.choice || next.index !== event.index) return undefined
  return next.value
}
