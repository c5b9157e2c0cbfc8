import type { FeatureTable } from '@isthmus/core'
import { type ChatTraits, chatFeatures } from '@isthmus/format-chat-completions'
import { type CompletionsTraits, completionsFeatures } from '@isthmus/format-completions'
import { type ResponsesTraits, responsesFeatures } from '@isthmus/format-responses'
import { COMPATIBLE, FAMILIES, type Family, NEWEST, VECTORS } from './families.ts'

const OFFICIAL = /(^|\.)openai\.com$/

/** isOfficial tells whether a server is OpenAI's own. */
export const isOfficial = (baseUrl: string): boolean => OFFICIAL.test(new URL(baseUrl).hostname)

/** familyOf says what is known of a model, by its name and by whose server it is on. */
function familyOf(model: string, official: boolean): Family {
  const base = model.replace(/^ft:/, '').replace(/^openai\//, '')
  const known = FAMILIES.find(([pattern]) => pattern.test(base))
  if (known !== undefined) return known[1]
  if (/embed/i.test(base)) return VECTORS
  return official ? NEWEST : COMPATIBLE
}

/** EndpointName is one of the endpoints for which models are told apart. */
export type EndpointName = keyof Family

/** modelsOf binds what is known of models to one server. */
export function modelsOf(baseUrl: string, hasResponses: boolean) {
  const official = isOfficial(baseUrl)
  const family = (model: string): Family => familyOf(model, official)
  return {
    serves(endpoint: EndpointName, model: string): boolean {
      return (endpoint !== 'responses' || hasResponses) && family(model)[endpoint] !== undefined
    },
    chat: {
      traits: (model: string): ChatTraits => family(model).chat ?? {},
      featuresOf: (model: string) => chatTable(family(model).chat ?? {}, hasResponses)
    },
    responses: {
      traits: (model: string): ResponsesTraits => family(model).responses ?? {},
      featuresOf: (model: string) => responsesFeatures(family(model).responses ?? {})
    },
    complete: {
      traits: (model: string): CompletionsTraits => family(model).complete ?? {},
      featuresOf: (model: string) => completionsFeatures(family(model).complete ?? {})
    },
    embed: {
      featuresOf: (model: string): Partial<FeatureTable> =>
        family(model).embed?.dimensions === false ? { 'embed.dimensions': 'rejected' } : {}
    }
  }
}

/**
 * chatTable: a model that refuses tools together with reasoning is told not to reason once there are tools. That is less
 * than the tools that were asked for, and the other endpoint has both.
 */
function chatTable(traits: ChatTraits, hasResponses: boolean): Partial<FeatureTable> {
  const table = chatFeatures(traits)
  return hasResponses && traits.reasoning?.refusesTools ? { ...table, 'tools.function': 'emulated' } : table
}
