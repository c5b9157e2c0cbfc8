import { type ConfigProblem, configInvalid, type Loaded, type ResolvedConfig } from '../config/index.ts'
import { type FoundPlugin, findPlugins, headingOf, type WaitingPlugin } from './find.ts'
import { orderPlugins } from './order.ts'
import { checkPipeline } from './pipeline.ts'

/** Prepared is a config that is right in all its parts, with nothing started yet. */
export interface Prepared {
  /** Its `pipeline` lists the middleware that is up, without what waits. */
  readonly config: ResolvedConfig
  /** The config's folder. */
  readonly dir: string
  /** In the order they are set up. */
  readonly plugins: readonly FoundPlugin[]
  readonly waiting: readonly WaitingPlugin[]
  readonly warnings: readonly ConfigProblem[]
}

/**
 * preparePlugins does all that comes before `setup`: it finds the plugins, checks them and the pipeline, and orders them.
 * It throws `ISTHMUS_CONFIG_INVALID`, whose message reports every problem of the config at once.
 */
export async function preparePlugins(loaded: Loaded): Promise<Prepared> {
  const findings = await findPlugins(loaded)
  const { ordered, waiting, problems: inNeeds } = orderPlugins(findings)
  const problems = [
    ...loaded.problems,
    ...inOrder([...findings.problems, ...inNeeds, ...oneStore(findings.found)], loaded.entries.length),
    ...checkPipeline(loaded.pipeline, findings)
  ]
  if (problems.length > 0 || loaded.config === undefined) throw configInvalid(loaded.name, problems)
  const pipeline = loaded.config.pipeline.filter(id => ordered.some(plugin => plugin.id === id))
  return {
    config: { ...loaded.config, pipeline },
    dir: loaded.dir,
    plugins: ordered,
    waiting,
    warnings: findings.warnings
  }
}

/** oneStore holds that plugins share one store: with two, what one writes another would not find. */
function oneStore(found: readonly FoundPlugin[]): readonly ConfigProblem[] {
  const [first, ...others] = found.filter(({ kind }) => kind === 'store')
  return others.map(({ index, use, id }) => ({
    entry: headingOf(index, use, id),
    path: 'use',
    message: `expected one store, got "${id}" beside "${first?.id}"`,
    hints: []
  }))
}

/** inOrder brings the problems of one entry together, in the config's order. */
function inOrder(problems: readonly ConfigProblem[], entries: number): readonly ConfigProblem[] {
  const indices = Array.from({ length: entries }, (_, index) => `plugins[${index}]`)
  return indices.flatMap(start => problems.filter(({ entry }) => entry?.startsWith(start) === true))
}
