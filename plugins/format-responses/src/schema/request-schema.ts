import { AnyObject, checker } from '@isthmus/core/wire'
import { type Static, type TSchema, Type } from 'typebox'

/** optional is a member that may be left out; an explicit null says the same. */
export const optional = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]))
const text = Type.String()
const flag = Type.Boolean()

const ReasoningSchema = Type.Object(
  {
    effort: optional(text),
    summary: optional(text),
    context: optional(text),
    mode: optional(text),
    max_tokens: optional(Type.Integer({ minimum: 0 }))
  },
  { description: 'How much the model reasons, and what is shown of it.' }
)
export const TextSchema = Type.Object(
  { format: optional(AnyObject), verbosity: optional(text) },
  { description: 'The form of the answer.' }
)

/** requestSchema is the body of a request, as far as it is read. Other members are kept; items, parts and tools have shapes of their own. */
const requestSchema = Type.Object(
  {
    model: Type.String({ description: 'The model that is to answer.' }),
    input: Type.Optional(
      Type.Union([text, Type.Array(Type.Unknown()), Type.Null()], {
        description: 'One text of the user, or the items of the conversation.'
      })
    ),
    instructions: optional(Type.String({ description: 'An instruction for this request alone.' })),
    stream: optional(flag),
    stream_options: optional(Type.Object({ include_obfuscation: optional(flag) })),
    tools: optional(Type.Array(Type.Unknown())),
    tool_choice: optional(Type.Union([text, AnyObject])),
    parallel_tool_calls: optional(flag),
    max_tool_calls: optional(Type.Integer({ minimum: 0 })),
    max_output_tokens: optional(
      Type.Integer({ minimum: 0, description: 'A limit on the tokens of the answer, reasoning included.' })
    ),
    temperature: optional(Type.Number()),
    top_p: optional(Type.Number()),
    top_logprobs: optional(Type.Integer({ minimum: 0 })),
    text: optional(TextSchema),
    reasoning: optional(ReasoningSchema),
    include: optional(Type.Array(text)),
    store: optional(flag),
    previous_response_id: optional(text),
    conversation: optional(Type.Union([text, AnyObject])),
    prompt: optional(AnyObject),
    background: optional(flag),
    truncation: optional(text),
    context_management: optional(Type.Array(AnyObject)),
    prompt_cache_key: optional(text),
    prompt_cache_retention: optional(text),
    prompt_cache_options: optional(Type.Object({ mode: optional(text), ttl: optional(text) })),
    service_tier: optional(text),
    user: optional(text),
    safety_identifier: optional(text),
    session_id: optional(text),
    metadata: optional(Type.Record(text, text)),
    moderation: optional(AnyObject)
  },
  { description: 'A request to a model, as the Responses API takes it.' }
)

export type WireRequest = Static<typeof requestSchema>
export const requestShape = checker(requestSchema)
/** REQUEST_KEYS are the members of a request that the decoder reads. */
export const REQUEST_KEYS: ReadonlySet<string> = new Set(Object.keys(requestSchema.properties))

export const formatShape = checker(
  Type.Object({
    schema: Type.Union([AnyObject, flag]),
    name: optional(text),
    description: optional(text),
    strict: optional(flag)
  })
)
