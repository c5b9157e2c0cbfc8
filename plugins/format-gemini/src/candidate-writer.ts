import type { Finish, Logprobs, Part, PartDeltaEvent, PartStartEvent, ReplyOptions, ToolCallPart } from '@isthmus/core'
import { encodeEnvelope, type JsonObject, parseJson, readInput } from '@isthmus/core/wire'
import { CitationWriter } from './citations-encode.ts'
import { encodeFinish } from './finish.ts'
import { besideContent } from './hosted.ts'
import { encodeLogprobs } from './logprobs.ts'
import {
  callObject,
  ownMembers,
  ownSignature,
  plainObject,
  signatureFor,
  thoughtText,
  withMembers
} from './reply-parts.ts'
import { FORMAT } from './types.ts'

/** Slot is a part of a stream that has not ended. */
interface Slot {
  readonly part: Part
  /** Which wire part it is. */
  at: number | undefined
  /** A summary's paragraph that was written last. */
  paragraph: number | undefined
  /** Reasoning was written as text, so its summary would say it again. */
  reasoned: boolean
}

/** Piece is a part that is nothing but text. */
export interface Piece {
  readonly text: string
  readonly thought: boolean
}

/**
 * CandidateWriter writes the parts of one choice. Text goes out as it comes; a call goes out whole.
 *
 * A seal of another vendor's reasoning waits for the next call and travels as that call's signature: every client sends
 * calls back as they are, while Gemini CLI drops all parts that are a thought and joins those that are text. Where no call
 * comes it goes out last, on an empty thought.
 */
export class CandidateWriter {
  readonly index: number
  finish: Finish | undefined
  #options: ReplyOptions
  #slots = new Map<number, Slot>()
  #waiting: string[] = []
  /** Calls whose arguments are no JSON: whether they were cut off the finish tells. */
  #broken: { readonly part: ToolCallPart; readonly id: string }[] = []
  #written = 0
  #citations = new CitationWriter()
  #beside: JsonObject = {}
  #logprobs: Logprobs[number][] = []

  constructor(index: number, options: ReplyOptions) {
    this.index = index
    this.#options = options
  }

  /** Whether the choice says anything so far. */
  get isEmpty(): boolean {
    return this.#written === 0 && this.#waiting.length === 0 && this.#broken.length === 0
  }

  /** whole writes a part that is complete. */
  whole(part: Part, index: number): JsonObject[] {
    if (part.type === 'text' && part.logprobs !== undefined) this.#logprobs.push(...part.logprobs)
    return this.#part(part, index)
  }

  #part(part: Part, index: number): JsonObject[] {
    switch (part.type) {
      case 'text': {
        const signature = part.seal && signatureFor(part.seal, { on: 'text' })
        const members = ownMembers(part)
        if (part.text === '' && signature === undefined && members === undefined) return []
        this.#citations.add(part, this.#written)
        return this.#wrote(withMembers({ text: part.text, ...(signature && { thoughtSignature: signature }) }, part))
      }
      case 'refusal':
        return part.text === '' ? [] : this.#wrote({ text: part.text })
      case 'reasoning': {
        const text = thoughtText(part)
        const signature = this.#thoughtSignature(part)
        if (text === '' && signature === undefined && ownMembers(part) === undefined) return []
        const wire = { text, thought: true, ...(signature && { thoughtSignature: signature }) }
        return this.#wrote(withMembers(wire, part))
      }
      default:
        return this.#complete(part, index)
    }
  }

  start({ index, part }: PartStartEvent): void {
    this.#slots.set(index, { part, at: undefined, paragraph: undefined, reasoned: false })
  }

  /** delta gives the text that goes out at once. */
  delta(event: PartDeltaEvent): Piece | undefined {
    if (event.kind === 'logprobs') this.#logprobs.push(...event.value)
    const slot = this.#slots.get(event.index)
    // Text with members of its own came in one piece, and goes out in one.
    if (slot === undefined || ownMembers(slot.part) !== undefined) return undefined
    switch (event.kind) {
      case 'text':
      case 'refusal':
        return this.#piece(slot, event.text, false)
      case 'reasoning':
        slot.reasoned = true
        return this.#piece(slot, event.text, true)
      case 'summary': {
        if (slot.reasoned) return undefined
        const border = slot.paragraph !== undefined && slot.paragraph !== event.value ? '\n\n' : ''
        slot.paragraph = event.value
        return this.#piece(slot, border + event.text, true)
      }
      default:
        return undefined
    }
  }

  /** end writes what only the whole part tells. */
  end(index: number, part: Part): JsonObject[] {
    const slot = this.#slots.get(index)
    this.#slots.delete(index)
    // Its log probabilities came as deltas.
    if (slot?.at === undefined) return this.#part(part, index)
    switch (part.type) {
      case 'text':
        this.#citations.add(part, slot.at)
        return part.seal === undefined ? [] : [{ text: '', thoughtSignature: signatureFor(part.seal, { on: 'text' }) }]
      case 'reasoning': {
        const signature = this.#thoughtSignature(part)
        return signature === undefined ? [] : [{ text: '', thought: true, thoughtSignature: signature }]
      }
      default:
        return []
    }
  }

  /** takeLogprobs gives the log probabilities since the last call, as a member of the candidate. */
  takeLogprobs(): JsonObject | undefined {
    if (this.#logprobs.length === 0) return undefined
    const logprobsResult = encodeLogprobs(this.#logprobs)
    this.#logprobs = []
    return { logprobsResult }
  }

  /** close gives the parts that waited for the end. */
  close(): JsonObject[] {
    const parts = this.#broken.map(({ part, id }) =>
      this.finish?.reason === 'length' ? { text: `[call of ${part.name}, cut off]` } : callObject(part, id, undefined)
    )
    for (const signature of this.#waiting) parts.push({ text: '', thought: true, thoughtSignature: signature })
    return parts
  }

  /** members gives what stands beside the content of the last chunk. */
  members(): JsonObject {
    const grounding = this.#citations.grounding()
    return {
      ...(grounding && { groundingMetadata: grounding }),
      ...this.#beside,
      ...this.takeLogprobs(),
      ...encodeFinish(this.finish)
    }
  }

  #complete(part: Exclude<Part, { type: 'text' | 'refusal' | 'reasoning' }>, index: number): JsonObject[] {
    if (part.type === 'tool_call') return this.#call(part, index)
    const beside = part.type === 'hosted_call' || part.type === 'hosted_result' ? besideContent(part) : undefined
    if (beside !== undefined) {
      this.#beside = { ...this.#beside, ...beside }
      return []
    }
    if (part.type === 'hosted_call' && part.kind === 'web_search' && part.native.format !== FORMAT) {
      this.#citations.search(part)
      return []
    }
    const wire = plainObject(part)
    return wire === undefined ? [] : this.#wrote(wire)
  }

  #call(part: ToolCallPart, index: number): JsonObject[] {
    const id = part.id || `call_${this.#options.id}_${index}`
    if (part.kind === 'function' && isBroken(part.argsText)) {
      this.#broken.push({ part, id })
      return []
    }
    const own = part.seal && signatureFor(part.seal, { on: 'call', callId: id })
    return this.#wrote(callObject(part, id, own ?? this.#waiting.shift()))
  }

  /** A signature of this service stays where it is; another waits. */
  #thoughtSignature({ seal }: Part): string | undefined {
    const own = ownSignature(seal)
    if (own === undefined && seal !== undefined) this.#waiting.push(encodeEnvelope(seal))
    return own
  }

  #piece(slot: Slot, text: string, thought: boolean): Piece {
    slot.at ??= this.#written++
    return { text, thought }
  }

  #wrote(part: JsonObject): JsonObject[] {
    this.#written++
    return [part]
  }
}

const isBroken = (argsText: string): boolean => readInput(argsText) === undefined && parseJson(argsText) === undefined
