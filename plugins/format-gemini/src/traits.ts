import { FEATURES, type Feature, type FeatureTable } from '@isthmus/core'

/** ThinkingTraits is how a model takes the wish to reason. */
export type ThinkingTraits =
  | {
      /** Tokens. `off`: a budget of 0 turns reasoning off. */
      readonly style: 'budget'
      readonly min: number
      readonly max: number
      readonly off: boolean
    }
  | {
      /** Levels it knows, in lower case: `minimal`, `low`, `medium`, `high`. None of them turns reasoning off. */
      readonly style: 'level'
      readonly levels: readonly string[]
    }
  | { readonly style: 'none' }

/**
 * GeminiTraits is what a provider knows of a model behind this format. Every member is optional: where nothing is known,
 * the request goes out as it was asked for.
 */
export interface GeminiTraits {
  /** Features the model refuses: they are left out, and {@link geminiFeatures} says so to the kernel. */
  readonly lacks?: readonly Feature[]
  readonly thinking?: ThinkingTraits
  /** False for a model that refuses `systemInstruction`: its text stands before the first user text. */
  readonly systemInstruction?: boolean
  /** Whether the model issues ids of calls; one that does not refuses them. */
  readonly callIds?: boolean
  /** The first call of each step needs a signature; where it has none the documented stand-in is sent. */
  readonly placeholderSignature?: boolean
  /** False for a model that refuses `presencePenalty` and `frequencyPenalty`. */
  readonly penalties?: boolean
  /** False for a model that refuses JSON output together with functions. */
  readonly jsonWithTools?: boolean
  /** Whether images of a result may stand in `functionResponse.parts`; else they follow the results. */
  readonly resultParts?: boolean
  readonly maxOutput?: number
  readonly maxTemperature?: number
  /** False for a model that does not read public URLs of images and documents in `fileData`. */
  readonly urlFiles?: boolean
  /** Whether functions and tools of the service may stand in one request. */
  readonly hostedWithFunctions?: boolean
  /** Names under which uploaded files of this upstream are known in the IR; `gemini` always is one. */
  readonly fileIssuers?: readonly string[]
}

/** geminiFeatures says of a model's traits what the kernel has to know: what the encoder leaves out or does otherwise. */
export function geminiFeatures(traits: GeminiTraits): Partial<FeatureTable> {
  const table: { -readonly [F in Feature]?: FeatureTable[F] } = {}
  if (traits.systemInstruction === false) table['input.system'] = 'emulated'
  if (traits.penalties === false) {
    table['sampling.frequency_penalty'] = 'dropped'
    table['sampling.presence_penalty'] = 'dropped'
  }
  if (traits.resultParts === false) table['tools.result.media'] = 'emulated'
  if (traits.urlFiles === false) {
    table['input.image.url'] = 'rejected'
    table['input.file.url'] = 'rejected'
  }
  thinkingFeatures(traits.thinking, table)
  for (const feature of traits.lacks ?? []) {
    table[feature] = FEATURES[feature].class === 'meaning' ? 'rejected' : 'dropped'
  }
  return table
}

function thinkingFeatures(
  thinking: ThinkingTraits | undefined,
  table: { -readonly [F in Feature]?: FeatureTable[F] }
): void {
  switch (thinking?.style) {
    case 'budget':
      table['reasoning.effort'] = 'converted'
      table['reasoning.budget'] = 'exact'
      break
    case 'level':
      table['reasoning.budget'] = 'converted'
      break
    case 'none':
      // That it be off is true of it.
      table['reasoning.off'] = 'converted'
      for (const name of ['reasoning.on', 'reasoning.effort', 'reasoning.budget', 'reasoning.expose'] as const) {
        table[name] = 'dropped'
      }
      break
  }
}
