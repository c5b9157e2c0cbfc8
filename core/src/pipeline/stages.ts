import type { EventStage, Exchange } from '../contract/index.ts'
import type { EventBatch, EventType } from '../ir/index.ts'
import type { Hooks } from './hooks.ts'

interface Stage {
  readonly on: ReadonlySet<EventType> | undefined
  readonly stage: EventStage
}

/** Stages pass the batches of one committed reply through the event stages of its middleware. */
export class Stages {
  #stages: readonly Stage[]

  constructor(stages: readonly EventStage[]) {
    this.#stages = stages.map(stage => ({ stage, on: stage.on && new Set(stage.on) }))
  }

  /** of gives the stages of an exchange, undefined when no middleware looks at its events. */
  static of(hooks: Hooks, x: Exchange): Stages | undefined {
    if (hooks.events.length === 0) return undefined
    const stages = hooks.events.flatMap(events => events(x) ?? [])
    return stages.length === 0 ? undefined : new Stages(stages)
  }

  /** push gives what is left of a batch. When it holds the end, stages let go of what they kept, before the end. */
  push(batch: EventBatch): EventBatch {
    const final = batch.at(-1)
    let last = final?.type === 'end' ? final : undefined
    let passing = last === undefined ? batch : batch.slice(0, -1)
    for (const { stage, on } of this.#stages) {
      if (passing.length > 0 && concerns(passing, on)) passing = stage.push(passing)
      if (last === undefined || stage.end === undefined) continue
      const held = stage.end(last)
      const own = held.at(-1)
      if (own?.type === 'end') last = own
      passing = [...passing, ...(own?.type === 'end' ? held.slice(0, -1) : held)]
    }
    return last === undefined ? passing : [...passing, last]
  }
}

function concerns(batch: EventBatch, on: ReadonlySet<EventType> | undefined): boolean {
  if (on === undefined) return true
  for (const event of batch) if (on.has(event.type)) return true
  return false
}
