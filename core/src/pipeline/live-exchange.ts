import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { AttemptRecord, ClientCall, Exchange, Ingress, RequestHead, Slot } from '../contract/index.ts'
import { ISTHMUS_INTERNAL, ISTHMUS_REQUEST_CANCELLED } from '../errors/index.ts'
import type { EventBatch, Gap, IrRequest } from '../ir/index.ts'
import type { Instance } from '../registry/index.ts'
import type { GatewayPlan } from '../routing/index.ts'
import type { FetchedFiles } from './fetched-files.ts'

/** Work is what is under way for an exchange and must stop when the client leaves. */
export interface Work {
  cancelled(): void
}

/** LiveExchange is an exchange as the pipeline holds it. Plugins see the narrower `Exchange`. */
export class LiveExchange implements Exchange {
  readonly id: string
  readonly ingress: string
  readonly format: Ingress
  /** What is asked for; undefined for what calls no model. */
  readonly call: ClientCall | undefined
  readonly head: RequestHead
  readonly client: ServerResponse
  /** Headers that the server wants on whatever is answered, such as CORS's. */
  readonly extraHeaders: Readonly<Record<string, string>>
  readonly startMs: number
  readonly attempts: AttemptRecord[] = []
  readonly gaps: Gap[] = []
  principal?: string
  group?: string
  plan: GatewayPlan | undefined
  /** The name the client asked for, kept when the request is let go. */
  model = ''
  /** The alias that name was, if it was one. */
  alias: string | undefined
  stream = false
  answered: EventBatch | undefined
  /** What was fetched for it, for the next attempt. */
  files: FetchedFiles | undefined
  /**
   * An object and no callback: V8 puts a function that is assigned to a property among the old objects at once, and
   * everything that it reaches would stay until the next full collection.
   */
  work: Work | undefined
  /** Where `LiveExchanges` keeps it. */
  place = -1
  #request: IrRequest | undefined
  #rootLog: Logger
  #log: Logger | undefined
  #abort: AbortController | undefined
  #cancelled: unknown
  #slots: Map<Slot<unknown>, unknown> | undefined

  constructor(
    ingress: Instance<'ingress'>,
    call: ClientCall | undefined,
    head: RequestHead,
    client: ServerResponse,
    extraHeaders: Readonly<Record<string, string>>,
    startMs: number,
    log: Logger
  ) {
    this.id = randomUUID()
    this.ingress = ingress.id
    this.format = ingress.contribution
    this.call = call
    this.head = head
    this.client = client
    this.extraHeaders = extraHeaders
    this.startMs = startMs
    this.#rootLog = log
  }

  get headers() {
    return this.head.headers
  }

  get credential(): string | undefined {
    return this.format.credential === undefined ? defaultCredential(this.head) : this.format.credential(this.head)
  }

  /** log is made when it is first asked for: most exchanges never write but their one line. */
  get log(): Logger {
    this.#log ??= this.#rootLog.child({ exchange: this.id })
    return this.#log
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController()
    if (this.#cancelled !== undefined) this.#abort.abort(this.#cancelled)
    return this.#abort.signal
  }

  get request(): IrRequest {
    if (this.#request === undefined) throw ISTHMUS_INTERNAL.with({ cause: new Error('the request is not decoded yet') })
    return this.#request
  }
  set request(request: IrRequest) {
    this.#request = request
  }

  /** The request if it has been decoded. */
  get decoded(): IrRequest | undefined {
    return this.#request
  }

  /** letGo drops the conversation once it cannot be needed again: it would live as long as the reply. */
  letGo(): void {
    this.files = undefined
    const request = this.#request
    if (request === undefined || (request.op !== 'generate' && request.op !== 'complete')) return
    const { model, ingress } = request
    // The encoder of the reply has the context, and keeps what it needs of it.
    const { context: _, ...reply } = request.reply ?? {}
    this.#request = { op: 'generate', model, reply, ingress, messages: [], tools: [], sampling: {}, output: {} }
  }

  get cancelReason(): unknown {
    return this.#cancelled
  }

  get cancelled(): boolean {
    return this.#cancelled !== undefined
  }

  /** cancel stops everything that is under way for this exchange. */
  cancel(reason: unknown = ISTHMUS_REQUEST_CANCELLED()): void {
    if (this.#cancelled !== undefined) return
    this.#cancelled = reason
    this.#abort?.abort(reason)
    this.work?.cancelled()
  }

  report(gap: Gap): void {
    const known = this.gaps.some(it => it.feature === gap.feature && it.action === gap.action && it.field === gap.field)
    if (!known) this.gaps.push(gap)
  }

  answer(events: EventBatch): void {
    this.answered = events
  }

  get<T>(slot: Slot<T>): T | undefined {
    return this.#slots?.get(slot) as T | undefined
  }
  set<T>(slot: Slot<T>, value: T): void {
    this.#slots ??= new Map()
    this.#slots.set(slot, value)
  }
}

/** defaultCredential takes the client's key in any of the four ways clients send it. */
function defaultCredential({ headers, query }: RequestHead): string | undefined {
  const bearer = /^bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1]
  return headers['x-api-key'] || bearer || headers['x-goog-api-key'] || headers['api-key'] || query.key || undefined
}
