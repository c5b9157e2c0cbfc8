import type { PriceSet, Prices } from '@isthmus/core'
import { calcPrice, findProvider, type ModelPrice, type TieredPrices } from '@pydantic/genai-prices'

/** MARKETS are the names under which the price list knows the services. Of the others it has no prices. */
export const MARKETS: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  google: 'google',
  openrouter: 'openrouter',
  azure: 'azure',
  mistral: 'mistral',
  deepseek: 'deepseek',
  xai: 'x-ai',
  groq: 'groq',
  cerebras: 'cerebras',
  together: 'together',
  fireworks: 'fireworks',
  perplexity: 'perplexity',
  moonshot: 'moonshotai',
  zai: 'zai'
}

type PriceName = Exclude<keyof PriceSet, 'perImage'>

/** The list's words for our prices, and for how many the list's price is, in ours. */
const WORDS: Readonly<Record<PriceName, readonly [name: string, per: number]>> = {
  input: ['input_mtok', 1],
  output: ['output_mtok', 1],
  cacheRead: ['cache_read_mtok', 1],
  cacheWrite: ['cache_write_mtok', 1],
  cacheWrite1h: ['cache_write_1h_mtok', 1],
  reasoning: ['output_reasoning_mtok', 1],
  inputImage: ['input_image_mtok', 1],
  outputImage: ['output_image_mtok', 1],
  inputAudio: ['input_audio_mtok', 1],
  outputAudio: ['output_audio_mtok', 1],
  perRequest: ['requests_kcount', 1000],
  perWebSearch: ['web_searches_kcount', 1000]
}

/** Listed is a price of the list, in its own words. */
export interface Listed {
  readonly price: ModelPrice
  /** The list has none of the service's own: it is what the model costs at its vendor's. */
  readonly borrowed: boolean
}

/** listPrice gives what the price list has for a model at a service on a day. */
export function listPrice(service: string, id: string, day: string): Listed | undefined {
  const providerId = MARKETS[service]
  if (providerId === undefined) return undefined
  // Some prices depend on the hour. Noon, UTC, is in the ordinary hours of all that have such prices.
  const found = calcPrice({}, id, { providerId, timestamp: new Date(`${day}T12:00:00Z`) })
  if (found === null) return undefined
  return { price: found.model_price, borrowed: findProvider({ providerId })?.models.includes(found.model) !== true }
}

/** pricesFrom reads a price of the list. It gives undefined where nothing in it is a price of ours. */
export function pricesFrom(listed: ModelPrice): Prices | undefined {
  const base: Partial<Record<PriceName, number>> = {}
  const tiered: [PriceName, TieredPrices][] = []
  for (const [name, [word, per]] of Object.entries(WORDS) as [PriceName, readonly [string, number]][]) {
    const price = listed[word]
    if (price === undefined) continue
    base[name] = dollars((typeof price === 'number' ? price : price.base) / per)
    if (typeof price !== 'number') tiered.push([name, price])
  }
  if (Object.keys(base).length === 0) return undefined
  const borders = [...new Set(tiered.flatMap(([, { tiers }]) => tiers.map(({ start }) => start)))].sort((a, b) => a - b)
  if (borders.length === 0) return base
  return {
    ...base,
    tiers: borders.map(aboveInputTokens => ({
      aboveInputTokens,
      ...Object.fromEntries(tiered.map(([name, price]) => [name, priceAbove(price, aboveInputTokens)]))
    }))
  }
}

function priceAbove({ base, tiers }: TieredPrices, border: number): number {
  let price = base
  for (const tier of tiers) if (tier.start <= border) price = tier.price
  return dollars(price)
}

/** dollars takes the dust off that fractions leave. */
function dollars(price: number): number {
  return Number(price.toPrecision(10))
}
