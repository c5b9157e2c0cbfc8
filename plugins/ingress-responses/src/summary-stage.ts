import {
  type EventBatch,
  type EventStage,
  errorEvent,
  type Finish,
  type IrEvent,
  type Part,
  partEnd,
  partStart
} from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { INGRESS_RESPONSES_NO_SUMMARY } from './errors.ts'
import { summaryItem } from './summary.ts'

/** SummaryStage makes one item of the summary that the model wrote. Nothing of it goes out before it is whole. */
export class SummaryStage implements EventStage {
  #id: string
  #before: readonly JsonObject[]
  #texts: string[] = []
  #over = false

  /** `before` are items that stand in the reply before the one that is made. */
  constructor(id: string, before: readonly JsonObject[]) {
    this.#id = id
    this.#before = before
  }

  push(batch: EventBatch): EventBatch {
    const out: EventBatch = []
    for (const event of batch) if (!this.#over) this.#add(event, out)
    return out
  }

  #add(event: IrEvent, out: EventBatch): void {
    switch (event.type) {
      case 'part_start':
      case 'part_delta':
      case 'native':
        break
      case 'part_end':
        if (event.choice === 0 && event.part.type === 'text') this.#texts.push(event.part.text)
        break
      case 'finish':
        if (event.choice === 0) this.#finish(event.finish, event, out)
        break
      case 'error':
        this.#over = true
        out.push(event)
        break
      default:
        out.push(event)
    }
  }

  /** A summary that was cut short would pass for the whole conversation. */
  #finish({ reason }: Finish, event: IrEvent, out: EventBatch): void {
    const summary = this.#texts.join('\n\n').trim()
    const lacks = reason !== 'stop' ? `ended it with '${reason}'` : summary === '' ? 'wrote nothing' : undefined
    if (lacks !== undefined) {
      this.#over = true
      out.push(errorEvent(INGRESS_RESPONSES_NO_SUMMARY(lacks)))
      return
    }
    for (const [at, item] of [...this.#before, summaryItem(`cmp_${this.#id}`, summary)].entries()) {
      const part: Part = { type: 'opaque', native: { format: 'responses', object: item }, replay: 'same_dialect' }
      out.push(partStart(0, at, part), partEnd(0, at, part))
    }
    out.push(event)
  }
}
