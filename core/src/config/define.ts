import type { PluginEntry } from '../contract/index.ts'
import type { EnvRef } from '../contract/secret.ts'
import type { Feature, GapPolicy } from '../ir/index.ts'
import type { FetchConfig, LogConfig, ModelsConfig, RoutingConfig, ServerConfig, UpstreamConfig } from './schema.ts'

/** Input is a section as the config file writes it: every member optional, and any of them an `env()` or `file()` reference. */
type Input<T> = {
  readonly [N in keyof T]?: (T[N] extends readonly unknown[] ? T[N] : T[N] extends object ? Input<T[N]> : T[N]) | EnvRef
}

/** GatewayConfig is what `gateway.config.ts` exports; `core/docs/config.md` describes every member. */
export interface GatewayConfig {
  readonly server?: Input<ServerConfig>
  readonly upstream?: Input<UpstreamConfig>
  readonly fetch?: Input<FetchConfig>
  readonly log?: Input<LogConfig>
  readonly plugins: readonly PluginEntry[]
  /** Ids of the middleware, outermost first. */
  readonly pipeline?: readonly string[]
  readonly routing?: Input<RoutingConfig>
  readonly models?: Input<ModelsConfig>
  readonly gaps?: Partial<Readonly<Record<Feature, GapPolicy>>>
}

/** defineConfig types the config file; it changes nothing. */
export function defineConfig(config: GatewayConfig): GatewayConfig {
  return config
}

/** ResolvedConfig is a checked config: defaults filled in, references resolved, plugins still to be found. */
export interface ResolvedConfig {
  /** The file it came from. */
  readonly file: string
  readonly server: ServerConfig
  readonly upstream: UpstreamConfig
  readonly fetch: FetchConfig
  readonly log: LogConfig
  readonly pipeline: readonly string[]
  readonly routing: RoutingConfig
  readonly models: ModelsConfig
  readonly gaps: Partial<Readonly<Record<Feature, GapPolicy>>>
}
