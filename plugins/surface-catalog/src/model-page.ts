import type { ModelFacts, ModelRow, PriceSet } from '@isthmus/core'
import { pathOf } from './encode-model.ts'
import type { Entry } from './entries.ts'
import { type Html, html } from './html.ts'
import { apiLink, frame, type Site } from './page-frame.ts'
import { chips, modalities, number, tokens, words } from './page-table.ts'
import { readablePrice, readableTokens, readableWord } from './readable.ts'

/** ModelPageParts are what the page of one model is made of. */
export interface ModelPageParts extends Site {
  readonly entry: Entry
  readonly providers: ReadonlyMap<string, string>
  /** What else leads to it. */
  readonly names: readonly string[]
}

/** renderModel writes the page of one model: all that is known of it, and who serves it at which prices. */
export function renderModel(parts: ModelPageParts): string {
  const { entry, basePath } = parts
  const { id, name, facts, target, rows } = entry
  return frame(parts, {
    heading: name,
    lead: html`<code>${id}</code>${facts.description ?? ''}`,
    main: html`<p><a href="${basePath}/models">All models</a></p>
${target && html`<p>Stands for <a href="${basePath}/models/${pathOf(target.slug)}">${target.name}</a> now.</p>`}
<dl>${aboutOf(parts).map(([term, said]) => said !== undefined && html`<div><dt>${term}</dt><dd>${said}</dd></div>`)}</dl>
<h2>Served by</h2>
${rows.length === 0 ? html`<p class="told">Nobody, now.</p>` : servedBy(rows, parts)}`,
    foot: apiLink(basePath, `/api/v1/models/${pathOf(id)}/endpoints`)
  })
}

/** renderNobody writes the page of a name that is no model's. */
export function renderNobody(site: Site, message: string): string {
  const { basePath } = site
  return frame(site, {
    heading: 'No such model',
    lead: message,
    main: html`<p><a href="${basePath}/models">All models</a></p>`,
    foot: apiLink(basePath, '/api/v1/models')
  })
}

function aboutOf({ entry, names }: ModelPageParts): readonly (readonly [string, Html | string | undefined])[] {
  const { facts, author, alias } = entry
  const { created, contextTokens, maxOutputTokens, features, parameters } = facts
  return [
    ['Vendor', alias ? facts.vendor : author],
    ['Released', created === undefined ? undefined : new Date(created * 1000).toISOString().slice(0, 10)],
    ['Ends', facts.deprecated],
    ['Knowledge until', facts.knowledge],
    ['Context', contextTokens === undefined ? undefined : readableTokens(contextTokens)],
    ['Max output', maxOutputTokens === undefined ? undefined : readableTokens(maxOutputTokens)],
    ['Reads and writes', modalities(facts)],
    ['Reasoning', reasoning(facts)],
    ['Features', chips(features?.map(readableWord))],
    ['Parameters', chips(parameters)],
    ['Tokenizer', facts.tokenizer],
    ['Other names', chips(names)]
  ]
}

function reasoning({ reasoning: known }: ModelFacts): string | undefined {
  if (known === undefined) return undefined
  if (known === false) return 'no'
  const { mandatory, byDefault, efforts, budget } = known
  const said = [
    mandatory === true ? 'always' : byDefault === true ? 'unless turned off' : 'when asked',
    efforts === undefined ? '' : `effort ${efforts.join(', ')}`,
    budget === undefined || budget === false ? '' : 'budget in tokens'
  ]
  return said.filter(it => it !== '').join('; ')
}

const OTHER_PRICES: readonly (readonly [keyof PriceSet, string])[] = [
  ['cacheRead', 'cache read'],
  ['cacheWrite', 'cache write'],
  ['cacheWrite1h', 'cache write, one hour'],
  ['reasoning', 'reasoning'],
  ['inputImage', 'image in'],
  ['outputImage', 'image out'],
  ['inputAudio', 'audio in'],
  ['outputAudio', 'audio out'],
  ['perRequest', 'each request'],
  ['perImage', 'each image'],
  ['perWebSearch', 'each web search']
]

function servedBy(rows: readonly ModelRow[], { providers }: ModelPageParts): Html {
  const columns = ['Channel', 'Context', 'Max output', 'Input', 'Output', 'Other prices', 'Datacentres']
  const isNumber = (label: string) => ['Context', 'Max output', 'Input', 'Output'].includes(label)
  return html`<table role="table">
<caption>Who serves it</caption>
<thead role="rowgroup"><tr role="row">${columns.map(
    label => html`<th role="columnheader" scope="col"${isNumber(label) && html` class="number"`}>${label}</th>`
  )}</tr></thead>
<tbody role="rowgroup">
${rows.map(row => served(row, providers.get(row.provider) ?? row.provider))}</tbody>
</table>`
}

function served(row: ModelRow, name: string): Html {
  const { prices } = row
  const others = OTHER_PRICES.flatMap(([member, label]) => {
    const price = prices?.[member]
    return price === undefined ? [] : `${label} ${readablePrice(price)}`
  })
  const tiers = (prices?.tiers ?? []).map(
    ({ aboveInputTokens, input, output }) =>
      `over ${readableTokens(aboveInputTokens)}: ${readablePrice(input ?? prices?.input)} in, ${readablePrice(output ?? prices?.output)} out`
  )
  return html`<tr role="row">
<th role="rowheader" scope="row"><span class="name">${name}</span><code>${row.id}</code></th>
${tokens('Context', row.contextTokens)}${tokens('Max output', row.maxOutputTokens)}
${number('Input', readablePrice(prices?.input))}${number('Output', readablePrice(prices?.output))}
${words('Other prices', chips([...tiers, ...others]))}
${words('Datacentres', chips(row.datacenters))}
</tr>
`
}
