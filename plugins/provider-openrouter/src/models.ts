import type { Feature, FeatureTable, ModelInfo } from '@isthmus/core'
import { wordTable } from '@isthmus/core/wire'
import { type ChatTraits, chatCompletions, chatFeatures } from '@isthmus/format-chat-completions'
import { type ResponsesTraits, responses, responsesFeatures } from '@isthmus/format-responses'
import { type ParamName, removedFeatures } from './params.ts'

/** CacheControl says what becomes of cache breakpoints. */
export type CacheControl = 'strip' | 'auto' | 'forward'

/** ModelOptions are what the config says that holds for every model. */
export interface ModelOptions {
  readonly cacheControl: CacheControl
  readonly forwardParams: readonly ParamName[]
  readonly reasoningStyle: 'effort' | 'object'
}

/** What the Chat endpoint has no member for. */
const NOT_HERE: readonly Feature[] = ['output.n', 'output.audio', 'input.audio.ref']
const CACHING: ReadonlySet<string> = new Set(['anthropic', 'google', 'minimax', 'z-ai', 'qwen'])

/** wireModel is the id that the service knows: the catalogue takes `openrouter/` off, which is part of the id of a router. */
export function wireModel(model: string): string {
  return model.includes('/') ? model : `openrouter/${model}`
}

/** vendorOf is the first half of an id; '' for a router, behind which any vendor's model may be. */
export function vendorOf(model: string): string {
  const vendor = wireModel(model).split('/', 1)[0]!.replace(/^~/, '').toLowerCase()
  return vendor === 'openrouter' || vendor.startsWith('@') ? '' : vendor
}

/** modelTraits says what the encoder has to know of a model. */
export function modelTraits(model: string, { cacheControl, forwardParams, reasoningStyle }: ModelOptions): ChatTraits {
  const vendor = vendorOf(model)
  const marks = cacheControl === 'forward' || (cacheControl === 'auto' && CACHING.has(vendor))
  // Only Anthropic's models place a breakpoint by themselves.
  const auto = cacheControl === 'forward' || (cacheControl === 'auto' && vendor === 'anthropic')
  return {
    maxTokensField: 'max_completion_tokens',
    ...(vendor === 'openai' ? { minOutputTokens: 16 } : { systemRole: 'system' }),
    // The service fits an effort to the model itself.
    reasoning: { style: reasoningStyle, shown: true },
    cacheMarks: marks ? 'cache_control' : 'none',
    resultMedia: 'inline',
    fileIssuers: ['openrouter'],
    lacks: [...NOT_HERE, ...removedFeatures(forwardParams), ...(auto ? [] : (['cache.auto'] as const))]
  }
}

/** modelFeatures gives the verdicts that follow, all of them: what one model lacks another may have. */
export function modelFeatures(model: string, options: ModelOptions): FeatureTable {
  const { forwardParams } = options
  return {
    ...chatCompletions.features,
    'tools.search': 'converted',
    ...(!forwardParams.includes('safety_identifier') && { 'identity.safety': 'converted' }),
    ...(!forwardParams.includes('web_search_options') && { 'hosted.options': 'converted' }),
    ...chatFeatures(modelTraits(model, options))
  }
}

/** Who seals reasoning on the Responses endpoint, by the vendor of the model; the service itself for the others. */
const SEALS: Readonly<Record<string, string>> = wordTable({
  openai: 'openai-responses-v1',
  'x-ai': 'xai-responses-v1',
  meta: 'meta-responses-v1',
  'meta-llama': 'meta-responses-v1'
})
/** What the Responses endpoint refuses: it keeps nothing. */
const NOT_KEPT: readonly Feature[] = ['state.previous', 'state.background']

/** responsesTraits says what the encoder of the Responses endpoint has to know of a model. */
export function responsesTraits(model: string, { cacheControl, forwardParams }: ModelOptions): ResponsesTraits {
  const vendor = vendorOf(model)
  const open = /gpt-oss/i.test(model)
  return {
    minOutputTokens: vendor === 'openai' ? 16 : 1,
    moreSampling: ['topK', 'frequencyPenalty', 'presencePenalty'],
    // The service fits an effort to the model itself. Open models read their reasoning as text.
    reasoning: open ? { replay: 'content' } : { sealFormat: SEALS[vendor] ?? 'openrouter' },
    store: false,
    cacheMarks: cacheControl === 'forward',
    fileIssuers: ['openrouter'],
    lacks: [...NOT_KEPT, ...removedFeatures(forwardParams)]
  }
}

/** responsesTable gives the verdicts that follow for the Responses endpoint. */
export function responsesTable(model: string, options: ModelOptions): FeatureTable {
  const table = { ...responses.features, ...responsesFeatures(responsesTraits(model, options)) }
  return options.forwardParams.includes('safety_identifier') ? table : { ...table, 'identity.safety': 'converted' }
}

const VECTORS = /embed|\/(bge|gte|e5|multilingual-e5|all-minilm|all-mpnet|paraphrase)-/i

/** makesVectors tells models that do nothing else by their names. */
export const makesVectors = (model: string): boolean => VECTORS.test(model)

/**
 * listedModels names the vendor of a listed model. A router is listed twice: under its own id, and without the prefix
 * that looks like the name of this provider, so that either is found where only listed models are.
 */
export function listedModels(info: ModelInfo): readonly ModelInfo[] {
  const owned = info.ownedBy === undefined ? { ...info, ownedBy: vendorOf(info.id) || 'openrouter' } : info
  const [prefix, router, ...more] = info.id.split('/')
  return prefix === 'openrouter' && router && more.length === 0 ? [{ ...owned, id: router }, owned] : [owned]
}
