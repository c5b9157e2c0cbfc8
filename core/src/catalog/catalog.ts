import type { Logger } from 'pino'
import type { ModelsConfig } from '../config/schema.ts'
import {
  type Alias,
  type Asked,
  type CatalogData,
  type ChannelState,
  type Explanation,
  type KnownModel,
  type ModelFacts,
  type ModelInfo,
  type ModelRow,
  toAlias,
  type Way
} from '../contract/index.ts'
import {
  type GatewayError,
  ISTHMUS_MODEL_NOT_FOUND,
  ISTHMUS_MODEL_PROVIDER_WAITING,
  isGatewayError
} from '../errors/index.ts'
import type { FeatureTable } from '../ir/index.ts'
import type { Registry } from '../registry/index.ts'
import { namesIn, problemOf, type SourcedAlias } from './aliases.ts'
import { Bundled, provenance } from './layers.ts'
import { mayPass, shown } from './names.ts'
import type { Offered } from './offered.ts'
import { type Offer, Offers } from './offers.ts'
import { once, type Resolution, Resolver } from './resolver.ts'
import { Suggestions } from './suggestions.ts'

const SUGGESTIONS = 3
/** What a row says in the place of a provider, for a name that stands for others. */
const ALIAS = 'alias'
const NOBODY: Asked = {}

/**
 * Catalog knows which models there are, what is known of them, and which provider's instance (channel) serves them.
 * What is said about names is in `core/docs/models.md`.
 */
export class Catalog {
  readonly #config: ModelsConfig
  readonly #registry: Registry
  readonly #log: Logger
  readonly #sources: readonly { readonly id: string; readonly data: CatalogData }[]
  readonly #shipped: ReadonlyMap<string, SourcedAlias>
  readonly #offers: Offers
  readonly #resolver: Resolver
  #aliases: ReadonlyMap<string, SourcedAlias> = new Map()
  #rows: readonly ModelRow[] | undefined
  #suggestions: Suggestions | undefined

  /** `adjust` changes the verdicts of an endpoint by what the gateway does for it. */
  constructor(
    registry: Registry,
    config: ModelsConfig,
    log: Logger,
    adjust: (features: FeatureTable) => FeatureTable = features => features
  ) {
    this.#config = config
    this.#registry = registry
    this.#log = log
    this.#sources = registry.all('catalog').map(({ id, contribution }) => ({ id, data: contribution }))
    const shipped = new Map<string, SourcedAlias>()
    for (const { id, data } of this.#sources) {
      for (const [name, alias] of Object.entries(data.aliases))
        if (!shipped.has(name)) shipped.set(name, { alias, from: id })
    }
    this.#shipped = shipped
    this.#offers = new Offers(registry, config, new Bundled(this.#sources), adjust)
    this.#resolver = new Resolver(this.#offers, () => this.#aliases)
    this.setAliases(new Map())
  }

  /** sources are what the catalogue plugins know. */
  get sources(): readonly CatalogData[] {
    return this.#sources.map(({ data }) => data)
  }

  /** rows are the aliases that lead to a model now, and all offered models, by the name a client sends. */
  rows(): readonly ModelRow[] {
    this.#rows ??= [
      ...[...this.#aliases].flatMap(([id, { alias }]) =>
        this.missing(alias).length === namesIn(alias).length
          ? []
          : { id, provider: ALIAS, ownedBy: ALIAS, ...(alias.description && { description: alias.description }) }
      ),
      ...this.#offers.all().map(rowOf)
    ]
    return this.#rows
  }

  /** find gives the row of a model, by any name that leads to one. */
  find(name: string): ModelRow | undefined {
    const isAlias = this.#aliases.has(name) && !(name.includes('/') && this.#offers.listed(name).length > 0)
    const alias = isAlias ? this.rows().find(row => row.provider === ALIAS && row.id === name) : undefined
    const offered = alias === undefined ? this.#offers.listed(name)[0] : undefined
    return alias ?? (offered && rowOf(offered))
  }

  /** known gives all that is known of the models that a name leads to, and where from. */
  known(name: string): readonly KnownModel[] {
    return this.resolve(name).offers.flatMap(({ provider, model }) => {
      const offered = this.#offers.channels.get(provider)?.offered.get(model)
      if (offered === undefined) return []
      return { row: rowOf(offered), from: provenance(offered.layers), names: this.#offers.index.names(offered) }
    })
  }

  channels(): readonly ChannelState[] {
    return [...this.#offers.channels.values()].map(({ state }) => state)
  }

  /** aliases are those that hold now: changed ones before those of the config, before shipped ones. */
  get aliases(): ReadonlyMap<string, SourcedAlias> {
    return this.#aliases
  }

  /** written is an alias without the changes made while the gateway runs. */
  written(name: string): SourcedAlias | undefined {
    const own = Object.hasOwn(this.#config.aliases, name) ? this.#config.aliases[name] : undefined
    return own === undefined ? this.#shipped.get(name) : { alias: toAlias(own), from: 'config' }
  }

  /** missing gives the names in an alias that lead to no model now. */
  missing(alias: Alias): readonly string[] {
    return namesIn(alias).filter(name => {
      try {
        return (this.#resolver.resolve(name, NOBODY)?.offers.length ?? 0) === 0
      } catch (thrown) {
        if (!isGatewayError(thrown)) throw thrown
        return true
      }
    })
  }

  /** aliasProblem says what keeps an alias from being one; undefined when nothing does. */
  aliasProblem(name: string, alias: Alias): string | undefined {
    return problemOf(name, alias, {
      aliasOf: other => this.#aliases.get(other)?.alias,
      taken: name.includes('/') && this.#offers.listed(name).length > 0,
      missing: this.missing(alias).filter(it => it !== name && !this.waitsFor(it)),
      nearest: it => this.nearest(it)
    })
  }

  /** problems are what is wrong with the aliases of the config. */
  problems(): readonly { readonly name: string; readonly problem: string }[] {
    return Object.entries(this.#config.aliases).flatMap(([name, alias]) => {
      const problem = this.aliasProblem(name, toAlias(alias))
      return problem === undefined ? [] : { name, problem }
    })
  }

  /** waitsFor tells whether a name may lead to a model once the upstreams have told theirs, or a variable is set. */
  waitsFor(name: string): boolean {
    const slash = name.indexOf('/')
    if (slash > 0 && this.#waiting(name.slice(0, slash)) !== undefined) return true
    // Of a channel that is known beforehand a wrong name can be told; what is newer can be named with its channel.
    return [...this.#offers.channels.values()].some(
      ({ state: { listing, models } }) => models === 0 && (listing === 'pending' || listing === 'failed')
    )
  }

  /** setAliases lays changes over the aliases of the config; `null` takes one away. */
  setAliases(changes: ReadonlyMap<string, Alias | null>): void {
    const aliases = new Map(this.#shipped)
    for (const name of Object.keys(this.#config.aliases)) aliases.set(name, this.written(name) as SourcedAlias)
    for (const [name, alias] of changes) {
      if (alias === null) aliases.delete(name)
      else aliases.set(name, { alias, from: 'runtime' })
    }
    this.#aliases = aliases
    this.#changed()
  }

  /** setFacts lays changes over what is known of models, by `channel/model` or `vendor/model`. */
  setFacts(changes: ReadonlyMap<string, ModelFacts>): void {
    this.#offers.setFacts(changes)
    this.#changed()
  }

  /** setModels replaces the list of a channel with what its upstream says; models known beforehand stay. */
  setModels(channelId: string, models: readonly ModelInfo[], state: Partial<ChannelState> = { listing: 'read' }): void {
    const channel = this.#offers.channels.get(channelId)
    if (channel === undefined) return
    channel.list(models)
    this.setState(channelId, state)
    this.#offers.compose(channel)
    this.#changed()
    this.#log.debug({ channel: channelId, models: channel.offered.size }, 'model list read')
  }

  setState(channelId: string, state: Partial<ChannelState>): void {
    const channel = this.#offers.channels.get(channelId)
    if (channel === undefined) return
    const { problem: _problem, ...before } = channel.state
    channel.state = { ...before, ...state }
  }

  /** waysTo gives the ways to a model of a channel, for reports. */
  waysTo(provider: string, model: string): readonly Way[] {
    return this.#offers.channels.get(provider)?.ways(model) ?? []
  }

  /** notFound makes the error for an unknown name, with the nearest ones that are known. */
  notFound(name: string): GatewayError {
    return ISTHMUS_MODEL_NOT_FOUND.with(
      { clientCode: 'model_not_found', param: 'model' },
      shown(name),
      this.suggest(name)
    )
  }

  /** suggest gives a sentence with the nearest known names, '' when none is near. It begins with a space. */
  suggest(name: string): string {
    const near = this.nearest(name)
    return near.length === 0 ? '' : ` Did you mean ${near.map(it => `'${it}'`).join(' or ')}?`
  }

  nearest(name: string): readonly string[] {
    if (!mayPass(name)) return []
    this.#suggestions ??= new Suggestions([
      ...this.#aliases.keys(),
      ...this.#offers.index.known(),
      ...this.#offers.all().map(({ channel, id }) => `${channel.id}/${id}`)
    ])
    // An upstream may not know what its own list has: the name itself is no help then.
    return this.#suggestions.near(name, SUGGESTIONS, it => it === name || name.endsWith(`/${it}`))
  }

  /** resolve gives the offers for a name in order: its targets, then the fallbacks of the config and of the caller. */
  resolve(name: string, callerFallbacks: readonly string[] = [], asked: Asked = NOBODY): Resolution {
    const found = this.#resolve(name, asked)
    const own = Object.hasOwn(this.#config.fallbacks, name) ? this.#config.fallbacks[name] : undefined
    if (own === undefined && callerFallbacks.length === 0) return found
    const offers: Offer[] = [...found.offers]
    for (const fallback of [...(own ?? []), ...callerFallbacks]) {
      offers.push(...this.#resolve(fallback, asked).offers)
    }
    return { ...found, offers: once(offers) }
  }

  /** explain tells how a name is understood, step by step. */
  explain(name: string, asked: Asked = NOBODY): Explanation {
    const steps: string[] = []
    try {
      const { offers, alias } = this.#resolve(name, asked, steps)
      const targets = offers.map(({ provider, model }) => `${provider}/${model}`)
      return { name, steps, targets, ...(alias !== undefined && { alias }) }
    } catch (thrown) {
      if (!isGatewayError(thrown)) throw thrown
      return { name, steps, targets: [], problem: thrown.message }
    }
  }

  #resolve(name: string, asked: Asked, steps?: string[]): Resolution {
    const found = this.#resolver.resolve(name, asked, steps)
    if (found === undefined) throw this.#absent(name)
    return found
  }

  #absent(name: string): GatewayError {
    const slash = name.indexOf('/')
    const waiting = slash > 0 ? this.#waiting(name.slice(0, slash)) : undefined
    if (waiting === undefined) return this.notFound(name)
    const details = { clientCode: 'model_not_found', param: 'model' }
    return ISTHMUS_MODEL_PROVIDER_WAITING.with(details, shown(name), waiting.id, waiting.variables.join(', '))
  }

  #waiting(id: string) {
    return this.#registry.waiting.find(it => it.kind === 'provider' && it.id === id)
  }

  #changed(): void {
    this.#rows = undefined
    this.#suggestions = undefined
  }
}

const rowOf = ({ channel, id, info }: Offered): ModelRow => ({
  ...info,
  id: `${channel.id}/${id}`,
  provider: channel.id,
  upstreamId: id
})
