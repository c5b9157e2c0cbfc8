import { ISTHMUS_IR_GRAMMAR } from '../errors/index.ts'
import {
  type IrEvent,
  OpenPart,
  type Part,
  type PartDeltaEvent,
  type PartEndEvent,
  type PartStartEvent
} from '../ir/index.ts'
import { isHead } from '../ir/part-head.ts'

/** assertGrammar throws when a whole reply's events are not in the order that `core/docs/ir.md` gives. */
export function assertGrammar(events: Iterable<IrEvent>): void {
  const checker = new GrammarChecker()
  for (const event of events) checker.add(event)
  checker.end()
}

/** GrammarChecker is {@link assertGrammar} for events that come one by one. */
export class GrammarChecker {
  #at = 0
  #state: 'before' | 'open' | 'answered' | 'failed' | 'ended' = 'before'
  #open = new Map<string, OpenPart>()
  #next = new Map<number, number>()
  #finished = new Set<number>()

  add(event: IrEvent): void {
    this.#step(event)
    this.#at++
  }

  end(): void {
    if (this.#state !== 'ended') this.#wrong('it stops without an end')
  }

  #wrong(what: string): never {
    throw ISTHMUS_IR_GRAMMAR(`event ${this.#at}: ${what}`)
  }

  #step(event: IrEvent): void {
    if (this.#state === 'ended') this.#wrong(`'${event.type}' after the end`)
    if (this.#state === 'failed' && event.type !== 'end') this.#wrong(`'${event.type}' after an error`)
    if (this.#state === 'answered' && event.type !== 'end') this.#wrong(`'${event.type}' after a result`)
    if (this.#state === 'before' && !['start', 'result', 'error', 'heartbeat'].includes(event.type)) {
      this.#wrong(`'${event.type}' before the start`)
    }
    switch (event.type) {
      case 'start':
        if (this.#state !== 'before') this.#wrong('a second start')
        this.#state = 'open'
        break
      case 'part_start':
        this.#partStart(event)
        break
      case 'part_delta':
        this.#partDelta(event)
        break
      case 'part_end':
        this.#partEnd(event)
        break
      case 'finish':
        if (this.#finished.has(event.choice)) this.#wrong(`a second finish of choice ${event.choice}`)
        for (const open of this.#open.values()) {
          if (open.choice === event.choice) this.#wrong(`choice ${event.choice} finishes with part ${open.index} open`)
        }
        this.#finished.add(event.choice)
        break
      case 'result':
        if (this.#state !== 'before') this.#wrong('a result within a message')
        this.#state = 'answered'
        break
      case 'error':
        this.#state = 'failed'
        break
      case 'end':
        if (this.#state === 'open') this.#complete()
        this.#state = 'ended'
        break
    }
  }

  #partStart(event: PartStartEvent): void {
    if (this.#finished.has(event.choice)) this.#wrong(`a part of choice ${event.choice} after its finish`)
    const expected = this.#next.get(event.choice) ?? 0
    if (event.index !== expected) this.#wrong(`part index ${event.index} where ${expected} is next`)
    if (!isHead(event.part)) this.#wrong(`the head of part ${keyOf(event)} holds what belongs in a delta`)
    this.#next.set(event.choice, expected + 1)
    this.#open.set(keyOf(event), new OpenPart(event.choice, event.index, event.part))
  }

  #partDelta(event: PartDeltaEvent): void {
    const open = this.#open.get(keyOf(event))
    if (open === undefined) this.#wrong(`a delta for part ${keyOf(event)}, which is not open`)
    const types = DELTA_OF[event.kind]
    if (types !== undefined && !types.includes(open.head.type)) {
      this.#wrong(`a delta of kind '${event.kind}' for part ${keyOf(event)} of type '${open.head.type}'`)
    }
    open.delta(event)
  }

  #partEnd(event: PartEndEvent): void {
    const open = this.#open.get(keyOf(event))
    if (open === undefined) this.#wrong(`the end of part ${keyOf(event)}, which is not open`)
    if (event.part.type !== open.head.type) this.#wrong(`part ${keyOf(event)} ends as another type`)
    if (grownText(open.finalPart()) !== grownText(event.part)) {
      this.#wrong(`the text of part ${keyOf(event)} is not what its deltas add up to`)
    }
    this.#open.delete(keyOf(event))
  }

  #complete(): void {
    if (this.#open.size > 0) this.#wrong('the end comes with parts open')
    if (this.#finished.size === 0) this.#wrong('the end comes without a finish')
    for (const choice of this.#next.keys()) {
      if (!this.#finished.has(choice)) this.#wrong(`choice ${choice} has no finish`)
    }
  }
}

const keyOf = (event: { readonly choice: number; readonly index: number }) => `${event.choice}/${event.index}`

/** The types of part that a kind of delta may grow; a kind that is not here may come with any part. */
const DELTA_OF: Partial<Record<PartDeltaEvent['kind'], readonly Part['type'][]>> = {
  text: ['text'],
  args: ['tool_call', 'hosted_call'],
  reasoning: ['reasoning'],
  refusal: ['refusal'],
  transcript: ['audio'],
  audio: ['audio'],
  summary: ['reasoning'],
  annotation: ['text'],
  logprobs: ['text', 'refusal'],
  image_partial: ['image', 'hosted_call'],
  hosted_status: ['hosted_call', 'hosted_result'],
  args_patch: ['tool_call']
}

/** grownText is what encoders add up from deltas. */
function grownText(part: Part): string {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text
    case 'reasoning':
      return (part.text ?? '') + (part.summary ?? []).join('')
    case 'tool_call':
      return part.argsText
    default:
      return ''
  }
}
