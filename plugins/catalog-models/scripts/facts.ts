import { readdirSync, readFileSync } from 'node:fs'
import type { Alias, CatalogService, CatalogVendor, Modality, Prices, ReasoningFacts } from '@isthmus/core'

/** Can is what a model can do that a request may ask for. The list of a model is complete: what is not in it, it cannot. */
export type Can = 'tools' | 'structured_outputs' | 'temperature' | 'reasoning'

/** CommonFacts are what the table says of a model, wherever it is served or at one service. */
export interface CommonFacts {
  readonly contextTokens?: number
  readonly maxOutputTokens?: number
  readonly input?: readonly Modality[]
  readonly output?: readonly Modality[]
  readonly can?: readonly Can[]
  readonly reasoning?: ReasoningFacts | false
}

/** ModelFact is a line of `facts/models.jsonl`. */
export interface ModelFact extends CommonFacts {
  readonly id: string
  readonly name: string
  readonly family?: string
  readonly spellings?: readonly string[]
  /** A day or a month. */
  readonly released?: string
  readonly knowledge?: string
}

/** ServedFact is a line of `facts/services/*.jsonl`: a model at a service, with what differs there. */
export interface ServedFact extends CommonFacts {
  readonly id: string
  readonly model?: string
  readonly name?: string
  /** The id that the price list has for it, where it lists a name that moved under what it stood for before. */
  readonly pricedAs?: string
  readonly prices?: Prices
}

/** VendorFact is what `facts/vendors.json` says of who makes models. */
export interface VendorFact extends CatalogVendor {
  readonly tokenizer?: string
}

/** Source says where figures are from, and of which day. */
export interface Source {
  readonly source: string
  readonly asOf: string
}

/** Facts is the whole table. */
export interface Facts {
  readonly sources: { readonly facts: Source; readonly prices: Source & { readonly version: string } }
  readonly vendors: Readonly<Record<string, VendorFact>>
  readonly models: readonly ModelFact[]
  readonly services: Readonly<Record<string, Omit<CatalogService, 'models'>>>
  readonly served: Readonly<Record<string, readonly ServedFact[]>>
  readonly aliases: Readonly<Record<string, Alias>>
}

/** readFacts reads the table from its folder. */
export function readFacts(folder: URL): Facts {
  const json = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as T
  const lines = <T>(name: string): readonly T[] =>
    readFileSync(new URL(name, folder), 'utf8')
      .split('\n')
      .flatMap(line => (line === '' ? [] : (JSON.parse(line) as T)))
  const files = readdirSync(new URL('services/', folder)).sort()
  return {
    sources: json('sources.json'),
    vendors: json('vendors.json'),
    models: lines('models.jsonl'),
    services: json('services.json'),
    served: Object.fromEntries(files.map(file => [file.replace(/\.jsonl$/, ''), lines(`services/${file}`)])),
    aliases: json('aliases.json')
  }
}
