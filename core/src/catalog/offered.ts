import type { ModelFacts, ModelInfo } from '../contract/index.ts'
import type { Channel } from './channel.ts'
import { type Layer, merged } from './layers.ts'
import { keyOf } from './names.ts'

/** Offered is a model that a channel offers, with the layers of what is known of it. */
export class Offered {
  readonly channel: Channel
  /** As the upstream takes it. */
  readonly id: string
  /** `vendor/model`, where it is known. */
  readonly model: string | undefined
  readonly layers: readonly Layer[]
  #info: ModelInfo | undefined

  constructor(channel: Channel, id: string, model: string | undefined, layers: readonly Layer[]) {
    this.channel = channel
    this.id = id
    this.model = model
    this.layers = layers
  }

  /** info is all layers laid over one another. Of most models nobody ever asks for it. */
  get info(): ModelInfo {
    this.#info ??= merged(this.id, this.model, this.layers)
    return this.#info
  }

  /** fact gives one fact of it. */
  fact<K extends keyof ModelFacts>(name: K): ModelFacts[K] | undefined {
    for (let at = this.layers.length - 1; at >= 0; at--) {
      const value = this.layers[at]?.facts[name]
      if (value !== undefined) return value
    }
    return undefined
  }

  /** vendor gives the key of who made it. */
  get vendor(): string | undefined {
    const vendor = this.fact('vendor') ?? (this.model?.includes('/') ? this.model.split('/', 1)[0] : undefined)
    return vendor === undefined ? undefined : keyOf(vendor)
  }
}
