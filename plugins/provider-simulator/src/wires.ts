import type { WireFormat } from '@isthmus/core'
import { chatCompletions } from '@isthmus/format-chat-completions'
import { messages } from '@isthmus/format-messages'

/** Wire is a format that the simulated upstream speaks, and what an upstream of that format is like. */
export interface Wire {
  readonly format: WireFormat
  readonly path: string
  /** What the reply's encoder is told of the client, so that it writes all that the format can say. */
  readonly dialect: readonly string[]
  /** The issuer format whose seals this wire carries as its own. */
  readonly sealFormat: string
}

export type WireName = 'chat-completions' | 'messages'

export const WIRES: Readonly<Record<WireName, Wire>> = {
  'chat-completions': {
    format: chatCompletions,
    path: '/chat/completions',
    dialect: ['reasoning'],
    sealFormat: 'simulator-v1'
  },
  messages: { format: messages, path: '/v1/messages', dialect: [], sealFormat: 'anthropic-claude-v1' }
}
