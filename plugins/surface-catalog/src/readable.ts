import { decimal } from './prices.ts'

/** What stands where nothing is known. */
export const UNKNOWN = '–'

/** readableTokens is a number of tokens as people say it: `128K`, `1.05M`. */
export function readableTokens(tokens: number | undefined): string {
  if (tokens === undefined) return UNKNOWN
  if (tokens < 1000) return String(tokens)
  return tokens < 999_500 ? `${Math.round(tokens / 1000)}K` : `${Number((tokens / 1_000_000).toFixed(2))}M`
}

/** readablePrice is a price for a million tokens, in US dollars, with two decimals or as many as it needs. */
export function readablePrice(price: number | undefined): string {
  if (price === undefined) return UNKNOWN
  if (price === 0) return 'free'
  const [whole, fraction = ''] = decimal(price).split('.')
  return `$${whole}.${fraction.padEnd(2, '0')}`
}

/** readableWord is the name of a feature as people say it. */
export const readableWord = (word: string): string => word.replaceAll('_', ' ')
