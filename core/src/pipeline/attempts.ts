import type { AttemptRecord, ResponseHead, UpstreamRequest } from '../contract/index.ts'
import {
  ERROR_KINDS,
  type GatewayError,
  ISTHMUS_PLAN_NO_CANDIDATE,
  ISTHMUS_REQUEST_CANCELLED,
  isGatewayError,
  toGatewayError
} from '../errors/index.ts'
import {
  type EmbedRequest,
  type EventBatch,
  endEvent,
  errorEvent,
  type Gap,
  type GapPolicy,
  type GenerateRequest,
  type IrRequest,
  isFeature,
  leaveOut
} from '../ir/index.ts'
import { fetchedFor, type GapRules, type Planned, requestFor } from '../routing/index.ts'
import type { Fetcher, Sending, Transport } from '../transport/index.ts'
import { Attempt, type AttemptOutlet, type Upstream } from './attempt.ts'
import { EmbedParts, inParts } from './embed-parts.ts'
import { FetchedFiles } from './fetched-files.ts'
import type { Hooks } from './hooks.ts'
import type { LiveExchange } from './live-exchange.ts'
import { mayPause, PausedAnswer } from './paused-answer.ts'
import type { Committed } from './reply-writer.ts'

/** AnswerOutlet takes the one answer of an exchange, whichever attempt gives it. */
export interface AnswerOutlet {
  commit(committed: Committed): void
  /** false asks to pause until `Attempts.resume`. */
  deliver(batch: EventBatch): boolean
  /** No candidate could answer. */
  failed(error: GatewayError): void
}

/** Fetching is how files are fetched for requests, and how much of them for each. */
export interface Fetching {
  readonly fetcher: Pick<Fetcher, 'fetch'>
  readonly maxBytes: number
}

/** AttemptsDeps is what attempts need of the pipeline. */
export interface AttemptsDeps {
  readonly hooks: Hooks
  readonly transport: Transport
  readonly rules: GapRules
  readonly maxAttempts: number
  /** Absent where the gateway fetches nothing that a request names by URL. */
  readonly fetching?: Fetching | undefined
  readonly nowMs: () => number
  upstream(id: string): Upstream
  /** suggest names models that are known, for a name that an upstream does not know. */
  suggest(model: string): string
}

/** Current is an attempt that is under way. */
interface Current {
  readonly target: string
  readonly startMs: number
}

/**
 * Attempts tries the candidates of a plan in order until one commits. An attempt that fails before that moves on to the
 * next candidate if its error's kind allows it, attempts are left and the client is still there.
 */
export class Attempts {
  #x: LiveExchange
  #deps: AttemptsDeps
  #outlet: AnswerOutlet
  #untilEnd: boolean
  #caller: GapPolicy | undefined
  #next = 0
  #sending: Sending | undefined
  #paused = false
  #over = false
  /** The attempt under way, until it is recorded. */
  #current: Current | undefined

  constructor(
    x: LiveExchange,
    deps: AttemptsDeps,
    outlet: AnswerOutlet,
    untilEnd: boolean,
    caller: GapPolicy | undefined
  ) {
    this.#x = x
    this.#deps = deps
    this.#outlet = outlet
    this.#untilEnd = untilEnd
    this.#caller = caller
  }

  /** start tries the first candidate. It resolves once that request is on its way; everything else comes through the outlet. */
  start(): Promise<void> {
    return this.#try()
  }

  /** resume goes on after `deliver` answered false. */
  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.#sending?.resume()
  }

  /** abort closes the upstream connection at once. */
  abort(): void {
    if (this.#over) return
    this.#over = true
    this.#record('cancelled')
    this.#sending?.abort()
  }

  /** settle aborts what is still under way; a reply that is complete keeps its connection. */
  settle(): void {
    if (this.#current !== undefined) this.abort()
    this.#over = true
  }

  #record(outcome: AttemptRecord['outcome'], code?: string, status?: number): void {
    const current = this.#current
    if (current === undefined) return
    this.#current = undefined
    const ms = this.#deps.nowMs() - current.startMs
    const details = { ...(code !== undefined && { code }), ...(status !== undefined && { status }) }
    this.#x.attempts.push({ target: current.target, outcome, ms, ...details })
  }

  async #try(): Promise<void> {
    const x = this.#x
    const candidate = x.plan?.candidates[this.#next++] as Planned
    const current = { target: `${candidate.provider}/${candidate.model}`, startMs: this.#deps.nowMs() }
    this.#current = current
    try {
      const { endpoint } = candidate
      const asked = sendable(requestFor(candidate, x.request), candidate.gaps)
      if (endpoint.answer !== undefined) {
        this.#outletFor(candidate, candidate.gaps).committed(undefined, endpoint.answer(asked, candidate))
        return
      }
      const inlined = this.#inlined(candidate, asked)
      const ready = inlined instanceof Promise ? await inlined : inlined
      if (this.#over) return
      const parts = inParts(ready, endpoint.maxInputs)
      if (parts !== undefined) await this.#sendParts(candidate, current, parts)
      else if (mayPause(ready, candidate, x.call?.format)) await this.#sendInTurns(candidate, current, ready)
      else await this.#send(candidate, current, ready, gaps => this.#outletFor(candidate, gaps))
    } catch (thrown) {
      this.#failed(toGatewayError(thrown, candidate.provider), undefined)
    }
  }

  /** inlined gives the request with the files in it that the candidate cannot fetch, where the gateway may. */
  #inlined(candidate: Planned, asked: IrRequest): IrRequest | Promise<IrRequest> {
    const { fetching } = this.#deps
    if (fetching === undefined) return asked
    const features = fetchedFor(candidate, candidate.gaps)
    if (features.length === 0) return asked
    this.#x.files ??= new FetchedFiles(fetching.fetcher, fetching.maxBytes)
    return this.#x.files.inline(asked, features, this.#x.signal)
  }

  /** send puts one request of an attempt on its way. */
  async #send(
    candidate: Planned,
    current: Current,
    asked: IrRequest,
    outletFor: (gaps: readonly Gap[]) => AttemptOutlet
  ): Promise<void> {
    const x = this.#x
    const upstream = this.#deps.upstream(candidate.provider)
    const { request, gaps } = this.#encoded(candidate, asked)
    for (const attempt of this.#deps.hooks.attempt) await attempt(x, request, candidate)
    if (upstream.provider.authorize !== undefined) {
      const pending = upstream.provider.authorize(request, x)
      if (pending !== undefined) await pending
    }
    if (this.#over) return
    const attempt = new Attempt(candidate, request.context, this.#untilEnd, outletFor(gaps))
    const sending = this.#deps.transport.dispatch(upstream, request, attempt)
    // It may have failed already, and the next attempt may be under way.
    if (this.#current === current) this.#sending = sending
  }

  /** sendParts sends a request for many vectors part by part. The attempt stands or falls with all of them. */
  #sendParts(candidate: Planned, current: Current, parts: readonly EmbedRequest[]): Promise<void> {
    const joined = new EmbedParts(candidate.provider)
    const told: Gap[] = []
    const send = (at: number): Promise<void> =>
      this.#send(candidate, current, parts[at] as EmbedRequest, gaps => {
        told.push(...gaps)
        const whole = this.#outletFor(candidate, told)
        const committed = (head: ResponseHead | undefined, held: EventBatch): boolean => {
          try {
            joined.add(held)
          } catch (thrown) {
            this.#failed(toGatewayError(thrown, candidate.provider), undefined)
            return true
          }
          if (at === parts.length - 1) return whole.committed(head, joined.events())
          this.#sending?.leave()
          send(at + 1).catch(thrown => this.#failed(toGatewayError(thrown, candidate.provider), undefined))
          return true
        }
        return { ...whole, committed }
      })
    return send(0)
  }

  /** sendInTurns sends a request whose answer may pause, and goes on from each pause: the client gets one answer. */
  #sendInTurns(candidate: Planned, first: Current, request: GenerateRequest): Promise<void> {
    const answer = new PausedAnswer(request)
    let client: AttemptOutlet | undefined
    const send = (current: Current, asked: GenerateRequest): Promise<void> =>
      this.#send(candidate, current, asked, gaps => {
        client ??= this.#outletFor(candidate, gaps)
        const { committed, batch, failed } = client
        const take = (events: EventBatch, tell: (shown: EventBatch) => boolean): boolean => {
          const go = tell(answer.add(events))
          const next = answer.next()
          if (next !== undefined) goOn(next, batch)
          return go
        }
        return {
          committed: (head, held) => take(held, shown => (current === first ? committed(head, shown) : batch(shown))),
          batch: events => take(events, batch),
          failed: (error, status) =>
            current === first ? failed(error, status) : void batch([errorEvent(error), endEvent()])
        }
      })
    const goOn = (next: GenerateRequest, tell: AttemptOutlet['batch']): void => {
      this.#record('ok')
      this.#sending?.leave()
      const current = { target: first.target, startMs: this.#deps.nowMs() }
      this.#current = current
      send(current, next).catch(thrown => {
        const { code } = toGatewayError(thrown, candidate.provider)
        this.#x.log.warn({ target: first.target, code }, 'a paused answer cannot go on')
        tell(answer.stop())
      })
    }
    return send(first, request)
  }

  /** encoded writes the request, without a feature that only its values show to be impossible, if the rules let it go. */
  #encoded(candidate: Planned, asked: IrRequest): { readonly request: UpstreamRequest; readonly gaps: readonly Gap[] } {
    try {
      const request = candidate.endpoint.encode(asked, candidate)
      return { request, gaps: this.#allowed(candidate, request.gaps) }
    } catch (thrown) {
      const feature = isGatewayError(thrown) && thrown.kind === 'unsupported' ? thrown.feature : undefined
      if (!isFeature(feature) || this.#deps.rules.policy(feature, this.#caller) !== 'report') throw thrown
      const request = candidate.endpoint.encode(leaveOut(asked, [feature]), candidate)
      return { request, gaps: [...this.#allowed(candidate, request.gaps), { feature, action: 'dropped' }] }
    }
  }

  /** allowed joins the losses known beforehand and those that the values told, unless the rules forbid one of them. */
  #allowed(candidate: Planned, told: UpstreamRequest['gaps']): readonly Gap[] {
    if (told === undefined || told.length === 0) return candidate.gaps
    for (const gap of told) {
      if (gap.action !== 'converted' && this.#deps.rules.policy(gap.feature, this.#caller) === 'reject') {
        const what = `${candidate.provider}/${candidate.model} cannot do ${gap.feature} as asked${gap.message ? `: ${gap.message}` : ''}`
        throw ISTHMUS_PLAN_NO_CANDIDATE.with({ param: gap.field ?? gap.feature }, this.#x.model, what)
      }
    }
    return [...candidate.gaps, ...told]
  }

  #outletFor(candidate: Planned, gaps: readonly Gap[]): AttemptOutlet {
    const x = this.#x
    const deliver = (batch: EventBatch): boolean => {
      const last = batch.at(-1)
      if (last?.type === 'end') {
        const error = batch.find(event => event.type === 'error')?.error
        this.#record(error === undefined ? 'ok' : 'failed', error?.code)
        this.#sending?.leave()
      }
      const go = this.#outlet.deliver(batch)
      this.#paused = !go
      return go
    }
    return {
      committed: (head: ResponseHead | undefined, held: EventBatch) => {
        for (const gap of gaps) x.report(gap)
        this.#outlet.commit({
          target: { provider: candidate.provider, model: candidate.model },
          sameFormat: candidate.endpoint.format === x.call?.format,
          head
        })
        return deliver(held)
      },
      batch: deliver,
      failed: (error, status) => this.#failed(error, status)
    }
  }

  #failed(error: GatewayError, status: number | undefined): void {
    if (this.#over) return
    const x = this.#x
    const target = this.#current?.target
    this.#record('failed', error.code, status)
    this.#sending?.leave()
    this.#sending = undefined
    if (x.cancelled) {
      this.#outlet.failed(ISTHMUS_REQUEST_CANCELLED())
      return
    }
    if (error.kind === 'internal')
      x.log.error({ err: error.cause ?? error, target, code: error.code }, 'attempt failed')
    else
      x.log.warn(
        { target, code: error.code, status, upstreamCode: error.upstream?.code ?? error.upstream?.type },
        'attempt failed'
      )
    if (this.#mayGoOn(error)) {
      // The next attempt reports through the outlet too; its own failures never leave `#try`.
      void this.#try()
      return
    }
    this.#outlet.failed(error.kind === 'not_found' ? this.#withSuggestion(error) : error)
  }

  #mayGoOn(error: GatewayError): boolean {
    const candidates = this.#x.plan?.candidates.length ?? 0
    if (this.#next >= candidates || this.#next >= this.#deps.maxAttempts) return false
    // A candidate that cannot express the request leaves the others their chance.
    return ERROR_KINDS[error.kind].nextCandidate || error.kind === 'unsupported'
  }

  #withSuggestion(error: GatewayError): GatewayError {
    const hint = this.#deps.suggest(this.#x.model)
    if (hint !== '') error.message = error.message.replace(/[\s.]*$/, '.') + hint
    return error
  }
}

/** sendable takes away what the plan says is dropped, so that no encoder can send it all the same. */
function sendable(request: IrRequest, gaps: readonly Gap[]): IrRequest {
  const dropped = gaps.flatMap(gap => (gap.action === 'dropped' ? gap.feature : []))
  return dropped.length === 0 ? request : leaveOut(request, dropped)
}
