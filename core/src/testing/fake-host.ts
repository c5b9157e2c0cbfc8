import { fail } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import createFastify, { type FastifyInstance } from 'fastify'
import { type Logger, pino } from 'pino'
import type { CatalogView, GatewayView, HeaderMap, Host, ModelRow, Store, UpstreamRequest } from '../contract/index.ts'
import { MemoryStore } from '../plugins/memory-store.ts'

/** SentReply is one scripted answer to `host.send`. */
export interface SentReply {
  readonly status?: number
  readonly headers?: HeaderMap
  readonly body?: string | Uint8Array
}

/** FakeHostOptions are what a test may replace. */
export interface FakeHostOptions {
  readonly id?: string
  /** Default: an empty folder of its own, which goes when the host closes. */
  readonly dir?: string
  readonly store?: Store
  readonly models?: readonly ModelRow[]
  /** What is to be seen of the catalogue beside its models; by itself there is nothing. */
  readonly catalog?: Partial<CatalogView>
  /** What is to be seen of the gateway; by itself there is nothing. */
  readonly gateway?: Partial<GatewayView>
  /** Default: a server of its own, which does not listen and closes with the host. */
  readonly http?: FastifyInstance
  /** Answers to `send`, in order; or a function in its place. */
  readonly send?: readonly SentReply[] | Host['send']
}

/** FakeHost is a host in memory: it keeps what was logged and sent, and closes when told. */
export interface FakeHost extends Host {
  /** Everything that was logged, parsed. */
  readonly lines: readonly Readonly<Record<string, unknown>>[]
  readonly sent: readonly { readonly origin: string; readonly request: UpstreamRequest }[]
  /** close runs what `onClose` was given, last first. */
  close(): Promise<void>
}

const NOTHING: GatewayView = {
  basePath: '',
  version: '0.0.0',
  ingresses: () => [],
  providers: () => [],
  routes: () => [],
  ways: () => []
}

/** fakeHost gives `setup` a host without a gateway. */
export function fakeHost(options: FakeHostOptions = {}): FakeHost {
  const { id = 'kit', models = [] } = options
  let http = options.http
  let dir: string | undefined
  const lines: Record<string, unknown>[] = []
  const sent: { origin: string; request: UpstreamRequest }[] = []
  const closers: (() => void | Promise<void>)[] = []
  return {
    id,
    get dir() {
      dir ??= options.dir ?? mkdtempSync(join(tmpdir(), 'isthmus-kit-'))
      return dir
    },
    log: memoryLogger(id, lines),
    store: options.store ?? new MemoryStore(),
    catalog: { ...emptyCatalog(models), ...options.catalog },
    gateway: { ...NOTHING, ...options.gateway },
    get http() {
      http ??= createFastify({ ajv: { customOptions: { coerceTypes: false, removeAdditional: false } } })
      return http
    },
    async send(origin, request, signal) {
      sent.push({ origin, request })
      if (typeof options.send === 'function') return options.send(origin, request, signal)
      const reply = options.send?.[sent.length - 1]
      if (reply === undefined) return fail(`the plugin sent to ${origin}; give fakeHost a send to answer it`)
      const body = typeof reply.body === 'string' ? new TextEncoder().encode(reply.body) : reply.body
      return { head: { status: reply.status ?? 200, headers: reply.headers ?? {} }, body: body ?? new Uint8Array(0) }
    },
    onClose: close => void closers.push(close),
    lines,
    sent,
    async close() {
      for (const closer of closers.splice(0).reverse()) await closer()
      if (options.http === undefined) await http?.close()
      if (options.dir === undefined && dir !== undefined) rmSync(dir, { recursive: true, force: true })
    }
  }
}

/** emptyCatalog knows its models by name, and nothing else. */
function emptyCatalog(models: readonly ModelRow[]): CatalogView {
  const none = () => []
  const refused = async () => fail('the plugin changed the catalogue; give fakeHost a catalog that can be')
  return {
    models: () => models,
    known: name => models.filter(({ id }) => id === name).map(row => ({ row, from: {}, names: [row.id] })),
    channels: none,
    services: () => ({}),
    vendors: () => ({}),
    explain: name => ({ name, steps: [], targets: [] }),
    refresh: async () => [],
    aliases: { list: none, get: () => undefined, put: refused, remove: refused, revert: refused },
    facts: { list: none, put: refused, revert: refused }
  }
}

/** memoryLogger is a pino that parses its lines into an array. */
export function memoryLogger(plugin: string, lines: Record<string, unknown>[]): Logger {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString('utf8')))
      done()
    }
  })
  return pino({ level: 'trace', base: null }, sink).child({ plugin })
}
