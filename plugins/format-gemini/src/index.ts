/** The Gemini generateContent wire formats, both directions. */

export { geminiCount } from './count.ts'
export { geminiBatchEmbed, geminiEmbed } from './embed.ts'
export type { EmbedTraits } from './embed-encode.ts'
export { gemini } from './format.ts'
export { modelPath, resourceOf } from './model-path.ts'
export { type GeminiTraits, geminiFeatures, type ThinkingTraits } from './traits.ts'
