import type { FastifyInstance } from 'fastify'
import type { Logger } from 'pino'
import type { ResponseHead } from './http.ts'
import type { ModelRow, UpstreamRequest } from './upstream.ts'

/** Stored is a value with its version, so that two writers cannot overwrite each other unseen. */
export interface Stored {
  readonly key: string
  readonly value: string
  readonly version: string
}

/** Store is state shared between plugins and nodes. The keys a plugin sees are its own. */
export interface Store {
  get(key: string): Promise<Stored | undefined>
  /** set throws a `conflict` when `ifVersion` is not the version that is stored; '' stands for a key that is not stored. */
  set(key: string, value: string, options?: { readonly ttlMs?: number; readonly ifVersion?: string }): Promise<void>
  delete(key: string): Promise<void>
  list(prefix: string): Promise<readonly Stored[]>
  /** add counts up and gives the new total. */
  add(key: string, by: number, ttlMs?: number): Promise<number>
}

/** CatalogView is the catalogue as plugins see it. */
export interface CatalogView {
  models(): readonly ModelRow[]
}

/** Host is what the kernel offers a plugin in `setup`. */
export interface Host {
  /** The instance's id from the config. */
  readonly id: string
  /** A pino child that carries the id. */
  readonly log: Logger
  readonly store: Store
  readonly catalog: CatalogView
  /** For own routes. An ingress and a surface have a Fastify scope of their own; other kinds share the gateway's. */
  readonly http: FastifyInstance
  /** send is the way out for a plugin that must reach the network: the kernel's transport, to `upstream.origins` only. */
  send(
    origin: string,
    request: UpstreamRequest,
    signal: AbortSignal
  ): Promise<{ readonly head: ResponseHead; readonly body: Uint8Array }>
  /** onClose adds what is to be closed at the end; the last added is closed first. */
  onClose(close: () => void | Promise<void>): void
}

/** ServerTool is a tool that the gateway runs itself. */
export interface ServerTool {
  readonly name: string
}

/** Surface has routes of its own, which it mounts on `host.http` in `setup`. */
export type Surface = Readonly<Record<never, never>>
