import type { AudioPart, Finish, Logprobs, PartDeltaEvent, PartEndEvent, PartStartEvent, TextPart } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { encodeAnnotations } from './annotations.ts'
import { CallWriter } from './call-writer.ts'
import type { ChunkFrame } from './chunk-frame.ts'
import { DIALECT } from './dialect.ts'
import { membersOf, spellingOf } from './ext.ts'
import { encodeFinish, explanation } from './finish.ts'
import { encodeImage } from './image.ts'
import { encodeLogprobs } from './logprobs.ts'
import { ReasoningWriter } from './reasoning-writer.ts'
import { type Piece, TextLane } from './text-lane.ts'

/** ChoiceWriter writes the chunks of one choice: an opener with the role, deltas, and last what ends it. */
export class ChoiceWriter {
  readonly index: number
  finish: Finish | undefined
  #frame: ChunkFrame
  #calls: CallWriter
  #reasoning: ReasoningWriter
  #opened = false
  #text = new TextLane()
  #refusal = new TextLane()
  /** Something else than text came last. */
  #apart = false
  #refused = false
  /** Texts with citations: these go out last, when it is known what stands before them. */
  #cited: { readonly index: number; readonly part: TextPart }[] = []
  #audio: JsonObject | undefined

  constructor(index: number, frame: ChunkFrame, dialect: readonly string[]) {
    this.index = index
    this.#frame = frame
    this.#calls = new CallWriter(dialect.includes(DIALECT.functions))
    this.#reasoning = new ReasoningWriter(dialect)
  }

  partStart(event: PartStartEvent): string {
    const { part, index } = event
    const wasApart = this.#apart
    this.#apart = part.type !== 'text'
    switch (part.type) {
      case 'text':
        this.#text.start(index, wasApart && spellingOf(part)?.continues !== true)
        return ''
      case 'refusal':
        this.#refusal.start(index, false)
        return ''
      case 'tool_call':
        this.#reasoning.call(index, part.id)
        return this.#open(null) + this.#deltas(this.#calls.start(index, part))
      case 'reasoning':
        this.#reasoning.start(index, part)
        return ''
      case 'audio':
        this.#audio = membersOf(part)
        return this.#open(null) + this.#delta({ audio: { ...this.#audio } })
      default:
        return ''
    }
  }

  /** partDelta writes a delta; `logprobs` are those of the same piece of text. */
  partDelta(event: PartDeltaEvent, logprobs?: Logprobs): string {
    const { text } = event
    switch (event.kind) {
      case 'text':
        if (logprobs === undefined && event.index === this.#text.plain) {
          return this.#open('') + this.#frame.text(this.index, text)
        }
        return this.#pieces('content', this.#text.delta(event.index, text, logprobs))
      case 'args':
        return this.#deltas(this.#calls.delta(event.index, text))
      case 'reasoning':
      case 'summary':
      case 'seal': {
        const members = this.#reasoning.delta(event)
        return members === undefined ? '' : this.#open(null) + this.#delta(members)
      }
      case 'refusal':
        return this.#pieces('refusal', this.#refusal.delta(event.index, text, logprobs))
      case 'logprobs':
        return this.#open('') + this.#delta({}, logprobsMember('content', event.value))
      case 'transcript':
        return this.#delta({ audio: { transcript: text } })
      case 'audio':
        return this.#delta({ audio: { data: text } })
      default:
        return ''
    }
  }

  partEnd({ part, index }: PartEndEvent): string {
    switch (part.type) {
      case 'text':
        if (part.annotations !== undefined) this.#cited.push({ index, part })
        return this.#pieces('content', this.#text.end(index, part.text))
      case 'refusal':
        return this.#pieces('refusal', this.#refusal.end(index, part.text))
      case 'tool_call':
        return this.#deltas(this.#calls.end(index, part))
      case 'image':
        return this.#open(null) + this.#delta({ images: [encodeImage(part)] })
      case 'audio':
        return this.#endAudio(part)
      default:
        return ''
    }
  }

  /** close writes what ends the choice; `members` are those of the reply as a whole, for its last choice. */
  close(members?: JsonObject): string {
    const finish = this.finish ?? { reason: 'other' as const, native: '' }
    const { message, ...rest } = membersOf(finish) ?? {}
    const filtered = finish.reason === 'content_filter' || finish.reason === 'refusal'
    const annotations = this.#cited.flatMap(({ index, part }) => encodeAnnotations(part, this.#text.before(index)))
    let text = this.#open(filtered || annotations.length > 0 ? null : '')
    const why = explanation(finish, this.#refused)
    if (why !== '') text += this.#delta({ refusal: why })
    if (annotations.length > 0) text += this.#delta({ annotations })
    const delta = { ...(message as JsonObject | undefined) }
    const reason = encodeFinish(finish, this.#calls.told)
    return text + this.#frame.chunk([{ index: this.index, delta, ...rest, finish_reason: reason }], members)
  }

  #open(content: '' | null): string {
    if (this.#opened) return ''
    this.#opened = true
    return this.#delta({ role: 'assistant', content, refusal: null })
  }

  #delta(delta: JsonObject, members?: JsonObject): string {
    return this.#frame.delta(this.index, delta, members)
  }

  #deltas(deltas: readonly JsonObject[]): string {
    let text = ''
    for (const delta of deltas) text += this.#delta(delta)
    return text
  }

  #pieces(member: 'content' | 'refusal', pieces: readonly Piece[]): string {
    let text = ''
    for (const piece of pieces) {
      if (member === 'refusal') this.#refused = true
      text += this.#open(member === 'content' ? '' : null)
      const delta = piece.text === '' ? {} : { [member]: piece.text }
      text += this.#delta(delta, logprobsMember(member, piece.logprobs))
    }
    return text
  }

  #endAudio(part: AudioPart): string {
    const late = membersOf(part)
    const members = {
      ...(late !== this.#audio && late),
      ...(part.expiresAt !== undefined && { expires_at: part.expiresAt })
    }
    return Object.keys(members).length > 0 ? this.#delta({ audio: members }) : ''
  }
}

function logprobsMember(of: 'content' | 'refusal', logprobs: Logprobs | undefined): JsonObject | undefined {
  if (logprobs === undefined) return undefined
  const tokens = encodeLogprobs(logprobs)
  return { logprobs: of === 'content' ? { content: tokens, refusal: null } : { content: null, refusal: tokens } }
}
