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
import type { JsonObject } from '@isthmus/core/wire'
import { encodeUsage, errorBody } from '@isthmus/format-chat-completions/openai'
import { ChoiceWriter } from './choice-writer.ts'
import { FORMAT_COMPLETIONS_UNFINISHED } from './errors.ts'
import { firstOffset, OBJECT, replyId } from './response-encode.ts'
import { membersOf } from './types.ts'

/** completionsStreamEncoder writes the stream of one reply. */
export function completionsStreamEncoder(options: ReplyOptions): StreamEncoder {
  return new CompletionsStreamEncoder(options)
}

/** CompletionsStreamEncoder holds what ends a choice until the reply ends: an error in between must not follow a success. */
class CompletionsStreamEncoder implements StreamEncoder {
  readonly contentType = 'text/event-stream; charset=utf-8'
  #options: ReplyOptions
  /** What all pieces begin with. */
  #frame: string
  #choices = new Map<number, ChoiceWriter>()
  #usage: Usage | undefined
  #meta: ReplyMeta | undefined
  #over = false

  constructor(options: ReplyOptions) {
    this.#options = options
    this.#frame = frameOf({ id: replyId('', options), created: options.created, model: options.model })
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
      text += this.#pieces(this.#choice(event.choice).partDelta(event, logprobs))
    }
    return text
  }

  end(): string {
    if (this.#over) return ''
    const finished = this.#choices.size > 0 && [...this.#choices.values()].every(choice => choice.finish !== undefined)
    return finished ? this.#end(undefined) : this.fail(FORMAT_COMPLETIONS_UNFINISHED())
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
        this.#choice(event.choice).partStart(event)
        return ''
      case 'part_end':
        return this.#pieces(this.#choice(event.choice).partEnd(event))
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
    this.#frame = frameOf({
      id: replyId(id, options),
      created: created ?? options.created,
      model: model === '' ? options.model : model,
      ...metaMembers(meta)
    })
  }

  #choice(index: number): ChoiceWriter {
    let choice = this.#choices.get(index)
    if (choice === undefined) {
      choice = new ChoiceWriter(index, firstOffset(this.#options))
      this.#choices.set(index, choice)
    }
    return choice
  }

  #end(event: EndEvent | undefined): string {
    this.#over = true
    const last = [...this.#choices].sort(([a], [b]) => a - b).map(([, choice]) => choice.close())
    let text = this.#pieces(last.slice(0, -1)) + this.#chunk(last.slice(-1), this.#lastMembers(event?.meta))
    const usage = this.#options.includeUsage ? encodeUsage(this.#usage, this.#options.dialect) : undefined
    if (usage !== undefined) text += this.#chunk([], { usage })
    return `${text}data: [DONE]\n\n`
  }

  /** lastMembers are those of the reply as a whole that the pieces before the last have not said. */
  #lastMembers(meta: ReplyMeta | undefined): JsonObject {
    const members: JsonObject = { ...membersOf(this.#meta ?? {}), ...membersOf(meta ?? {}) }
    const said = metaMembers(this.#meta)
    for (const [name, value] of Object.entries(metaMembers(meta))) if (said[name] !== value) members[name] = value
    return members
  }

  #pieces(choices: readonly JsonObject[]): string {
    return choices.map(choice => this.#chunk([choice], {})).join('')
  }

  #chunk(choices: readonly JsonObject[], members: JsonObject): string {
    const rest = Object.keys(members).length === 0 ? '' : `,${JSON.stringify(members).slice(1, -1)}`
    return `data: ${this.#frame},"choices":${JSON.stringify(choices)}${rest}}\n\n`
  }
}

/** frameOf writes the members that every piece of a stream repeats, left open for the others. */
function frameOf({ id, ...facts }: JsonObject): string {
  return JSON.stringify({ id, object: OBJECT, ...facts }).slice(0, -1)
}

function metaMembers(meta: ReplyMeta | undefined): JsonObject {
  const members: JsonObject = {}
  if (meta?.serviceTier !== undefined) members.service_tier = meta.serviceTier
  if (meta?.fingerprint !== undefined) members.system_fingerprint = meta.fingerprint
  return members
}

/** logprobsAfter finds the log probabilities of a piece of text, which follow it in the same batch. */
function logprobsAfter(batch: EventBatch, at: number): Logprobs | undefined {
  const event = batch[at]!
  const next = batch[at + 1]
  if (event.type !== 'part_delta' || next?.type !== 'part_delta' || next.kind !== 'logprobs') return undefined
  if (event.kind !== 'text' && event.kind !== 'refusal') return undefined
  return next.choice === event.choice && next.index === event.index ? next.value : undefined
}
