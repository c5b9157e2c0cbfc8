import { chat } from './chat.ts'
import { gemini } from './gemini.ts'
import { messages } from './messages.ts'
import { responses } from './responses.ts'
import type { Wire, WireFormat } from './wire.ts'

export type { Wire } from './wire.ts'

/** FORMATS are the wire formats of the bench. */
export const FORMATS: Readonly<Record<Wire, WireFormat>> = { chat, responses, messages, gemini }

/** WIRES are their names. */
export const WIRES = Object.keys(FORMATS) as readonly Wire[]
