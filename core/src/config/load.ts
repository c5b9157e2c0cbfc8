import { existsSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { env as envRef } from '../contract/index.ts'
import { ISTHMUS_CONFIG_LOAD, ISTHMUS_CONFIG_NOT_FOUND } from '../errors/index.ts'
import { checkFilled } from './check.ts'
import type { ResolvedConfig } from './define.ts'
import { type Environment, withDotEnv } from './environment.ts'
import { fill, Given, isPlainObject } from './fill.ts'
import { FreshRead, withoutRead } from './fresh-read.ts'
import type { ConfigProblem } from './problems.ts'
import { ConfigSchema } from './schema.ts'

/** LoadOptions say where the config is looked for and what goes over it. */
export interface LoadOptions {
  /** A file, from `cwd`; default: `ISTHMUS_CONFIG`, then `gateway.config.ts`, `.js` or `.mjs` in `cwd`. */
  readonly file?: string | undefined
  readonly cwd: string
  readonly env: Environment
  /** From the command line, over everything else. */
  readonly host?: string | undefined
  readonly port?: string | number | undefined
  /** Read past the module cache, see {@link FreshRead}; the files that are read, `.env` included, are put in here. */
  readonly fresh?: Set<string>
}

/** Loaded is a config file that has been read; `preparePlugins` makes a gateway's parts of it. */
export interface Loaded {
  /** Absolute. */
  readonly file: string
  /** As messages call it. */
  readonly name: string
  /** The folder that packages and relative paths are found from. */
  readonly dir: string
  /** The environment, with what `.env` adds. */
  readonly env: Environment
  /** The plugin list as the file has it, unchecked. */
  readonly entries: readonly unknown[]
  /** The middleware list as far as it is a list of texts, also when other members are wrong. */
  readonly pipeline: readonly string[]
  /** How its modules are read; absent when it is as ever. */
  readonly fresh?: FreshRead
  /** Absent while there are problems. */
  readonly config?: ResolvedConfig
  readonly problems: readonly ConfigProblem[]
}

const NAMES = ['gateway.config.ts', 'gateway.config.js', 'gateway.config.mjs']

/**
 * loadConfig reads the config file, resolves its references and checks everything but the plugin entries. It throws
 * when there is no file or it cannot be loaded; what is wrong inside it is collected in `problems`.
 */
export async function loadConfig(options: LoadOptions): Promise<Loaded> {
  const file = locate(options)
  const name = shown(options.cwd, file)
  const dir = dirname(file)
  const dotEnv = join(dir, '.env')
  options.fresh?.add(dotEnv)
  const fresh = options.fresh && new FreshRead(dir, options.fresh)
  const raw = await read(file, name, fresh)
  const env = withDotEnv(dotEnv, options.env)
  const { plugins, ...sections } = withOverrides(raw, env, options)
  // The entries keep their references: which variables they name decides whether an optional one is left out.
  const entries = Array.isArray(plugins) ? (plugins as readonly unknown[]) : []
  const filled = fill(ConfigSchema, { ...sections, plugins: plugins === entries ? [] : plugins }, { env, dir })
  const problems = checkFilled(ConfigSchema, filled)
  const { plugins: _, ...config } = filled.value as Omit<ResolvedConfig, 'file'> & { readonly plugins: unknown }
  return {
    file,
    name,
    dir,
    env,
    entries,
    pipeline: Array.isArray(config.pipeline) ? config.pipeline.filter(id => typeof id === 'string') : [],
    ...(fresh && { fresh }),
    ...(problems.length === 0 && { config: { file, ...config } }),
    problems
  }
}

function locate({ file, cwd, env }: LoadOptions): string {
  const named = file ?? (env.ISTHMUS_CONFIG || undefined)
  if (named !== undefined) {
    const path = resolve(cwd, named)
    if (!existsSync(path)) throw ISTHMUS_CONFIG_NOT_FOUND(shown(cwd, path))
    return path
  }
  const found = NAMES.map(name => resolve(cwd, name)).find(path => existsSync(path))
  if (found === undefined) throw ISTHMUS_CONFIG_NOT_FOUND(join(cwd, NAMES[0]!))
  return found
}

function shown(cwd: string, file: string): string {
  const short = relative(cwd, file)
  return short.startsWith('..') || isAbsolute(short) ? file : short
}

async function read(file: string, name: string, fresh: FreshRead | undefined): Promise<Record<string, unknown>> {
  let module: { readonly default?: unknown }
  try {
    module = (await import(fresh?.url(file) ?? pathToFileURL(file).href)) as { readonly default?: unknown }
  } catch (error) {
    throw ISTHMUS_CONFIG_LOAD.with({ cause: error }, name, reason(error))
  }
  if (isPlainObject(module.default)) return module.default
  throw ISTHMUS_CONFIG_LOAD(name, 'its default export is no config; write `export default defineConfig({ … })`')
}

/** reason is the first line of what was thrown; for a syntax error in TypeScript also the line, which only the stack has. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return 'something other than an error was thrown'
  const first = withoutRead(error.message.split('\n', 1)[0] ?? '')
  const stack = withoutRead(error.stack ?? '')
  const place = error instanceof SyntaxError ? /^.*?([^/\\\n]+:\d+)\n/.exec(stack)?.[1] : undefined
  return place === undefined ? first : `${first} (${place})`
}

/** withOverrides puts the environment's HOST, PORT and LOG_LEVEL over the file's values, and the command line over those. */
function withOverrides(raw: Record<string, unknown>, env: Environment, options: LoadOptions): Record<string, unknown> {
  const variable = (name: string) => (env[name] ? envRef(name) : undefined)
  const flag = (name: string, value: string | number | undefined) =>
    value === undefined ? undefined : new Given(String(value), name)
  return {
    ...raw,
    server: overlay(raw.server, {
      host: flag('--host', options.host) ?? variable('HOST'),
      port: flag('--port', options.port) ?? variable('PORT')
    }),
    log: overlay(raw.log, { level: variable('LOG_LEVEL') })
  }
}

function overlay(section: unknown, values: Record<string, unknown>): unknown {
  if (section !== undefined && !isPlainObject(section)) return section
  return { ...section, ...Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) }
}
