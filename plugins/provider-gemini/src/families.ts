import type { FeatureTable } from '@isthmus/core'
import { type EmbedTraits, type GeminiTraits, geminiFeatures } from '@isthmus/format-gemini'

/** Family is a group of models that follow the same rules. */
interface Family {
  readonly name: RegExp
  readonly traits: GeminiTraits
}

const NO_FUNCTIONS = ['tools.function', 'output.json', 'output.json_schema'] as const

const SECOND: GeminiTraits = {
  thinking: { style: 'none' },
  callIds: false,
  jsonWithTools: false,
  resultParts: false,
  urlFiles: false,
  maxOutput: 8192,
  maxTemperature: 2
}
const HALF: GeminiTraits = { ...SECOND, penalties: false, urlFiles: true, maxOutput: 65_536 }
const FLASH: GeminiTraits = { ...HALF, thinking: { style: 'budget', min: 0, max: 24_576, off: true } }
/** Each step has to come back with its signature, and reasoning has levels instead of a number of tokens. */
const THIRD: GeminiTraits = {
  ...HALF,
  callIds: true,
  placeholderSignature: true,
  jsonWithTools: true,
  resultParts: true,
  hostedWithFunctions: true
}
const levels = (...names: readonly string[]): Pick<GeminiTraits, 'thinking'> => ({
  thinking: { style: 'level', levels: names }
})
/** Levels that all models of the newer generations have. */
const NEWEST: GeminiTraits = { ...THIRD, ...levels('low', 'medium', 'high') }
const GEMMA: GeminiTraits = {
  systemInstruction: false,
  thinking: { style: 'none' },
  callIds: false,
  resultParts: false,
  maxOutput: 8192,
  lacks: NO_FUNCTIONS
}

const FAMILIES: readonly Family[] = [
  { name: /gemini-1\b|gemini-1[.-]|gemini-2[.-]0|learnlm/, traits: SECOND },
  { name: /gemini-2[.-]5-flash-image/, traits: { ...HALF, maxOutput: 32_768, lacks: NO_FUNCTIONS } },
  { name: /gemini-2[.-]5-.*-tts/, traits: { ...HALF, maxOutput: 16_384, lacks: NO_FUNCTIONS } },
  {
    name: /gemini-2[.-]5-flash-lite/,
    traits: { ...FLASH, thinking: { style: 'budget', min: 512, max: 24_576, off: true } }
  },
  { name: /gemini-2[.-]5-flash/, traits: FLASH },
  { name: /gemini-2[.-]5-pro/, traits: { ...HALF, thinking: { style: 'budget', min: 128, max: 32_768, off: false } } },
  // They reason as they see fit, and cannot be kept from it.
  {
    name: /gemini-3-pro-image/,
    traits: {
      ...THIRD,
      thinking: { style: 'none' },
      maxOutput: 32_768,
      lacks: ['tools.function', 'reasoning.off']
    }
  },
  { name: /gemini-3[.-]1-flash-image/, traits: { ...THIRD, ...levels('minimal', 'high'), lacks: NO_FUNCTIONS } },
  { name: /gemini-3-pro/, traits: { ...THIRD, ...levels('low', 'high') } },
  { name: /gemini-3(?:[.-][1-6])?-flash/, traits: { ...THIRD, ...levels('minimal', 'low', 'medium', 'high') } },
  // A name that came after this list, and one that stands for the latest, follow the newest rules.
  { name: /gemini/, traits: NEWEST },
  { name: /gemma-(?:[123]\b|[123][a-z-])/, traits: GEMMA }
]

/** Of other models behind this protocol nothing is known: requests go out as they were asked for. */
const OTHERS: GeminiTraits = {}

/** traitsOf gives the rules of a model by its name. */
export function traitsOf(model: string): GeminiTraits {
  return FAMILIES.find(family => family.name.test(model))?.traits ?? OTHERS
}

/** featuresOf gives the verdicts in which a model differs from the format. */
export function featuresOf(model: string): Partial<FeatureTable> {
  return geminiFeatures(traitsOf(model))
}

/** embeds tells whether a model makes vectors, and does not converse. */
export function embeds(model: string): boolean {
  return model.includes('embedding')
}

/** converses tells whether a model answers conversations: not those that only make vectors, pictures, films or music. */
export function converses(model: string): boolean {
  return !(embeds(model) || /^(?:imagen|veo|lyria)-|^aqa$/.test(model))
}

/** Models that embed text only, and leave shortened vectors as they are. */
const TEXT_ONLY = /(?:^|-)embedding-0\d|text-embedding/
/** The first of them has one length of vectors. */
const ONE_LENGTH = /^embedding-001/

/** embedTraitsOf gives the rules of a model that embeds. */
export function embedTraitsOf(model: string): EmbedTraits {
  return { unitLength: !TEXT_ONLY.test(model) }
}

/** embedFeaturesOf gives the verdicts in which a model that embeds differs from the format. */
export function embedFeaturesOf(model: string): Partial<FeatureTable> {
  return {
    ...(TEXT_ONLY.test(model) && { 'embed.media': 'rejected' }),
    ...(ONE_LENGTH.test(model) && { 'embed.dimensions': 'rejected' })
  }
}
