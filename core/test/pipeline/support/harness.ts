import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import pino from 'pino'
import type { Test } from 'tap'
import { Catalog } from '../../../src/catalog/index.ts'
import type { ResolvedConfig } from '../../../src/config/define.ts'
import type { ClientCall, Meter, Middleware, Provider, Summary } from '../../../src/contract/index.ts'
import { ingressFrom, messageCall, providerFrom } from '../../../src/contract/index.ts'
import type { FeatureTable } from '../../../src/ir/index.ts'
import { type LiveExchange, Pipeline } from '../../../src/pipeline/index.ts'
import { Registry } from '../../../src/registry/index.ts'
import { withFetching } from '../../../src/routing/index.ts'
import { type FakeUpstream, fakeUpstream, type Script } from '../../../src/testing/fake-upstream.ts'
import { type Fetcher, Transport } from '../../../src/transport/index.ts'
import { tiny } from './tiny-format.ts'

export interface HarnessOptions {
  /** One upstream for each; they become the providers `up0`, `up1`, … */
  readonly upstreams?: readonly Script[]
  readonly features?: readonly Partial<FeatureTable>[]
  readonly providers?: Readonly<Record<string, Provider>>
  /** What clients ask for. Default: a conversation in the tiny format. */
  readonly call?: ClientCall
  readonly ingressFeatures?: Partial<FeatureTable>
  readonly middleware?: Readonly<Record<string, Middleware>>
  readonly meter?: Meter
  readonly server?: Partial<ResolvedConfig['server']>
  readonly upstream?: Partial<ResolvedConfig['upstream']>
  readonly models?: Partial<ResolvedConfig['models']>
  readonly gaps?: ResolvedConfig['gaps']
  readonly attempts?: number
  readonly fetcher?: Pick<Fetcher, 'fetch'>
}

export interface Harness {
  readonly url: string
  readonly upstreams: readonly FakeUpstream[]
  readonly summaries: Summary[]
  readonly logged: Record<string, unknown>[]
  readonly pipeline: Pipeline
  readonly exchanges: LiveExchange[]
  readonly responses: ServerResponse[]
  /** settled waits until `count` exchanges are over. */
  settled(count?: number): Promise<Summary>
  ask(body: unknown, headers?: Record<string, string>, signal?: AbortSignal): Promise<Response>
}

/** harness puts the pipeline behind a bare HTTP server, with scripted upstreams, and takes everything down with the test. */
export async function harness(t: Test, options: HarnessOptions): Promise<Harness> {
  const upstreams = await Promise.all((options.upstreams ?? []).map(script => fakeUpstream(script)))
  const registry = new Registry()
  const summaries: Summary[] = []
  const waiting: { count: number; resolve: (summary: Summary) => void }[] = []
  const logged: Record<string, unknown>[] = []
  const log = pino({ level: 'trace' }, { write: line => void logged.push(JSON.parse(line)) })
  const add = (kind: 'provider' | 'middleware' | 'meter' | 'ingress', id: string, contribution: object) =>
    registry.add({ kind, id, plugin: id, version: '0.0.0', contribution } as never)

  add('meter', 'recorder', {
    record(summary) {
      summaries.push(summary)
      for (const wanted of waiting) if (summaries.length >= wanted.count) wanted.resolve(summary)
    }
  } satisfies Meter)
  if (options.meter !== undefined) add('meter', 'meter', options.meter)
  upstreams.forEach((upstream, at) => {
    const settings = {
      baseUrl: upstream.origin,
      path: '/tiny',
      known: [{ id: 'm' }],
      features: options.features?.[at] ?? {}
    }
    add('provider', `up${at}`, providerFrom(tiny(), settings))
  })
  for (const [id, provider] of Object.entries(options.providers ?? {})) add('provider', id, provider)
  for (const [id, middleware] of Object.entries(options.middleware ?? {})) add('middleware', id, middleware)
  const format = tiny(options.ingressFeatures)
  const call = options.call ?? messageCall(format)
  add('ingress', 'tiny', ingressFrom(format, { routes: [], prefixes: [] }))

  const config = configOf(options)
  const transport = new Transport(config.upstream)
  const { fetcher } = options
  const catalog = new Catalog(registry, config.models, log, fetcher && withFetching)
  const pipeline = new Pipeline({ registry: registry.freeze(), catalog, transport, config, log, fetcher })
  const ingress = registry.get('ingress', 'tiny')!
  const exchanges: LiveExchange[] = []
  const responses: ServerResponse[] = []
  const server = createServer((request, response) => {
    responses.push(response)
    const headers = request.headers as Record<string, string>
    const head = { method: 'POST', path: '/tiny', query: {}, params: {}, headers }
    const x = pipeline.arrive(ingress, call, head, response, {})
    exchanges.push(x)
    const chunks: Buffer[] = []
    request.on('data', chunk => chunks.push(chunk))
    request.on('end', async () => {
      try {
        await pipeline.admit(x)
        await pipeline.run(x, JSON.parse(Buffer.concat(chunks).toString()))
      } catch (thrown) {
        pipeline.refuse(x, thrown)
      }
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  t.teardown(async () => {
    server.closeAllConnections()
    server.close()
    await transport.close()
    await Promise.all(upstreams.map(upstream => upstream.close()))
  })
  return {
    url,
    upstreams,
    summaries,
    logged,
    pipeline,
    exchanges,
    responses,
    settled(count = 1) {
      const there = summaries[count - 1]
      if (there !== undefined) return Promise.resolve(there)
      return new Promise(resolve => waiting.push({ count, resolve }))
    },
    ask: (body, headers = {}, signal) =>
      fetch(url, { method: 'POST', body: JSON.stringify(body), headers, ...(signal && { signal }) })
  }
}

function configOf(options: HarnessOptions): ResolvedConfig {
  return {
    file: 'gateway.config.ts',
    server: {
      host: '127.0.0.1',
      port: 0,
      basePath: '',
      trustProxy: false,
      cors: { origins: [] },
      bodyLimitBytes: 1 << 20,
      requestMs: 0,
      headersAfterMs: 60_000,
      keepAliveMs: 60_000,
      totalMs: 0,
      drainMs: 1000,
      ...options.server
    },
    upstream: { connectMs: 1000, headersMs: 60_000, idleMs: 60_000, connections: 16, origins: [], ...options.upstream },
    fetch: { enabled: false, maxBytes: 1 << 20, timeoutMs: 5_000, maxRedirects: 3, allow: [] },
    log: { level: 'info', format: 'json' },
    pipeline: Object.keys(options.middleware ?? {}),
    routing: { fallback: { attempts: options.attempts ?? 3 } },
    models: {
      strict: false,
      aliases: {},
      fallbacks: {},
      facts: {},
      channels: {},
      forbid: [],
      refreshMs: 0,
      ...options.models
    },
    gaps: options.gaps ?? {}
  }
}
