import type { Candidate, Provider, ResponseDecoder, ResponseHead } from '../contract/index.ts'
import { type GatewayError, ISTHMUS_UPSTREAM_CLOSED, ISTHMUS_UPSTREAM_ERRORS, toGatewayError } from '../errors/index.ts'
import { commits, type EventBatch } from '../ir/index.ts'
import type { ReplySink } from '../transport/index.ts'

const MAX_ERROR_BYTES = 256 * 1024
/** Kinds whose upstream code means something to the client; others are about the gateway's own account. */
const CLIENT_SIDE: ReadonlySet<string> = new Set(['context_length', 'content_policy', 'not_found', 'upstream_rejected'])

/** Upstream is a provider's instance. */
export interface Upstream {
  readonly id: string
  readonly provider: Provider
}

/** AttemptOutlet is told how an attempt goes. */
export interface AttemptOutlet {
  /** The first content came: from here on this attempt is the answer. Called once, with what was held so far. */
  committed(head: ResponseHead | undefined, held: EventBatch): boolean
  /** More of the committed answer. */
  batch(events: EventBatch): boolean
  /** It failed before anything was committed. */
  failed(error: GatewayError, status: number | undefined): void
}

/**
 * Attempt reads one upstream reply. Until the commit point it holds events back; what a failed attempt held is thrown
 * away with it. For a client that waits for a whole reply the commit point is the end.
 */
export class Attempt implements ReplySink {
  #candidate: Candidate
  #context: unknown
  #outlet: AttemptOutlet
  #untilEnd: boolean
  #head: ResponseHead | undefined
  #decoder: ResponseDecoder | undefined
  #errorBody: Uint8Array[] | undefined
  #errorBytes = 0
  #held: EventBatch | undefined = []
  #over = false

  constructor(candidate: Candidate, context: unknown, untilEnd: boolean, outlet: AttemptOutlet) {
    this.#candidate = candidate
    this.#context = context
    this.#untilEnd = untilEnd
    this.#outlet = outlet
  }

  head(head: ResponseHead): void {
    this.#head = head
    if (head.status >= 300) this.#errorBody = []
    else this.#decoder = this.#candidate.endpoint.decoder(this.#candidate, head, this.#context)
    this.#context = undefined
  }

  chunk(bytes: Uint8Array): boolean {
    if (this.#over) return true
    if (this.#errorBody !== undefined) {
      this.#errorBytes += bytes.length
      if (this.#errorBytes <= MAX_ERROR_BYTES) this.#errorBody.push(bytes)
      return true
    }
    const decoder = this.#decoder
    return decoder === undefined ? true : this.#accept(decoder.push(bytes))
  }

  end(): void {
    if (this.#over) return
    if (this.#errorBody !== undefined) this.#refused(this.#errorBody)
    else if (this.#decoder !== undefined) this.#accept(this.#decoder.end())
    if (!this.#over) this.fail(ISTHMUS_UPSTREAM_CLOSED(this.#candidate.provider))
  }

  fail(error: GatewayError): void {
    if (this.#over) return
    this.#over = true
    if (this.#held === undefined)
      this.#outlet.batch([
        { type: 'error', error },
        { type: 'end', meta: undefined }
      ])
    else {
      this.#held = undefined
      this.#outlet.failed(error, this.#head?.status)
    }
  }

  #accept(events: EventBatch): boolean {
    if (events.length === 0) return true
    const ended = events.at(-1)?.type === 'end'
    if (this.#held === undefined) {
      if (ended) this.#over = true
      return this.#outlet.batch(events)
    }
    const held = this.#held
    let content = this.#untilEnd && ended
    for (const event of events) {
      if (event.type === 'error') {
        if (content && !this.#untilEnd) break
        this.fail(event.error)
        return true
      }
      if (event.type === 'heartbeat') continue
      held.push(event)
      if (!this.#untilEnd && commits(event)) content = true
    }
    if (!content) return true
    return this.#commit(held, events, ended)
  }

  #commit(held: EventBatch, events: EventBatch, ended: boolean): boolean {
    this.#held = undefined
    const error = events.find(event => event.type === 'error')
    if (error !== undefined) held.push(error, { type: 'end', meta: undefined })
    if (ended) this.#over = true
    return this.#outlet.committed(this.#head, held)
  }

  #refused(chunks: readonly Uint8Array[]): void {
    const head = this.#head as ResponseHead
    let error: GatewayError
    try {
      const said = this.#candidate.endpoint.decodeError(head, Buffer.concat(chunks))
      error = ISTHMUS_UPSTREAM_ERRORS[said.kind].with(
        {
          retryAfterMs: said.retryAfterMs,
          param: said.param,
          clientCode: CLIENT_SIDE.has(said.kind) ? said.code : undefined,
          upstream: {
            provider: this.#candidate.provider,
            status: head.status,
            type: said.type,
            code: said.code,
            requestId: head.headers['x-request-id'] ?? head.headers['request-id']
          }
        },
        said.message
      )
    } catch (thrown) {
      error = toGatewayError(thrown, this.#candidate.provider)
    }
    this.fail(error)
  }
}
