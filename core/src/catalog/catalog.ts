import type { Logger } from 'pino'
import type { ModelsConfig } from '../config/schema.ts'
import type { ModelInfo, ModelRow, Provider, Target, Way } from '../contract/index.ts'
import { type GatewayError, ISTHMUS_MODEL_NOT_FOUND, ISTHMUS_MODEL_PROVIDER_WAITING } from '../errors/index.ts'
import { type FeatureTable, featureTable } from '../ir/index.ts'
import type { Instance, Registry } from '../registry/index.ts'
import { nearest } from '../wire/nearest.ts'

interface Channel {
  readonly id: string
  readonly provider: Provider
  /** The models it lists, by id. */
  readonly models: Map<string, ModelInfo>
  /** The ways to a model: they are the same for every request. */
  readonly ways: Map<string, readonly Way[]>
}

/** Offer is a target and the ways to it, in the provider's order of preference. */
export interface Offer extends Target {
  readonly info?: ModelInfo
  readonly ways: readonly Way[]
}

/** Models that no list has are remembered too, but only so many: names come from clients. */
const MAX_REMEMBERED = 1000
const SUGGESTIONS = 3
/** What a row says in the place of a provider, for a name of the config's own. */
const ALIAS = 'alias'
const MAX_SHOWN = 128

/**
 * Catalog knows which models there are and which provider's instance (channel) serves them. A name is tried in this
 * order: `channel/model`, then an alias, then a bare model id that some channel lists.
 */
export class Catalog {
  #channels = new Map<string, Channel>()
  #config: ModelsConfig
  #registry: Registry
  #log: Logger
  #adjust: (features: FeatureTable) => FeatureTable
  #rows: readonly ModelRow[] | undefined
  #bare = new Map<string, Channel[]>()

  /** `adjust` changes the verdicts of an endpoint by what the gateway does for it. */
  constructor(
    registry: Registry,
    config: ModelsConfig,
    log: Logger,
    adjust: (features: FeatureTable) => FeatureTable = features => features
  ) {
    this.#adjust = adjust
    this.#config = config
    this.#registry = registry
    this.#log = log
    for (const instance of registry.all('provider')) this.#add(instance)
  }

  /** rows are the aliases and all listed models, by the name a client sends. */
  rows(): readonly ModelRow[] {
    this.#rows ??= [
      ...Object.keys(this.#config.aliases).map(id => ({ id, provider: ALIAS, ownedBy: ALIAS })),
      ...[...this.#channels.values()].flatMap(channel =>
        [...channel.models.values()].map(info => ({ ...info, id: `${channel.id}/${info.id}`, provider: channel.id }))
      )
    ]
    return this.#rows
  }

  /** find gives the row of a listed model, by its full or its bare name. */
  find(name: string): ModelRow | undefined {
    const rows = this.rows()
    return rows.find(row => row.id === name) ?? rows.find(row => row.id === `${row.provider}/${name}`)
  }

  /** notFound makes the error for an unknown name, with the nearest ones that are known. */
  notFound(name: string): GatewayError {
    const shown = name.length > MAX_SHOWN ? `${name.slice(0, MAX_SHOWN)}…` : name
    return ISTHMUS_MODEL_NOT_FOUND.with({ clientCode: 'model_not_found', param: 'model' }, shown, this.suggest(name))
  }

  /** suggest gives a sentence with the nearest known names, '' when none is near. It begins with a space. */
  suggest(name: string): string {
    if (name.length > MAX_SHOWN) return ''
    const known = this.rows().flatMap(row => (row.provider === ALIAS ? row.id : [row.id, bareOf(row)]))
    // An upstream may not know what its own list has: the name itself is no help then.
    const others = known.filter(it => it !== name && !name.endsWith(`/${it}`))
    const near = nearest(name, [...new Set(others)], SUGGESTIONS)
    return near.length === 0 ? '' : ` Did you mean ${near.map(it => `'${it}'`).join(' or ')}?`
  }

  /** waysTo gives the ways to a model of a channel, for reports. */
  waysTo(provider: string, model: string): readonly Way[] {
    const channel = this.#channels.get(provider)
    return channel === undefined ? [] : this.#ways(channel, model)
  }

  /** resolve gives the offers for a name in order: its targets, then the fallbacks of the config and of the caller. */
  resolve(name: string, callerFallbacks: readonly string[] = []): readonly Offer[] {
    const offers = [...this.#targets(name)]
    const own = Object.hasOwn(this.#config.fallbacks, name) ? this.#config.fallbacks[name] : undefined
    const fallbacks = [...(own ?? []), ...callerFallbacks]
    for (const fallback of fallbacks) offers.push(...this.#targets(fallback))
    if (offers.length < 2) return offers
    const seen = new Set<string>()
    return offers.filter(({ provider, model }) => {
      const key = `${provider}/${model}`
      return !seen.has(key) && seen.add(key)
    })
  }

  /** setModels replaces the list of a channel with what its upstream says; models known beforehand stay. */
  setModels(channelId: string, models: readonly ModelInfo[]): void {
    const channel = this.#channels.get(channelId)
    if (channel === undefined) return
    channel.models.clear()
    for (const info of [...(channel.provider.models?.known ?? []), ...models]) channel.models.set(info.id, info)
    this.#rows = undefined
    this.#bare.clear()
    for (const each of this.#channels.values()) this.#index(each)
    this.#log.debug({ channel: channelId, models: channel.models.size }, 'model list read')
  }

  #add({ id, contribution }: Instance<'provider'>): void {
    const known = contribution.models?.known ?? []
    const channel: Channel = {
      id,
      provider: contribution,
      models: new Map(known.map(info => [info.id, info])),
      ways: new Map()
    }
    this.#channels.set(id, channel)
    this.#index(channel)
  }

  #index(channel: Channel): void {
    for (const model of channel.models.keys()) {
      const serving = this.#bare.get(model)
      if (serving === undefined) this.#bare.set(model, [channel])
      else serving.push(channel)
    }
  }

  #targets(name: string): readonly Offer[] {
    const direct = this.#direct(name)
    if (direct !== undefined) return [direct]
    const alias = Object.hasOwn(this.#config.aliases, name) ? this.#config.aliases[name] : undefined
    if (alias !== undefined) {
      return (typeof alias === 'string' ? [alias] : alias).flatMap(target => {
        const offer = this.#direct(target)
        return offer === undefined ? this.#listed(target) : [offer]
      })
    }
    return this.#listed(name)
  }

  /** `channel/model`: the channel is asked even for a model that no list has, as models appear daily. */
  #direct(name: string): Offer | undefined {
    const slash = name.indexOf('/')
    if (slash <= 0 || slash === name.length - 1) return undefined
    const id = name.slice(0, slash)
    const model = name.slice(slash + 1)
    const channel = this.#channels.get(id)
    if (channel === undefined) {
      const waiting = this.#registry.waiting.find(it => it.kind === 'provider' && it.id === id)
      if (waiting === undefined) return undefined
      const details = { clientCode: 'model_not_found', param: 'model' }
      throw ISTHMUS_MODEL_PROVIDER_WAITING.with(details, name, id, waiting.variables.join(', '))
    }
    if (this.#config.strict && !channel.models.has(model)) return undefined
    return this.#offer(channel, model)
  }

  #listed(name: string): readonly Offer[] {
    const serving = this.#bare.get(name)
    if (serving === undefined) throw this.notFound(name)
    return serving.map(channel => this.#offer(channel, name))
  }

  #offer(channel: Channel, model: string): Offer {
    const info = channel.models.get(model)
    return { provider: channel.id, model, ways: this.#ways(channel, model), ...(info && { info }) }
  }

  #ways({ provider, ways }: Channel, model: string): readonly Way[] {
    let known = ways.get(model)
    if (known === undefined) {
      known = [provider, ...(provider.endpoints ?? [])]
        .filter(endpoint => endpoint.serves?.(model) ?? true)
        // A format made for an older kernel has no verdict for the newer features.
        .map(endpoint => ({
          endpoint,
          features: this.#adjust(featureTable(endpoint.featuresFor?.(model) ?? endpoint.features))
        }))
      if (ways.size >= MAX_REMEMBERED) ways.clear()
      ways.set(model, known)
    }
    return known
  }
}

const bareOf = (row: ModelRow): string => row.id.slice(row.provider.length + 1)
