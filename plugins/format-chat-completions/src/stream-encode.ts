import type {
  EndEvent,
  EventBatch,
  GatewayError,
  IrEvent,
  Logprobs,
  ReplyMeta,
  ReplyOptions,
  StartEvent,
  StreamEncoder,
  Usage
} from '@isthmus/core'
import { ChoiceWriter } from './choice-writer.ts'
import { type ChunkFacts, ChunkFrame } from './chunk-frame.ts'
import { DIALECT } from './dialect.ts'
import { errorBody } from './error-encode.ts'
import { FORMAT_CHAT_COMPLETIONS_UNFINISHED } from './errors.ts'
import { membersOf } from './ext.ts'
import { replyId } from './response-encode.ts'
import { encodeUsage } from './usage.ts'

/** chatStreamEncoder writes the stream of one reply. */
export function chatStreamEncoder(options: ReplyOptions): StreamEncoder {
  return new ChatStreamEncoder(options)
}

/** ChatStreamEncoder holds what ends a choice until the reply ends: an error in between must not follow a success. */
class ChatStreamEncoder implements StreamEncoder {
  readonly contentType = 'text/event-stream; charset=utf-8'
  #options: ReplyOptions
  #facts: ChunkFacts
  #frame: ChunkFrame
  #choices = new Map<number, ChoiceWriter>()
  #current: ChoiceWriter | undefined
  #usage: Usage | undefined
  #meta: ReplyMeta | undefined
  #over = false

  constructor(options: ReplyOptions) {
    this.#options = options
    this.#facts = { id: replyId('', options), created: options.created, model: options.model }
    this.#frame = new ChunkFrame(this.#facts)
  }

  push(batch: EventBatch): string {
    let text = ''
    for (let at = 0; at < batch.length && !this.#over; at++) {
      const event = batch[at]!
      if (event.type !== 'part_delta') {
        text += this.#write(event)
        continue
      }
      const logprobs = logprobsAfter(batch, at)
      if (logprobs !== undefined) at++
      text += this.#choice(event.choice).partDelta(event, logprobs)
    }
    return text
  }

  end(): string {
    if (this.#over) return ''
    const finished = this.#choices.size > 0 && [...this.#choices.values()].every(choice => choice.finish !== undefined)
    return finished ? this.#end(undefined) : this.fail(FORMAT_CHAT_COMPLETIONS_UNFINISHED())
  }

  fail(error: GatewayError): string {
    if (this.#over) return ''
    this.#over = true
    return `data: ${JSON.stringify(errorBody(error))}\n\n`
  }

  ping(): string {
    return this.#over ? '' : ': keep-alive\n\n'
  }

  #write(event: Exclude<IrEvent, { type: 'part_delta' }>): string {
    switch (event.type) {
      case 'start':
        this.#start(event)
        return ''
      case 'part_start':
        return this.#choice(event.choice).partStart(event)
      case 'part_end':
        return this.#choice(event.choice).partEnd(event)
      case 'usage':
        this.#usage = event.usage
        return ''
      case 'finish':
        this.#choice(event.choice).finish = event.finish
        return ''
      case 'error':
        return this.fail(event.error)
      case 'end':
        return this.#end(event)
      default:
        return ''
    }
  }

  #start({ id, model, created, usage, meta }: StartEvent): void {
    const options = this.#options
    this.#usage = usage
    this.#meta = meta
    this.#facts = {
      id: replyId(id, options),
      created: created ?? options.created,
      model: model === '' ? options.model : model,
      serviceTier: meta?.serviceTier,
      fingerprint: meta?.fingerprint
    }
    this.#frame = new ChunkFrame(this.#facts)
  }

  #choice(index: number): ChoiceWriter {
    if (this.#current?.index === index) return this.#current
    let choice = this.#choices.get(index)
    if (choice === undefined) {
      choice = new ChoiceWriter(index, this.#frame, this.#options.dialect)
      this.#choices.set(index, choice)
    }
    this.#current = choice
    return choice
  }

  #end(event: EndEvent | undefined): string {
    const { dialect, includeUsage } = this.#options
    this.#over = true
    const members = this.#lastMembers(event?.meta)
    const choices = [...this.#choices].sort(([a], [b]) => a - b)
    let text = ''
    choices.forEach(([, choice], at) => {
      text += choice.close(at === choices.length - 1 ? members : undefined)
    })
    const wanted = includeUsage || dialect.includes(DIALECT.reasoning)
    const usage = wanted ? encodeUsage(this.#usage, dialect) : undefined
    if (usage !== undefined) text += this.#frame.chunk([], { usage })
    return `${text}data: [DONE]\n\n`
  }

  /** lastMembers are those of the reply as a whole that came with its start or its end. */
  #lastMembers(meta: ReplyMeta | undefined): Record<string, unknown> {
    const members: Record<string, unknown> = { ...membersOf(this.#meta ?? {}), ...membersOf(meta ?? {}) }
    const { serviceTier, fingerprint } = this.#facts
    if (meta?.serviceTier !== undefined && meta.serviceTier !== serviceTier) members.service_tier = meta.serviceTier
    if (meta?.fingerprint !== undefined && meta.fingerprint !== fingerprint)
      members.system_fingerprint = meta.fingerprint
    return members
  }
}

/** logprobsAfter finds the log probabilities of a piece of text, which follow it in the same batch. */
function logprobsAfter(batch: EventBatch, at: number): Logprobs | undefined {
  const event = batch[at]!
  const next = batch[at + 1]
  if (event.type !== 'part_delta' || next?.type !== 'part_delta' || next.kind !== 'logprobs') return undefined
  if (event.kind !== 'text' && event.kind !== 'refusal') return undefined
  return next.choice === event.choice && next.index === event.index ? next.value : undefined
}
