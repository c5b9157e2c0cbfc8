/** The Anthropic Messages wire format, both directions. */

export { messagesCount } from './count.ts'
export { messages } from './format.ts'
export type { MessagesTraits, ThinkingMode } from './traits.ts'
