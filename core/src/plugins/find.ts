import {
  type ConfigProblem,
  checkFilled,
  fill,
  isPlainObject,
  type Loaded,
  PluginEntrySchema
} from '../config/index.ts'
import { isPlugin, type Kind, type Plugin } from '../contract/index.ts'
import type { Waiting } from '../registry/index.ts'
import { descriptorOf } from './descriptor.ts'
import { type Fault, isFault, locate } from './locate.ts'
import { readOptions } from './options.ts'

/** FoundPlugin is one entry of the config whose plugin is loaded and whose options are right. */
export interface FoundPlugin {
  readonly kind: Kind
  /** The instance's id. */
  readonly id: string
  readonly plugin: Plugin
  /** The package's; '' for a plugin that is no package. */
  readonly version: string
  /** As the config names it; an imported plugin goes by its own name. */
  readonly use: string
  /** Place in the config's list. */
  readonly index: number
  /** Checked, with defaults, and with secrets wrapped. */
  readonly options: unknown
  readonly optional: boolean
  /** Ids or plugin names that must be up before it; after ordering, ids. */
  readonly needs: readonly string[]
}

/** WaitingPlugin is an optional entry that is left out until its variables are set. */
export interface WaitingPlugin extends Waiting {
  readonly kind: Kind
  readonly plugin: Plugin
  readonly use: string
  readonly index: number
}

/** Findings are what the plugin list comes to. */
export interface Findings {
  readonly found: readonly FoundPlugin[]
  readonly waiting: readonly WaitingPlugin[]
  readonly problems: readonly ConfigProblem[]
  /** What works and is not well, such as a secret in the config file. */
  readonly warnings: readonly ConfigProblem[]
  /** Ids and names that entries with problems would have had, so that nothing else is blamed for their absence. */
  readonly broken: ReadonlySet<string>
}

interface Examined {
  readonly use: string
  readonly names: readonly string[]
  readonly result?: FoundPlugin | WaitingPlugin
  readonly problems: readonly ConfigProblem[]
  readonly warnings: readonly ConfigProblem[]
}

/**
 * findPlugins finds and loads the plugins that a config names, and checks their manifests, api numbers and options. It
 * calls no `setup`. What is wrong is collected, so that all of it can be shown at once.
 */
export async function findPlugins(loaded: Loaded): Promise<Findings> {
  const examined = await Promise.all(loaded.entries.map((entry, index) => examine(entry, index, loaded)))
  const found: FoundPlugin[] = []
  const waiting: WaitingPlugin[] = []
  const problems: ConfigProblem[] = []
  const ids = new Map<string, number>()
  examined.forEach(({ result, problems: own }, index) => {
    problems.push(...own)
    if (result === undefined) return
    const key = `${result.kind} ${result.id}`
    const holder = ids.get(key)
    if (holder !== undefined) {
      problems.push({ entry: headingOf(index, result.use, result.id), ...duplicate(result, holder) })
      return
    }
    ids.set(key, index)
    if ('variables' in result) waiting.push(result)
    else found.push(result)
  })
  return {
    found,
    waiting,
    problems,
    warnings: examined.flatMap(({ warnings }) => warnings),
    broken: new Set(examined.flatMap(({ result, names }) => (result === undefined ? names : [])))
  }
}

async function examine(entry: unknown, index: number, loaded: Loaded): Promise<Examined> {
  const written = isPlainObject(entry) ? entry : {}
  const use = useOf(written.use)
  const shape = checkEntry(entry, loaded)
  const failed = (problems: readonly Fault[], ...names: readonly unknown[]): Examined => {
    const known = names.filter(name => typeof name === 'string')
    return { use, names: known, problems: problems.map(place(headingOf(index, use, known[0]))), warnings: [] }
  }
  if (!isPlainObject(entry)) return failed(shape)
  const located = await locate(entry.use, loaded)
  if (isFault(located)) return failed([...shape, located], entry.id)
  const plugin = descriptorOf(located, use)
  const declared = located.manifest?.isthmus?.name
  if ('message' in plugin) return failed([...shape, plugin], entry.id ?? declared)
  const id = typeof entry.id === 'string' ? entry.id : plugin.name
  const optional = entry.optional === true
  const read = readOptions(plugin, entry.options, optional, loaded)
  if (shape.length + read.problems.length > 0) return failed([...shape, ...read.problems], id, plugin.name)
  const what = { kind: plugin.kind, id, plugin, use, index }
  const version = located.manifest?.version ?? ''
  const result =
    optional && read.unset.length > 0
      ? { ...what, variables: read.unset }
      : { ...what, version, options: read.value, optional, needs: plugin.needs ?? [] }
  const warnings = read.warnings.map(place(headingOf(index, use, id)))
  return { use, names: [id, plugin.name], result, problems: [], warnings }
}

function checkEntry(entry: unknown, loaded: Loaded): readonly Fault[] {
  const meant = isPlugin(entry) ? 'use(plugin), or { use: plugin }' : typeof entry === 'string' ? '{ use: … }' : ''
  if (meant !== '') {
    const got = isPlugin(entry) ? 'a plugin' : 'a string'
    return [{ path: '', message: `expected an entry, got ${got}`, hints: [`write ${meant}`] }]
  }
  // The options are the plugin's to check.
  const outer = isPlainObject(entry) ? { ...entry, options: {} } : entry
  return checkFilled(PluginEntrySchema, fill(PluginEntrySchema, outer, loaded))
}

function place(entry: string): (fault: Fault | ConfigProblem) => ConfigProblem {
  return ({ path, message, hints }) => ({ entry, path, message, hints })
}

/** headingOf names an entry in a report. */
export function headingOf(index: number, use: string, id: string | undefined): string {
  return `plugins[${index}]${use === '' ? '' : `  ${use}`}${id === undefined ? '' : ` as "${id}"`}`
}

function useOf(use: unknown): string {
  return isPlugin(use) ? use.name : typeof use === 'string' ? use : ''
}

function duplicate({ id, kind }: FoundPlugin | WaitingPlugin, holder: number): Fault {
  return {
    path: 'id',
    message: `expected an id of its own, got "${id}", which plugins[${holder}] has`,
    hints: [`each ${kind} has an id that no other ${kind} has`]
  }
}
