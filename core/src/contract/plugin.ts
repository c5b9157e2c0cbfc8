import type { Static, TObject } from 'typebox'
import type { Meter, Middleware } from './exchange.ts'
import type { Host, ServerTool, Store, Surface } from './host.ts'
import type { Ingress } from './ingress.ts'
import type { CatalogData } from './models.ts'
import type { Provider } from './provider.ts'
import type { Router } from './routing.ts'
import type { EnvRef } from './secret.ts'

/** Kinds maps each kind of plugin to what its `setup` returns. */
export interface Kinds {
  store: Store
  catalog: CatalogData
  meter: Meter
  provider: Provider
  router: Router
  tool: ServerTool
  middleware: Middleware
  surface: Surface
  ingress: Ingress
}
export type Kind = keyof Kinds

export type Stability = 'experimental' | 'beta' | 'stable' | 'deprecated'

/** PluginSpec is what a plugin says of itself. */
export interface PluginSpec<K extends Kind, O extends TObject> {
  /** Kebab case; also the default instance id. */
  readonly name: string
  /** The contract this code was written against: a literal, so that it does not follow the host's kernel. */
  readonly api: number
  readonly summary: string
  readonly stability: Stability
  /** TypeBox schema of the options; unknown members are refused. */
  readonly options: O
  /** Instance ids of plugins that must be up before this one. */
  readonly needs?: readonly string[]
  /** setup is the only function that acts. What it opens, it closes through `host.onClose`. */
  setup(host: Host, options: Static<O>): Kinds[K] | Promise<Kinds[K]>
}

/** Plugin is the default export of a plugin package: frozen, inert, made by one of the helpers below. */
export interface Plugin<K extends Kind = Kind, O extends TObject = TObject> extends PluginSpec<K, O> {
  readonly kind: K
}

const kPlugin = Symbol.for('isthmus.plugin')

const define =
  <K extends Kind>(kind: K) =>
  <O extends TObject>(spec: PluginSpec<K, O>): Plugin<K, O> =>
    Object.freeze({ ...spec, kind, [kPlugin]: true })

export const defineIngress = define('ingress')
export const defineProvider = define('provider')
export const defineRouter = define('router')
export const defineServerTool = define('tool')
export const defineMeter = define('meter')
export const defineMiddleware = define('middleware')
export const defineStore = define('store')
export const defineCatalog = define('catalog')
export const defineSurface = define('surface')

/** isPlugin recognises a descriptor, also one made by another copy of the kernel. */
export function isPlugin(value: unknown): value is Plugin {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[kPlugin] === true
}

/** OptionsInput is a plugin's options as the config writes them: any value may be an `env()` or `file()` reference. */
export type OptionsInput<O extends TObject> = { readonly [N in keyof Static<O>]?: Static<O>[N] | EnvRef | string }

/** PluginEntry is one line of the config's plugin list. */
export interface PluginEntry {
  /** A package name, a path that starts with `./` or `../`, or an imported descriptor. */
  readonly use: string | Plugin
  /** Default: the plugin's name. */
  readonly id?: string
  /** Left out, not an error, while a variable it names is not set. */
  readonly optional?: boolean
  readonly options?: Readonly<Record<string, unknown>>
}

/** use enables an imported plugin, with its options checked by the compiler. */
export function use<K extends Kind, O extends TObject>(
  plugin: Plugin<K, O>,
  entry: { readonly id?: string; readonly optional?: boolean; readonly options?: OptionsInput<O> } = {}
): PluginEntry {
  return { ...entry, use: plugin as unknown as Plugin } as PluginEntry
}
