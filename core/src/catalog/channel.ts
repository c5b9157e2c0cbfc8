import type { ChannelState, ModelFacts, ModelInfo, Provider, Way } from '../contract/index.ts'
import { type FeatureTable, featureTable } from '../ir/index.ts'
import type { Bundled, Layer } from './layers.ts'
import { keyOf, splitVariant } from './names.ts'
import { Offered } from './offered.ts'

/** NamedFacts are facts under the name that someone wrote them for: `channel/model`, or `vendor/model`. */
export interface NamedFacts {
  readonly name: string
  readonly facts: ModelFacts
}

/** Facts that lie over what providers and their lists say, by the keys of their names. */
export interface Overrides {
  readonly config: ReadonlyMap<string, NamedFacts>
  readonly runtime: ReadonlyMap<string, NamedFacts>
}

/** Models that no list has are remembered too, but only so many: names come from clients. */
const MAX_REMEMBERED = 1000

/** Channel is a provider's instance and the models it offers. */
export class Channel {
  readonly id: string
  readonly provider: Provider
  state: ChannelState
  /** What its upstream said, once it did. */
  #listing: readonly ModelInfo[] | undefined
  #offered: ReadonlyMap<string, Offered> = new Map()
  readonly #ways = new Map<string, readonly Way[]>()
  readonly #adjust: (features: FeatureTable) => FeatureTable

  constructor(id: string, provider: Provider, adjust: (features: FeatureTable) => FeatureTable) {
    this.id = id
    this.provider = provider
    this.#adjust = adjust
    const { service, list } = provider.models ?? {}
    this.state = { id, ...(service !== undefined && { service }), models: 0, listing: list ? 'pending' : 'none' }
  }

  /** offered gives the models, by id. */
  get offered(): ReadonlyMap<string, Offered> {
    return this.#offered
  }

  /** Whether its upstream has said what it has, in this run or an earlier one. */
  get listed(): boolean {
    return this.#listing !== undefined
  }

  /** list takes over what its upstream said. */
  list(models: readonly ModelInfo[]): void {
    this.#listing = models
  }

  /** compose lays all that is known over one another anew. What a list says is offered; without one, what is known to be served. */
  compose(bundled: Bundled, overrides: Overrides, allowed: (id: string, model: string | undefined) => boolean): void {
    const { service, known = [] } = this.provider.models ?? {}
    const listing = this.#listing ?? []
    const own = new Map(known.map(info => [info.id, info]))
    const live = new Map(listing.map(info => [info.id, info]))
    const served = this.#listing === undefined && service !== undefined ? bundled.served(service) : []
    const ids = new Set([...own.keys(), ...live.keys(), ...served.map(({ id }) => id)])
    for (const id of this.#described(ids, bundled, overrides)) ids.add(id)

    const offered = new Map<string, Offered>()
    for (const id of ids) {
      const entry = bundled.servedAs(service, id)
      const model = own.get(id)?.model ?? live.get(id)?.model ?? entry?.value.model ?? this.modelOf(bundled, id)
      if (!allowed(id, model)) continue
      const layers: Layer[] = []
      const add = (from: string, facts: ModelFacts | undefined) => facts && layers.push({ from, facts })
      const general = model === undefined ? undefined : bundled.model(model)
      add(general?.from ?? '', general?.value)
      add(entry?.from ?? '', entry?.value)
      add('provider', own.get(id))
      add('listing', live.get(id))
      for (const [from, facts] of Object.entries(overrides) as [string, Overrides['config']][]) {
        if (facts.size === 0) continue
        if (model !== undefined) add(from, facts.get(keyOf(model))?.facts)
        add(from, facts.get(keyOf(`${this.id}/${id}`))?.facts)
      }
      offered.set(id, new Offered(this, id, model, layers))
    }
    this.#offered = offered
    this.state = { ...this.state, models: offered.size }
  }

  /** ways gives the endpoints that could serve a model, with their verdicts for it. */
  ways(model: string): readonly Way[] {
    let known = this.#ways.get(model)
    if (known === undefined) {
      known = [this.provider, ...(this.provider.endpoints ?? [])]
        .filter(endpoint => endpoint.serves?.(model) ?? true)
        // A format made for an older kernel has no verdict for the newer features.
        .map(endpoint => ({
          endpoint,
          features: this.#adjust(featureTable(endpoint.featuresFor?.(model) ?? endpoint.features))
        }))
      if (this.#ways.size >= MAX_REMEMBERED + this.#offered.size) this.#ways.clear()
      this.#ways.set(model, known)
    }
    return known
  }

  /**
   * modelOf gives the `vendor/model` of an id: by the table of its service, as a slug, or as a spelling without the vendor.
   * A model that nobody knows is its vendor's, where the service is the vendor's own, or names it.
   */
  modelOf(bundled: Bundled, id: string): string | undefined {
    const { service, anyVendor } = this.provider.models ?? {}
    const known = bundled.servedAs(service, id)?.value.model ?? bundled.model(id)?.value.id
    if (known !== undefined || id === '') return known
    if (anyVendor === true) {
      const slug = splitVariant(id)?.base ?? id
      const slash = slug.indexOf('/')
      const vendor = slash > 0 ? bundled.vendorOf(slug.slice(0, slash)) : undefined
      return vendor === undefined ? undefined : (bundled.model(slug)?.value.id ?? `${vendor}${slug.slice(slash)}`)
    }
    const vendor = service === undefined || /[/:]/.test(id) ? undefined : bundled.vendorAt(service)
    return vendor === undefined ? undefined : `${vendor}/${id}`
  }

  /** described gives the models that only someone's facts say it has. */
  #described(ids: ReadonlySet<string>, bundled: Bundled, { config, runtime }: Overrides): readonly string[] {
    if (config.size + runtime.size === 0) return []
    const keys = new Set([...ids].map(keyOf))
    const prefix = `${keyOf(this.id)}/`
    return [...config, ...runtime].flatMap(([key, { name }]) => {
      const own = key.startsWith(prefix) && !keys.has(key.slice(prefix.length))
      // A channel may be called as a vendor is: facts of a model that is known are of the vendor's.
      return own && bundled.model(name) === undefined ? name.slice(prefix.length) : []
    })
  }
}
