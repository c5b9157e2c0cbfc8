import type { ConfigProblem } from '../config/index.ts'
import { didYouMean } from '../wire/index.ts'
import { KINDS } from './api.ts'
import { type Findings, type FoundPlugin, headingOf, type WaitingPlugin } from './find.ts'

/** Ordered is the found plugins in the order they are set up. */
export interface Ordered {
  readonly ordered: readonly FoundPlugin[]
  /** Those of before, and optional ones that need one of them. */
  readonly waiting: readonly WaitingPlugin[]
  readonly problems: readonly ConfigProblem[]
}

/**
 * orderPlugins sorts by kind; inside a kind the config's order holds, except that what a plugin needs comes before it.
 * An instance may need another by id, or all instances of a plugin by the plugin's name.
 */
export function orderPlugins(findings: Findings): Ordered {
  const { found, waiting } = withoutWaiting(findings)
  const problems: ConfigProblem[] = []
  const needed = new Map<FoundPlugin, readonly FoundPlugin[]>()
  for (const one of found) {
    const needs: FoundPlugin[] = []
    for (const name of one.needs) {
      const met = earlier(named(found, name), one)
      needs.push(...met)
      const problem = met.length > 0 ? late(one, met) : missing(name, one, found, waiting, findings.broken)
      if (problem !== undefined) problems.push(problem)
    }
    needed.set(one, needs)
  }
  const ordered: FoundPlugin[] = []
  const open: FoundPlugin[] = []
  const visit = (one: FoundPlugin): void => {
    if (ordered.includes(one)) return
    if (open.includes(one)) {
      const circle = [...open.slice(open.indexOf(one)), one].map(({ id }) => id).join(' → ')
      problems.push(inNeeds(one, `expected no circle, got ${circle}`))
      return
    }
    open.push(one)
    for (const need of needed.get(one) ?? []) visit(need)
    open.pop()
    ordered.push(one)
  }
  for (const kind of KINDS) for (const one of found) if (one.kind === kind) visit(one)
  return {
    ordered: ordered.map(one => ({ ...one, needs: (needed.get(one) ?? []).map(fastifyName) })),
    waiting,
    problems
  }
}

/** earlier prefers what can be up before a plugin: plugins of another kind may have the same name. */
function earlier(met: readonly FoundPlugin[], { kind }: FoundPlugin): readonly FoundPlugin[] {
  const usable = met.filter(other => KINDS.indexOf(other.kind) <= KINDS.indexOf(kind))
  return usable.length > 0 ? usable : met
}

/** withoutWaiting lets optional plugins wait together with what they need. */
function withoutWaiting(findings: Findings): Pick<Findings, 'found' | 'waiting'> {
  let { found, waiting } = findings
  for (;;) {
    const next = found.find(one => one.optional && variablesOf(one, found, waiting).length > 0)
    if (next === undefined) return { found, waiting }
    waiting = [...waiting, { ...next, variables: variablesOf(next, found, waiting) }]
    found = found.filter(one => one !== next)
  }
}

function variablesOf(
  { needs }: FoundPlugin,
  found: readonly FoundPlugin[],
  waiting: readonly WaitingPlugin[]
): readonly string[] {
  const unmet = needs.filter(name => named(found, name).length === 0)
  return [...new Set(unmet.flatMap(name => named(waiting, name).flatMap(({ variables }) => variables)))]
}

function named<T extends { readonly id: string; readonly plugin: { readonly name: string } }>(
  all: readonly T[],
  name: string
): readonly T[] {
  const exact = all.filter(({ id }) => id === name)
  return exact.length > 0 ? exact : all.filter(({ plugin }) => plugin.name === name)
}

/** fastifyName is what a plugin is called among Fastify's: an id alone may stand for plugins of several kinds. */
export const fastifyName = ({ kind, id }: Pick<FoundPlugin, 'kind' | 'id'>): string => `${kind}-${id}`

function late(one: FoundPlugin, needs: readonly FoundPlugin[]): ConfigProblem | undefined {
  const later = needs.find(({ kind }) => KINDS.indexOf(kind) > KINDS.indexOf(one.kind))
  if (later === undefined) return undefined
  const words = `expected plugins that are up before every ${one.kind}, got "${later.id}", a ${later.kind}`
  return inNeeds(one, words, 'this is a mistake in the plugin; tell its authors')
}

function missing(
  name: string,
  one: FoundPlugin,
  found: readonly FoundPlugin[],
  waiting: readonly WaitingPlugin[],
  broken: ReadonlySet<string>
): ConfigProblem | undefined {
  if (broken.has(name)) return undefined
  const later = named(waiting, name)[0]
  if (later !== undefined) {
    return inNeeds(one, `expected "${name}" to be up, but it waits for ${later.variables.join(', ')}`)
  }
  const meant = didYouMean(
    name,
    found.filter(other => other !== one).map(({ id }) => id)
  )
  return inNeeds(one, `expected a plugin "${name}" beside it, found none`, ...(meant === '' ? [] : [meant]))
}

function inNeeds({ index, use, id }: FoundPlugin, message: string, ...hints: readonly string[]): ConfigProblem {
  return { entry: headingOf(index, use, id), path: 'needs', message, hints }
}
