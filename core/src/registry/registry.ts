import type { Kind, Kinds } from '../contract/index.ts'

/** Instance is one configured use of a plugin, up and running. */
export interface Instance<K extends Kind = Kind> {
  readonly kind: K
  readonly id: string
  /** The plugin's name and version, for listings. */
  readonly plugin: string
  readonly version: string
  readonly contribution: Kinds[K]
}

/** WaitingProvider is a provider that is configured and left out until its variables are set. */
export interface Waiting {
  readonly kind: string
  readonly id: string
  readonly variables: readonly string[]
}

/** Registry maps kind and instance id to contributions. It is filled at boot and frozen before the first request. */
export class Registry {
  /** An id is unique among plugins of its kind, and may stand for one of each. */
  #byKey = new Map<string, Instance>()
  #frozen = false
  readonly waiting: Waiting[] = []

  add<K extends Kind>(instance: Instance<K>): void {
    if (this.#frozen) throw new Error('the registry is frozen')
    this.#byKey.set(keyOf(instance.kind, instance.id), instance as unknown as Instance)
  }

  freeze(): this {
    this.#frozen = true
    return this
  }

  /** all gives the instances of one kind, in the order they were set up. */
  all<K extends Kind>(kind: K): readonly Instance<K>[] {
    return [...this.#byKey.values()].filter(instance => instance.kind === kind) as unknown as readonly Instance<K>[]
  }

  get<K extends Kind>(kind: K, id: string): Instance<K> | undefined {
    return this.#byKey.get(keyOf(kind, id)) as unknown as Instance<K> | undefined
  }
}

const keyOf = (kind: Kind, id: string): string => `${kind}/${id}`
