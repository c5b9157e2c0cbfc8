import { type EventBatch, type EventStage, type Gap, type IrEvent, type PartEndEvent, partEnd } from '@isthmus/core'

const LOST: Gap = {
  feature: 'reply.seal',
  action: 'dropped',
  field: 'content',
  message: 'the seal of a last text, behind which the client would not find its answer'
}

/** readsLastBlock tells a client that takes the last block of a reply for its answer, whatever it is. */
export function readsLastBlock(userAgent: string | undefined): boolean {
  return userAgent?.startsWith('claude-cli/') === true
}

/**
 * LastText leaves out the seal of a text that ends a reply. A seal of another vendor travels in a block behind its text,
 * and Claude Code, where it prints a result, prints the last block: of such a reply, nothing. No vendor insists on
 * the seal of a last text; those that one does insist on stand before or on a call, and pass.
 */
export class LastText implements EventStage {
  readonly on = ['part_start', 'part_delta', 'part_end', 'finish'] as const
  readonly #report: (gap: Gap) => void
  /** What is held until it is known whether more follows. */
  #held: IrEvent[] = []

  constructor(report: (gap: Gap) => void) {
    this.#report = report
  }

  push(batch: EventBatch): EventBatch {
    if (this.#held.length === 0 && !batch.some(isSeal)) return batch
    const passing: IrEvent[] = []
    for (const event of batch) {
      if (isSeal(event)) {
        this.#held.push(event)
        continue
      }
      if (event.type === 'finish') passing.push(...this.#ended())
      else if (!PASSES.has(event.type)) passing.push(...this.#release())
      passing.push(event)
    }
    return passing
  }

  end(): EventBatch {
    return this.#release()
  }

  #release(): IrEvent[] {
    const held = this.#held
    this.#held = []
    return held
  }

  /** What was held is the last of the reply. */
  #ended(): IrEvent[] {
    const held = this.#release()
    const last = held.at(-1)
    if (last?.type !== 'part_end' || last.part.type !== 'text' || last.part.seal === undefined) return held
    this.#report(LOST)
    const own = (event: IrEvent) => event.type === 'part_delta' && event.index === last.index
    return [...held.slice(0, -1).filter(event => !own(event)), withoutSeal(last)]
  }
}

/** What says nothing of whether more parts follow. */
const PASSES: ReadonlySet<IrEvent['type']> = new Set(['usage', 'heartbeat', 'notice'])

/** A seal comes as a delta, and once more with the part that it belongs to. */
function isSeal(event: IrEvent): boolean {
  if (event.type === 'part_delta') return event.kind === 'seal'
  return event.type === 'part_end' && event.part.type === 'text' && event.part.seal !== undefined
}

function withoutSeal({ choice, index, part }: PartEndEvent): PartEndEvent {
  const { seal: _, ...rest } = part
  return partEnd(choice, index, rest)
}
