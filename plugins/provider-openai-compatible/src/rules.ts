import { FEATURE_NAMES, type Feature } from '@isthmus/core'
import { nearest } from '@isthmus/core/wire'
import type { ChatTraits } from '@isthmus/format-chat-completions'
import { PROVIDER_OPENAI_COMPATIBLE_FEATURE } from './errors.ts'
import { matches } from './patterns.ts'
import { QUIRKS, type QuirkName } from './quirks.ts'

/** Rules are what is known of a server, or of some of its models. */
export interface Rules {
  readonly quirks?: readonly QuirkName[]
  /** Features that are refused or ignored. */
  readonly without?: readonly Feature[]
  /** Features that are understood after all, against a rule before. */
  readonly supports?: readonly Feature[]
  /** Words for how much to reason, `none` among them if reasoning can be turned off. */
  readonly efforts?: readonly string[]
}

/** ModelRules hold for the models that fit one of the patterns; `*` stands for any text. */
export interface ModelRules extends Rules {
  readonly models: readonly string[]
}

/** rulesFor finds the first rules that fit a model. */
export function rulesFor(model: string, all: readonly ModelRules[] = []): Rules {
  return all.find(({ models }) => matches(models, model)) ?? {}
}

/** traitsFrom joins rules, the later ones over the earlier. */
export function traitsFrom(layers: readonly Rules[]): ChatTraits {
  let traits: ChatTraits = {}
  const lacks = new Set<Feature>()
  for (const { quirks = [], without = [], supports = [], efforts } of layers) {
    for (const quirk of quirks) traits = joined(traits, QUIRKS[quirk].traits)
    if (efforts !== undefined) traits = joined(traits, { reasoning: { efforts } })
    for (const feature of without) lacks.add(feature)
    for (const feature of supports) lacks.delete(feature)
  }
  return { ...traits, lacks: [...lacks] }
}

/** checkFeatures refuses names that are no features, as the config is where a person can mend them. */
export function checkFeatures(names: readonly string[]): readonly Feature[] {
  for (const name of names) {
    if (FEATURE_NAMES.some(feature => feature === name)) continue
    const [near] = nearest(name, FEATURE_NAMES, 1)
    throw PROVIDER_OPENAI_COMPATIBLE_FEATURE(name, near === undefined ? '' : `; did you mean '${near}'?`)
  }
  return names as readonly Feature[]
}

function joined(traits: ChatTraits, more: ChatTraits): ChatTraits {
  const reasoning = more.reasoning && { reasoning: { ...traits.reasoning, ...more.reasoning } }
  return { ...traits, ...more, ...reasoning }
}
