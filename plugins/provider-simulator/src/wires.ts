import type { WireFormat } from '@isthmus/core'
import { type ChatTraits, chatCompletions } from '@isthmus/format-chat-completions'
import { type MessagesTraits, messages } from '@isthmus/format-messages'

/** Wire is a format that the simulated upstream speaks, and what an upstream of that format is like. */
export interface Wire {
  readonly format: WireFormat
  readonly path: string
  /** What the request's encoder is told of every model. */
  readonly traits?: unknown
  /** What the reply's encoder is told of its client, so that it writes all that the format can say. */
  readonly dialect: readonly string[]
  /** The issuer format whose seals this wire carries as its own. */
  readonly sealFormat: string
}

const chatTraits: ChatTraits = { replay: 'details', reasoning: { style: 'object' }, resultMedia: 'inline' }
const messagesTraits: MessagesTraits = { nativeSchema: true, inListSystem: true }

/** WIRES are the formats that the option `wire` may name. */
export const WIRES = {
  'chat-completions': {
    format: chatCompletions as WireFormat,
    path: '/chat/completions',
    traits: chatTraits,
    dialect: ['reasoning'],
    sealFormat: 'simulator-v1'
  },
  messages: {
    format: messages as WireFormat,
    path: '/v1/messages',
    traits: messagesTraits,
    dialect: [],
    sealFormat: 'anthropic-claude-v1'
  }
} as const satisfies Record<string, Wire>
