import { type Static, type TObject, Type } from 'typebox'
import { type Environment, type Loaded, loadConfig } from '../../../src/config/index.ts'
import {
  defineMeter,
  defineMiddleware,
  type Kind,
  type Kinds,
  type Plugin,
  type PluginSpec
} from '../../../src/contract/index.ts'

/** Written is what a test writes of a config. */
export interface Written {
  readonly plugins: readonly unknown[]
  readonly pipeline?: readonly string[]
  readonly env?: Environment
}

/** loadedWith gives a loaded config from values instead of a file; `dir` holds a `gateway.config.mjs` without plugins. */
export async function loadedWith(dir: string, { plugins, pipeline = [], env = {} }: Written): Promise<Loaded> {
  const loaded = await loadConfig({ cwd: dir, env, fresh: new Set() })
  const { config } = loaded
  return { ...loaded, entries: plugins, pipeline, ...(config && { config: { ...config, pipeline } }) }
}

/** EMPTY_CONFIG is a config file for `loadedWith`. */
export const EMPTY_CONFIG = { 'gateway.config.mjs': 'export default {}' }

const NOTHING = Type.Object({}, { additionalProperties: false })

/** meter makes a meter that does nothing, with what a test wants of it. */
export function meter<O extends TObject = typeof NOTHING>(
  name: string,
  rest: Partial<PluginSpec<'meter', O>> = {}
): Plugin<'meter', O> {
  return defineMeter<O>({ ...basics(name), options: NOTHING as TObject as O, setup: () => ({ record() {} }), ...rest })
}

/** middleware makes a middleware that does nothing. */
export function middleware(name: string, rest: Partial<PluginSpec<'middleware', TObject>> = {}): Plugin<'middleware'> {
  return defineMiddleware({ ...basics(name), options: NOTHING as TObject, setup: () => ({}), ...rest })
}

/** ofKind gives a plugin another kind, for tests of what is the same for all kinds. */
export function ofKind<K extends Kind>(kind: K, name: string, rest: Partial<PluginSpec<K, TObject>> = {}): Plugin<K> {
  const setup = () => ({}) as unknown as Kinds[K]
  return { ...meter(name), setup, ...rest, kind } as unknown as Plugin<K>
}

function basics(name: string) {
  return { name, api: 1, summary: 'A plugin of a test.', stability: 'experimental' } as const
}

/** OptionsOf are the options of a schema. */
export type OptionsOf<O extends TObject> = Static<O>
