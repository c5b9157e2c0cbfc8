import type { ModelsConfig } from '../config/schema.ts'
import type { ModelFacts, ModelInfo, Target, Way } from '../contract/index.ts'
import type { FeatureTable } from '../ir/index.ts'
import type { Registry } from '../registry/index.ts'
import { Channel, type NamedFacts, type Overrides } from './channel.ts'
import type { Bundled } from './layers.ts'
import { type Named, NameIndex } from './name-index.ts'
import { bareOf, keyOf, matcher, mayPass, splitVariant, undated } from './names.ts'
import type { Offered } from './offered.ts'

/** Offer is a target and the ways to it, in the provider's order of preference. */
export interface Offer extends Target {
  readonly info?: ModelInfo
  readonly ways: readonly Way[]
  /** The name asked the model to think. */
  readonly thinking?: true
}

/** Offers are all models of all channels, and how they are found by name. */
export class Offers {
  readonly channels: ReadonlyMap<string, Channel>
  readonly #bundled: Bundled
  readonly #strict: boolean
  readonly #configFacts: Overrides['config']
  readonly #unlimited: boolean
  readonly #allowed: (channel: string, id: string, model: string | undefined) => boolean
  #runtimeFacts: Overrides['runtime'] = new Map()
  /** Made when it is next asked for: lists come several at a time. */
  #index: NameIndex | undefined
  #offers = new Map<Offered, Offer>()
  #found = new WeakMap<readonly Offered[], readonly Offer[]>()
  #alone = new Map<Offered, readonly Offered[]>()
  #talking: readonly Offer[] | undefined
  readonly #byKey: ReadonlyMap<string, Channel>
  readonly #waiting: ReadonlySet<string>

  constructor(
    registry: Registry,
    config: ModelsConfig,
    bundled: Bundled,
    adjust: (features: FeatureTable) => FeatureTable
  ) {
    this.#bundled = bundled
    this.#strict = config.strict
    this.#configFacts = byKey(Object.entries(config.facts) as [string, ModelFacts][])
    this.#allowed = permission(config)
    this.#unlimited = config.forbid.length === 0 && Object.keys(config.channels).length === 0
    this.channels = new Map(
      registry.all('provider').map(({ id, contribution }) => [id, new Channel(id, contribution, adjust)])
    )
    this.#byKey = new Map([...this.channels].map(([id, channel]) => [keyOf(id), channel]))
    this.#waiting = new Set(registry.waiting.map(({ id }) => id))
    this.#composeAll()
  }

  get index(): NameIndex {
    this.#index ??= new NameIndex(this.all(), this.#bundled)
    return this.#index
  }

  /** setFacts lays changes over what is known of models, by `channel/model` or `vendor/model`. */
  setFacts(changes: ReadonlyMap<string, ModelFacts>): void {
    this.#runtimeFacts = byKey(changes)
    this.#composeAll()
  }

  /** compose takes over what was learnt of a channel since. */
  compose(channel: Channel): void {
    const overrides = { config: this.#configFacts, runtime: this.#runtimeFacts }
    channel.compose(this.#bundled, overrides, (id, model) => this.#allowed(channel.id, id, model))
    this.#index = undefined
    this.#offers = new Map()
    this.#found = new WeakMap()
    this.#alone = new Map()
    this.#talking = undefined
  }

  /** all gives every model that is offered, in the order of the config. */
  all(): readonly Offered[] {
    return [...this.channels.values()].flatMap(({ offered }) => [...offered.values()])
  }

  /** talking gives every model that can hold a conversation, in the order of the config. One of which nothing is known may. */
  talking(): readonly Offer[] {
    this.#talking ??= this.of(this.all().filter(({ info }) => info.output?.includes('text') ?? true))
    return this.#talking
  }

  /**
   * listed finds `channel/model`, or else `vendor/model` on every channel that serves it; a bare name as it is. `wide` takes
   * what is before the slash for a channel only if that has the models of all vendors.
   */
  listed(name: string, wide = false): readonly Offered[] {
    const slash = name.indexOf('/')
    const channel = slash > 0 ? this.#channel(name.slice(0, slash)) : undefined
    const only = channel !== undefined && !(wide && channel.provider.models?.anyVendor !== true)
    const exact = only ? channel.offered.get(name.slice(slash + 1)) : undefined
    if (exact !== undefined) return this.#only(exact)
    const named = this.index.find(name)
    const own = only && (onChannel(this.index.find(name.slice(slash + 1)), channel) ?? onChannel(named, channel))
    return own ? this.#only(own) : (named?.offered ?? NOTHING)
  }

  /** pass gives the channels that may be asked for a name that no list has, as models appear daily. */
  pass(name: string): readonly Offer[] | undefined {
    const slash = name.indexOf('/')
    if (this.#strict || slash <= 0 || slash === name.length - 1 || !mayPass(name)) return undefined
    const prefix = name.slice(0, slash)
    const model = name.slice(slash + 1)
    const channel = this.#channel(prefix)
    const vendor = this.#bundled.vendorOf(prefix)
    if (channel !== undefined && !this.#isElsewhere(channel, vendor, model)) {
      return this.may(channel, model) ? [this.offer(channel, model)] : undefined
    }
    const offers = [...this.channels.values()].flatMap(channel => {
      const { anyVendor } = channel.provider.models ?? {}
      const own = this.#isVendors(channel, vendor) && !this.#isElsewhere(channel, vendor, model)
      // What a service that has every vendor's models does not list, it does not have.
      const others = anyVendor === true && !channel.listed && (vendor !== undefined || !this.#waiting.has(prefix))
      const id = own ? model : others ? name : undefined
      return id !== undefined && this.may(channel, id) ? this.offer(channel, id) : []
    })
    return offers.length > 0 ? offers : undefined
  }

  /** of makes the offers of a name once: most requests are for few names. */
  of(named: readonly Offered[]): readonly Offer[] {
    let offers = this.#found.get(named)
    if (offers === undefined) {
      offers = named.map(one => this.#known(one))
      this.#found.set(named, offers)
    }
    return offers
  }

  #known(offered: Offered): Offer {
    let offer = this.#offers.get(offered)
    if (offer === undefined) {
      offer = this.offer(offered.channel, offered.id)
      this.#offers.set(offered, offer)
    }
    return offer
  }

  /** offer makes an offer of a model, also of one that no list has. */
  offer(channel: Channel, id: string): Offer {
    const info = channel.offered.get(id)?.info ?? channel.offered.get(splitVariant(id)?.base ?? id)?.info
    return { provider: channel.id, model: id, ways: channel.ways(id), ...(info && { info }) }
  }

  /** A vendor's name may be its channel's, too: what the vendor is known not to serve itself is not asked of it. */
  #isElsewhere(channel: Channel, vendor: string | undefined, model: string): boolean {
    const { service } = channel.provider.models ?? {}
    if (service === undefined || !this.#isVendors(channel, vendor)) return false
    return this.#bundled.lacks(service, `${vendor}/${model}`) || this.#bundled.lacks(service, model)
  }

  /** isVendors tells whether a channel is of a vendor's own service. */
  #isVendors({ provider }: Channel, vendor: string | undefined): boolean {
    const { service } = provider.models ?? {}
    return service !== undefined && vendor !== undefined && this.#bundled.vendorAt(service) === vendor
  }

  /** may tells whether the config lets a channel serve a model that it does not list, by any name that is in its id. */
  may(channel: Channel, id: string): boolean {
    if (this.#unlimited) return true
    const plain = splitVariant(id)?.base ?? id
    const named = [id, plain, undated(plain)?.base ?? plain]
    return named.every(one => this.#allowed(channel.id, one, channel.modelOf(this.#bundled, one)))
  }

  #channel(prefix: string): Channel | undefined {
    return this.channels.get(prefix) ?? this.#byKey.get(keyOf(prefix))
  }

  #only(offered: Offered): readonly Offered[] {
    let alone = this.#alone.get(offered)
    if (alone === undefined) {
      alone = [offered]
      this.#alone.set(offered, alone)
    }
    return alone
  }

  #composeAll(): void {
    for (const channel of this.channels.values()) this.compose(channel)
  }
}

const NOTHING: readonly never[] = []

function onChannel(named: Named | undefined, channel: Channel): Offered | undefined {
  const isOwn = (offered: Offered) => offered.channel === channel
  return named?.offered.find(isOwn) ?? named?.others.find(isOwn)
}

function byKey(facts: Iterable<[string, ModelFacts]>): ReadonlyMap<string, NamedFacts> {
  return new Map([...facts].map(([name, facts]) => [keyOf(name), { name, facts }]))
}

/** permission tells which channel may serve which model, by the config's words. */
function permission({ channels, forbid }: ModelsConfig) {
  const bound = Object.entries(channels).map(([pattern, only]) => ({ fits: matcher(pattern), only: new Set(only) }))
  const forbidden = forbid.map(matcher)
  return (channel: string, id: string, model: string | undefined): boolean => {
    if (bound.length === 0 && forbidden.length === 0) return true
    const names = [`${channel}/${id}`, id, bareOf(id), ...(model === undefined ? [] : [model, bareOf(model)])]
    if (forbidden.some(fits => names.some(fits))) return false
    return bound.every(({ fits, only }) => only.has(channel) || !names.some(fits))
  }
}
