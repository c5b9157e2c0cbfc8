import type { Entry } from './entries.ts'

type Key = (entry: Entry) => number | string | undefined

const input: Key = ({ facts }) => facts.prices?.input
const output: Key = ({ facts }) => facts.prices?.output
const name: Key = entry => entry.name.toLowerCase()
const context: Key = ({ facts }) => facts.contextTokens
const maxOutput: Key = ({ facts }) => facts.maxOutputTokens

/** average is how OpenRouter's list compares prices. */
const average: Key = ({ facts: { prices } }) =>
  prices?.input === undefined ? prices?.output : (prices.input + (prices.output ?? prices.input)) / 2

/** SORTS are the orders that may be asked for. Where nothing is known to compare by, an entry comes last. */
export const SORTS = {
  newest: { key: ({ facts }: Entry) => facts.created, down: true },
  'pricing-low-to-high': { key: average, down: false },
  'pricing-high-to-low': { key: average, down: true },
  'context-high-to-low': { key: context, down: true },
  'context-low-to-high': { key: context, down: false },
  'max-output-high-to-low': { key: maxOutput, down: true },
  'max-output-low-to-high': { key: maxOutput, down: false },
  'input-price-low-to-high': { key: input, down: false },
  'input-price-high-to-low': { key: input, down: true },
  'output-price-low-to-high': { key: output, down: false },
  'output-price-high-to-low': { key: output, down: true },
  'name-a-to-z': { key: name, down: false },
  'name-z-to-a': { key: name, down: true }
} as const satisfies Readonly<Record<string, { readonly key: Key; readonly down: boolean }>>

export type Sort = keyof typeof SORTS

/** isSort tells whether there is such an order. */
export const isSort = (text: string): text is Sort => Object.hasOwn(SORTS, text)

/** sorted gives the entries in order; those that are alike stay as they were. */
export function sorted(entries: readonly Entry[], sort: Sort): readonly Entry[] {
  const { key, down }: { readonly key: Key; readonly down: boolean } = SORTS[sort]
  const known = entries.map(entry => ({ entry, value: key(entry) }))
  const compare = (one: number | string, other: number | string) => (one < other ? -1 : one > other ? 1 : 0)
  known.sort((one, other) => {
    if (one.value === undefined || other.value === undefined) {
      return Number(one.value === undefined) - Number(other.value === undefined)
    }
    return down ? compare(other.value, one.value) : compare(one.value, other.value)
  })
  return known.map(({ entry }) => entry)
}
