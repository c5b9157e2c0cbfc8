import type { CatalogView, ModelRow } from '@isthmus/core'
import { architecture, pricingOf } from './encode-model.ts'
import type { Entry } from './entries.ts'

/** encodeEndpoints writes who serves a model, each with its own prices and limits. */
export function encodeEndpoints(entry: Entry, catalog: CatalogView) {
  const { id, name, facts, rows } = entry
  const names = providerNames(catalog)
  const about = architecture(facts)
  return {
    id,
    name,
    created: facts.created ?? 0,
    description: facts.description ?? '',
    architecture: { ...about, tokenizer: about.tokenizer ?? null },
    endpoints: rows.map(row => encodeEndpoint(row, entry, names.get(row.provider) ?? row.provider))
  }
}

/** No statistics of endpoints are kept: what the schema has for them is `null`. */
function encodeEndpoint(row: ModelRow, { id, name, facts }: Entry, providerName: string) {
  const { contextTokens = facts.contextTokens ?? 0, maxOutputTokens = null, parameters = [], quantization = null } = row
  const tools = parameters.includes('tool_choice')
  return {
    name: `${providerName} | ${row.upstreamId ?? row.id}`,
    model_id: id,
    model_name: name,
    tag: row.provider,
    provider_name: providerName,
    context_length: contextTokens,
    max_completion_tokens: maxOutputTokens,
    max_prompt_tokens: null,
    quantization,
    pricing: pricingOf({ ...row, output: row.output ?? facts.output ?? [] }),
    supported_parameters: parameters,
    supports_tool_choice: { auto: tools, function: tools, none: tools, required: tools },
    supports_implicit_caching: false,
    uptime_last_5m: null,
    uptime_last_30m: null,
    uptime_last_1d: null,
    latency_last_30m: null,
    throughput_last_30m: null,
    ...(row.datacenters && { datacenters: row.datacenters.map(country_code => ({ country_code })) })
  }
}

/** encodeProviders writes the channels, each with what is known of its service. `slug` is what names of models begin with. */
export function encodeProviders(catalog: CatalogView) {
  const services = catalog.services()
  return catalog.channels().map(({ id, service }) => {
    const known = service === undefined ? undefined : services[service]
    return {
      name: known?.name ?? id,
      slug: id,
      headquarters: known?.headquarters ?? null,
      datacenters: known?.datacenters ?? null,
      privacy_policy_url: known?.privacyPolicyUrl ?? null,
      terms_of_service_url: known?.termsOfServiceUrl ?? null,
      status_page_url: known?.statusPageUrl ?? null
    }
  })
}

/** providerNames gives each channel the name of its service, as long as no other has the same. */
export function providerNames(catalog: CatalogView): ReadonlyMap<string, string> {
  const providers = encodeProviders(catalog)
  const alike = (name: string) => providers.filter(it => it.name === name).length
  return new Map(providers.map(({ slug, name }) => [slug, alike(name) > 1 ? `${name} (${slug})` : name]))
}
