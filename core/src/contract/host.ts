import type { FastifyInstance, FastifySchema } from 'fastify'
import type { Logger } from 'pino'
import type { Operation } from '../ir/index.ts'
import type { ResponseHead } from './http.ts'
import type { Ingress } from './ingress.ts'
import type { Alias, CatalogService, CatalogVendor, ModelFacts, ModelRow } from './models.ts'
import type { Way } from './routing.ts'
import type { UpstreamRequest } from './upstream.ts'

/** Stored is a value with its version, so that two writers cannot overwrite each other unseen. */
export interface Stored {
  readonly key: string
  readonly value: string
  readonly version: string
}

/**
 * Store is state shared between plugins and nodes. The keys a plugin sees are its own. Every write makes a new version, and
 * none comes back. A conflict is an `ISTHMUS_STORE_CONFLICT`.
 */
export interface Store {
  get(key: string): Promise<Stored | undefined>
  /**
   * set gives the new version. It throws a `conflict` when `ifVersion` is not the version that is stored; '' stands for a key
   * that is not stored. Without `ttlMs` the value stays, also if the one before was to go.
   */
  set(key: string, value: string, options?: { readonly ttlMs?: number; readonly ifVersion?: string }): Promise<string>
  /** delete throws a `conflict` as set does. What is not stored is deleted already. */
  delete(key: string, options?: { readonly ifVersion?: string }): Promise<void>
  /** list is sorted by key, as JavaScript compares strings. */
  list(prefix: string): Promise<readonly Stored[]>
  /** add counts up and gives the new total; `ttlMs` is for the first count. It throws a `conflict` on what is no number. */
  add(key: string, by: number, ttlMs?: number): Promise<number>
}

/** Provenance says for each fact of a model where it is from: a catalogue plugin's id, `provider`, `listing`, `config` or `runtime`. */
export type Provenance = Readonly<Record<string, string>>

/** KnownModel is all that is known of a model on a channel, and from where. */
export interface KnownModel {
  readonly row: ModelRow
  readonly from: Provenance
  /** Other names that lead to it, as clients may write them. */
  readonly names: readonly string[]
}

/** ChannelState is how a channel's list of models stands. */
export interface ChannelState {
  readonly id: string
  readonly service?: string
  readonly models: number
  /** `none`: its upstream is not asked; `kept`: read in an earlier run; `failed`: the last good list, or none, is used. */
  readonly listing: 'none' | 'pending' | 'kept' | 'read' | 'failed'
  readonly listedAtMs?: number
  readonly problem?: string
  /** How often its list could not be read, or was refused, since the config was set up. */
  readonly failures?: number
}

/** Asked is what a name may be resolved by, beside itself. All of it is optional: without, conditions do not hold. */
export interface Asked {
  inputTokens?(): number
  readonly group?: string | undefined
  readonly user?: string | undefined
  readonly session?: string | undefined
}

/** Explanation is how a name was understood. */
export interface Explanation {
  readonly name: string
  /** In order: which rule looked, and what it found. */
  readonly steps: readonly string[]
  /** `channel/model`, in the order they would be tried. */
  readonly targets: readonly string[]
  readonly alias?: string
  /** What a client would be told, where there is no target. */
  readonly problem?: string
}

/** Change says who changes something and what they last saw of it. */
export interface Change {
  readonly by: string
  /** Throws a `conflict` if it is not the version that stands; '' stands for no change so far. */
  readonly ifVersion?: string
}

/** Changed is a change made while the gateway ran, which lies over the config. */
export interface Changed {
  readonly by: string
  readonly atMs: number
  readonly version: string
}

/** AliasEntry is an alias, where it is from and what it covers. */
export interface AliasEntry {
  readonly name: string
  /** Absent where the change took an alias of the config or of a catalogue plugin away. */
  readonly alias?: Alias
  /** A catalogue plugin's id, `config` or `runtime`. */
  readonly from: string
  readonly changed?: Changed
  /** What would stand without the change. */
  readonly over?: { readonly alias: Alias; readonly from: string }
  /** Targets that no channel serves at this moment. */
  readonly missing: readonly string[]
}

/** AliasBook is all aliases, and how they are changed while the gateway runs. */
export interface AliasBook {
  list(): readonly AliasEntry[]
  get(name: string): AliasEntry | undefined
  /** put throws `invalid_request` for one that is not well formed, loops, or names a model that does not exist. */
  put(name: string, alias: unknown, change: Change): Promise<AliasEntry>
  /** remove takes an alias away, also one of the config; it throws `not_found`. */
  remove(name: string, change: Change): Promise<void>
  /** revert takes the change back: what it covered holds again. It throws `not_found` where nothing was changed. */
  revert(name: string, change: Change): Promise<AliasEntry | undefined>
}

/** FactsEntry is a change of what is known of a model, such as its price. */
export interface FactsEntry {
  /** `channel/model`, or `vendor/model` for it on every channel. */
  readonly name: string
  readonly facts: ModelFacts
  readonly changed: Changed
}

/** FactsBook is the facts that were changed while the gateway runs. */
export interface FactsBook {
  list(): readonly FactsEntry[]
  put(name: string, facts: unknown, change: Change): Promise<FactsEntry>
  revert(name: string, change: Change): Promise<void>
}

/** CatalogView is the catalogue as plugins see it. */
export interface CatalogView {
  /** models are the aliases and all offered models, by the name a client sends: the same array until something changes. */
  models(): readonly ModelRow[]
  /** known gives what is known of the models that a name leads to, one for each channel. */
  known(name: string): readonly KnownModel[]
  channels(): readonly ChannelState[]
  /** Services and vendors of the catalogue plugins, by their slug. */
  services(): Readonly<Record<string, Omit<CatalogService, 'models'>>>
  vendors(): Readonly<Record<string, CatalogVendor>>
  explain(name: string, asked?: Asked): Explanation
  /** refresh asks upstreams for their lists now: all, or one channel's. */
  refresh(channel?: string): Promise<readonly ChannelState[]>
  readonly aliases: AliasBook
  readonly facts: FactsBook
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
  /** What a caller needs, as OpenAPI writes it; without it the route is open. */
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[]
}

/** MountedRoute is a route of the gateway, whoever brought it. */
export interface MountedRoute {
  readonly method: string
  /** As it is mounted: with `:names` and `*`, and without the server's base path. */
  readonly path: string
  readonly schema?: RouteSchema
}

/** ReloadOutcome is what came of reading the config again. */
export type ReloadOutcome = Reloaded | ReloadRefused

/** Reloaded: the new config answers from here on, and what runs ends under the one before. */
export interface Reloaded {
  readonly ok: true
  /** Counts the reloads of this process; log lines carry it. */
  readonly reload: number
  /** Ids of the plugins that are up now and were not. */
  readonly added: readonly string[]
  readonly removed: readonly string[]
  /** Ids of the plugins with other options, or of another package or version. */
  readonly changed: readonly string[]
  /** Members of the config that differ from what the process runs with and take effect at its next start. */
  readonly atStart: readonly string[]
}

/** ReloadRefused: nothing has changed. */
export interface ReloadRefused {
  readonly ok: false
  readonly code: string
  /** How many problems there are. */
  readonly problems: number
  /** What is wrong, in words for the person who wrote the config. It holds no secret. */
  readonly report: string
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
  /**
   * reload reads the config again and goes over to it; it never rejects. What is asked for while one runs is one more, after
   * it. Absent where the process has no config to read again.
   */
  reload?(): Promise<ReloadOutcome>
}

/** Host is what the kernel offers a plugin in `setup`. */
export interface Host {
  /** The instance's id from the config. */
  readonly id: string
  /** Folder of the config, where relative paths among the options begin. */
  readonly dir: string
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

/**
 * Surface has routes of its own, which it mounts on `host.http` in `setup`. A list of models on a path on which an
 * ingress has one too is the surface's; on any other path of an ingress it is a conflict at the start.
 */
export type Surface = Readonly<Record<never, never>>
