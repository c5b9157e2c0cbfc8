import { type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici'
import type { UpstreamConfig } from '../config/schema.ts'
import type { HeaderMap, Provider, ResponseHead, UpstreamRequest } from '../contract/index.ts'
import { type GatewayError, ISTHMUS_UPSTREAM_PROTOCOL, toGatewayError } from '../errors/index.ts'
import { longTextBytes } from '../wire/index.ts'
import { classify } from './classify.ts'
import { pumpBody } from './own-transport.ts'
import type { ReplySink, Sending } from './sink.ts'

/** Upstream is a provider's instance as the transport sees it. */
export interface Upstream {
  readonly id: string
  readonly provider: Pick<Provider, 'baseUrl' | 'timeouts' | 'send'>
}

/** ProxyEnv is the environment that says which proxy to use, by the usual variables. */
export type ProxyEnv = Readonly<Record<string, string | undefined>>

/** How long the rest of a complete reply may take. */
const LEAVE_MS = 1000

interface Route {
  readonly dispatcher: Dispatcher
  readonly origin: string
  readonly prefix: string
  readonly headersMs: number
  readonly idleMs: number
}

/** Transport does all upstream I/O: one connection pool for each provider instance, kept alive and not pipelined. */
export class Transport {
  #config: UpstreamConfig
  #env: ProxyEnv
  #routes = new Map<Upstream['provider'], Route>()
  #plain = new Map<string, Upstream>()

  constructor(config: UpstreamConfig, env: ProxyEnv = {}) {
    this.#config = config
    this.#env = env
  }

  /** dispatch sends a request and drives the sink with what comes back. */
  dispatch(upstream: Upstream, request: UpstreamRequest, sink: ReplySink): Sending {
    const { provider } = upstream
    if (provider.send !== undefined) {
      return pumpBody(upstream.id, provider.send, request, sink, { ...this.#config, ...provider.timeouts })
    }
    const route = this.#route(provider)
    const handler = new Handler(upstream.id, sink)
    try {
      route.dispatcher.dispatch(
        {
          origin: route.origin,
          path: route.prefix + request.path,
          method: request.method,
          headers: request.headers,
          body: typeof request.body === 'string' ? longTextBytes(request.body) : (request.body ?? null),
          headersTimeout: route.headersMs,
          bodyTimeout: route.idleMs
        },
        handler
      )
    } catch (thrown) {
      handler.onResponseError(undefined, thrown)
    }
    return handler
  }

  /** plain gives an upstream of which only the origin matters, for requests that plugins send themselves. */
  plain(id: string, origin: string): Upstream {
    const key = `${id} ${origin}`
    let upstream = this.#plain.get(key)
    if (upstream === undefined) {
      upstream = { id, provider: { baseUrl: origin } }
      this.#plain.set(key, upstream)
    }
    return upstream
  }

  /** fetchWhole sends a request and waits for the whole body, up to `limitBytes`. */
  fetchWhole(
    upstream: Upstream,
    request: UpstreamRequest,
    signal: AbortSignal,
    limitBytes = 32 * 1024 * 1024
  ): Promise<{ readonly head: ResponseHead; readonly body: Uint8Array }> {
    return new Promise((resolve, reject) => {
      const chunks: Uint8Array[] = []
      let size = 0
      let head: ResponseHead = { status: 0, headers: {} }
      const onAbort = () => {
        sending.abort()
        reject(signal.reason)
      }
      const done = (settle: () => void) => {
        signal.removeEventListener('abort', onAbort)
        settle()
      }
      const sending = this.dispatch(upstream, request, {
        head: got => {
          head = got
        },
        chunk: bytes => {
          size += bytes.length
          if (size > limitBytes) {
            sending.abort()
            done(() => reject(ISTHMUS_UPSTREAM_PROTOCOL(upstream.id, 'the body is too large')))
          } else chunks.push(bytes)
          return true
        },
        end: () => done(() => resolve({ head, body: Buffer.concat(chunks) })),
        fail: error => done(() => reject(error))
      })
      if (signal.aborted) onAbort()
      else signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  async close(): Promise<void> {
    const routes = [...this.#routes.values()]
    this.#routes.clear()
    await Promise.all(routes.map(route => route.dispatcher.destroy()))
  }

  #route(provider: Upstream['provider']): Route {
    let route = this.#routes.get(provider)
    if (route === undefined) {
      route = this.#newRoute(provider)
      this.#routes.set(provider, route)
    }
    return route
  }

  #newRoute({ baseUrl, timeouts }: Upstream['provider']): Route {
    const url = new URL(baseUrl)
    const config = { ...this.#config, ...timeouts }
    const options = {
      connections: config.connections,
      pipelining: 1,
      allowH2: false,
      connect: { timeout: config.connectMs }
    }
    return {
      dispatcher: this.#proxied()
        ? new EnvHttpProxyAgent({ ...options, ...this.#proxies() })
        : new Pool(url.origin, options),
      origin: url.origin,
      prefix: url.pathname.replace(/\/+$/, ''),
      headersMs: config.headersMs,
      idleMs: config.idleMs
    }
  }

  #variable(name: string): string | undefined {
    return this.#env[name.toLowerCase()] || this.#env[name] || undefined
  }

  #proxied(): boolean {
    return this.#variable('HTTPS_PROXY') !== undefined || this.#variable('HTTP_PROXY') !== undefined
  }

  #proxies(): EnvHttpProxyAgent.Options {
    const httpProxy = this.#variable('HTTP_PROXY')
    const httpsProxy = this.#variable('HTTPS_PROXY')
    const noProxy = this.#variable('NO_PROXY')
    return { ...(httpProxy && { httpProxy }), ...(httpsProxy && { httpsProxy }), ...(noProxy && { noProxy }) }
  }
}

/** Handler drives a sink from undici's callbacks. An exception must not leave a callback: it would be nobody's. */
class Handler implements Sending, Dispatcher.DispatchHandler {
  #provider: string
  #sink: ReplySink
  #controller: Dispatcher.DispatchController | undefined
  #answered = false
  #done = false
  #left: NodeJS.Timeout | undefined

  constructor(provider: string, sink: ReplySink) {
    this.#provider = provider
    this.#sink = sink
  }

  resume(): void {
    if (!this.#done) this.#controller?.resume()
  }

  abort(): void {
    if (this.#done) return
    this.#finish()
    this.#controller?.abort(new Error('aborted'))
  }

  leave(): void {
    if (this.#done || this.#left !== undefined) return
    this.#left = setTimeout(() => this.abort(), LEAVE_MS).unref()
    this.#controller?.resume()
  }

  #finish(): void {
    this.#done = true
    clearTimeout(this.#left)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    // Aborted while it waited for a connection.
    if (this.#done) controller.abort(new Error('aborted'))
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>
  ): void {
    if (this.#done || status < 200) return
    this.#answered = true
    const encoding = headers['content-encoding']
    if (encoding !== undefined && encoding !== 'identity') {
      // Nothing was asked for compressed, so nothing here inflates it.
      this.#fail(ISTHMUS_UPSTREAM_PROTOCOL(this.#provider, 'it is compressed, which was not asked for'))
      return
    }
    this.#try(() => this.#sink.head({ status, headers: flatten(headers) }))
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#done || this.#left !== undefined) return
    this.#try(() => {
      if (!this.#sink.chunk(chunk)) controller.pause()
    })
  }

  onResponseEnd(): void {
    if (this.#done) return
    this.#finish()
    if (this.#left === undefined) this.#try(() => this.#sink.end())
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: unknown): void {
    if (this.#done) return
    this.#finish()
    if (this.#left === undefined) this.#sink.fail(classify(error, this.#provider, this.#answered))
  }

  #try(run: () => void): void {
    try {
      run()
    } catch (thrown) {
      this.#fail(toGatewayError(thrown, this.#provider))
    }
  }

  #fail(error: GatewayError): void {
    this.abort()
    this.#sink.fail(error)
  }
}

/** flatten joins headers that came more than once; their names are in lower case already. */
function flatten(headers: Record<string, string | string[] | undefined>): HeaderMap {
  if (Object.values(headers).every(value => typeof value === 'string')) return headers as HeaderMap
  const flat: Record<string, string> = {}
  for (const name in headers) {
    const value = headers[name]
    if (value !== undefined) flat[name.toLowerCase()] = typeof value === 'string' ? value : value.join(', ')
  }
  return flat
}
