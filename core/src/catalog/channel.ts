import type { ChannelState, ModelFacts, ModelInfo, Provider, Way } from '../contract/index.ts'
import { type FeatureTable, featureTable } from '../ir/index.ts'
import { type Bundled, type Layer, merged } from './layers.ts'
import { keyOf } from './names.ts'

/** Offered is a model that a channel offers, with the layers of what is known of it. */
export interface Offered {
  readonly channel: Channel
  /** As the upstream takes it. */
  readonly id: string
  /** `vendor/model`, where it is known. */
  readonly model: string | undefined
  readonly layers: readonly Layer[]
  readonly info: ModelInfo
}

/** Facts that lie over what providers and their lists say. */
export interface Overrides {
  /** Under `channel/model` and `vendor/model`, as keys. */
  readonly config: ReadonlyMap<string, ModelFacts>
  readonly runtime: ReadonlyMap<string, ModelFacts>
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

  /** Whether names that it does not list may be passed to it at all: its list is then only what it said last. */
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
    const configured = [...overrides.config.keys(), ...overrides.runtime.keys()].flatMap(
      name => this.#ownId(name) ?? []
    )
    const ids = new Set([...own.keys(), ...live.keys(), ...served.map(({ id }) => id)])
    const keys = new Set([...ids].map(keyOf))
    for (const id of configured) if (!keys.has(id)) ids.add(id)

    const offered = new Map<string, Offered>()
    for (const id of ids) {
      const entry = bundled.servedAs(service, id)
      const model = own.get(id)?.model ?? live.get(id)?.model ?? entry?.value.model ?? modelOf(bundled, id)
      if (!allowed(id, model)) continue
      const general = model === undefined ? undefined : bundled.model(model)
      const layers: Layer[] = [
        { from: general?.from ?? '', facts: general?.value },
        { from: entry?.from ?? '', facts: entry?.value },
        { from: 'provider', facts: own.get(id) },
        { from: 'listing', facts: live.get(id) }
      ]
      for (const [from, facts] of Object.entries(overrides) as [string, ReadonlyMap<string, ModelFacts>][]) {
        if (facts.size === 0) continue
        if (model !== undefined) layers.push({ from, facts: facts.get(keyOf(model)) })
        layers.push({ from, facts: facts.get(keyOf(`${this.id}/${id}`)) })
      }
      offered.set(id, { channel: this, id, model, layers, info: merged(id, model, layers) })
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

  #ownId(name: string): string | undefined {
    const prefix = `${keyOf(this.id)}/`
    return name.startsWith(prefix) ? name.slice(prefix.length) : undefined
  }
}

/** modelOf finds a model by an id that no table of its service has: a whole slug, or a spelling without the vendor. */
function modelOf(bundled: Bundled, id: string): string | undefined {
  return bundled.model(id)?.value.id
}
