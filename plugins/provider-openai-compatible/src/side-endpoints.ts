import {
  concerns,
  type Endpoint,
  endpointFrom,
  FEATURES,
  type Feature,
  type FeatureTable,
  type Operation
} from '@isthmus/core'
import { completions } from '@isthmus/format-completions'
import { embeddings } from '@isthmus/format-embeddings'
import { pathFor } from './endpoint.ts'
import type { Offer, Offers } from './offers.ts'
import { matches } from './patterns.ts'

/** SideOptions are what a config says that holds for every endpoint. */
export interface SideOptions {
  readonly baseUrl: string
  readonly apiVersion: string | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Patterns of models; instead of what the preset says. */
  readonly completionModels: readonly string[] | undefined
  readonly embeddingModels: readonly string[] | undefined
  readonly without: readonly Feature[]
  readonly supports: readonly Feature[]
}

/** sideEndpoints are those for text completions and vectors. */
export function sideEndpoints(offers: Offers, options: SideOptions): readonly Endpoint[] {
  const texts = offerFor(offers.completions, options.completionModels)
  const vectors = offerFor(offers.embeddings, options.embeddingModels)
  return [
    ...(texts === undefined
      ? []
      : [
          endpointFrom(completions, {
            ...bound(texts, '/completions', 'complete', options),
            traits: () => ({ lacks: lacking(texts, 'complete', options) })
          })
        ]),
    ...(vectors === undefined ? [] : [endpointFrom(embeddings, bound(vectors, '/embeddings', 'embed', options))])
  ]
}

function offerFor(offer: Offer | undefined, models: readonly string[] | undefined): Offer | undefined {
  if (models === undefined) return offer
  return models.length === 0 ? undefined : { ...offer, models }
}

function bound(offer: Offer, path: string, operation: Operation, options: SideOptions) {
  const { baseUrl, apiVersion, headers } = options
  const template = (apiVersion !== undefined ? offer.versionedPath : undefined) ?? offer.path ?? path
  return {
    path: pathFor(template, baseUrl, apiVersion),
    headers,
    serves: (model: string) => matches(offer.models, model),
    features: tableOf(lacking(offer, operation, options)),
    ...(offer.rename && { dialect: { rename: offer.rename } }),
    ...(offer.maxInputs !== undefined && { maxInputs: offer.maxInputs })
  }
}

function lacking({ without = [] }: Offer, operation: Operation, options: SideOptions): readonly Feature[] {
  return [...without, ...options.without].filter(
    feature => concerns(operation, feature) && !options.supports.includes(feature)
  )
}

function tableOf(lacks: readonly Feature[]): Partial<FeatureTable> {
  return Object.fromEntries(
    lacks.map(feature => [feature, FEATURES[feature].class === 'meaning' ? 'rejected' : 'dropped'])
  )
}
