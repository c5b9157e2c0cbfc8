import type { FastifyInstance, FastifySchema } from 'fastify'
import type { Logger } from 'pino'
import type { Operation } from '../ir/index.ts'
import type { ResponseHead } from './http.ts'
import type { Ingress } from './ingress.ts'
import type { Way } from './routing.ts'
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

/** MountedIngress is an ingress that is up. */
export interface MountedIngress {
  readonly id: string
  readonly ingress: Ingress
}

/** RouteSchema is what a route says of itself: Fastify's schema, and what the documentation of the API shows. */
export interface RouteSchema extends FastifySchema {
  readonly summary?: string
  readonly tags?: readonly string[]
  /** No list of the routes has it: a file of a page, an answer for the absence of a route. */
  readonly hide?: boolean
}

/** MountedRoute is a route of the gateway, whoever brought it. */
export interface MountedRoute {
  readonly method: string
  /** As it is mounted: with `:names` and `*`, and without the server's base path. */
  readonly path: string
  readonly schema?: RouteSchema
}

/**
 * GatewayView is what is up, for plugins that show it. Most of it is not there yet in `setup`: it is for when a request
 * comes.
 */
export interface GatewayView {
  /** What stands before every path, '' or with a slash first. */
  readonly basePath: string
  readonly version: string
  /** In the order of the config. */
  ingresses(): readonly MountedIngress[]
  /** Ids of the providers. */
  providers(): readonly string[]
  routes(): readonly MountedRoute[]
  /** ways gives the endpoints that could serve an operation for a model of a provider, with their verdicts. */
  ways(operation: Operation, provider: string, model: string): readonly Way[]
}

/** Host is what the kernel offers a plugin in `setup`. */
export interface Host {
  /** The instance's id from the config. */
  readonly id: string
  /** A pino child that carries the id. */
  readonly log: Logger
  readonly store: Store
  readonly catalog: CatalogView
  readonly gateway: GatewayView
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
