import type { CatalogData, CatalogModel, ModelFacts, ModelInfo, Provenance, ServedModel } from '../contract/index.ts'
import { isObject } from '../wire/index.ts'
import { keyOf } from './names.ts'

/** Layer is what one source says of a model. */
export interface Layer {
  readonly from: string
  readonly facts: ModelFacts
}

const IDENTITY: ReadonlySet<string> = new Set(['id', 'spellings', 'model'])

/** merged lays the layers over one another: of a fact that several have, the last holds. */
export function merged(id: string, model: string | undefined, layers: readonly Layer[]): ModelInfo {
  const info: Record<string, unknown> = { id }
  for (const { facts } of layers) {
    for (const [name, value] of Object.entries(facts)) {
      if (value !== undefined && !IDENTITY.has(name))
        info[name] = name === 'reasoning' ? joined(info[name], value) : value
    }
  }
  if (model !== undefined) info.model = model
  return info as unknown as ModelInfo
}

/** joined: who knows how a model thinks may know only a part of it. Other facts are whole: prices of two lists are never mixed. */
function joined(before: unknown, value: unknown): unknown {
  return isObject(before) && isObject(value) ? { ...before, ...value } : value
}

/** provenance says for each fact which layer it is from. */
export function provenance(layers: readonly Layer[]): Provenance {
  const from: Record<string, string> = {}
  for (const layer of layers) {
    for (const [name, value] of Object.entries(layer.facts)) {
      if (value !== undefined && !IDENTITY.has(name)) from[name] = layer.from
    }
  }
  return from
}

interface Sourced<T> {
  readonly from: string
  readonly value: T
}

/** Bundled is what the catalogue plugins know, found by name. Of plugins that know the same, the first is believed. */
export class Bundled {
  /** By every name of a model without its vendor, and by its id. */
  readonly #models = new Map<string, Sourced<CatalogModel>>()
  readonly #served = new Map<string, Map<string, Sourced<ServedModel>>>()
  readonly #prefixes = new Map<string, string>()
  readonly #vendors = new Map<string, string>()
  readonly #serving = new Set<string>()

  constructor(sources: readonly { readonly id: string; readonly data: CatalogData }[]) {
    for (const { id: from, data } of sources) {
      for (const model of data.models) {
        for (const name of [model.id, ...namesOf(model)]) addFirst(this.#models, keyOf(name), { from, value: model })
      }
      for (const [service, { models, vendor }] of Object.entries(data.services)) {
        if (vendor !== undefined) addFirst(this.#vendors, service, vendor)
        const served = this.#served.get(service) ?? new Map<string, Sourced<ServedModel>>()
        this.#served.set(service, served)
        for (const value of models) {
          addFirst(served, keyOf(value.id), { from, value })
          if (value.model !== undefined) this.#serving.add(`${service} ${keyOf(value.model)}`)
        }
      }
      for (const [slug, { prefixes }] of Object.entries(data.vendors)) {
        for (const prefix of [slug, ...(prefixes ?? [])]) addFirst(this.#prefixes, keyOf(prefix), slug)
      }
    }
  }

  /** vendorOf gives the slug for any spelling of a vendor. */
  vendorOf(prefix: string): string | undefined {
    return this.#prefixes.get(keyOf(prefix))
  }

  /** vendorAt gives the vendor whose own service it is. */
  vendorAt(service: string): string | undefined {
    return this.#vendors.get(service)
  }

  /** lacks tells whether a model is known, and known not to be served by a service. */
  lacks(service: string, name: string): boolean {
    const model = this.model(name)?.value
    return model !== undefined && !this.#serving.has(`${service} ${keyOf(model.id)}`)
  }

  /** served gives the models of a service. */
  served(service: string): readonly ServedModel[] {
    return [...(this.#served.get(service)?.values() ?? [])].map(({ value }) => value)
  }

  /** servedAs finds a model by the id that its service takes. */
  servedAs(service: string | undefined, id: string): Sourced<ServedModel> | undefined {
    return service === undefined ? undefined : this.#served.get(service)?.get(keyOf(id))
  }

  /** model finds a model by its id or by any of its spellings. */
  model(name: string): Sourced<CatalogModel> | undefined {
    return this.#models.get(keyOf(name))
  }
}

/** namesOf gives what a model is called without its vendor. */
export function namesOf({ id, spellings }: CatalogModel): readonly string[] {
  return [id.slice(id.indexOf('/') + 1), ...(spellings ?? [])]
}

function addFirst<T>(into: Map<string, T>, key: string, value: T): void {
  if (!into.has(key)) into.set(key, value)
}
