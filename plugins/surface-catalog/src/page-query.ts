import type { Query } from './filters.ts'

/** The members of a query that the page has, in the order in which it writes them. */
const MEMBERS = [
  'q',
  'model_authors',
  'providers',
  'input_modalities',
  'output_modalities',
  'features',
  'context',
  'max_price',
  'sort',
  'offset',
  // Not in the form, but kept where a link brought them.
  'supported_parameters',
  'min_price',
  'min_output_price',
  'max_output_price',
  'arch',
  'region',
  'min_age_days',
  'max_age_days'
] as const

export type Member = (typeof MEMBERS)[number]

/** PageQuery is what the page was asked for, without what says nothing. */
export type PageQuery = Readonly<Partial<Record<Member, string>>>

/** pageQuery keeps what the page knows. */
export function pageQuery(query: Query): PageQuery {
  const kept: Partial<Record<Member, string>> = {}
  for (const member of MEMBERS) {
    const value = query[member]
    const text = Array.isArray(value) ? value.join(',') : typeof value === 'string' ? value.trim() : ''
    if (text !== '') kept[member] = text
  }
  return kept
}

/** searchOf writes a query with some of its members changed; one that is '' goes. */
export function searchOf(query: PageQuery, changes: PageQuery = {}): string {
  const search = new URLSearchParams()
  for (const member of MEMBERS) {
    const value = changes[member] ?? query[member] ?? ''
    if (value !== '') search.set(member, value)
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}
