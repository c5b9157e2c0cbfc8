import { invalid } from '@isthmus/core/wire'
import { SURFACE_CATALOG_FILTER } from './errors.ts'
import { isSort, SORTS, type Sort } from './sorts.ts'

/** ModelFilters are what is asked of the list. What is absent is not asked. */
export interface ModelFilters {
  readonly q?: string
  readonly parameters: readonly string[]
  readonly features: readonly string[]
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly providers: readonly string[]
  readonly authors: readonly string[]
  readonly arch?: string
  readonly region?: Region
  readonly context?: number
  readonly minPrice?: number
  readonly maxPrice?: number
  readonly minOutputPrice?: number
  readonly maxOutputPrice?: number
  readonly minAgeDays?: number
  readonly maxAgeDays?: number
  readonly sort?: Sort
  readonly offset: number
  readonly limit?: number
}

export type Region = 'eu' | 'us'

/** Query is the query of a request, as it came. */
export type Query = Readonly<Record<string, unknown>>

/** The most that one page of the list may hold. */
export const MAX_PAGE = 1000

/** What OpenRouter's list can be asked and this one cannot: there are no figures for it. To ignore it would be to lie. */
const UNANSWERABLE = [
  'category',
  'distillable',
  'zdr',
  'min_intelligence_index',
  'max_intelligence_index',
  'min_coding_index',
  'max_coding_index',
  'min_agentic_index',
  'max_agentic_index',
  'min_tool_success_rate',
  'max_tool_success_rate'
]

/** filtersFrom reads a query. An empty member is none, as forms send it; one that nobody knows is passed over. */
export function filtersFrom(query: Query): ModelFilters {
  for (const name of UNANSWERABLE) if (textOf(query, name) !== undefined) throw SURFACE_CATALOG_FILTER(name)
  const q = textOf(query, 'q')
  const arch = textOf(query, 'arch')?.toLowerCase()
  const region = regionOf(query)
  const sort = sortOf(query)
  const limit = wholeOf(query, 'limit', 1, MAX_PAGE)
  const output = listOf(query, 'output_modalities')
  return {
    parameters: listOf(query, 'supported_parameters'),
    features: listOf(query, 'features'),
    input: listOf(query, 'input_modalities'),
    output: output.includes('all') ? [] : output,
    providers: listOf(query, 'providers'),
    authors: listOf(query, 'model_authors'),
    offset: wholeOf(query, 'offset') ?? 0,
    ...(q !== undefined && { q: q.toLowerCase() }),
    ...(arch !== undefined && { arch }),
    ...(region !== undefined && { region }),
    ...(sort !== undefined && { sort }),
    ...(limit !== undefined && { limit }),
    ...numbers(query)
  }
}

const NUMBERS = {
  context: 'context',
  minPrice: 'min_price',
  maxPrice: 'max_price',
  minOutputPrice: 'min_output_price',
  maxOutputPrice: 'max_output_price',
  minAgeDays: 'min_age_days',
  maxAgeDays: 'max_age_days'
} as const

function numbers(query: Query): { readonly [N in keyof typeof NUMBERS]?: number } {
  const found: { -readonly [N in keyof typeof NUMBERS]?: number } = {}
  for (const [ours, theirs] of Object.entries(NUMBERS) as [keyof typeof NUMBERS, string][]) {
    const text = textOf(query, theirs)
    if (text === undefined) continue
    const value = Number(text)
    if (!/^\d*\.?\d*(e-?\d+)?$/i.test(text) || !Number.isFinite(value)) {
      throw invalid(theirs, 'a number of at least 0', text)
    }
    found[ours] = value
  }
  return found
}

function regionOf(query: Query): Region | undefined {
  const region = textOf(query, 'region')?.toLowerCase()
  if (region === undefined || region === 'eu' || region === 'us') return region
  throw invalid('region', '`eu` or `us`', region)
}

function sortOf(query: Query): Sort | undefined {
  const sort = textOf(query, 'sort')
  if (sort === undefined || isSort(sort)) return sort
  throw invalid('sort', `one of ${Object.keys(SORTS).join(', ')}`, sort)
}

function wholeOf(query: Query, name: string, least = 0, most = Number.MAX_SAFE_INTEGER): number | undefined {
  const text = textOf(query, name)
  if (text === undefined) return undefined
  const value = Number(text)
  const expected = most > MAX_PAGE ? `a whole number of at least ${least}` : `a whole number from ${least} to ${most}`
  if (!/^\d+$/.test(text) || value < least || value > most) throw invalid(name, expected, text)
  return value
}

const listOf = (query: Query, name: string): readonly string[] =>
  (textOf(query, name) ?? '')
    .split(',')
    .map(it => it.trim().toLowerCase())
    .filter(it => it !== '')

/** textOf gives a member that says something; one that came several times is a list. */
function textOf(query: Query, name: string): string | undefined {
  const value = query[name]
  const text = (Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value : '').trim()
  return text === '' ? undefined : text
}
