import type { Catalog } from '../catalog/index.ts'
import type { ServerConfig } from '../config/schema.ts'
import type { ReplyOptions, Summary } from '../contract/index.ts'
import {
  type GatewayError,
  ISTHMUS_EXCHANGE_TIMEOUT,
  ISTHMUS_UPSTREAM_CLOSED,
  isGatewayError,
  toGatewayError
} from '../errors/index.ts'
import { type EventBatch, type GapPolicy, wishesOf } from '../ir/index.ts'
import { callerPolicy, plan, withDefaults } from '../routing/index.ts'
import { createRound } from './around.ts'
import { Asking, showsReasoning } from './asking.ts'
import { type AnswerOutlet, Attempts, type AttemptsDeps } from './attempts.ts'
import type { Clock } from './clock.ts'
import type { LiveExchange, Work } from './live-exchange.ts'
import { type Committed, type Ending, ReplyWriter } from './reply-writer.ts'
import { journal, settle, summarize } from './settle.ts'

export interface RunDeps {
  readonly attempts: AttemptsDeps
  readonly catalog: Catalog
  readonly server: ServerConfig
  readonly clock: Clock
  settled(x: LiveExchange): void
}

/** Run is one exchange from its decoded request to its settling. Every way out goes through the writer, which ends once. */
export class Run implements AnswerOutlet, Work {
  #x: LiveExchange
  #deps: RunDeps
  #writer: ReplyWriter
  #attempts: Attempts | undefined
  #caller: GapPolicy | undefined
  #summary: Summary | undefined
  #total: NodeJS.Timeout | undefined
  #waiting: NodeJS.Timeout | undefined
  #draining = false

  constructor(x: LiveExchange, deps: RunDeps) {
    this.#x = x
    this.#deps = deps
    const { hooks, nowMs } = deps.attempts
    this.#writer = new ReplyWriter(
      x,
      hooks,
      replyOptions(x, deps.clock),
      nowMs,
      ending => this.#beforeLast(ending),
      () => this.#settle()
    )
  }

  /** refuse ends the exchange with an error before anything ran. */
  refuse(error: GatewayError): void {
    this.#writer.fail(error)
  }

  async start(): Promise<void> {
    const x = this.#x
    try {
      x.work = this
      if (x.cancelled) return this.cancelled()
      this.#startTimers()
      for (const request of this.#deps.attempts.hooks.request) {
        await request(x)
        if (x.answered !== undefined) return this.#answer(x.answered)
        if (this.#writer.over) return
      }
      this.#plan()
      const { around } = this.#deps.attempts.hooks
      if (around.length > 0) return await this.#pull()
      this.#attempts = new Attempts(x, this.#deps.attempts, this, !x.stream, this.#caller)
      await this.#attempts.start()
    } catch (thrown) {
      this.#fail(thrown)
    }
  }

  /* AnswerOutlet: the pump's own way, without a promise for each batch. */

  commit(committed: Committed): void {
    this.#writer.commit(committed)
    if (this.#x.stream) this.#x.letGo()
  }

  deliver(batch: EventBatch): boolean {
    const go = this.#writer.deliver(batch)
    if (!go) this.#awaitDrain(() => this.#attempts?.resume())
    return go
  }

  failed(error: GatewayError): void {
    this.#writer.fail(error)
  }

  #plan(): void {
    const x = this.#x
    this.#caller = callerPolicy(x.headers['x-isthmus-gaps'])
    const { offers, alias, defaults } = this.#deps.catalog.resolve(x.request.model, callerFallbacks(x), new Asking(x))
    if (alias !== undefined) x.alias = alias
    if (defaults !== undefined) {
      x.request = withDefaults(
        x.request,
        defaults,
        offers.some(offer => offer.thinking)
      )
      this.#caller ??= defaults.gaps
    }
    x.plan = plan(x.request, offers, this.#deps.attempts.rules, this.#caller, showsReasoning(x))
  }

  /** commitOwn says that the answer is the gateway's own: a middleware gave it. */
  #commitOwn(): void {
    this.#writer.commit({ target: { provider: 'gateway', model: this.#x.model }, sameFormat: false, head: undefined })
  }

  #answer(events: EventBatch): void {
    this.#commitOwn()
    this.#writer.deliver(events)
    if (!this.#writer.over) this.#fail(ISTHMUS_UPSTREAM_CLOSED('gateway'))
  }

  /** pull drives the reply through the `around` hooks, which may wait, and may ask the upstream again. */
  async #pull(): Promise<void> {
    const x = this.#x
    const next = (): AsyncIterable<EventBatch> =>
      createRound(
        outlet => {
          const attempts = new Attempts(x, this.#deps.attempts, outlet, !x.stream, this.#caller)
          this.#attempts = attempts
          void attempts.start()
          return attempts
        },
        committed => this.#writer.commit(committed)
      ).batches
    const source = this.#deps.attempts.hooks.around.reduceRight<() => AsyncIterable<EventBatch>>(
      (inner, around) => () => around(x, inner),
      next
    )
    for await (const batch of source()) {
      if (this.#writer.over) return
      if (!this.#writer.committed) {
        this.#commitOwn()
      }
      if (!this.#writer.deliver(batch)) {
        await new Promise<void>(resolve => this.#awaitDrain(resolve))
      }
    }
    if (!this.#writer.over) this.#fail(ISTHMUS_UPSTREAM_CLOSED('gateway'))
  }

  #awaitDrain(resume: () => void): void {
    if (this.#draining) return
    this.#draining = true
    const { client } = this.#x
    const done = () => {
      client.off('drain', done)
      client.off('close', done)
      this.#draining = false
      resume()
    }
    client.on('drain', done)
    client.on('close', done)
  }

  #startTimers(): void {
    const { server } = this.#deps
    if (server.totalMs > 0) {
      const timeout = () => this.#x.cancel(ISTHMUS_EXCHANGE_TIMEOUT(server.totalMs))
      this.#total = setTimeout(timeout, server.totalMs).unref()
    }
    if (this.#x.stream) this.#keepAliveIn(server.headersAfterMs)
  }

  #keepAliveIn(waitMs: number): void {
    this.#waiting = setTimeout(() => {
      this.#writer.keepAlive()
      if (!this.#writer.over) this.#keepAliveIn(this.#deps.server.keepAliveMs)
    }, waitMs).unref()
  }

  /** cancelled stops the attempt that is under way and tells the client, if it is still there. */
  cancelled(): void {
    this.#attempts?.abort()
    const reason = this.#x.cancelReason
    this.#writer.fail(isGatewayError(reason) ? reason : toGatewayError(reason))
  }

  #fail(thrown: unknown): void {
    if (!isGatewayError(thrown)) this.#x.log.error({ err: thrown }, 'exchange failed')
    this.#attempts?.abort()
    this.#writer.fail(toGatewayError(thrown, this.#x.ingress))
  }

  #beforeLast(ending: Ending): void {
    this.#summary = summarize(this.#x, this.#writer, ending, this.#deps.attempts.nowMs())
    journal(this.#x, this.#deps.attempts.hooks, this.#summary)
  }

  #settle(): void {
    clearTimeout(this.#total)
    clearTimeout(this.#waiting)
    this.#attempts?.settle()
    this.#x.work = undefined
    this.#deps.settled(this.#x)
    if (this.#summary !== undefined) settle(this.#x, this.#deps.attempts.hooks, this.#summary)
  }
}

function replyOptions(x: LiveExchange, clock: Clock): ReplyOptions {
  const reply = x.decoded === undefined ? undefined : wishesOf(x.decoded)
  return {
    id: x.id,
    created: clock.epochSeconds(),
    model: x.model,
    includeUsage: reply?.includeUsage ?? false,
    dialect: reply?.dialect ?? NONE,
    context: reply?.context
  }
}

/** callerFallbacks are the names in the request's body, then those in its header. */
function callerFallbacks({ request, headers }: LiveExchange): readonly string[] {
  const inBody = request.routing?.fallbacks ?? NONE
  const inHeader = headers['x-isthmus-fallbacks']
  return inHeader === undefined ? inBody : [...inBody, ...inHeader.split(',').flatMap(name => name.trim() || [])]
}

const NONE: readonly string[] = []
