import type { Finish, Logprobs, PartDeltaEvent, PartEndEvent, PartStartEvent } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { encodeFinish, TextLane } from '@isthmus/format-chat-completions/openai'
import { LogprobsWriter } from './logprobs.ts'
import { isSaid } from './response-encode.ts'
import { membersOf } from './types.ts'

/** ChoiceWriter makes the pieces of one choice. Parts that are open at the same time become one text, in their order. */
export class ChoiceWriter {
  finish: Finish | undefined
  #index: number
  #lane = new TextLane()
  #logprobs: LogprobsWriter

  /** `offset` is where the first token of the completion begins. */
  constructor(index: number, offset: number) {
    this.#index = index
    this.#logprobs = new LogprobsWriter(offset)
  }

  partStart({ index, part }: PartStartEvent): void {
    if (isSaid(part)) this.#lane.start(index, false)
  }

  /** partDelta gives what a delta says; `logprobs` are those of the same piece of text. */
  partDelta({ index, kind, text, value }: PartDeltaEvent, logprobs?: Logprobs): readonly JsonObject[] {
    if (kind === 'text' || kind === 'refusal') return this.#written(this.#lane.delta(index, text, logprobs))
    if (kind === 'logprobs') return this.#written(this.#lane.delta(index, '', value as Logprobs))
    return []
  }

  partEnd({ index, part }: PartEndEvent): readonly JsonObject[] {
    return isSaid(part) ? this.#written(this.#lane.end(index, part.text)) : []
  }

  /** close gives what ends the choice. */
  close(): JsonObject {
    const finish = this.finish ?? { reason: 'other' as const, native: '' }
    const why = finish.reason === 'refusal' ? (finish.message ?? '') : ''
    return { ...membersOf(finish), ...this.#choice(why, null, encodeFinish(finish, 'no')) }
  }

  #written(pieces: ReturnType<TextLane['delta']>): readonly JsonObject[] {
    return pieces.map(({ text, logprobs }) =>
      this.#choice(text, logprobs === undefined ? null : this.#logprobs.write(logprobs), null)
    )
  }

  #choice(text: string, logprobs: JsonObject | null, finish: string | null): JsonObject {
    return { text, index: this.#index, logprobs, finish_reason: finish }
  }
}
