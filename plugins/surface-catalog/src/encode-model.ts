import type { Modality, ModelFacts } from '@isthmus/core'
import type { Entry } from './entries.ts'
import { type Pricing, pricing } from './prices.ts'

/** Parameters of requests that are no sampling, though the public lists have them among the others. */
const NO_SAMPLING: ReadonlySet<string> = new Set([
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'response_format',
  'structured_outputs',
  'reasoning',
  'reasoning_effort',
  'include_reasoning',
  'web_search_options',
  'verbosity',
  'prediction'
])
/** Who writes one of these alone writes no tokens that could cost. */
const NO_TOKENS: ReadonlySet<Modality> = new Set(['embeddings', 'rerank'])

/** architecture tells what goes in and comes out. */
export function architecture({ input, output, tokenizer }: ModelFacts) {
  return {
    modality: input && output ? `${input.join('+')}->${output.join('+')}` : null,
    input_modalities: input ?? [],
    output_modalities: output ?? [],
    ...(tokenizer !== undefined && { tokenizer }),
    instruct_type: null
  }
}

/** pricingOf writes the prices of a model. */
export const pricingOf = ({ prices, output = [] }: ModelFacts): Pricing =>
  pricing(prices, output.length > 0 && output.every(kind => NO_TOKENS.has(kind)))

/**
 * encodeModel writes one model for every reader: OpenRouter's schema, the fields of a supplier's listing, and the four
 * members that clients of OpenAI look for. Where the schema has no way to leave something out, what is not known is
 * `null`, an empty list, `created: 0` or the price `-1`.
 */
export function encodeModel(entry: Entry, basePath: string) {
  const { id, name, facts, author, providers, target } = entry
  const { contextTokens = null, maxOutputTokens = null, parameters = [], reasoning } = facts
  const [first] = entry.rows
  return {
    id,
    object: 'model' as const,
    owned_by: author,
    canonical_slug: target?.slug ?? id,
    name,
    created: facts.created ?? 0,
    ...(facts.description !== undefined && { description: facts.description }),
    context_length: contextTokens,
    architecture: architecture(facts),
    pricing: pricingOf(facts),
    top_provider: {
      context_length: first?.contextTokens ?? null,
      max_completion_tokens: first?.maxOutputTokens ?? null,
      is_moderated: false
    },
    per_request_limits: null,
    supported_parameters: parameters,
    default_parameters: null,
    supported_voices: null,
    expiration_date: facts.deprecated ?? null,
    knowledge_cutoff: facts.knowledge ?? null,
    ...(reasoning && { reasoning: encodeReasoning(reasoning) }),
    ...(target && { alias_target: target }),
    links: { details: `${basePath}/api/v1/models/${pathOf(id)}/endpoints` },
    ...(facts.input && { input_modalities: facts.input }),
    ...(facts.output && { output_modalities: facts.output }),
    ...(maxOutputTokens !== null && { max_output_length: maxOutputTokens }),
    ...(facts.parameters && { supported_sampling_parameters: parameters.filter(it => !NO_SAMPLING.has(it)) }),
    ...(facts.features && { supported_features: facts.features }),
    ...(facts.quantization !== undefined && { quantization: facts.quantization }),
    ...(facts.datacenters && { datacenters: facts.datacenters.map(country_code => ({ country_code })) }),
    providers
  }
}

function encodeReasoning({
  mandatory,
  byDefault,
  efforts,
  budget
}: Exclude<ModelFacts['reasoning'], false | undefined>) {
  return {
    mandatory: mandatory ?? false,
    ...(byDefault !== undefined && { default_enabled: byDefault }),
    ...(efforts && { supported_efforts: efforts }),
    ...(budget !== undefined && { supports_max_tokens: budget !== false })
  }
}

/** pathOf writes a name as a path: its slashes stay. */
export const pathOf = (id: string): string => id.split('/').map(encodeURIComponent).join('/')
