import type { PartDeltaEvent, ReasoningPart, Seal } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { DIALECT } from './dialect.ts'
import { spellingOf } from './ext.ts'
import { encodeDetails } from './reasoning-details.ts'
import { isBlank } from './text-join.ts'

interface State {
  readonly part: ReasoningPart
  readonly index: number
  /** A blank line is due before the next piece of the plain string. */
  apart: boolean
  summary: number | undefined
}

/** ReasoningWriter writes the reasoning of one choice for the dialects that show it. */
export class ReasoningWriter {
  readonly shown: boolean
  #details: boolean
  #content: boolean
  #states = new Map<number, State>()
  /** Calls by their part: some formats seal them, where this one has the seal among the details of the reasoning. */
  #calls = new Map<number, string>()
  #any = false
  #count = 0
  /** Whose format the reasoning of this reply is in, once a seal has said so. */
  #issuer: string | undefined

  constructor(dialect: readonly string[]) {
    this.#details = dialect.includes(DIALECT.reasoning)
    this.#content = dialect.includes(DIALECT.reasoningContent)
    this.shown = this.#details || this.#content
  }

  start(index: number, part: ReasoningPart): void {
    const apart = this.#any && spellingOf(part) === undefined
    this.#states.set(index, { part, index: this.#count++, apart, summary: undefined })
  }

  /** call remembers the id of a call, by which its seal will be known. */
  call(index: number, id: string): void {
    if (this.#details) this.#calls.set(index, id)
  }

  /** delta gives the members of a chunk's delta; undefined when there is nothing to show. */
  delta(event: PartDeltaEvent): JsonObject | undefined {
    if (!this.shown) return undefined
    const state = this.#states.get(event.index)
    if (state === undefined) {
      return event.kind === 'seal' && this.#details
        ? { reasoning_details: this.#carried(event.index, event.value) }
        : undefined
    }
    switch (event.kind) {
      case 'reasoning':
        return this.#text(state, event.text, { type: 'reasoning.text', text: event.text, ...this.#common(state) })
      case 'summary':
        if (state.summary !== undefined && state.summary !== event.value) state.apart = this.#any
        state.summary = event.value
        return this.#text(state, event.text, { type: 'reasoning.summary', summary: event.text, ...this.#common(state) })
      case 'seal':
        return this.#details ? { reasoning_details: [this.#seal(state, event.value)] } : undefined
      default:
        return undefined
    }
  }

  #text(state: State, text: string, detail: JsonObject): JsonObject | undefined {
    if (text === '') return undefined
    const shown = state.apart ? `\n\n${text}` : text
    state.apart = false
    if (!isBlank(text)) this.#any = true
    const members: JsonObject = {}
    if (this.#content) members.reasoning_content = shown
    if (!this.#details) return members
    members.reasoning = shown
    members.reasoning_details = [detail]
    return members
  }

  /**
   * common gives the members beside the content. Clients keep the first format that they are told, and send a seal back
   * under it: as long as no seal has come, it is left open.
   */
  #common({ part, index }: State): JsonObject {
    const told = spellingOf(part)?.detail
    if (told !== undefined) return { ...told }
    return this.#issuer === undefined ? { index } : { format: this.#issuer, index }
  }

  /** carried writes the seal of a call or a text. */
  #carried(index: number, seal: Seal): JsonObject[] {
    const itemId = this.#calls.get(index)
    const part: ReasoningPart = { type: 'reasoning', hidden: true, seal: { ...(itemId && { itemId }), ...seal } }
    return encodeDetails(part, this.#count++)
  }

  #seal(state: State, seal: Seal): JsonObject {
    const { kind, data, itemId, issuer } = seal
    if (issuer.format !== 'unknown') this.#issuer = issuer.format
    const known = this.#common(state)
    if (known.format === undefined || known.format === 'unknown') known.format = issuer.format
    if (itemId !== undefined) known.id ??= itemId
    if (kind === 'signature') return { type: 'reasoning.text', signature: data, ...known }
    return { type: 'reasoning.encrypted', data, ...known }
  }
}
