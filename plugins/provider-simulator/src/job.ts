import type { ErrorWriter, StreamEncoder } from '@isthmus/core'
import { type IrResponse, ReplyBuilder, type ReplyOptions, type RequestHead, type UpstreamRequest } from '@isthmus/core'
import type { Performance } from './models.ts'
import { play, type Score } from './player.ts'

/** ReplyWriter is what the simulated upstream needs of a format to write messages. */
export interface ReplyWriter {
  readonly response: {
    encode(response: IrResponse, options: ReplyOptions): unknown
    encoder(options: ReplyOptions): StreamEncoder
  }
  readonly error: ErrorWriter
}

/** MessageJob is a request for a message that the simulated upstream has read. */
export interface MessageJob {
  readonly type: 'message'
  readonly format: ReplyWriter
  readonly performance: Performance
  readonly options: ReplyOptions
  readonly stream: boolean
  readonly out: ReplyBuilder
  readonly playing: Generator<void, void>
}

/** ResultJob is a request for one value, which is known as soon as the request is read. */
export interface ResultJob {
  readonly type: 'result'
  readonly format: { readonly error: ErrorWriter }
  readonly performance: Performance
  readonly body: unknown
}

/** Job is one request that the simulated upstream has read. */
export type Job = MessageJob | ResultJob

/** Arrived is a request as it comes to the simulated upstream. */
export interface Arrived {
  readonly id: string
  readonly head: RequestHead
  readonly body: string
  /** Seconds since 1970. */
  readonly created: number
}

/** headOf gives a request's head as a server sees it. */
export function headOf({ path, headers }: UpstreamRequest): RequestHead {
  const { pathname, searchParams } = new URL(path, 'http://simulator.invalid')
  return { method: 'POST', path: pathname, query: Object.fromEntries(searchParams), params: {}, headers }
}

/** messageJob has a model play what a request asks of it. */
export function messageJob(
  { id, created }: Arrived,
  format: ReplyWriter,
  dialect: readonly string[],
  performance: Performance,
  score: Omit<Score, 'id' | 'created'>
): MessageJob {
  const { model, reply } = score.request
  const out = new ReplyBuilder()
  return {
    type: 'message',
    format,
    performance,
    options: {
      id: `sim-${id}`,
      created,
      model,
      includeUsage: reply.includeUsage ?? false,
      dialect: [...(reply.dialect ?? []), ...dialect]
    },
    stream: reply.stream,
    out,
    playing: play(out, { id: `sim-${id}`, created, ...score })
  }
}
