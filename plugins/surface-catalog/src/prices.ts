import type { PriceSet, Prices } from '@isthmus/core'

/** Pricing is what a model costs as OpenRouter's schema has it: US dollars for one token or one piece, as decimal text. */
export type Pricing = Readonly<Record<string, string | readonly object[]>> & {
  readonly prompt: string
  readonly completion: string
}

/** The schema wants both prices of every model. This is what it says itself where there is no one price. */
export const UNKNOWN_PRICE = '-1'

/** Members that cost by the token: ours are for a million, those of the schema for one. */
const BY_TOKEN = [
  ['input', 'prompt'],
  ['output', 'completion'],
  ['cacheRead', 'input_cache_read'],
  ['cacheWrite', 'input_cache_write'],
  ['cacheWrite1h', 'input_cache_write_1h'],
  ['reasoning', 'internal_reasoning'],
  ['inputImage', 'image_token'],
  ['outputImage', 'image_output'],
  ['inputAudio', 'audio'],
  ['outputAudio', 'audio_output']
] as const
const BY_PIECE = [
  ['perRequest', 'request'],
  ['perImage', 'image'],
  ['perWebSearch', 'web_search']
] as const

const MILLION = 6
/** What is left of a price that someone multiplied and divided has more digits than any price. */
const DIGITS = 12

/** pricing writes prices. `freeOutput` is for models that write no tokens, such as those that make vectors. */
export function pricing(prices: Prices | undefined, freeOutput: boolean): Pricing {
  const { prompt, completion, ...others } = encoded(prices ?? {})
  const tiers = prices?.tiers ?? []
  return {
    prompt: prompt ?? UNKNOWN_PRICE,
    completion: completion ?? (freeOutput && prompt !== undefined ? '0' : UNKNOWN_PRICE),
    ...others,
    ...(tiers.length > 0 && {
      overrides: tiers.map(tier => ({ min_prompt_tokens: tier.aboveInputTokens, ...encoded(tier) }))
    })
  }
}

function encoded(prices: PriceSet): Record<string, string> {
  const out: Record<string, string> = {}
  for (const [ours, theirs] of BY_TOKEN) {
    const price = prices[ours]
    if (price !== undefined) out[theirs] = decimal(price, MILLION)
  }
  for (const [ours, theirs] of BY_PIECE) {
    const price = prices[ours]
    if (price !== undefined) out[theirs] = decimal(price)
  }
  return out
}

/** decimal writes a number without exponent, its point moved `places` to the left. No division: nothing is rounded by it. */
export function decimal(value: number, places = 0): string {
  const [mantissa = '', exponent = '0'] = Number(value.toPrecision(DIGITS)).toString().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const point = whole.length + Number(exponent) - places
  const digits = (point < 1 ? '0'.repeat(1 - point) : '') + whole + fraction
  const at = Math.max(point, 1)
  const before = digits
    .slice(0, at)
    .padEnd(at, '0')
    .replace(/^0+(?=\d)/, '')
  const after = digits.slice(at).replace(/0+$/, '')
  return after === '' ? before : `${before}.${after}`
}
