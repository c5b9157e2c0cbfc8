import { deepEqual } from 'node:assert/strict'
import type { ResponseDecoder } from '../contract/index.ts'
import type { EventBatch, IrEvent } from '../ir/index.ts'
import { outcomeOf } from './case.ts'
import { chunkings } from './chunkings.ts'

/** decodeAll pushes chunks through a decoder and gives all events. */
export function decodeAll(decoder: ResponseDecoder, chunks: readonly Uint8Array[]): EventBatch {
  const events: EventBatch = []
  for (const chunk of chunks) events.push(...decoder.push(chunk))
  events.push(...decoder.end())
  return events
}

/** decodeInAllChunkings reads the same bytes cut in every way and fails when the cuts can be told from the events. */
export function decodeInAllChunkings(make: () => ResponseDecoder, bytes: Uint8Array): EventBatch {
  let whole: EventBatch | undefined
  for (const { name, chunks } of chunkings(bytes)) {
    const events = decodeAll(make(), chunks)
    outcomeOf(events)
    whole ??= events
    deepEqual(events.map(comparable), whole.map(comparable), `the events differ when the bytes are cut ${name}`)
  }
  return whole ?? []
}

/** comparable: errors of two runs are two objects; what they say is compared. */
function comparable(event: IrEvent): unknown {
  return event.type === 'error' ? { type: 'error', code: event.error.code, message: event.error.message } : event
}
