import type { ServerResponse } from 'node:http'
import type { Logger } from 'pino'
import type { Catalog } from '../catalog/index.ts'
import type { ResolvedConfig } from '../config/define.ts'
import type { ClientCall, RequestHead } from '../contract/index.ts'
import {
  ISTHMUS_INTERNAL,
  ISTHMUS_REQUEST_CANCELLED,
  ISTHMUS_SERVER_DRAINING,
  isGatewayError,
  toGatewayError
} from '../errors/index.ts'
import { wishesOf } from '../ir/index.ts'
import type { Instance, Registry } from '../registry/index.ts'
import { GapRules } from '../routing/index.ts'
import type { Fetcher, Transport } from '../transport/index.ts'
import type { Upstream } from './attempt.ts'
import type { AttemptsDeps } from './attempts.ts'
import { type Clock, systemClock } from './clock.ts'
import { admitAll, compileHooks, type Hooks, withOwn } from './hooks.ts'
import { LiveExchange } from './live-exchange.ts'
import { LiveExchanges } from './live-exchanges.ts'
import { Run, type RunDeps } from './run.ts'

export interface PipelineDeps {
  readonly registry: Registry
  readonly catalog: Catalog
  readonly transport: Transport
  readonly config: ResolvedConfig
  readonly log: Logger
  readonly clock?: Clock
  /** Default: nothing is fetched that a request names by URL. */
  readonly fetcher?: Pick<Fetcher, 'fetch'> | undefined
}

/** callOf is there for every exchange that got as far as its body. */
function callOf({ call }: LiveExchange): ClientCall {
  if (call === undefined) throw ISTHMUS_INTERNAL.with({ cause: new Error('this route calls no model') })
  return call
}

/** Pipeline carries exchanges from their head to their settling. */
export class Pipeline {
  #log: Logger
  #clock: Clock
  #hooks: Hooks
  #deps: RunDeps
  /** The deps of the ingresses that have hooks of their own. */
  #ownDeps = new Map<string, RunDeps>()
  #live = new LiveExchanges()

  constructor({ registry, catalog, transport, config, log, fetcher, clock = systemClock }: PipelineDeps) {
    this.#log = log
    this.#clock = clock
    this.#hooks = compileHooks(registry, config.pipeline)
    const upstreams = new Map<string, Upstream>()
    for (const { id, contribution } of registry.all('provider')) upstreams.set(id, { id, provider: contribution })
    const attempts: AttemptsDeps = {
      hooks: this.#hooks,
      transport,
      rules: new GapRules(config.gaps),
      maxAttempts: config.routing.fallback.attempts,
      fetching: fetcher && { fetcher, maxBytes: config.fetch.maxBytes },
      nowMs: clock.nowMs,
      upstream(id) {
        const upstream = upstreams.get(id)
        if (upstream === undefined) throw ISTHMUS_INTERNAL.with({ cause: new Error(`no provider '${id}'`) })
        return upstream
      },
      suggest: model => catalog.suggest(model)
    }
    this.#deps = { attempts, catalog, server: config.server, clock, settled: x => this.#live.remove(x) }
    for (const { id, contribution } of registry.all('ingress')) {
      if (contribution.hooks === undefined) continue
      const hooks = withOwn(this.#hooks, contribution.hooks)
      this.#ownDeps.set(id, { ...this.#deps, attempts: { ...attempts, hooks } })
    }
  }

  /** How many exchanges are under way. */
  get active(): number {
    return this.#live.size
  }

  /** arrive makes the exchange of a request whose head has been read. `headers` go on whatever is answered. */
  arrive(
    ingress: Instance<'ingress'>,
    call: ClientCall,
    head: RequestHead,
    client: ServerResponse,
    headers: Readonly<Record<string, string>>
  ): LiveExchange {
    const x = new LiveExchange(ingress, call, head, client, headers, this.#clock.nowMs(), this.#log)
    this.#live.add(x)
    client.once('close', () => {
      if (!client.writableFinished) x.cancel()
      // A client that left before anything ran has nobody else to settle it.
      if (this.#live.has(x) && x.work === undefined) this.refuse(x, ISTHMUS_REQUEST_CANCELLED())
    })
    return x
  }

  /** visit makes the arrival of a request that calls no model, such as a model list: it is admitted, and never settled. */
  visit(ingress: Instance<'ingress'>, head: RequestHead, client: ServerResponse): LiveExchange {
    return new LiveExchange(ingress, undefined, head, client, {}, this.#clock.nowMs(), this.#log)
  }

  /** admit runs the admit hooks; it throws when one of them refuses. */
  admit(x: LiveExchange): void | Promise<void> {
    if (this.#hooks.admit.length > 0) return admitAll(this.#hooks, x)
  }

  /** run decodes the body and answers the client. It never throws and settles exactly once. */
  run(x: LiveExchange, body: unknown): Promise<void> {
    // Not an async function: its frame would keep the body alive as long as it waits.
    try {
      const request = callOf(x).decode(body, x.head)
      x.request = request
      x.model = request.model
      x.stream = wishesOf(request).stream
    } catch (thrown) {
      this.refuse(x, thrown)
      return Promise.resolve()
    }
    return new Run(x, this.#depsOf(x)).start()
  }

  /** refuse answers with an error in the client's own format, before anything ran, and settles. */
  refuse(x: LiveExchange, thrown: unknown): void {
    if (!this.#live.has(x)) return
    if (!isGatewayError(thrown)) x.log.error({ err: thrown }, 'request failed')
    const error = x.cancelled ? ISTHMUS_REQUEST_CANCELLED() : toGatewayError(thrown, x.ingress)
    new Run(x, this.#depsOf(x)).refuse(error)
  }

  #depsOf(x: LiveExchange): RunDeps {
    return this.#ownDeps.get(x.ingress) ?? this.#deps
  }

  /** abortAll cancels what still runs, when draining has taken too long. */
  abortAll(): void {
    for (const x of this.#live.snapshot()) x.cancel(ISTHMUS_SERVER_DRAINING())
  }
}
