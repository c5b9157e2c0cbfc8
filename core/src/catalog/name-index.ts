import type { CatalogModel } from '../contract/index.ts'
import type { Channel } from './channel.ts'
import { type Bundled, namesOf } from './layers.ts'
import { bareOf, isStable, keyOf, undated } from './names.ts'
import type { Offered } from './offered.ts'

/** How a name fits a model, the best first. */
const FIT = { id: 0, spelling: 1, undated: 2, family: 3 } as const
type Fit = (typeof FIT)[keyof typeof FIT]

/** Entry is a model that a name fits. */
interface Entry {
  readonly offered: Offered
  readonly fit: Fit
  /** Of several that fit alike the greater is meant: the newest, and a stable one before a preview. */
  readonly rank: string
}

/** Served is a model with the channels that have it. */
interface Served {
  readonly offered: Offered[]
  readonly keys: ReadonlySet<string>
}

/** ModelName is one of the names of a model, with what it says of the model. */
interface ModelName {
  readonly served: Served
  readonly fit: Fit
  readonly rank: string
}

const NOTHING: readonly never[] = []

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

/**
 * NameIndex finds models by any of their names. It is made anew when the catalogue changes. What a name leads to is worked out
 * when it is first asked for, and kept for names that lead somewhere: it does not grow by wrong ones.
 */
export class NameIndex {
  readonly #bundled: Bundled
  readonly #all: readonly Offered[]
  readonly #order = new Map<Channel, number>()
  /** By what is in the ids themselves. */
  readonly #ids = new Map<string, Entry[]>()
  readonly #models = new Map<string, ModelName[]>()
  readonly #families = new Map<string, Offered[]>()
  readonly #served = new Map<string, Served>()
  readonly #found = new Map<string, Named>()

  constructor(offered: readonly Offered[], bundled: Bundled) {
    this.#bundled = bundled
    this.#all = offered
    for (const one of offered) {
      if (!this.#order.has(one.channel)) this.#order.set(one.channel, this.#order.size)
      this.#add(one)
    }
  }

  /** known gives the names that people may be shown, in their own spelling. */
  known(): ReadonlySet<string> {
    const models = [...this.#served.keys()].filter(model => this.#bundled.model(model) !== undefined)
    return new Set([...this.#all.flatMap(({ id }) => [id, bareOf(id)]), ...models.flatMap(id => [id, bareOf(id)])])
  }

  find(name: string): Named | undefined {
    const key = keyOf(name)
    const before = this.#found.get(key)
    if (before !== undefined) return before
    const entries = this.#latest(key)
    if (entries.length === 0) return undefined
    const named = this.#chosen(entries)
    this.#found.set(key, named)
    return named
  }

  /** names gives those that lead to a model, for reports. */
  names(offered: Offered): readonly string[] {
    const { id, model } = offered
    const family = offered.fact('family')
    const own = [id, bareOf(id)].flatMap(name => [name, undated(name)?.base ?? name])
    const others = model === undefined ? [] : [...(this.#served.get(model)?.keys ?? [])]
    const bare = [
      ...own,
      ...others.flatMap(name => [name, undated(name)?.base ?? name]),
      ...(family === undefined ? [] : [family])
    ]
    const { vendor } = offered
    const all = vendor === undefined ? bare : bare.flatMap(name => [name, `${vendor}/${name}`])
    return [...new Set(all.map(keyOf))].filter(name => this.find(name)?.offered.includes(offered))
  }

  #add(offered: Offered): void {
    const { id, model } = offered
    const bare = bareOf(id)
    this.#addId(id, offered, FIT.id)
    if (bare !== id) this.#addId(bare, offered, FIT.spelling)
    // A variant such as `:free` is chosen by name, never by the model's.
    if (bare.includes(':')) return
    const family = offered.fact('family')
    if (family !== undefined) push(this.#families, keyOf(family), offered)
    if (model === undefined) return
    let served = this.#served.get(model)
    if (served === undefined) {
      served = this.#addModel(this.#bundled.model(model)?.value)
      this.#served.set(model, served)
    }
    served.offered.push(offered)
  }

  #addId(name: string, offered: Offered, fit: Fit): void {
    push(this.#ids, keyOf(name), { offered, fit, rank: '' })
    const short = undated(name)
    if (short !== undefined) push(this.#ids, keyOf(short.base), { offered, fit: FIT.undated, rank: short.date })
  }

  #addModel(model: CatalogModel | undefined): Served {
    const keys = new Set(model === undefined ? [] : namesOf(model).map(keyOf))
    const served: Served = { offered: [], keys }
    for (const key of keys) {
      push(this.#models, key, { served, fit: FIT.spelling, rank: '' })
      const short = undated(key)
      if (short !== undefined) push(this.#models, short.base, { served, fit: FIT.undated, rank: short.date })
    }
    return served
  }

  /** latest takes `-latest` for the newest of what is written without it. */
  #latest(key: string): readonly Entry[] {
    const entries = this.#entries(key)
    if (!key.endsWith(LATEST)) return entries
    const line = this.#entries(key.slice(0, -LATEST.length))
    const dated = line.filter(({ fit }) => fit >= FIT.undated)
    return entries.length + dated.length > 0 ? [...entries, ...dated] : line
  }

  /** entries gives all that a name fits; one with a vendor before its slash fits what is the vendor's. */
  #entries(key: string): readonly Entry[] {
    const slash = key.indexOf('/')
    const plain = this.#bare(key)
    if (slash <= 0) return plain
    const prefix = key.slice(0, slash)
    const vendor = keyOf(this.#bundled.vendorOf(prefix) ?? prefix)
    const has = ({ offered }: Entry) => offered.vendor === vendor
    const own = this.#bare(key.slice(slash + 1))
    return own.length === 0 ? plain : [...plain, ...own.filter(has)]
  }

  #bare(key: string): readonly Entry[] {
    const ids = this.#ids.get(key)
    const models = this.#models.get(key)
    const family = this.#families.get(key)
    if (ids === undefined && models === undefined && family === undefined) return NOTHING
    const entries: Entry[] = [...(ids ?? NOTHING)]
    const date = undated(key)?.date
    for (const { served, fit, rank } of models ?? NOTHING) {
      for (const offered of served.offered) {
        // Of several ids of one model, one that is a name of the model goes before one that is the service's own, and the
        // one of the day that was asked for before others.
        const same = date !== undefined && undated(offered.id)?.date === date
        const own = fit === FIT.spelling && served.keys.has(keyOf(bareOf(offered.id)))
        entries.push({ offered, fit, rank: own ? (same ? '2' : '1') : rank })
      }
    }
    for (const offered of family ?? NOTHING) entries.push({ offered, fit: FIT.family, rank: age(offered) })
    return entries
  }

  #chosen(entries: readonly Entry[]): Named {
    const best = new Map<Channel, Entry>()
    let fit: Fit = FIT.family
    for (const entry of entries) {
      const { channel } = entry.offered
      const before = best.get(channel)
      if (before === undefined || isBetter(entry, before)) best.set(channel, entry)
      if (entry.fit < fit) fit = entry.fit
    }
    const most: Fit = fit === FIT.id ? FIT.spelling : fit
    const order = this.#order
    const all = [...best].sort(([a], [b]) => (order.get(a) ?? 0) - (order.get(b) ?? 0)).map(([, entry]) => entry)
    return {
      offered: all.flatMap(entry => (entry.fit <= most ? entry.offered : [])),
      others: all.flatMap(entry => (entry.fit <= most ? [] : entry.offered)),
      short: fit >= FIT.undated
    }
  }
}

function push<T>(into: Map<string, T[]>, key: string, value: T): void {
  const before = into.get(key)
  if (before === undefined) into.set(key, [value])
  else before.push(value)
}

/** A model in a line whose day nobody has written down yet is newer than those that have one. */
const UNKNOWN = 999_999_999_999

/** age ranks the models of a line: stable ones before previews, then by their day, then by the numbers in their names. */
function age(offered: Offered): string {
  const { id, model } = offered
  const version = ((model ?? id).match(/\d+/g) ?? []).map(digits => digits.padStart(8, '0'))
  return [isStable(id) ? 1 : 0, String(offered.fact('created') ?? UNKNOWN).padStart(12, '0'), ...version].join(' ')
}

function isBetter(entry: Entry, before: Entry): boolean {
  if (entry.fit !== before.fit) return entry.fit < before.fit
  if (entry.rank !== before.rank) return entry.rank > before.rank
  // Of several ids of one model the one without a date is the vendor's own name for the newest.
  return undated(before.offered.id) !== undefined && undated(entry.offered.id) === undefined
}
