/** The Embeddings wire format of OpenAI: `embeddings`. */

export * from './errors.ts'
export { embeddings } from './format.ts'
