import type { Entry } from './entries.ts'
import type { ModelFilters, Region } from './filters.ts'
import { sorted } from './sorts.ts'

/** Selected is a part of the list, and how many there are in all. */
export interface Selected {
  readonly entries: readonly Entry[]
  readonly total: number
}

/** Selecting is what a filter has to know beside the entries. */
export interface Selecting {
  readonly nowMs: number
  /** Names of the channels' services, by the channels' ids. */
  readonly providers: ReadonlyMap<string, string>
}

const DAY_MS = 86_400_000
const REGIONS: Readonly<Record<Region, ReadonlySet<string>>> = {
  us: new Set(['US']),
  eu: new Set('AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK'.split(' '))
}

/** select gives the page of the list that was asked for. What is not known of an entry fits no filter. */
export function select(entries: readonly Entry[], filters: ModelFilters, about: Selecting): Selected {
  const fits = filterOf(filters, about)
  const found = entries.filter(fits)
  const { sort, offset, limit = found.length } = filters
  const inOrder = sort === undefined ? found : sorted(found, sort)
  return { entries: inOrder.slice(offset, offset + limit), total: found.length }
}

function filterOf(filters: ModelFilters, { nowMs, providers }: Selecting): (entry: Entry) => boolean {
  const { q, arch, region, context, minAgeDays, maxAgeDays } = filters
  const words = (q ?? '').split(/\s+/).filter(word => word !== '')
  const channels = filters.providers.length === 0 ? undefined : channelsNamed(filters.providers, providers)
  const countries = region && REGIONS[region]
  return ({ facts, text, author, providers: own }) => {
    const { prices, created } = facts
    return (
      words.every(word => text.includes(word)) &&
      hasAll(facts.parameters, filters.parameters) &&
      hasAll(facts.features, filters.features) &&
      hasAll(facts.input, filters.input) &&
      hasAll(facts.output, filters.output) &&
      (channels === undefined || own.some(id => channels.has(id))) &&
      (filters.authors.length === 0 || filters.authors.includes(author.toLowerCase())) &&
      (arch === undefined || isOf(facts.tokenizer, arch) || isOf(facts.family, arch)) &&
      (countries === undefined || facts.datacenters?.some(it => countries.has(it)) === true) &&
      within(facts.contextTokens, context, undefined) &&
      within(prices?.input, filters.minPrice, filters.maxPrice) &&
      within(prices?.output, filters.minOutputPrice, filters.maxOutputPrice) &&
      within(created && (nowMs - created * 1000) / DAY_MS, minAgeDays, maxAgeDays)
    )
  }
}

/** channelsNamed takes ids of channels and names of services. */
function channelsNamed(asked: readonly string[], names: ReadonlyMap<string, string>): ReadonlySet<string> {
  const found = new Set<string>()
  for (const [id, name] of names) {
    if (asked.includes(id.toLowerCase()) || asked.includes(name.toLowerCase())) found.add(id)
  }
  return found
}

const hasAll = (known: readonly string[] | undefined, asked: readonly string[]): boolean =>
  asked.every(it => known?.includes(it) === true)

const isOf = (known: string | undefined, asked: string): boolean => known?.toLowerCase().includes(asked) === true

function within(value: number | undefined, least: number | undefined, most: number | undefined): boolean {
  if (least === undefined && most === undefined) return true
  return value !== undefined && value >= (least ?? 0) && value <= (most ?? Number.POSITIVE_INFINITY)
}
