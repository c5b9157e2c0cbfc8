import { type EventBatch, type Part, ReplyBuilder } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { framesOf, streamOf } from './sdk.ts'

/** End is why a reply ended. */
export interface End {
  readonly reason: string
  readonly [member: string]: unknown
}

/** replyOf is a reply of these parts. */
export function replyOf(parts: readonly Part[], finish: End = { reason: 'stop' }): EventBatch {
  const out = new ReplyBuilder()
  out.start('reply-1', 'm', 5)
  for (const part of parts) out.whole(0, part)
  out.finish(0, { native: '', ...finish } as never)
  out.usage({ input: { fresh: 6, cacheRead: 4 }, output: { total: 7 } })
  out.end()
  return out.take()
}

/** framesOfParts gives the events of such a reply's stream. */
export const framesOfParts = (parts: readonly Part[], finish?: End): JsonObject[] =>
  framesOf(streamOf(replyOf(parts, finish)))

export const typesOf = (list: readonly JsonObject[]): string[] =>
  list.map(({ type }) => String(type).replace('response.', ''))

export const TEXT: Part = { type: 'text', text: 'Hello' }
export const CALL: Extract<Part, { type: 'tool_call' }> = {
  type: 'tool_call',
  id: 'call_1',
  name: 'f',
  kind: 'function',
  argsText: '{"a":1}'
}
