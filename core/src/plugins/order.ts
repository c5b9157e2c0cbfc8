import type { ConfigProblem } from '../config/index.ts'
import { didYouMean } from '../wire/index.ts'
import { KINDS } from './api.ts'
import type { Findings, FoundPlugin, WaitingPlugin } from './find.ts'

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
export function orderPlugins({ found, waiting, broken }: Findings): Ordered {
  const problems: ConfigProblem[] = []
  const needed = new Map<FoundPlugin, readonly FoundPlugin[]>()
  for (const one of found) {
    const needs: FoundPlugin[] = []
    for (const name of one.needs) {
      const met = named(found, name)
      needs.push(...met)
      const problem = met.length > 0 ? late(one, met) : missing(name, one, found, waiting, broken)
      if (problem !== undefined) problems.push(at(one, problem))
    }
    needed.set(one, needs)
  }
  const ordered: FoundPlugin[] = []
  const open: FoundPlugin[] = []
  const visit = (one: FoundPlugin): void => {
    if (ordered.includes(one)) return
    if (open.includes(one)) {
      const circle = [...open.slice(open.indexOf(one)), one].map(({ id }) => id).join(' → ')
      problems.push(at(one, { message: `expected needs without a circle, got ${circle}`, hints: [] }))
      return
    }
    open.push(one)
    for (const need of needed.get(one) ?? []) visit(need)
    open.pop()
    ordered.push(one)
  }
  for (const kind of KINDS) for (const one of found) if (one.kind === kind) visit(one)
  return {
    ordered: ordered.map(one => ({ ...one, needs: (needed.get(one) ?? []).map(({ id }) => id) })),
    waiting,
    problems
  }
}

interface Wrong {
  readonly message: string
  readonly hints: readonly string[]
}

function named<T extends { readonly id: string; readonly plugin: { readonly name: string } }>(
  all: readonly T[],
  name: string
): readonly T[] {
  const exact = all.filter(({ id }) => id === name)
  return exact.length > 0 ? exact : all.filter(({ plugin }) => plugin.name === name)
}

function late(one: FoundPlugin, needs: readonly FoundPlugin[]): Wrong | undefined {
  const later = needs.find(({ kind }) => KINDS.indexOf(kind) > KINDS.indexOf(one.kind))
  if (later === undefined) return undefined
  return {
    message: `needs "${later.id}", a ${later.kind}, which is set up after every ${one.kind}`,
    hints: ['this is a mistake in the plugin; tell its authors']
  }
}

function missing(
  name: string,
  one: FoundPlugin,
  found: readonly FoundPlugin[],
  waiting: readonly WaitingPlugin[],
  broken: ReadonlySet<string>
): Wrong | undefined {
  if (broken.has(name)) return undefined
  const late = named(waiting, name)[0]
  if (late !== undefined) {
    return { message: `needs "${name}", which waits for ${late.variables.join(', ')}`, hints: [] }
  }
  const meant = didYouMean(name, found.filter(other => other !== one).map(({ id }) => id))
  return { message: `needs "${name}", which is not configured`, hints: meant === '' ? [] : [meant] }
}

function at({ index, use, id }: FoundPlugin, wrong: Wrong): ConfigProblem {
  return { entry: `plugins[${index}]  ${use} as "${id}"`, path: '', ...wrong }
}
