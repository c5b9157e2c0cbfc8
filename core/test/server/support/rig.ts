import { connect, type Socket } from 'node:net'
import pino from 'pino'
import type { Test } from 'tap'
import { Type } from 'typebox'
import type { Loaded, ResolvedConfig } from '../../../src/config/index.ts'
import {
  defineIngress,
  defineMeter,
  defineMiddleware,
  defineProvider,
  type IngressOptions,
  type IngressRoute,
  ingressFrom,
  type Middleware,
  type PluginEntry,
  providerFrom,
  type ReloadOutcome,
  type RouteOptions,
  type UpstreamReply,
  type UpstreamRequest,
  use
} from '../../../src/contract/index.ts'
import { preparePlugins } from '../../../src/plugins/index.ts'
import { createGateway, type Gateway } from '../../../src/server/index.ts'
import { tiny } from '../../pipeline/support/tiny-format.ts'

const NO_OPTIONS = Type.Object({}, { additionalProperties: false })
const base = { api: 1, summary: 'For tests.', stability: 'stable', options: NO_OPTIONS } as const

const GENERATE: RouteOptions = { method: 'POST', path: '/v1/tiny', operation: 'generate' }
const MODELS: readonly IngressRoute[] = [
  { method: 'GET', path: '/v1/models', operation: 'models' },
  { method: 'GET', path: '/v1/models/*', operation: 'model' }
]

export const ingress = (name: string, options: Partial<IngressOptions> = {}) =>
  defineIngress({
    ...base,
    name,
    setup: () => ingressFrom(tiny(), { routes: [GENERATE, ...MODELS], prefixes: ['/v1/tiny'], ...options })
  })

/** Small speaks tiny too, but says so by a header, and its errors and lists look otherwise. */
export const small = defineIngress({
  ...base,
  name: 'small',
  setup: () => ({
    ...ingressFrom(tiny(), {
      routes: [
        { method: 'POST', path: '/v1/small', operation: 'generate' },
        { method: 'HEAD', path: '/small/hello', handle: () => undefined },
        { method: 'GET', path: '/small/hello', handle: head => ({ hello: head.query.name ?? 'you' }) },
        ...MODELS
      ],
      prefixes: ['/v1/small', '/small'],
      idHeaders: ['request-id'],
      claims: head => head.headers['x-small'] !== undefined
    }),
    encodeError: (error, id) => ({ status: error.statusCode, body: { small: error.code, message: error.message, id } }),
    encodeModels: rows => ({ small: rows.map(row => row.id) }),
    encodeModel: row => ({ small: row.id })
  })
})

/** Held is an upstream reply that waits in its middle. */
export interface Held {
  readonly signal: AbortSignal
  /** The rest of the reply. */
  release(): void
}

const frame = (value: unknown) => new TextEncoder().encode(`data: ${JSON.stringify(value)}\n\n`)

/** A provider that answers at once, for the model `hold` when told to, and for `flood` at great length. */
function toyProvider(held: Held[]) {
  async function* reply(request: UpstreamRequest, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    yield frame({ say: 'hello' })
    if (String(request.body).includes('"hold"')) {
      await new Promise<void>((resolve, reject) => {
        held.push({ signal, release: resolve })
        signal.addEventListener('abort', () => reject(signal.reason))
      })
    }
    // More than the buffers of both sockets hold, and its last write.
    if (String(request.body).includes('"flood"')) yield frame({ say: 'x'.repeat(32 << 20), done: true })
    else yield frame({ say: ' world', done: true })
  }
  return defineProvider({
    ...base,
    name: 'toy',
    setup: () =>
      providerFrom(tiny(), {
        baseUrl: 'http://127.0.0.1',
        path: '/',
        known: [{ id: 'hold' }, { id: 'say' }, { id: 'org/say:large' }, { id: 'flood' }],
        send: (request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamReply> =>
          Promise.resolve({
            head: { status: 200, headers: { 'content-type': 'text/event-stream' } },
            body: reply(request, signal)
          })
      })
  })
}

export interface RigOptions {
  readonly server?: Partial<ResolvedConfig['server']>
  readonly level?: ResolvedConfig['log']['level']
  readonly plugins?: readonly PluginEntry[]
  readonly ingresses?: readonly PluginEntry[]
  readonly middleware?: Middleware
  /** Called when the meter is flushed, which is while the gateway closes. */
  readonly flushed?: () => void
}

export interface Rig {
  readonly gateway: Gateway
  readonly url: string
  readonly port: number
  /** Replies of the model `hold` that are waiting. */
  readonly held: Held[]
  readonly logged: Record<string, unknown>[]
  ask(body: unknown, headers?: Record<string, string>, path?: string): Promise<Response>
  /** reload goes over to a config of these options. */
  reload(options: RigOptions): Promise<ReloadOutcome>
}

/** rig is a gateway with toy plugins, listening on a port of its own, that closes with the test. */
export async function rig(t: Test, options: RigOptions = {}): Promise<Rig> {
  const held: Held[] = []
  const logged: Record<string, unknown>[] = []
  const log = pino({ level: 'trace' }, { write: line => void logged.push(JSON.parse(line)) })
  let next = options
  const load = async () => {
    const loaded = loadedOf(next, held)
    return { loaded, prepared: await preparePlugins(loaded) }
  }
  const gateway = await createGateway({ ...(await load()), log, load })
  t.teardown(async () => {
    for (const { release } of held) release()
    await gateway.close()
  })
  const url = await gateway.listen()
  return {
    gateway,
    url,
    port: Number(new URL(url.startsWith('unix:') ? 'http://none:0' : url).port),
    held,
    logged,
    ask: (body, headers = {}, path = '/v1/tiny') =>
      fetch(url + path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json', ...headers }
      }),
    reload(changed) {
      next = changed
      return gateway.reload?.() as Promise<ReloadOutcome>
    }
  }
}

function loadedOf(options: RigOptions, held: Held[]): Loaded {
  const config = configOf(options)
  const entries = [
    ...(options.ingresses ?? [use(ingress('tiny')), use(small)]),
    use(toyProvider(held)),
    ...(options.middleware === undefined ? [] : [use(middleware(options.middleware))]),
    use(meter(options.flushed ?? (() => {}))),
    ...(options.plugins ?? [])
  ]
  return {
    file: config.file,
    name: 'gateway.config.ts',
    dir: import.meta.dirname,
    env: {},
    entries,
    pipeline: config.pipeline,
    config,
    problems: []
  }
}

const middleware = (hooks: Middleware) => defineMiddleware({ ...base, name: 'guard', setup: () => hooks })
const meter = (flushed: () => void) =>
  defineMeter({ ...base, name: 'counter', setup: () => ({ record() {}, flush: async () => flushed() }) })

function configOf({ server, level = 'info', middleware }: RigOptions): ResolvedConfig {
  return {
    file: 'gateway.config.ts',
    server: {
      host: '127.0.0.1',
      port: 0,
      basePath: '',
      trustProxy: false,
      cors: { origins: [] },
      bodyLimitBytes: 2048,
      requestMs: 60_000,
      headersAfterMs: 60_000,
      keepAliveMs: 60_000,
      totalMs: 0,
      drainMs: 5_000,
      ...server
    },
    upstream: { connectMs: 1000, headersMs: 60_000, idleMs: 60_000, connections: 16, origins: [] },
    fetch: { enabled: false, maxBytes: 1 << 20, timeoutMs: 5_000, maxRedirects: 3, allow: [] },
    log: { level, format: 'json' },
    pipeline: middleware === undefined ? [] : ['guard'],
    routing: { fallback: { attempts: 3 } },
    models: { strict: false, aliases: {}, fallbacks: {}, facts: {}, channels: {}, forbid: [], refreshMs: 0 },
    gaps: {}
  }
}

/** Wire is a plain connection, for what a well-behaved client cannot be made to send. */
export class Wire {
  readonly socket: Socket
  text = ''
  /** Resolves with everything that came, when the other side has closed. */
  readonly closed: Promise<string>
  #looks = new Set<() => void>()

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1')
    this.socket.setEncoding('utf8')
    this.socket.on('data', (chunk: string) => {
      this.text += chunk
      for (const look of this.#looks) look()
    })
    this.socket.on('error', () => this.socket.destroy())
    this.closed = new Promise(resolve => this.socket.on('close', () => resolve(this.text)))
  }

  send(text: string): this {
    this.socket.write(text)
    return this
  }

  /** until resolves when the text has come. */
  until(part: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!this.text.includes(part)) return
        this.#looks.delete(look)
        resolve(this.text)
      }
      this.#looks.add(look)
      this.socket.once('close', () => reject(new Error(`closed before ${JSON.stringify(part)}: ${this.text}`)))
      look()
    })
  }
}

/** bodyOf is the JSON of a raw reply. */
export const bodyOf = (reply: string): Record<string, unknown> => JSON.parse(reply.slice(reply.indexOf('\r\n\r\n') + 4))
