import type { PartDeltaEvent, ReasoningPart, Seal } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { DIALECT } from './dialect.ts'
import { spellingOf } from './ext.ts'
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
  #any = false
  #count = 0

  constructor(dialect: readonly string[]) {
    this.#details = dialect.includes(DIALECT.reasoning)
    this.#content = dialect.includes(DIALECT.reasoningContent)
    this.shown = this.#details || this.#content
  }

  start(index: number, part: ReasoningPart): void {
    const apart = this.#any && spellingOf(part) === undefined
    this.#states.set(index, { part, index: this.#count++, apart, summary: undefined })
  }

  /** delta gives the members of a chunk's delta; undefined when there is nothing to show. */
  delta(event: PartDeltaEvent): JsonObject | undefined {
    const state = this.#states.get(event.index)
    if (state === undefined || !this.shown) return undefined
    switch (event.kind) {
      case 'reasoning':
        return this.#text(state, event.text, { type: 'reasoning.text', text: event.text, ...common(state) })
      case 'summary':
        if (state.summary !== undefined && state.summary !== event.value) state.apart = this.#any
        state.summary = event.value
        return this.#text(state, event.text, { type: 'reasoning.summary', summary: event.text, ...common(state) })
      case 'seal':
        return this.#details ? { reasoning_details: [sealDetail(state, event.value)] } : undefined
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
}

function common({ part, index }: State): JsonObject {
  return { ...(spellingOf(part)?.detail ?? { format: 'unknown', index }) }
}

function sealDetail(state: State, seal: Seal): JsonObject {
  const known = common(state)
  if (known.format === undefined || known.format === 'unknown') known.format = seal.issuer.format
  if (seal.itemId !== undefined) known.id ??= seal.itemId
  if (seal.kind === 'signature') return { type: 'reasoning.text', signature: seal.data, ...known }
  return { type: 'reasoning.encrypted', data: seal.data, ...known }
}
