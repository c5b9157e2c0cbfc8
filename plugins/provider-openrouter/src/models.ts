import type { Feature, FeatureTable, ModelInfo } from '@isthmus/core'
import { type ChatTraits, chatCompletions, chatFeatures } from '@isthmus/format-chat-completions'
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
  const table = { ...chatCompletions.features, ...chatFeatures(modelTraits(model, options)) }
  return options.forwardParams.includes('safety_identifier') ? table : { ...table, 'identity.safety': 'converted' }
}

/** ownedModel names the vendor of a listed model. */
export function ownedModel(info: ModelInfo): ModelInfo {
  return info.ownedBy === undefined ? { ...info, ownedBy: vendorOf(info.id) || 'openrouter' } : info
}
