import { createHash } from 'node:crypto'
import {
  Folder,
  type GatewayError,
  type GenerateRequest,
  isGatewayError,
  ReplyBuilder,
  type ReplyOptions,
  type RequestHead,
  type UpstreamReply,
  type UpstreamRequest
} from '@isthmus/core'
import { parseJson } from '@isthmus/core/wire'
import { breakOff } from './break-off.ts'
import type { Clock } from './clock.ts'
import { failureOf, PROVIDER_SIMULATOR_MIDWAY, socketError } from './errors.ts'
import { stopAt } from './limits.ts'
import { type Performance, perform } from './models.ts'
import { play } from './player.ts'
import { bytes, reply } from './reply.ts'
import { turnOf } from './turn.ts'
import type { Wire } from './wires.ts'

const BURST_CHARS = 64 * 1024

/** Job is one request that the simulated upstream has read. */
interface Job {
  readonly request: GenerateRequest
  readonly performance: Performance
  readonly options: ReplyOptions
  readonly out: ReplyBuilder
  readonly playing: Generator<void, void>
  readonly delayMs: number
}

/**
 * Upstream is a whole upstream in miniature: it reads requests in a wire format, has a model play an answer, and writes
 * it in that format as bytes that come in their time.
 */
export class Upstream {
  #wire: Wire
  #tokenDelayMs: number
  #clock: Clock

  constructor(wire: Wire, tokenDelayMs: number, clock: Clock) {
    this.#wire = wire
    this.#tokenDelayMs = tokenDelayMs
    this.#clock = clock
  }

  /** send takes the place of a connection: it gives a head and bytes, and rejects where a connection would fail. */
  async send(upstream: UpstreamRequest, signal: AbortSignal): Promise<UpstreamReply> {
    signal.throwIfAborted()
    const body = typeof upstream.body === 'string' ? upstream.body : Buffer.from(upstream.body ?? '').toString()
    const id = createHash('sha256').update(body).digest('hex').slice(0, 24)
    const job = this.#read(upstream, body, id)
    if (isGatewayError(job)) return this.#refuse(job, job.statusCode, id)
    const { fault } = job.performance
    switch (fault?.type) {
      case 'unreachable':
        throw socketError('ECONNREFUSED')
      case 'status':
        return this.#refuse(failureOf(fault.name, fault.retryAfterMs), fault.status, id)
      case 'empty':
        return reply(200, 'application/json', id, [])
      case 'slow_head':
        await this.#clock.sleep(fault.ms, signal)
    }
    if (!job.request.reply.stream) return this.#whole(job, id, signal)
    const encoder = this.#wire.format.response.encoder(job.options)
    return reply(200, encoder.contentType, id, this.#stream(job, encoder, signal))
  }

  /** What is wrong with a request is answered as an upstream would answer it; only a bug is thrown. */
  #read(upstream: UpstreamRequest, body: string, id: string): Job | GatewayError {
    try {
      const head: RequestHead = {
        method: 'POST',
        path: upstream.path,
        query: {},
        params: {},
        headers: upstream.headers
      }
      const request = this.#wire.format.request.decode(parseJson(body), head)
      const turn = turnOf(request, body)
      const choices = Math.max(1, request.output.n ?? 1)
      const perChoice = (choice: number) =>
        perform(request.model, turn, call => `call_${id}_${choices === 1 ? call : `${choice}_${call}`}`)
      const performance = perChoice(0)
      const created = Math.floor(this.#clock.nowMs() / 1000)
      const out = new ReplyBuilder()
      return {
        request,
        performance,
        out,
        options: {
          id: `sim-${id}`,
          created,
          model: request.model,
          includeUsage: request.reply.includeUsage ?? false,
          dialect: [...(request.reply.dialect ?? []), ...this.#wire.dialect]
        },
        playing: play(out, {
          id: `sim-${id}`,
          created,
          request,
          sealFormat: this.#wire.sealFormat,
          answerOf: choice => stopAt((choice === 0 ? performance : perChoice(choice)).answer, request.output.stop ?? [])
        }),
        delayMs: performance.tokenDelayMs ?? this.#tokenDelayMs
      }
    } catch (thrown) {
      if (isGatewayError(thrown)) return thrown
      throw thrown
    }
  }

  #refuse(error: GatewayError, status: number, id: string): UpstreamReply {
    const { body, headers } = this.#wire.format.error.encode(error, id)
    const { retryAfterMs } = error
    return reply(status, 'application/json', id, [bytes(JSON.stringify(body))], {
      ...headers,
      ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) })
    })
  }

  async #whole(job: Job, id: string, signal: AbortSignal): Promise<UpstreamReply> {
    const { fault } = job.performance
    let tokens = 0
    while (job.playing.next().done !== true) tokens++
    if (fault?.type === 'midway') tokens = Math.min(tokens, fault.afterTokens)
    if (tokens * job.delayMs > 0) await this.#clock.sleep(tokens * job.delayMs, signal)
    const folder = new Folder()
    for (const event of job.out.take()) folder.add(event)
    const text = JSON.stringify(this.#wire.format.response.encode(folder.response(), job.options))
    if (fault?.type !== 'midway') return reply(200, 'application/json', id, [bytes(text)])
    const { body } = this.#wire.format.error.encode(PROVIDER_SIMULATOR_MIDWAY(), id)
    const half = text.slice(0, text.length / 2)
    return reply(200, 'application/json', id, breakOff(fault.how, half, JSON.stringify(body), signal))
  }

  async *#stream(
    { out, playing, delayMs, performance: { fault } }: Job,
    encoder: ReturnType<Wire['format']['response']['encoder']>,
    signal: AbortSignal
  ): AsyncGenerator<Uint8Array> {
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
