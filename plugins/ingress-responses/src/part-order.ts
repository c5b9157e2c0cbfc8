import type { IrEvent, IrResponse, Part, PartDeltaEvent } from '@isthmus/core'

/**
 * PartOrder notes the order in which the stream of a reply announces its parts: texts and reasoning with their first piece,
 * calls and such when they begin. Items are numbered in that order, which is not always the order of the parts.
 */
export class PartOrder {
  #opened = new Set<number>()
  #last = -1

  add(event: IrEvent): void {
    if (event.type === 'part_delta') {
      // As a rule it is the part that grew last that grows again.
      if (event.index === this.#last || event.choice !== 0 || saysNothing(event)) return
      this.#last = event.index
      this.#opened.add(event.index)
    } else if (event.type === 'part_end' || (event.type === 'part_start' && !waits(event.part))) {
      if (event.choice === 0) this.#opened.add(event.index)
    }
  }

  /** inOrder gives the reply with its parts as they were announced. */
  inOrder(response: IrResponse): IrResponse {
    const [first, ...others] = response.choices
    if (first === undefined) return response
    const parts = [...this.#opened].flatMap(index => first.parts[index] ?? [])
    return { ...response, choices: [{ ...first, parts }, ...others] }
  }
}

const waits = ({ type }: Part): boolean => type !== 'tool_call' && type !== 'hosted_call' && type !== 'hosted_result'

const saysNothing = ({ kind, text }: PartDeltaEvent): boolean =>
  text === '' && kind !== 'annotation' && kind !== 'logprobs' && kind !== 'summary'
