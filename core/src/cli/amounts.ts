/** UNKNOWN stands in a table where a fact is not known. */
export const UNKNOWN = '-'

/** tokensText writes a number of tokens short: `128k`, `1.05M`. */
export function tokensText(tokens: number | undefined): string {
  if (tokens === undefined) return UNKNOWN
  if (tokens >= 1_000_000) return `${Number((tokens / 1_000_000).toFixed(2))}M`
  if (tokens >= 1_000) return `${Math.round(tokens / 1_000)}k`
  return String(tokens)
}

/** priceText writes US dollars without the dust of binary fractions. */
export function priceText(dollars: number | undefined): string {
  return dollars === undefined ? UNKNOWN : String(Number(dollars.toPrecision(12)))
}

/** countText writes a number with its thousands apart. */
export const countText = (count: number): string => count.toLocaleString('en-US')

/** timeText writes a time to the second, in UTC. */
export const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
