import { checker } from '@isthmus/core/wire'
import { SamplingProperties } from '@isthmus/format-chat-completions/openai'
import { type Static, type TSchema, Type } from 'typebox'

/** optional is a member that may be left out; an explicit null says the same. */
const optional = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]))
const text = Type.String()
const flag = Type.Boolean()
const tokens = Type.Integer({ minimum: 0 })
const ids = Type.Array(Type.Integer({ minimum: 0 }), { minItems: 1 })

const StreamOptionsSchema = Type.Object({ include_usage: optional(flag), include_obfuscation: optional(flag) })

const members = {
  model: text,
  suffix: optional(text),
  echo: optional(flag),
  best_of: optional(Type.Integer({ minimum: 1 })),
  n: optional(Type.Integer({ minimum: 1 })),
  logprobs: optional(Type.Integer({ minimum: 0 })),
  max_tokens: optional(tokens),
  stop: optional(Type.Union([text, Type.Array(text)])),
  stream: optional(flag),
  stream_options: optional(StreamOptionsSchema),
  ...SamplingProperties,
  user: optional(text)
}

/** RequestSchema is the body of a request: the members the decoder reads. Others are kept. */
export const RequestSchema = Type.Object({
  ...members,
  prompt: Type.Union([text, Type.Array(Type.Union([text, ids]), { minItems: 1 }), ids, Type.Null()])
})

// The prompt is read one by one: of a union this wide a validator could not say what is wrong with it.
const CheckedSchema = Type.Object({ ...members, prompt: Type.Unknown() })

export type WireRequest = Static<typeof CheckedSchema>
export const requestShape = checker(CheckedSchema)
/** REQUEST_KEYS are the members of a request that the decoder reads. */
export const REQUEST_KEYS: ReadonlySet<string> = new Set(Object.keys(RequestSchema.properties))
