import { createHash } from 'node:crypto'
import {
  type ErrorWriter,
  Folder,
  type GatewayError,
  isGatewayError,
  type StreamEncoder,
  type UpstreamReply,
  type UpstreamRequest
} from '@isthmus/core'
import { breakOff } from './break-off.ts'
import type { Clock } from './clock.ts'
import { failureOf, PROVIDER_SIMULATOR_MIDWAY, socketError } from './errors.ts'
import { type Arrived, headOf, type Job, type MessageJob } from './job.ts'
import { type Reader, readersOf } from './reading.ts'
import { bytes, reply } from './reply.ts'
import type { Wire } from './wires.ts'

const BURST_CHARS = 64 * 1024

/**
 * Upstream is a whole upstream in miniature: it reads requests in a wire format, has a model play an answer, and writes
 * it in that format as bytes that come in their time.
 */
export class Upstream {
  #readers: ReturnType<typeof readersOf>
  #tokenDelayMs: number
  #clock: Clock

  constructor(wire: Wire, tokenDelayMs: number, clock: Clock) {
    this.#readers = readersOf(wire)
    this.#tokenDelayMs = tokenDelayMs
    this.#clock = clock
  }

  /** send takes the place of a connection: it gives a head and bytes, and rejects where a connection would fail. */
  async send(upstream: UpstreamRequest, signal: AbortSignal): Promise<UpstreamReply> {
    signal.throwIfAborted()
    const body = typeof upstream.body === 'string' ? upstream.body : Buffer.from(upstream.body ?? '').toString()
    const id = createHash('sha256').update(`${upstream.path}\n`).update(body).digest('hex').slice(0, 24)
    const head = headOf(upstream)
    const { format, read } = this.#readers.find(({ isAt }) => isAt(head.path))!
    const created = Math.floor(this.#clock.nowMs() / 1000)
    const job = attempt(read, { id, head, body, created })
    if (isGatewayError(job)) return refuse(format, job, job.statusCode, id)
    const { fault } = job.performance
    switch (fault?.type) {
      case 'unreachable':
        throw socketError('ECONNREFUSED')
      case 'status':
        return refuse(format, failureOf(fault.name, fault.retryAfterMs), fault.status, id)
      case 'empty':
        return reply(200, 'application/json', id, [])
      case 'slow_head':
        await this.#clock.sleep(fault.ms, signal)
    }
    if (job.type === 'result') return whole(job, JSON.stringify(job.body), id, signal)
    if (!job.stream) return whole(job, await this.#playAll(job, signal), id, signal)
    const encoder = job.format.response.encoder(job.options)
    return reply(200, encoder.contentType, id, this.#stream(job, encoder, signal))
  }

  async #playAll(job: MessageJob, signal: AbortSignal): Promise<string> {
    const { fault } = job.performance
    const delayMs = this.#delayMs(job)
    let tokens = 0
    while (job.playing.next().done !== true) tokens++
    if (fault?.type === 'midway') tokens = Math.min(tokens, fault.afterTokens)
    if (tokens * delayMs > 0) await this.#clock.sleep(tokens * delayMs, signal)
    const folder = new Folder()
    for (const event of job.out.take()) folder.add(event)
    return JSON.stringify(job.format.response.encode(folder.response(), job.options))
  }

  #delayMs({ performance }: Job): number {
    return performance.tokenDelayMs ?? this.#tokenDelayMs
  }

  async *#stream(job: MessageJob, encoder: StreamEncoder, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { out, playing, performance } = job
    const { fault } = performance
    const delayMs = this.#delayMs(job)
    const broken = fault?.type === 'midway' ? fault : undefined
    let text = ''
    for (let tokens = 0; ; tokens++) {
      const ended = playing.next().done === true
      // An answer that breaks off never ends well, even if it is shorter than what was to come before that.
      if (!(ended && broken)) text += encoder.push(out.take())
      if (broken && (ended || tokens >= broken.afterTokens)) {
        const failed = broken.how === 'error' ? encoder.fail(PROVIDER_SIMULATOR_MIDWAY()) : ''
        yield* breakOff(broken.how, text, text + failed, signal)
        return
      }
      if (ended) {
        text += encoder.end()
        if (text !== '') yield bytes(text)
        return
      }
      if (text !== '' && (delayMs > 0 || text.length > BURST_CHARS)) {
        yield bytes(text)
        text = ''
      }
      if (delayMs > 0) await this.#clock.sleep(delayMs, signal)
      else signal.throwIfAborted()
    }
  }
}

/** What is wrong with a request is answered as an upstream would answer it; only a bug is thrown. */
function attempt(read: Reader, arrived: Arrived): Job | GatewayError {
  try {
    return read(arrived)
  } catch (thrown) {
    if (isGatewayError(thrown)) return thrown
    throw thrown
  }
}

function refuse(format: Errors, error: GatewayError, status: number, id: string): UpstreamReply {
  const { body, headers } = format.error.encode(error, id)
  const { retryAfterMs } = error
  return reply(status, 'application/json', id, [bytes(JSON.stringify(body))], {
    ...headers,
    ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) })
  })
}

function whole({ format, performance: { fault } }: Job, text: string, id: string, signal: AbortSignal): UpstreamReply {
  if (fault?.type !== 'midway') return reply(200, 'application/json', id, [bytes(text)])
  const { body } = format.error.encode(PROVIDER_SIMULATOR_MIDWAY(), id)
  const half = text.slice(0, text.length / 2)
  return reply(200, 'application/json', id, breakOff(fault.how, half, JSON.stringify(body), signal))
}

interface Errors {
  readonly error: ErrorWriter
}
