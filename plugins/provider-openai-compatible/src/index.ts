import { defineProvider, providerFrom } from '@isthmus/core'
import { chatCompletions, chatFeatures } from '@isthmus/format-chat-completions'
import { pathFor } from './endpoint.ts'
import { PROVIDER_OPENAI_COMPATIBLE_BASE_URL } from './errors.ts'
import { OFFERS, UNKNOWN_OFFERS, VECTOR_NAMES } from './offers.ts'
import { OPTIONS } from './options.ts'
import { matches } from './patterns.ts'
import { COMMON, PRESETS, type Preset } from './presets.ts'
import { checkFeatures, type Rules, rulesFor, traitsFrom } from './rules.ts'
import { sideEndpoints } from './side-endpoints.ts'

/** UNKNOWN is what holds for a server of which nothing is known but its address. */
const UNKNOWN: Rules = { quirks: ['system-role'] }

export default defineProvider({
  name: 'openai-compatible',
  api: 1,
  summary: 'Any server that speaks Chat Completions, with presets for many.',
  stability: 'experimental',
  options: OPTIONS,
  setup(_host, options) {
    const preset: Preset | undefined = options.preset && PRESETS[options.preset]
    const baseUrl = options.baseUrl ?? preset?.baseUrl
    if (baseUrl === undefined) {
      throw PROVIDER_OPENAI_COMPATIBLE_BASE_URL(preset === undefined ? '' : `; the preset has none`)
    }
    const base = preset === undefined ? [UNKNOWN] : [COMMON, preset]
    const own = checked(options)
    const ownOfModels = options.modelRules.map(rules => ({ ...checked(rules), models: rules.models }))
    const traits = (model: string) =>
      traitsFrom([...base, rulesFor(model, preset?.modelRules), own, rulesFor(model, ownOfModels)])
    const template =
      options.path ?? (options.apiVersion !== undefined ? preset?.versionedPath : undefined) ?? preset?.path
    const { apiKey, timeouts } = options
    const keyHeader = (options.keyHeader ?? preset?.keyHeader ?? 'authorization').toLowerCase()
    const rename = { ...preset?.rename, ...options.rename }
    const headers = lowerCase(options.headers)
    const endpoints = sideEndpoints(options.preset === undefined ? UNKNOWN_OFFERS : OFFERS[options.preset], {
      baseUrl,
      apiVersion: options.apiVersion,
      headers,
      completionModels: options.completionModels,
      embeddingModels: options.embeddingModels,
      without: own.without ?? [],
      supports: own.supports ?? []
    })
    // What the config names counts over what names suggest; that every model may be asked for vectors says nothing of any.
    const makesVectors = options.embeddingModels?.filter(pattern => pattern !== '*') ?? VECTOR_NAMES
    return providerFrom(chatCompletions, {
      baseUrl,
      endpoints,
      // They do nothing else, wherever they run.
      serves: model => !matches(makesVectors, model),
      path: pathFor(template ?? '/chat/completions', baseUrl, options.apiVersion),
      headers,
      timeouts,
      traits,
      featuresOf: model => chatFeatures(traits(model)),
      ...(preset?.service !== undefined && { service: preset.service }),
      known: options.models.map(id => ({ id })),
      ...(Object.keys(rename).length > 0 && { dialect: { rename } }),
      ...((options.listModels ?? preset?.listModels ?? true) && { modelsPath: '/models' }),
      ...(apiKey !== undefined && {
        authorize(request) {
          const key = apiKey.reveal()
          request.headers[keyHeader] = keyHeader === 'authorization' ? `Bearer ${key}` : key
        }
      })
    })
  }
})

/** checked takes rules from a config, where features are mere text. */
function checked({ quirks, without, supports, efforts }: Words): Rules {
  return {
    ...(quirks && { quirks }),
    ...(without && { without: checkFeatures(without) }),
    ...(supports && { supports: checkFeatures(supports) }),
    ...(efforts && { efforts })
  }
}

type Words = Omit<Rules, 'without' | 'supports'> & { without?: readonly string[]; supports?: readonly string[] }

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}
