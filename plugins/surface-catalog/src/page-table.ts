import type { ModelFacts } from '@isthmus/core'
import { pathOf } from './encode-model.ts'
import type { Entry } from './entries.ts'
import { type Html, html } from './html.ts'
import type { PageParts } from './page.ts'
import { searchOf } from './page-query.ts'
import { readablePrice, readableTokens, readableWord, UNKNOWN } from './readable.ts'
import type { Sort } from './sorts.ts'

interface Column {
  readonly label: string
  readonly numeric?: boolean
  /** What the first click on it sorts by, and the second. */
  readonly sorts?: readonly [first: Sort, second: Sort]
}

const COLUMNS: readonly Column[] = [
  { label: 'Model', sorts: ['name-a-to-z', 'name-z-to-a'] },
  { label: 'Context', numeric: true, sorts: ['context-high-to-low', 'context-low-to-high'] },
  { label: 'Max output', numeric: true, sorts: ['max-output-high-to-low', 'max-output-low-to-high'] },
  { label: 'Input', numeric: true, sorts: ['input-price-low-to-high', 'input-price-high-to-low'] },
  { label: 'Output', numeric: true, sorts: ['output-price-low-to-high', 'output-price-high-to-low'] },
  { label: 'Reads and writes' },
  { label: 'Features' },
  { label: 'Served by' }
]

/** resultsTable writes the rows of a page. The roles are told, because a phone shows the table as cards. */
export function resultsTable(parts: PageParts): Html {
  return html`<table role="table">
<caption>Models, with what they cost and can do</caption>
<thead role="rowgroup"><tr role="row">${COLUMNS.map(column => heading(column, parts))}</tr></thead>
<tbody role="rowgroup">
${parts.selected.entries.map(entry => row(entry, parts))}</tbody>
</table>`
}

function heading({ label, numeric, sorts }: Column, { query, basePath }: PageParts): Html {
  const kind = numeric === true && html` class="number"`
  if (sorts === undefined) return html`<th role="columnheader" scope="col"${kind}>${label}</th>`
  const [first, second] = sorts
  const current = query.sort === first || query.sort === second ? query.sort : undefined
  const order = current && (/(low-to-high|a-to-z)$/.test(current) ? 'ascending' : 'descending')
  const to = `${basePath}/models${searchOf(query, { sort: current === first ? second : first, offset: '' })}`
  const said = order && html` aria-sort="${order}"`
  return html`<th role="columnheader" scope="col"${kind}${said}><a href="${to}">${label}<span class="arrow" aria-hidden="true"></span></a></th>`
}

function row(entry: Entry, { providers, basePath }: PageParts): Html {
  const { id, name, facts, target } = entry
  const { prices, contextTokens, maxOutputTokens, features, deprecated } = facts
  const tiers = prices?.tiers !== undefined && prices.tiers.length > 0
  const price = (label: string, amount: number | undefined) =>
    number(
      label,
      html`${readablePrice(amount)}${tiers && amount !== undefined && html`<span class="more" title="Long prompts cost more or less.">+</span>`}`
    )
  return html`<tr role="row">
<th role="rowheader" scope="row"><a class="name" href="${basePath}/models/${pathOf(id)}">${name}</a>${target && html` <span class="badge">stands for ${target.name}</span>`}${deprecated !== undefined && html` <span class="badge ends">ends ${deprecated}</span>`}${name !== id && html`<code>${id}</code>`}</th>
${tokens('Context', contextTokens)}${tokens('Max output', maxOutputTokens)}
${price('Input', prices?.input)}${price('Output', prices?.output)}
${words('Reads and writes', modalities(facts))}
${words('Features', chips(features?.map(readableWord)))}
${words('Served by', chips(entry.providers.map(channel => providers.get(channel) ?? channel)))}
</tr>
`
}

/** number is a cell of figures. */
export const number = (label: string, content: Html | string, title?: string): Html =>
  html`<td role="cell" class="number" data-label="${label}"${title !== undefined && html` title="${title}"`}>${content}</td>`

/** tokens is a cell with a number of tokens. */
export const tokens = (label: string, count: number | undefined): Html =>
  number(label, readableTokens(count), count === undefined ? undefined : `${count.toLocaleString('en')} tokens`)

/** words is a cell of text; where it has none a card leaves it out. */
export function words(label: string, content: Html | string | undefined): Html {
  const empty = content === undefined && html` class="empty"`
  return html`<td role="cell" data-label="${label}"${empty}>${content ?? UNKNOWN}</td>`
}

/** modalities tells what goes in and what comes out. */
export function modalities({ input, output }: ModelFacts): string | undefined {
  if (input === undefined && output === undefined) return undefined
  return `${input?.join(', ') ?? UNKNOWN} → ${output?.join(', ') ?? UNKNOWN}`
}

/** chips are short words side by side. */
export function chips(words: readonly string[] | undefined): Html | undefined {
  if (words === undefined || words.length === 0) return undefined
  return html`<ul>${words.map(word => html`<li>${word}</li>`)}</ul>`
}
