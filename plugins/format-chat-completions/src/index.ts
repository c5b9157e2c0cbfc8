/** The Chat Completions wire format: `chatCompletions`, and what a provider or an ingress needs to adapt it. */

export { DIALECT, type ReasoningText, withReasoningText } from './dialect.ts'
export * from './errors.ts'
export { chatCompletions } from './format.ts'
export { type ChatTraits, chatFeatures, type ReasoningStyle } from './traits.ts'
