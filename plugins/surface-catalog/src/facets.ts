import type { Entry } from './entries.ts'

/** Facets are what people may choose from on the page: only what some model has. */
export interface Facets {
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly features: readonly string[]
  readonly authors: readonly string[]
  /** Ids of channels, with the names that people read. */
  readonly providers: readonly (readonly [id: string, name: string])[]
}

/** facetsOf collects them. */
export function facetsOf(entries: readonly Entry[], providers: ReadonlyMap<string, string>): Facets {
  const models = entries.filter(({ alias }) => !alias)
  const serving = new Set(models.flatMap(entry => entry.providers))
  return {
    input: distinct(models.map(({ facts }) => facts.input)),
    output: distinct(models.map(({ facts }) => facts.output)),
    features: distinct(models.map(({ facts }) => facts.features)),
    authors: distinct([models.map(({ author }) => author)]),
    providers: [...serving].sort().map(id => [id, providers.get(id) ?? id] as const)
  }
}

const distinct = (lists: readonly (readonly string[] | undefined)[]): readonly string[] =>
  [...new Set(lists.flatMap(list => list ?? []))].sort()
