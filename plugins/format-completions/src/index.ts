/** The legacy Completions wire format: `completions`, and what a provider needs to adapt it. */

export * from './errors.ts'
export { completions } from './format.ts'
export { type CompletionsTraits, completionsFeatures } from './traits.ts'
