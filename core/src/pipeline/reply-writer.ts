import type { ReplyOptions, ResponseHead, StreamEncoder, Target } from '../contract/index.ts'
import { type GatewayError, ISTHMUS_UPSTREAM_PROTOCOL, toGatewayError } from '../errors/index.ts'
import {
  type EventBatch,
  expresses,
  type FeatureTable,
  Folder,
  type Gap,
  type IrEvent,
  type OperationReply,
  replyFeature,
  type Usage,
  verdictOf
} from '../ir/index.ts'
import { longTextBytes, textBytes } from '../wire/index.ts'
import type { Hooks } from './hooks.ts'
import type { LiveExchange } from './live-exchange.ts'
import { Stages } from './stages.ts'

/** Committed says whose answer it is. */
export interface Committed {
  readonly target: Target
  readonly sameFormat: boolean
  readonly head: ResponseHead | undefined
}

/** Ending is how a reply ended, for the settling. */
export interface Ending {
  readonly outcome: 'ok' | 'failed' | 'cancelled'
  readonly status: number
  readonly error: GatewayError | undefined
}

const WHOLE_TYPE = 'application/json; charset=utf-8'

/**
 * ReplyWriter writes one reply to the client, whole or streamed, in the client's format. Its head goes out at the commit
 * point or when the client must not wait longer; its end is told exactly once, through `onEnd`.
 */
export class ReplyWriter {
  usage: Usage | undefined
  finish: string | undefined
  firstContentMs: number | undefined
  #x: LiveExchange
  #hooks: Hooks
  /** Undefined for a stream, whose encoder has them. */
  #options: ReplyOptions | undefined
  /** What the client's format can say of a message; undefined for results. */
  #table: FeatureTable | undefined
  #encoder: StreamEncoder | undefined
  #folder: Folder | undefined
  #result: OperationReply | undefined
  #stages: Stages | undefined
  #committed: Committed | undefined
  #began = false
  #over = false
  #wrote = false
  #nowMs: () => number
  #beforeLast: (ending: Ending) => void
  #onEnd: (ending: Ending) => void

  constructor(
    x: LiveExchange,
    hooks: Hooks,
    options: ReplyOptions,
    nowMs: () => number,
    beforeLast: (ending: Ending) => void,
    onEnd: (ending: Ending) => void
  ) {
    this.#x = x
    this.#hooks = hooks
    this.#nowMs = nowMs
    this.#beforeLast = beforeLast
    this.#onEnd = onEnd
    const call = x.call
    // What failed before its operation was known gets an error, whatever it wanted.
    if (call !== undefined && 'encoder' in call) {
      this.#table = call.repliesWith?.(options) ?? call.features
      if (x.stream) this.#encoder = call.encoder(options)
      else this.#folder = new Folder()
    }
    if (this.#encoder === undefined) this.#options = options
  }

  get over(): boolean {
    return this.#over
  }
  get committed(): boolean {
    return this.#committed !== undefined
  }

  /** commit fixes whose answer the client gets. */
  commit(committed: Committed): void {
    this.#committed = committed
    this.#stages = Stages.of(this.#hooks, this.#x)
  }

  /** deliver writes a batch of the committed reply; false asks the upstream to pause until the client drains. */
  deliver(batch: EventBatch): boolean {
    if (this.#over) return true
    const events = this.#stages === undefined ? batch : this.#stages.push(batch)
    const error = this.#observe(events)
    return this.#encoder === undefined ? this.#collect(events, error) : this.#stream(this.#encoder, events, error)
  }

  /** keepAlive tells a waiting client that the gateway lives: the head first, then the format's own ping. */
  keepAlive(): void {
    if (this.#over || this.#encoder === undefined) return
    if (this.#wrote) {
      this.#wrote = false
      return
    }
    if (!this.#began) this.#begin(this.#encoder)
    const ping = this.#encoder.ping?.()
    if (ping) this.#x.client.write(ping)
  }

  /** fail ends the reply with an error: an HTTP error before the head, the format's own way inside a stream. */
  fail(error: GatewayError): void {
    if (this.#over) return
    this.#over = true
    const cancelled = error.kind === 'cancelled'
    const outcome = cancelled ? 'cancelled' : 'failed'
    const { client } = this.#x
    if (client.destroyed || cancelled) {
      this.#finish({ outcome, status: this.#began ? 200 : error.statusCode, error }, () => client.destroy())
    } else if (this.#began && this.#encoder !== undefined) {
      const text = this.#lastWords(this.#encoder, error)
      this.#finish({ outcome, status: 200, error }, () => client.end(text))
    } else {
      const reply = this.#x.format.encodeError(error, this.#x.id)
      const ending = { outcome, status: reply.status, error } as const
      this.#finish(ending, () => this.#writeWhole(reply.status, reply.body, reply.headers))
    }
  }

  /** lastWords closes the stream even when the encoder itself is what failed. */
  #lastWords(encoder: StreamEncoder, error: GatewayError): string {
    try {
      return encoder.fail(error)
    } catch (thrown) {
      this.#x.log.error({ err: thrown }, 'the stream encoder failed')
      return ''
    }
  }

  #finish(ending: Ending, write: () => void): void {
    this.#beforeLast(ending)
    write()
    this.#onEnd(ending)
  }

  #begin(encoder: StreamEncoder): void {
    this.#began = true
    const headers = this.#headers()
    headers['content-type'] = encoder.contentType
    headers['cache-control'] = 'no-cache'
    headers['x-accel-buffering'] = 'no'
    this.#x.client.writeHead(200, headers)
  }

  #stream(encoder: StreamEncoder, events: EventBatch, error: GatewayError | undefined): boolean {
    let text: string
    try {
      text = encoder.push(events)
    } catch (thrown) {
      this.fail(toGatewayError(thrown, this.#x.ingress))
      return true
    }
    if (!this.#began) this.#begin(encoder)
    // What a stage or the encoder held back is no sign of life to the client.
    if (text !== '') this.#wrote = true
    const { client } = this.#x
    if (error !== undefined) {
      if (text !== '') client.write(text)
      this.fail(error)
      return true
    }
    if (events.at(-1)?.type !== 'end') return text === '' || client.write(longTextBytes(text))
    this.#over = true
    this.#finish({ outcome: 'ok', status: 200, error: undefined }, () =>
      client.end(longTextBytes(text + encoder.end()))
    )
    return true
  }

  #collect(events: EventBatch, error: GatewayError | undefined): boolean {
    if (error !== undefined) {
      this.fail(error)
      return true
    }
    for (const event of events) this.#folder?.add(event)
    if (events.at(-1)?.type === 'end') this.#whole()
    return true
  }

  #whole(): void {
    let body: string
    try {
      body = JSON.stringify(this.#encoded())
    } catch (thrown) {
      this.fail(toGatewayError(thrown, this.#x.ingress))
      return
    }
    this.#over = true
    this.#finish({ outcome: 'ok', status: 200, error: undefined }, () => this.#writeWhole(200, body))
  }

  #encoded(): unknown {
    const { call, request } = this.#x
    const options = this.#options
    if (call !== undefined && options !== undefined && this.#folder !== undefined && 'encodeResponse' in call) {
      return call.encodeResponse(this.#folder.response(), options)
    }
    const asks = request.op === 'embed' || request.op === 'count_tokens'
    if (!call || !options || !asks || this.#result === undefined || !('encodeResult' in call)) {
      throw ISTHMUS_UPSTREAM_PROTOCOL(
        this.#committed?.target.provider ?? 'gateway',
        'the answer is not what was asked for'
      )
    }
    return call.encodeResult(this.#result, request, options)
  }

  #writeWhole(status: number, body: unknown, extra?: Readonly<Record<string, string>>): void {
    const text = textBytes(typeof body === 'string' ? body : JSON.stringify(body))
    const headers = this.#headers()
    if (extra !== undefined) Object.assign(headers, extra)
    headers['content-type'] = WHOLE_TYPE
    headers['content-length'] = String(Buffer.byteLength(text))
    this.#x.client.writeHead(status, headers)
    this.#x.client.end(text)
  }

  #headers(): Record<string, string> {
    const x = this.#x
    const headers: Record<string, string> = { ...x.extraHeaders, 'x-isthmus-id': x.id }
    for (const name of x.format.idHeaders ?? []) headers[name] = x.id
    const committed = this.#committed
    if (committed !== undefined) {
      headers['x-isthmus-model'] = headerText(committed.target.model)
      headers['x-isthmus-provider'] = committed.target.provider
      if (committed.sameFormat && committed.head !== undefined) {
        for (const name of x.call?.forwardHeaders ?? []) {
          const value = committed.head.headers[name]
          if (value !== undefined) headers[name] = value
        }
      }
    }
    if (this.#result?.op === 'count_tokens' && this.#result.estimated) headers['x-isthmus-estimated'] = 'true'
    if (x.gaps.length > 0) headers['x-isthmus-gaps'] = gapList(x.gaps)
    return headers
  }

  /** observe looks once at each event: for the record, and for what the client's format cannot say. */
  #observe(events: EventBatch): GatewayError | undefined {
    for (const event of events) {
      if (event.type === 'part_delta') {
        this.firstContentMs ??= this.#nowMs()
        if (event.value === undefined) continue
      } else if (event.type === 'usage') this.usage = event.usage
      else if (event.type === 'finish') this.#addFinish(event)
      else if (event.type === 'notice') this.#x.report(event.gap)
      else if (event.type === 'start' && event.usage !== undefined) this.usage = event.usage
      else if (event.type === 'result') this.#observeResult(event.reply)
      else if (event.type === 'error') return event.error
      this.#observeLoss(event)
    }
    return undefined
  }

  #observeResult(reply: OperationReply): void {
    this.#result = reply
    if (reply.op === 'embed') this.usage = reply.usage
  }

  #observeLoss(event: IrEvent): void {
    const table = this.#table
    if (table === undefined) return
    const feature = replyFeature(event, this.#x.call?.format)
    if (feature === undefined) return
    const verdict = verdictOf(table, feature)
    if (!expresses(verdict)) this.#x.report({ feature, action: verdict === 'emulated' ? 'emulated' : 'dropped' })
  }

  #addFinish(event: Extract<IrEvent, { type: 'finish' }>): void {
    const { reason } = event.finish
    this.finish = this.finish === undefined ? reason : `${this.finish},${reason}`
  }
}

/** gapList writes gaps for a header or a log line: `output.stop=dropped, cache.mark=dropped`. */
export function gapList(gaps: readonly Gap[]): string {
  return [...new Set(gaps.map(gap => `${gap.feature}=${gap.action}`))].join(', ')
}

/** headerText keeps a header legal: a model's name comes from the client. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 256)
}
