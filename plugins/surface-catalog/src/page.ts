import type { Facets } from './facets.ts'
import { type Html, html } from './html.ts'
import { apiLink, attribute, frame, type Site } from './page-frame.ts'
import { type PageQuery, searchOf } from './page-query.ts'
import { resultsTable } from './page-table.ts'
import { readableTokens, readableWord } from './readable.ts'
import type { Selected } from './select.ts'
import type { Sort } from './sorts.ts'

/** PageParts are what the page is made of. */
export interface PageParts extends Site {
  readonly query: PageQuery
  readonly facets: Facets
  readonly selected: Selected
  readonly offset: number
  readonly pageSize: number
  readonly providers: ReadonlyMap<string, string>
  /** What is wrong with the query. */
  readonly problem?: string
}

const CONTEXTS = [8_000, 32_000, 128_000, 200_000, 1_000_000]
const ORDERS: readonly (readonly [sort: Sort, label: string])[] = [
  ['newest', 'Newest first'],
  ['name-a-to-z', 'Name, A to Z'],
  ['name-z-to-a', 'Name, Z to A'],
  ['input-price-low-to-high', 'Input price, lowest first'],
  ['input-price-high-to-low', 'Input price, highest first'],
  ['output-price-low-to-high', 'Output price, lowest first'],
  ['output-price-high-to-low', 'Output price, highest first'],
  ['context-high-to-low', 'Context, longest first'],
  ['context-low-to-high', 'Context, shortest first'],
  ['max-output-high-to-low', 'Max output, longest first'],
  ['max-output-low-to-high', 'Max output, shortest first']
]

/** renderPage writes the whole page. It works as it is; its script only saves waiting for a new one. */
export function renderPage(parts: PageParts): string {
  const { title, basePath, query } = parts
  return frame(parts, {
    heading: title,
    lead: 'Prices are in US dollars for a million tokens. A dash is what is not known.',
    main: html`${filterForm(parts)}
<section id="results" aria-label="Results">
${results(parts)}
</section>`,
    foot: apiLink(basePath, '/api/v1/models', searchOf(query, { offset: '' })),
    script: 'page.js'
  })
}

function filterForm({ basePath, query, facets }: PageParts): Html {
  const words = (list: readonly string[]) => list.map(word => [word, readableWord(word)] as const)
  const names = (list: readonly string[]) => list.map(word => [word.toLowerCase(), word] as const)
  const contexts = CONTEXTS.map(tokens => [String(tokens), `${readableTokens(tokens)} or more`] as const)
  return html`<form action="${basePath}/models" method="get" role="search">
<label class="search">Search<input type="search" name="q" value="${query.q ?? ''}" placeholder="Name or id" autocomplete="off" spellcheck="false" autocapitalize="off"></label>
${choice('Order', 'sort', ORDERS, query, 'Catalogue')}
<details open><summary>Filters</summary><div>
${choice('Vendor', 'model_authors', names(facets.authors), query)}
${choice('Served by', 'providers', facets.providers, query)}
${choice('Reads', 'input_modalities', words(facets.input), query)}
${choice('Writes', 'output_modalities', words(facets.output), query)}
${choice('Feature', 'features', words(facets.features), query)}
${choice('Context', 'context', contexts, query)}
<label>Input price up to<input type="number" name="max_price" min="0" step="any" inputmode="decimal" value="${query.max_price ?? ''}" placeholder="Any"></label>
</div></details>
<p class="actions"><button>Show</button><a class="clear" href="${basePath}/models">Clear</a></p>
</form>`
}

function choice(
  label: string,
  name: keyof PageQuery,
  options: readonly (readonly [value: string, text: string])[],
  query: PageQuery,
  none = 'Any'
): Html {
  const chosen = query[name] ?? ''
  // What a link brought and the list has not is shown too, so that nobody wonders what is left out.
  const all = chosen === '' || options.some(([value]) => value === chosen) ? options : [...options, [chosen, chosen]]
  return html`<label>${label}<select name="${name}"><option value="">${none}</option>${all.map(
    ([value, text]) =>
      html`<option value="${value ?? ''}"${attribute('selected', value === chosen)}>${text ?? ''}</option>`
  )}</select></label>`
}

function results(parts: PageParts): Html {
  const { problem, selected, offset, basePath } = parts
  const { total, entries } = selected
  if (problem !== undefined) return html`<p role="status" class="told problem">${problem}</p>`
  if (total === 0) {
    return html`<p role="status" class="told">No model fits. <a href="${basePath}/models">Show all</a></p>`
  }
  const counted = `${total.toLocaleString('en')} ${total === 1 ? 'model' : 'models'}`
  const span = entries.length === total ? '' : `, ${offset + 1} to ${offset + entries.length}`
  return html`<p role="status" class="told">${counted}${span}</p>
${resultsTable(parts)}
${pages(parts)}`
}

function pages({ query, selected, offset, pageSize, basePath }: PageParts): Html | false {
  const before = offset > 0 ? Math.max(0, offset - pageSize) : undefined
  const after = offset + pageSize < selected.total ? offset + pageSize : undefined
  if (before === undefined && after === undefined) return false
  const link = (to: number | undefined, rel: string, text: string) =>
    to === undefined
      ? html`<span aria-disabled="true">${text}</span>`
      : html`<a rel="${rel}" href="${basePath}/models${searchOf(query, { offset: to === 0 ? '' : String(to) })}">${text}</a>`
  const page = Math.floor(offset / pageSize) + 1
  const count = Math.ceil(selected.total / pageSize)
  return html`<nav aria-label="Pages">${link(before, 'prev', 'Previous')}<span>Page ${page} of ${count}</span>${link(after, 'next', 'Next')}</nav>`
}
