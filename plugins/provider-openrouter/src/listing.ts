import type { Modality, ModelInfo, PriceSet, Prices, ReasoningFacts } from '@isthmus/core'
import { defined, invalid, isObject, type Listed, listed, listedRows } from '@isthmus/core/wire'
import { vendorOf } from './models.ts'

/* The service's own list of models: facts of every kind, and prices as text, in US dollars for one token. */

/** decodeListing reads the list. One with nonsense in it is refused as a whole. */
export function decodeListing(body: unknown): readonly ModelInfo[] {
  return listedRows(isObject(body) ? body.data : body, 'data', 'id').map(decodeModel)
}

function decodeModel(one: Listed): ModelInfo {
  const id = String(one.row.id)
  const kinds = one.inside('architecture')
  const top = one.inside('top_provider')
  const pricing = one.inside('pricing')
  const parameters = some(one.words('supported_parameters'))
  const prices = pricing && pricesOf(pricing)
  const vendor = vendorOf(id)
  return defined({
    id,
    ownedBy: vendor === '' ? 'openrouter' : vendor,
    vendor: vendor === '' ? undefined : vendor,
    name: one.text('name'),
    description: one.text('description'),
    created: one.count('created'),
    contextTokens: one.count('context_length') ?? top?.count('context_length'),
    maxOutputTokens: top?.count('max_completion_tokens'),
    input: modalities(some(kinds?.words('input_modalities'))),
    output: modalities(some(kinds?.words('output_modalities'))),
    parameters,
    features: parameters && featuresOf(parameters, prices),
    reasoning: reasoningOf(one.inside('reasoning'), parameters),
    prices,
    deprecated: one.text('expiration_date'),
    knowledge: one.text('knowledge_cutoff'),
    tokenizer: kinds?.text('tokenizer')
  })
}

/** some: the service's schema has no other way to say that nothing is known than an empty list. */
const some = (words: readonly string[] | undefined) => (words?.length === 0 ? undefined : words)

/** Parameters that tell what a model can do. */
const FEATURES = ['tools', 'structured_outputs', 'reasoning']

/** featuresOf: what has a price of its own can be had. */
function featuresOf(parameters: readonly string[], prices: Prices | undefined): readonly string[] {
  return [
    ...FEATURES.filter(word => parameters.includes(word)),
    ...(prices?.cacheRead !== undefined ? ['prompt_caching'] : []),
    ...(prices?.perWebSearch !== undefined ? ['web_search'] : [])
  ]
}

/** Kinds of content under their own names; speech is sound. */
const KINDS: Readonly<Record<string, Modality>> = {
  text: 'text',
  image: 'image',
  file: 'file',
  audio: 'audio',
  speech: 'audio',
  video: 'video',
  embeddings: 'embeddings',
  transcription: 'transcription',
  rerank: 'rerank'
}

/** modalities leaves out kinds that are newer than this code. */
function modalities(words: readonly string[] | undefined): readonly Modality[] | undefined {
  return words && [...new Set(words.flatMap(word => (Object.hasOwn(KINDS, word) ? KINDS[word]! : [])))]
}

function reasoningOf(
  said: Listed | undefined,
  parameters: readonly string[] | undefined
): ReasoningFacts | false | undefined {
  if (said === undefined) return parameters?.includes('reasoning') === false ? false : undefined
  return defined({
    mandatory: said.flag('mandatory'),
    byDefault: said.flag('default_enabled'),
    efforts: said.words('supported_efforts'),
    budget: said.flag('supports_max_tokens')
  })
}

type PriceName = keyof PriceSet

/** The service's words for prices, and of how many it says the price that we say of a million, or of one. */
const PRICES: Readonly<Record<PriceName, readonly [word: string, per: number]>> = {
  input: ['prompt', 1e6],
  output: ['completion', 1e6],
  cacheRead: ['input_cache_read', 1e6],
  cacheWrite: ['input_cache_write', 1e6],
  cacheWrite1h: ['input_cache_write_1h', 1e6],
  reasoning: ['internal_reasoning', 1e6],
  inputImage: ['image_token', 1e6],
  outputImage: ['image_output', 1e6],
  inputAudio: ['audio', 1e6],
  outputAudio: ['audio_output', 1e6],
  perRequest: ['request', 1],
  perImage: ['image', 1],
  perWebSearch: ['web_search', 1]
}

function pricesOf(pricing: Listed): Prices | undefined {
  const base = priceSet(pricing)
  const { overrides = [] } = pricing.row
  if (!Array.isArray(overrides)) throw invalid(`${pricing.at}.overrides`, 'a list', overrides)
  const tiers = overrides.flatMap((row: unknown, index) => {
    const at = `${pricing.at}.overrides[${index}]`
    if (!isObject(row)) throw invalid(at, 'an object', row)
    const override = listed(row, at)
    const aboveInputTokens = override.count('min_prompt_tokens')
    const prices = priceSet(override)
    // Others hold at some hours.
    return aboveInputTokens === undefined || prices === undefined ? [] : { aboveInputTokens, ...prices }
  })
  if (base === undefined) return undefined
  return tiers.length === 0 ? base : { ...base, tiers }
}

/** Prices that a list has for every model: a zero is free. For the others it says that nothing is charged apart. */
const ALWAYS: ReadonlySet<PriceName> = new Set(['input', 'output'])

function priceSet(said: Listed): PriceSet | undefined {
  const prices: Partial<Record<PriceName, number>> = {}
  for (const [name, [word, per]] of Object.entries(PRICES) as [PriceName, readonly [string, number]][]) {
    const price = priceOf(said, word)
    if (price === undefined || (price === 0 && !ALWAYS.has(name))) continue
    // Fractions leave dust.
    prices[name] = Number((price * per).toPrecision(10))
  }
  return Object.keys(prices).length === 0 ? undefined : prices
}

/** priceOf reads one price. Minus one says that it depends on what the request is routed to. */
function priceOf({ row, at }: Listed, word: string): number | undefined {
  const value = row[word] ?? undefined
  if (value === undefined) return undefined
  const price = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  if (price === -1) return undefined
  if (typeof price === 'number' && Number.isFinite(price) && price >= 0) return price
  throw invalid(`${at}.${word}`, 'a price', value)
}
