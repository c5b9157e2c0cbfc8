/** The OpenAI Responses wire format: `responses`, and what a provider or an ingress needs to adapt it. */

export { responsesCount } from './count.ts'
export * from './errors.ts'
export { responses } from './format.ts'
export { typedItem } from './items-decode.ts'
export { responseId } from './reply-ids.ts'
export { documentedSchema } from './schema/documented-schema.ts'
export { type ResponsesTraits, responsesFeatures } from './traits.ts'
export type { ResponsesReplyContext } from './types.ts'
