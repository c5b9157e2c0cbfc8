import type { GatewayError } from '../errors/index.ts'
import type { EventBatch } from '../ir/index.ts'
import type { AnswerOutlet } from './attempts.ts'
import type { Committed } from './reply-writer.ts'

/** Round is one run through the attempts, driven by whoever iterates over its batches. */
export interface Round {
  readonly outlet: AnswerOutlet
  readonly batches: AsyncIterable<EventBatch>
}

/**
 * createRound turns the pump's calls into an async iterable, for the `around` hooks, which may wait or ask again. Nothing
 * is sent before somebody iterates; who stops early aborts the upstream.
 */
export function createRound(
  start: (outlet: AnswerOutlet) => { resume(): void; abort(): void },
  onCommit: (committed: Committed) => void
): Round {
  const queue: EventBatch[] = []
  let failure: GatewayError | undefined
  let ended = false
  let wake: (() => void) | undefined
  const signal = () => {
    wake?.()
    wake = undefined
  }
  const outlet: AnswerOutlet = {
    commit: onCommit,
    deliver(batch) {
      queue.push(batch)
      ended = batch.at(-1)?.type === 'end'
      signal()
      return queue.length < MAX_QUEUED
    },
    failed(error) {
      failure = error
      signal()
    }
  }
  async function* batches(): AsyncGenerator<EventBatch> {
    const source = start(outlet)
    try {
      for (;;) {
        const batch = queue.shift()
        if (batch !== undefined) {
          yield batch
          if (queue.length === 0) source.resume()
          continue
        }
        if (failure !== undefined) throw failure
        if (ended) return
        await new Promise<void>(resolve => {
          wake = resolve
        })
      }
    } finally {
      if (!ended) source.abort()
    }
  }
  return { outlet, batches: { [Symbol.asyncIterator]: batches } }
}

const MAX_QUEUED = 16
