import type { CatalogData, CatalogModel, CatalogService, ModelFacts, Prices, ServedModel } from '@isthmus/core'
import type { Can, CommonFacts, Facts, ModelFact, ServedFact, Source } from './facts.ts'
import { listPrice, pricesFrom } from './market.ts'

/** What requests may say to a model that can do something, in the words of the public model lists. */
const PARAMETERS: Readonly<Record<Can, readonly string[]>> = {
  tools: ['tools', 'tool_choice'],
  structured_outputs: ['structured_outputs', 'response_format'],
  temperature: ['temperature', 'top_p'],
  reasoning: ['reasoning', 'include_reasoning']
}
const FEATURES: Readonly<Record<Can, readonly string[]>> = {
  tools: ['tools'],
  structured_outputs: ['structured_outputs'],
  temperature: [],
  reasoning: ['reasoning']
}

/** assemble makes the catalogue out of the table of facts and the price list. */
export function assemble(facts: Facts): CatalogData {
  const { sources, vendors, models, services, served, aliases } = facts
  const byId = new Map(models.map(model => [model.id, model]))
  return {
    version: sources.prices.asOf,
    vendors: Object.fromEntries(
      Object.entries(vendors).map(([slug, { name, prefixes }]) => [slug, { name, ...(prefixes && { prefixes }) }])
    ),
    models: models.map(model => catalogModel(model, facts)),
    services: Object.fromEntries(
      Object.entries(services).map(([name, service]): [string, CatalogService] => [
        name,
        {
          ...service,
          models: (served[name] ?? []).map(row => servedModel(name, row, byId.get(row.model ?? ''), facts))
        }
      ])
    ),
    aliases
  }
}

function catalogModel(fact: ModelFact, { vendors }: Facts): CatalogModel {
  const { id, name, family, spellings, released, knowledge } = fact
  const vendor = id.slice(0, id.indexOf('/'))
  const tokenizer = vendors[vendor]?.tokenizer
  const created = released === undefined ? undefined : Date.parse(released) / 1000
  return {
    id,
    ...(spellings && { spellings }),
    name,
    vendor,
    ...(family !== undefined && { family }),
    ...(created !== undefined && { created }),
    ...modelFacts(fact, fact, featuresOf(fact.can, undefined)),
    ...(knowledge !== undefined && { knowledge }),
    ...(tokenizer !== undefined && writesText(fact) && { tokenizer })
  }
}

function servedModel(service: string, row: ServedFact, model: ModelFact | undefined, facts: Facts): ServedModel {
  const whole = { ...model, ...row }
  const prices = withoutOutput(pricesOf(service, row, facts), whole)
  const features = featuresOf(row.can ?? model?.can, prices)
  const common = featuresOf(model?.can, undefined)
  return {
    id: row.id,
    ...(row.model !== undefined && { model: row.model }),
    ...(row.name !== undefined && { name: row.name }),
    ...modelFacts(row, whole, String(features) === String(common) ? undefined : features),
    ...(prices && { prices })
  }
}

function modelFacts(own: CommonFacts, whole: CommonFacts, features: readonly string[] | undefined): ModelFacts {
  const { contextTokens, maxOutputTokens, input, output, can, reasoning } = own
  return {
    ...(contextTokens !== undefined && { contextTokens }),
    ...(maxOutputTokens !== undefined && { maxOutputTokens }),
    ...(input && { input }),
    ...(output && { output }),
    ...(can && writesText(whole) && { parameters: ['max_tokens', ...can.flatMap(word => PARAMETERS[word])] }),
    ...(features && { features }),
    ...(reasoning !== undefined && { reasoning })
  }
}

const writesText = ({ output }: CommonFacts): boolean => output?.includes('text') === true

/** featuresOf adds to what a model can do what it has a price for. */
function featuresOf(can: readonly Can[] | undefined, prices: Prices | undefined): readonly string[] | undefined {
  const features = [
    ...(can ?? []).flatMap(word => FEATURES[word]),
    ...(prices?.cacheRead !== undefined ? ['prompt_caching'] : []),
    ...(prices?.perWebSearch !== undefined ? ['web_search'] : [])
  ]
  return can === undefined && features.length === 0 ? undefined : features
}

/**
 * pricesOf takes the newer of two prices, which is the list's, unless the list borrowed it from another service. Where it
 * has the same price for input and output as the table, the table's older figures for the rest still hold, but not those
 * for long prompts: such tiers come and go alone.
 */
function pricesOf(service: string, { id, pricedAs, prices: own }: ServedFact, { sources }: Facts): Prices | undefined {
  const listed = listPrice(service, pricedAs ?? id, sources.prices.asOf)
  const newer = listed && !(listed.borrowed && own) ? pricesFrom(listed.price) : undefined
  if (newer === undefined) return own && from(own, sources.facts)
  const same = own !== undefined && own.input === newer.input && own.output === newer.output
  const { tiers: _tiers, ...rest } = same ? own : {}
  if (Object.keys(rest).every(name => Object.hasOwn(newer, name))) return from(newer, sources.prices)
  const source = `${sources.prices.source}, ${sources.facts.source}`
  return from({ ...rest, ...newer }, { source, asOf: sources.facts.asOf })
}

/** withoutOutput: vectors are not paid for, though a list may have a price there. */
function withoutOutput(prices: Prices | undefined, { output }: CommonFacts): Prices | undefined {
  if (prices?.output === undefined || output === undefined || !output.every(kind => kind === 'embeddings'))
    return prices
  const { output: _output, ...rest } = prices
  return rest
}

function from(prices: Prices, { source, asOf }: Source): Prices {
  return { ...prices, source, asOf }
}
