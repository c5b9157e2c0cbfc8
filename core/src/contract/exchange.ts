import type { Logger } from 'pino'
import type { ErrorKind } from '../errors/index.ts'
import type { EndEvent, EventBatch, EventType, Gap, IrRequest, Usage } from '../ir/index.ts'
import type { HeaderMap } from './http.ts'
import type { Plan } from './routing.ts'
import type { Target, UpstreamRequest } from './upstream.ts'

/** Slot is a typed key for state that a plugin keeps on an exchange between its hooks. */
export interface Slot<T> {
  readonly name: string
  /** Never set: it only carries the type. */
  readonly type?: T
}
/** slot makes a key; keep it in a constant. */
export const slot = <T>(name: string): Slot<T> => ({ name })

/** Arrival is a client's request of which only the head is known. */
export interface Arrival {
  readonly id: string
  /** Instance id of the ingress. */
  readonly ingress: string
  readonly headers: HeaderMap
  readonly credential: string | undefined
  readonly signal: AbortSignal
  readonly log: Logger
  /** Who is calling; set by whoever authenticates. */
  principal?: string
  /** A group that the caller belongs to, set like `principal`: an alias may be meant for some groups only. */
  group?: string
  get<T>(slot: Slot<T>): T | undefined
  set<T>(slot: Slot<T>, value: T): void
}

/** Exchange is one request and its reply, with all that is known of it while it lives. */
export interface Exchange extends Arrival {
  /** Replaced, never edited. */
  request: IrRequest
  /** Known once the request is planned. */
  readonly plan: Plan | undefined
  readonly gaps: readonly Gap[]
  report(gap: Gap): void
  /** answer replies without an upstream; only from a request hook. */
  answer(events: EventBatch): void
}

/** Attempt is one try at one candidate, as the summary tells it. */
export interface AttemptRecord {
  readonly target: string
  readonly outcome: 'ok' | 'failed' | 'cancelled'
  readonly code?: string
  readonly status?: number
  readonly ms: number
}

/** Summary is what is known of an exchange once it is over. It holds no prompt text. */
export interface Summary {
  readonly exchange: string
  readonly ingress: string
  readonly principal: string | undefined
  /** As the client asked for it. */
  readonly model: string
  /** The alias that the name was, if it was one. */
  readonly alias: string | undefined
  /** `provider/model` that answered, or the last that was tried. */
  readonly target: string | undefined
  readonly stream: boolean
  readonly attempts: readonly AttemptRecord[]
  readonly usage: Usage | undefined
  /** Reasons the choices ended. */
  readonly finish: string | undefined
  readonly gaps: readonly Gap[]
  readonly outcome: 'ok' | 'failed' | 'cancelled'
  readonly status: number
  readonly code: string | undefined
  readonly kind: ErrorKind | undefined
  /** Until the first content, from the arrival of the head. */
  readonly ttftMs: number | undefined
  readonly totalMs: number
}

/** Middleware sees exchanges pass. Each hook is optional, and those that do not exist cost nothing. */
export interface Middleware {
  /** admit runs before the body is read, from headers alone. */
  admit?(x: Arrival): void | Promise<void>
  /** request runs once; it may replace `x.request` or answer by itself. */
  request?(x: Exchange): void | Promise<void>
  /** attempt runs for each try, when the upstream request is written and not yet authorized. */
  attempt?(x: Exchange, upstream: UpstreamRequest, target: Target): void | Promise<void>
  /** events gives a synchronous view of the reply. */
  events?(x: Exchange): EventStage | undefined
  /** around is for what must wait or call again; it costs an asynchronous step for each batch. */
  around?(x: Exchange, next: () => AsyncIterable<EventBatch>): AsyncIterable<EventBatch>
  settled?(x: Exchange, summary: Summary): void
}

/** EventStage sees the batches of a committed reply. It may edit the array in place, and must not keep it. */
export interface EventStage {
  /** The types it looks at; a batch without any of them passes it by. */
  readonly on?: readonly EventType[]
  push(batch: EventBatch): EventBatch
  /** end gives what was held back. It may close with an end of its own, which takes the place of the reply's. */
  end?(last: EndEvent): EventBatch
}

/** Meter receives one summary for each exchange. `record` returns at once: what takes time is queued, with a bound. */
export interface Meter {
  record(summary: Summary): void
  /** journal is one synchronous append before the last write, for a meter that must survive a kill. */
  journal?(summary: Summary): void
  flush?(): Promise<void>
}
