import { chat } from './chat.ts'
import { embeddings } from './embeddings.ts'
import { gemini } from './gemini.ts'
import { messages } from './messages.ts'
import { responses } from './responses.ts'
import type { Wire, WireFormat } from './wire.ts'

export type { Wire } from './wire.ts'

/** WIRES are the formats of conversations: any client with any upstream. */
export const WIRES = ['chat', 'responses', 'messages', 'gemini'] as const

/** FORMATS are all formats of the bench. */
export const FORMATS: Readonly<Record<Wire, WireFormat>> = { chat, responses, messages, gemini, embeddings }
