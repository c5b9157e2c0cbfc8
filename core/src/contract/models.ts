/** Modality is a kind of content, in the words of the public model lists. */
export type Modality = 'text' | 'image' | 'file' | 'audio' | 'video' | 'embeddings' | 'transcription' | 'rerank'

/** PriceSet is what one kind of use costs. A price that is not known is absent; 0 is free. */
export interface PriceSet {
  /* US dollars for a million tokens. */
  readonly input?: number
  readonly output?: number
  readonly cacheRead?: number
  /** Kept for five minutes, where the age makes a difference. */
  readonly cacheWrite?: number
  readonly cacheWrite1h?: number
  /** Where reasoning costs something else than output. */
  readonly reasoning?: number
  readonly inputImage?: number
  readonly outputImage?: number
  readonly inputAudio?: number
  readonly outputAudio?: number
  /* US dollars for one. */
  readonly perRequest?: number
  readonly perImage?: number
  readonly perWebSearch?: number
}

/** Prices may differ for long prompts. */
export interface Prices extends PriceSet {
  /** Of those whose border the prompt is over, the last holds; what it does not name stays. */
  readonly tiers?: readonly (PriceSet & { readonly aboveInputTokens: number })[]
  /** Where the figures are from, and of which day: `YYYY-MM-DD`. */
  readonly source?: string
  readonly asOf?: string
}

/** ReasoningFacts tell how a model can be made to think. A model of which it is only known that it thinks has `{}`. */
export interface ReasoningFacts {
  /** It cannot be turned off. */
  readonly mandatory?: boolean
  /** It thinks without being asked. */
  readonly byDefault?: boolean
  readonly efforts?: readonly string[]
  /** It takes a budget in tokens. */
  readonly budget?: boolean | { readonly min?: number; readonly max?: number }
}

/** ModelFacts are what is known of a model. Unknown is absent, never zero. */
export interface ModelFacts {
  readonly name?: string
  readonly description?: string
  /** Who made it, as slugs name them: `acme`. */
  readonly vendor?: string
  /** A line of models that follow one another, which people name without a version: `grande`. */
  readonly family?: string
  /** Seconds since 1970. */
  readonly created?: number
  readonly contextTokens?: number
  readonly maxOutputTokens?: number
  readonly input?: readonly Modality[]
  readonly output?: readonly Modality[]
  /** Request parameters it takes: `temperature`, `tools`, `response_format`, …. */
  readonly parameters?: readonly string[]
  /** `tools`, `json_mode`, `structured_outputs`, `web_search`, `reasoning`, `prompt_caching`, … */
  readonly features?: readonly string[]
  /** `false` for a model that is known not to think. */
  readonly reasoning?: ReasoningFacts | false
  readonly prices?: Prices
  /** Countries, ISO 3166-1 alpha-2. */
  readonly datacenters?: readonly string[]
  /** The day it ends, `YYYY-MM-DD`. */
  readonly deprecated?: string
  /** The day or month its knowledge ends. */
  readonly knowledge?: string
  readonly tokenizer?: string
  readonly quantization?: string
}

/** ModelInfo is one model that a provider lists, by the id its upstream takes. */
export interface ModelInfo extends ModelFacts {
  readonly id: string
  readonly ownedBy?: string
  /** `vendor/model`, the name that is the same wherever it is served. */
  readonly model?: string
}

/** ModelRow is a model as the model lists show it: `id` is the name a client sends. */
export interface ModelRow extends ModelInfo {
  /** The channel; `alias` for a name that stands for others. */
  readonly provider: string
  /** The id its upstream takes; absent for an alias. */
  readonly upstreamId?: string
}

/** ModelPage is a part of the model list, for formats that page it. */
export interface ModelPage {
  readonly rows: readonly ModelRow[]
  readonly hasMore: boolean
}

/** CatalogModel is what is known of a model wherever it is served. */
export interface CatalogModel extends ModelFacts {
  /** `vendor/model`. */
  readonly id: string
  /** What else people and vendors write for this very model, without the vendor: `grande-2-20250929`. */
  readonly spellings?: readonly string[]
}

/** ServedModel is a model at one service, with what differs there. */
export interface ServedModel extends ModelFacts {
  /** As the service takes it. */
  readonly id: string
  /** The `id` of a CatalogModel. */
  readonly model?: string
}

/** CatalogService is a service that models are bought from, whoever made them. */
export interface CatalogService {
  readonly name: string
  /** The vendor whose own service it is: it is asked for that vendor's models also where no list has them. */
  readonly vendor?: string
  readonly headquarters?: string
  readonly datacenters?: readonly string[]
  readonly privacyPolicyUrl?: string
  readonly termsOfServiceUrl?: string
  readonly statusPageUrl?: string
  readonly models: readonly ServedModel[]
}

/** CatalogVendor is who makes models. */
export interface CatalogVendor {
  readonly name: string
  /** Other spellings of its slug in names: `acme-ai` for `acme`. */
  readonly prefixes?: readonly string[]
}

/** CatalogData is what a plugin of the kind `catalog` knows beforehand. The first plugin that has a fact is believed. */
export interface CatalogData {
  /** Of the data, as reports show it. */
  readonly version: string
  readonly vendors: Readonly<Record<string, CatalogVendor>>
  readonly models: readonly CatalogModel[]
  /** By the name that providers give in `models.service`. */
  readonly services: Readonly<Record<string, CatalogService>>
  /** Names for others, under those of the config: the shipped tiers. */
  readonly aliases: Readonly<Record<string, Alias>>
}

/** AliasTarget is a name, itself perhaps an alias, and when and how often it is meant. */
export interface AliasTarget {
  readonly model: string
  /** Its share among the targets that have one. Without weights the order of the list holds. */
  readonly weight?: number
  readonly when?: {
    /** Only if the input has more tokens than this, by estimate. */
    readonly contextAbove?: number
    /** Only for callers of these groups. */
    readonly groups?: readonly string[]
  }
}

/** AliasDefaults fill what the client left open. */
export interface AliasDefaults {
  readonly temperature?: number
  readonly effort?: string
  readonly maxOutputTokens?: number
  readonly strategy?: string
  readonly gaps?: 'reject' | 'report' | 'emulate'
}

/** Alias is a name of the operator's own, and what it stands for. */
export interface Alias {
  readonly description?: string
  readonly targets: readonly (string | AliasTarget)[]
  /** The same user, or session, gets the same target as long as the weights are the same. */
  readonly sticky?: 'user' | 'session'
  readonly defaults?: AliasDefaults
  /** Tried after the targets. */
  readonly fallbacks?: readonly string[]
  /** It may name models that do not exist yet. */
  readonly dormant?: boolean
}

/** AliasText is an alias as people write it: a target, several in order of preference, or all that it may have. */
export type AliasText = string | Alias['targets'] | Alias
