import {
  type EndEvent,
  type EventBatch,
  type GatewayError,
  type IrEvent,
  ISTHMUS_UPSTREAM_CLOSED,
  type PartDeltaEvent,
  type ReplyOptions,
  type StartEvent,
  type StreamEncoder,
  type Usage
} from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { CandidateWriter } from './candidate-writer.ts'
import { type ChunkFacts, ChunkFrame } from './chunk-frame.ts'
import { encodeErrorBody } from './error-encode.ts'
import { encodeFeedback } from './finish.ts'
import { BLANK, blankFor, candidateObject, isBlocked, shownParts } from './response-encode.ts'
import { DIALECT, FORMAT } from './types.ts'
import { encodeUsage } from './usage.ts'

/** geminiStreamEncoder writes the stream of one reply, in the framing that the client asked for. */
export function geminiStreamEncoder(options: ReplyOptions): StreamEncoder {
  const isArray = options.dialect.includes(DIALECT.array)
  const encoder = new GeminiStreamEncoder(options, isArray)
  // A client of an array waits for its end as a rule: there is nothing to keep it waiting with.
  return isArray ? encoder : Object.assign(encoder, { ping: () => encoder.keepAlive() })
}

/** GeminiStreamEncoder holds what ends a choice until the reply ends: an error in between must not follow a success. */
class GeminiStreamEncoder implements StreamEncoder {
  readonly contentType: string
  #options: ReplyOptions
  #frame: ChunkFrame
  #candidates = new Map<number, CandidateWriter>()
  #facts: ChunkFacts
  #started = false
  #usage: Usage | undefined
  #tier: string | undefined
  /** Members of the reply as a whole that have not gone out. */
  #members: JsonObject | undefined
  #over = false

  constructor(options: ReplyOptions, isArray: boolean) {
    this.#options = options
    this.contentType = isArray ? 'application/json' : 'text/event-stream'
    this.#frame = new ChunkFrame(isArray)
    this.#facts = { modelVersion: options.model, responseId: options.id }
    this.#about()
  }

  push(batch: EventBatch): string {
    let text = ''
    for (const event of batch) if (!this.#over) text += this.#event(event)
    return text
  }

  end(): string {
    if (this.#over) return ''
    const writers = [...this.#candidates.values()]
    const isFinished = writers.length > 0 && writers.every(writer => writer.finish !== undefined)
    return isFinished ? this.#end(undefined) : this.fail(ISTHMUS_UPSTREAM_CLOSED('upstream'))
  }

  fail(error: GatewayError): string {
    if (this.#over) return ''
    this.#over = true
    return this.#frame.failure(encodeErrorBody(error, this.#options.id)) + this.#frame.end()
  }

  /** Clients break on comments, and newer ones on chunks without a part; one with an empty text is nothing to them. */
  keepAlive(): string {
    if (this.#over) return ''
    const candidates = [candidateObject(0, blankFor(this.#options))]
    return this.#started ? this.#frame.chunk({ candidates }) : this.#frame.bare({ candidates })
  }

  #event(event: IrEvent): string {
    switch (event.type) {
      case 'part_delta':
        return this.#delta(event)
      case 'start':
        return this.#start(event)
      case 'part_start':
        this.#candidate(event.choice).start(event)
        return ''
      case 'part_end':
        return this.#parts(event.choice, this.#candidate(event.choice).end(event.index, event.part))
      case 'usage':
        this.#usage = event.usage
        this.#about()
        return ''
      case 'finish':
        this.#candidate(event.choice).finish = event.finish
        return ''
      case 'error':
        return this.fail(event.error)
      case 'end':
        return this.#end(event)
      default:
        return ''
    }
  }

  #start({ id, model, usage, meta }: StartEvent): string {
    this.#started = true
    this.#usage = usage
    this.#tier = meta?.serviceTier
    this.#members = meta?.ext?.[FORMAT]
    this.#facts = { modelVersion: model || this.#options.model, responseId: id || this.#options.id }
    this.#about()
    return ''
  }

  #about(): void {
    this.#frame.about(this.#facts, encodeUsage(this.#usage, this.#tier))
  }

  #candidate(index: number): CandidateWriter {
    const known = this.#candidates.get(index)
    if (known !== undefined) return known
    const made = new CandidateWriter(index, this.#options)
    this.#candidates.set(index, made)
    return made
  }

  #delta(event: PartDeltaEvent): string {
    const writer = this.#candidate(event.choice)
    const piece = writer.delta(event)
    if (piece === undefined) return ''
    const logprobs = writer.takeLogprobs()
    if (logprobs === undefined && this.#members === undefined) return this.#frame.text(event.choice, piece)
    const part = { text: piece.text, ...(piece.thought && { thought: true }) }
    return this.#chunk(candidateObject(event.choice, [part], logprobs))
  }

  #parts(choice: number, all: readonly JsonObject[]): string {
    const parts = shownParts(all, this.#options)
    return parts.length === 0 ? '' : this.#chunk(candidateObject(choice, parts))
  }

  #chunk(candidate: JsonObject): string {
    const members = this.#members
    this.#members = undefined
    return this.#frame.chunk({ candidates: [candidate], ...members })
  }

  /** Usage may come after the finish, so the last chunk waits for the end of the reply. */
  #end(event: EndEvent | undefined): string {
    this.#over = true
    this.#tier = event?.meta?.serviceTier ?? this.#tier
    this.#about()
    const members = { ...this.#members, ...event?.meta?.ext?.[FORMAT] }
    const writers = [...this.#candidates.values()].sort((a, b) => a.index - b.index)
    const finish = writers[0]?.finish
    if (isBlocked(finish) && writers.every(writer => writer.isEmpty)) {
      return this.#frame.chunk({ promptFeedback: encodeFeedback(finish), ...members }) + this.#frame.end()
    }
    const candidates = writers.map(writer => {
      const parts = shownParts(writer.close(), this.#options)
      const blank = writer.isEmpty ? BLANK : blankFor(this.#options)
      return candidateObject(writer.index, parts.length === 0 ? blank : parts, writer.members())
    })
    return this.#frame.chunk({ candidates, ...members }) + this.#frame.end()
  }
}
