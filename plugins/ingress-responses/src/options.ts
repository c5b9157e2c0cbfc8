import { type Static, Type } from 'typebox'

const HOUR_MS = 3_600_000

export const options = Type.Object(
  {
    state: Type.Union([Type.Literal('gateway'), Type.Literal('provider'), Type.Literal('off')], {
      default: 'gateway',
      description:
        'Who keeps replies and conversations: this gateway for every model, the provider for its own models, or nobody.'
    }),
    compaction: Type.Union([Type.Literal('gateway'), Type.Literal('provider')], {
      default: 'gateway',
      description: 'Who compacts a conversation: this gateway with any model, or a provider that can.'
    }),
    keepMs: Type.Integer({
      minimum: 1000,
      default: HOUR_MS,
      description: 'How long the gateway keeps a reply or a conversation after its last use, in milliseconds.'
    }),
    maxKept: Type.Integer({
      minimum: 1,
      default: 10_000,
      description: 'How many replies and conversations of this process are kept at most; those unused longest go first.'
    }),
    maxBytes: Type.Integer({
      minimum: 1024,
      default: 4 * 1024 * 1024,
      description: 'A reply that is larger than this with its new input is not kept, and says so.'
    })
  },
  { additionalProperties: false }
)

/** Options are the options of this ingress. */
export type Options = Static<typeof options>
