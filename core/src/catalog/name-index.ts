import type { Offered } from './channel.ts'
import { type Bundled, namesOf } from './layers.ts'
import { bareOf, isStable, keyOf, undated } from './names.ts'

/** How a name fits a model, the best first. */
const FIT = { id: 0, spelling: 1, undated: 2, family: 3 } as const
type Fit = (typeof FIT)[keyof typeof FIT]

interface Entry {
  readonly offered: Offered
  readonly fit: Fit
  /** Of several that fit alike the greater is meant: the newest, and a stable one before a preview. */
  readonly rank: string
}

/** The last of a line that has none of that name is what the line's name leads to. */
const LATEST = '-latest'

/** Named is what one name leads to: at most one model of each channel, in the order of the config. */
export interface Named {
  readonly offered: readonly Offered[]
  /** What it leads to on channels where it only fits less well. */
  readonly others: readonly Offered[]
  /** Whether it is only a short form of what it leads to. */
  readonly short: boolean
}

/** NameIndex finds models by any of their names. It is made anew when the catalogue changes, and never grows by being asked. */
export class NameIndex {
  readonly #named = new Map<string, Named>()
  /** Names that people may be shown, in their own spelling. */
  readonly known: ReadonlySet<string>

  constructor(offered: Iterable<Offered>, bundled: Bundled) {
    const entries = new Map<string, Entry[]>()
    const known = new Set<string>()
    for (const one of offered) collect(one, bundled, entries, known)
    for (const [name, found] of entries) this.#named.set(name, chosen(found))
    this.known = known
  }

  get size(): number {
    return this.#named.size
  }

  find(name: string): Named | undefined {
    const key = keyOf(name)
    return this.#named.get(key) ?? (key.endsWith(LATEST) ? this.#named.get(key.slice(0, -LATEST.length)) : undefined)
  }

  /** names gives those that lead to a model, for reports. */
  names(offered: Offered): readonly string[] {
    return [...this.#named].flatMap(([name, found]) => (found.offered.includes(offered) ? name : []))
  }
}

function collect(offered: Offered, bundled: Bundled, entries: Map<string, Entry[]>, known: Set<string>): void {
  const { id, info } = offered
  const add = (name: string, fit: Fit, rank = ''): void => {
    const key = keyOf(name)
    const before = entries.get(key)
    if (before === undefined) entries.set(key, [{ offered, fit, rank }])
    else before.push({ offered, fit, rank })
  }
  const shorten = (name: string): void => {
    const short = undated(name)
    if (short === undefined) return
    add(short.base, FIT.undated, short.date)
    add(`${short.base}-latest`, FIT.undated, short.date)
  }
  add(id, FIT.id)
  known.add(id)
  const bare = bareOf(id)
  if (bare !== id) {
    add(bare, FIT.spelling)
    known.add(bare)
  }
  shorten(id)
  if (bare !== id) shorten(bare)
  // A variant such as `:free` is chosen by name, never by the model's.
  if (bare.includes(':')) return
  const model = offered.model === undefined ? undefined : bundled.model(offered.model)?.value
  const vendor =
    info.vendor ?? (offered.model?.includes('/') ? offered.model.slice(0, offered.model.indexOf('/')) : undefined)
  const prefixes = vendor === undefined ? [] : [vendor, ...bundled.prefixesOf(vendor).filter(it => it !== vendor)]
  const names = model === undefined ? [bare] : namesOf(model)
  if (model !== undefined) known.add(model.id)
  for (const name of names) {
    if (model !== undefined) add(name, FIT.spelling)
    for (const prefix of prefixes) {
      // What its own id says is that very one, and no other of the same model.
      add(`${prefix}/${name}`, name === bare ? FIT.id : FIT.spelling)
      shorten(`${prefix}/${name}`)
    }
    if (model !== undefined) shorten(name)
  }
  if (info.family === undefined) return
  const rank = `${isStable(id) ? 1 : 0}${String(info.created ?? 0).padStart(12, '0')}`
  for (const family of [info.family, ...prefixes.map(prefix => `${prefix}/${info.family}`)]) {
    add(family, FIT.family, rank)
    add(`${family}-latest`, FIT.family, rank)
  }
}

function chosen(entries: readonly Entry[]): Named {
  const best = new Map<string, Entry>()
  let fit: Fit = FIT.family
  for (const entry of entries) {
    const channel = entry.offered.channel.id
    const before = best.get(channel)
    if (before === undefined || isBetter(entry, before)) best.set(channel, entry)
    if (entry.fit < fit) fit = entry.fit
  }
  const most: Fit = fit === FIT.id ? FIT.spelling : fit
  const all = [...best.values()]
  return {
    offered: all.flatMap(entry => (entry.fit <= most ? entry.offered : [])),
    others: all.flatMap(entry => (entry.fit <= most ? [] : entry.offered)),
    short: fit >= FIT.undated
  }
}

function isBetter(entry: Entry, before: Entry): boolean {
  if (entry.fit !== before.fit) return entry.fit < before.fit
  if (entry.rank !== before.rank) return entry.rank > before.rank
  // Of several ids of one model the one without a date is the vendor's own name for the newest.
  return undated(before.offered.id) !== undefined && undated(entry.offered.id) === undefined
}
