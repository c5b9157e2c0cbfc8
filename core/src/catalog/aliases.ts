import { createHash } from 'node:crypto'
import type { Alias, AliasDefaults, AliasTarget, Asked } from '../contract/index.ts'
import { mayPass, shown, splitVariant, withoutThinking } from './names.ts'

/** SourcedAlias is an alias and where it is from. */
export interface SourcedAlias {
  readonly alias: Alias
  readonly from: string
}

/** AliasChoice is what an alias came to for one request. */
export interface AliasChoice {
  /** In the order they are to be tried. */
  readonly targets: readonly string[]
  readonly why: string
}

/** choose takes the targets whose conditions hold, the drawn one first where they have weights. */
export function choose(name: string, alias: Alias, asked: Asked): AliasChoice {
  const targets: AliasTarget[] = []
  let weights = 0
  let tokens: number | undefined
  const inputTokens = () => (tokens ??= asked.inputTokens?.() ?? 0)
  for (const target of alias.targets) {
    const whole = typeof target === 'string' ? { model: target } : target
    if (!holds(whole, asked, inputTokens)) continue
    targets.push(whole)
    weights += whole.weight ?? 0
  }
  const models = targets.map(({ model }) => model)
  const rest = alias.fallbacks ?? []
  if (weights === 0) return { targets: [...models, ...rest], why: 'in its order' }
  const who = alias.sticky === undefined ? undefined : asked[alias.sticky]
  let at = (who === undefined ? Math.random() : share(`${name}\n${who}`)) * weights
  const drawn = targets.findIndex(({ weight = 0 }) => {
    at -= weight
    return weight > 0 && at < 0
  })
  const first = models[drawn] ?? models[0] ?? ''
  return {
    targets: [first, ...models.filter((_, index) => index !== drawn), ...rest],
    why: who === undefined ? 'drawn by weight' : `the same for this ${alias.sticky} always`
  }
}

function holds({ when }: AliasTarget, { group }: Asked, inputTokens: () => number): boolean {
  if (when === undefined) return true
  if (when.groups !== undefined && (group === undefined || !when.groups.includes(group))) return false
  return when.contextAbove === undefined || inputTokens() > when.contextAbove
}

/** share places a text evenly between 0 and 1, always at the same place. */
function share(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32
}

/** namesIn gives every name that an alias mentions. */
export function namesIn({ targets, fallbacks }: Alias): readonly string[] {
  return [...targets.map(target => (typeof target === 'string' ? target : target.model)), ...(fallbacks ?? [])]
}

/** loopOf gives the way from an alias back to one that it came by, or undefined. */
export function loopOf(name: string, aliasOf: (name: string) => Alias | undefined): readonly string[] | undefined {
  const done = new Set<string>()
  const look = (asked: string, path: readonly string[]): readonly string[] | undefined => {
    const at = [asked, ...ends(asked)].find(one => aliasOf(one) !== undefined)
    if (at === undefined || done.has(at)) return undefined
    if (path.includes(at)) return [...path.slice(path.indexOf(at)), at]
    for (const next of namesIn(aliasOf(at) as Alias)) {
      const loop = look(next, [...path, at])
      if (loop !== undefined) return loop
    }
    done.add(at)
    return undefined
  }
  return look(name, [])
}

/** ends gives a name without what may stand at its end: `best:nitro` and `best-thinking` lead to `best`. */
function ends(name: string): readonly string[] {
  const base = splitVariant(name)?.base
  return [name, base].flatMap(one => (one === undefined ? [] : [one, withoutThinking(one) ?? one]))
}

/** inner lays the defaults of an alias over those of an alias that it leads to. */
export function inner(outer: AliasDefaults | undefined, more: AliasDefaults | undefined): AliasDefaults | undefined {
  return outer === undefined ? more : more === undefined ? outer : { ...more, ...outer }
}

/** problemOf says in words what keeps an alias from being one; undefined when nothing does. */
export function problemOf(
  name: string,
  alias: Alias,
  {
    aliasOf,
    taken,
    missing,
    nearest
  }: {
    readonly aliasOf: (name: string) => Alias | undefined
    /** Whether the name leads somewhere before an alias is looked for. */
    readonly taken: boolean
    readonly missing: readonly string[]
    readonly nearest: (name: string) => readonly string[]
  }
): string | undefined {
  if (!mayPass(name)) return 'has a name that no client could send: expected at most 256 printable characters'
  if (taken) return 'would never be used: a channel has a model of that name'
  const loop = loopOf(name, other => (other === name ? alias : aliasOf(other)))
  if (loop !== undefined) return `leads back to itself: ${loop.map(shown).join(' → ')}`
  const absent = alias.dormant === true ? undefined : missing[0]
  if (absent === undefined) return undefined
  const near = nearest(absent)
  const meant = near.length === 0 ? '' : `; did you mean ${near.map(it => `'${it}'`).join(' or ')}?`
  return `names the model '${shown(absent)}', which does not exist${meant} (\`dormant: true\` accepts it)`
}
