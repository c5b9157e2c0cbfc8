import type { Logger } from 'pino'
import {
  type Alias,
  type AliasBook,
  type AliasEntry,
  AliasSchema,
  type AliasText,
  type CatalogView,
  type Change,
  type Changed,
  type ChannelState,
  type FactsBook,
  type ModelFacts,
  ModelFactsSchema,
  type Store,
  toAlias
} from '../contract/index.ts'
import { ISTHMUS_ALIAS_INVALID, ISTHMUS_ALIAS_UNKNOWN, ISTHMUS_INTERNAL } from '../errors/index.ts'
import { checker } from '../wire/index.ts'
import type { SourcedAlias } from './aliases.ts'
import type { Catalog } from './catalog.ts'
import { mayPass, shown } from './names.ts'
import { type Overlaid, Overlay } from './overlay.ts'

const aliasChecker = checker(AliasSchema)
const factsChecker = checker(ModelFactsSchema)

const factsOf = (value: unknown): ModelFacts => factsChecker.check(value) as ModelFacts
const aliasOf = (value: unknown): Alias => toAlias(aliasChecker.check(value) as AliasText)
const aliasOrNone = (value: unknown): Alias | null => (value === null ? null : aliasOf(value))

/** CatalogBooks are the catalogue as plugins see it, with what may be changed in it while the gateway runs. */
export class CatalogBooks implements CatalogView {
  readonly #catalog: Catalog
  readonly #refresh: (channel: string | undefined) => Promise<void>
  /** `null` takes an alias of the config away. */
  readonly #aliases: Overlay<Alias | null>
  readonly #facts: Overlay<ModelFacts>
  readonly aliases: AliasBook
  readonly facts: FactsBook

  /** Each of the two stores holds nothing but its table. */
  constructor(
    catalog: Catalog,
    stores: { readonly aliases: Store; readonly facts: Store },
    refresh: (channel: string | undefined) => Promise<void>,
    log: Logger
  ) {
    this.#catalog = catalog
    this.#refresh = refresh
    this.#aliases = new Overlay(stores.aliases, log, aliasOrNone, () =>
      catalog.setAliases(valuesOf(this.#aliases.entries))
    )
    this.#facts = new Overlay(stores.facts, log, factsOf, () => catalog.setFacts(valuesOf(this.#facts.entries)))
    this.aliases = {
      list: () => this.#listAliases(),
      get: name => this.#entry(name),
      put: (name, alias, change) => this.#putAlias(name, alias, change),
      remove: (name, change) => this.#removeAlias(name, change),
      revert: (name, change) => this.#revertAlias(name, change)
    }
    this.facts = {
      list: () =>
        [...this.#facts.entries].map(([name, entry]) => ({ name, facts: entry.value, changed: changedOf(entry) })),
      put: async (name, facts, change) => {
        if (!mayPass(name) || !name.includes('/')) throw ISTHMUS_ALIAS_UNKNOWN('model', shown(name))
        const value = factsOf(facts)
        const entry = await this.#facts.put(name, value, change, this.#facts.entries.get(name)?.value)
        return { name, facts: value, changed: changedOf(entry) }
      },
      revert: async (name, change) => {
        if (!this.#facts.entries.has(name)) throw ISTHMUS_ALIAS_UNKNOWN('change of the model', shown(name))
        await this.#facts.remove(name, change)
      }
    }
  }

  /** load brings in what was changed in earlier runs. */
  async load(): Promise<void> {
    await Promise.all([this.#aliases.load(), this.#facts.load()])
  }

  /** watch looks out for what other processes change, until `stop`. */
  watch(): void {
    this.#aliases.watch()
    this.#facts.watch()
  }

  stop(): void {
    this.#aliases.stop()
    this.#facts.stop()
  }

  models = () => this.#catalog.rows()
  known = (name: string) => this.#catalog.known(name)
  channels = () => this.#catalog.channels()
  explain: CatalogView['explain'] = (name, asked) => this.#catalog.explain(name, asked)

  services(): ReturnType<CatalogView['services']> {
    const all = this.#catalog.sources.flatMap(({ services }) => Object.entries(services))
    return Object.fromEntries(all.reverse().map(([slug, { models: _models, ...service }]) => [slug, service]))
  }

  vendors(): ReturnType<CatalogView['vendors']> {
    return Object.fromEntries(this.#catalog.sources.flatMap(({ vendors }) => Object.entries(vendors)).reverse())
  }

  async refresh(channel?: string): Promise<readonly ChannelState[]> {
    await this.#refresh(channel)
    return this.channels().filter(({ id }) => channel === undefined || id === channel)
  }

  #listAliases(): readonly AliasEntry[] {
    const names = new Set([...this.#catalog.aliases.keys(), ...this.#aliases.entries.keys()])
    return [...names].flatMap(name => this.#entry(name) ?? [])
  }

  #entry(name: string): AliasEntry | undefined {
    const now = this.#catalog.aliases.get(name)
    const change = this.#aliases.entries.get(name)
    if (now === undefined && change === undefined) return undefined
    const written = change && this.#catalog.written(name)
    return {
      name,
      ...(now && { alias: now.alias }),
      from: now?.from ?? 'runtime',
      ...(change && { changed: changedOf(change) }),
      ...(written && { over: written }),
      missing: now === undefined ? [] : this.#catalog.missing(now.alias)
    }
  }

  async #putAlias(name: string, written: unknown, change: Change): Promise<AliasEntry> {
    const alias = aliasOf(written)
    const problem = this.#catalog.aliasProblem(name, alias)
    if (problem !== undefined) throw ISTHMUS_ALIAS_INVALID.with({ param: 'targets' }, shown(name), problem)
    await this.#aliases.put(name, alias, change, this.#over(name))
    return this.#entry(name) as AliasEntry
  }

  async #removeAlias(name: string, change: Change): Promise<void> {
    if (!this.#catalog.aliases.has(name)) throw ISTHMUS_ALIAS_UNKNOWN('alias', shown(name))
    if (this.#catalog.written(name) === undefined) await this.#aliases.remove(name, change)
    else await this.#aliases.put(name, null, change, this.#over(name))
  }

  async #revertAlias(name: string, change: Change): Promise<AliasEntry | undefined> {
    if (!this.#aliases.entries.has(name)) throw ISTHMUS_ALIAS_UNKNOWN('change of the alias', shown(name))
    await this.#aliases.remove(name, change)
    return this.#entry(name)
  }

  #over(name: string): SourcedAlias | undefined {
    return this.#catalog.aliases.get(name)
  }
}

function valuesOf<T>(entries: ReadonlyMap<string, Overlaid<T>>): ReadonlyMap<string, T> {
  return new Map([...entries].map(([name, { value }]) => [name, value]))
}

function changedOf({ by, atMs, version }: Overlaid<unknown>): Changed {
  return { by, atMs, version }
}

/** lateView is the catalogue for plugins that are set up before there is one. */
export function lateView(books: () => CatalogBooks | undefined): CatalogView {
  const late = (): CatalogBooks => {
    const found = books()
    if (found === undefined) throw ISTHMUS_INTERNAL.with({ cause: new Error('the catalogue is not there in setup') })
    return found
  }
  return {
    models: () => books()?.models() ?? [],
    known: name => late().known(name),
    channels: () => late().channels(),
    services: () => late().services(),
    vendors: () => late().vendors(),
    explain: (name, asked) => late().explain(name, asked),
    refresh: channel => late().refresh(channel),
    get aliases() {
      return late().aliases
    },
    get facts() {
      return late().facts
    }
  }
}
