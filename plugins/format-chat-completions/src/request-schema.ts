import { AnyObject, checker } from '@isthmus/core/wire'
import { type Static, type TSchema, Type } from 'typebox'
import { SamplingProperties } from './sampling.ts'

/** optional is a member that may be left out; an explicit null says the same. */
const optional = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]))
const text = Type.String()
const flag = Type.Boolean()
const tokens = Type.Integer({ minimum: 0 })

const ReasoningSchema = Type.Object({
  effort: optional(text),
  max_tokens: optional(tokens),
  enabled: optional(flag),
  exclude: optional(flag),
  summary: optional(text)
})
const ThinkingSchema = Type.Object({ type: text, budget_tokens: optional(tokens) })
const StreamOptionsSchema = Type.Object({ include_usage: optional(flag), include_obfuscation: optional(flag) })
const CacheOptionsSchema = Type.Object({ mode: optional(text), ttl: optional(text) })
const CacheControlSchema = Type.Object({ type: text, ttl: optional(text) })

/** RequestSchema holds the members the decoder reads. Others are kept; messages, tools and unions are checked one by one. */
export const RequestSchema = Type.Object({
  model: text,
  messages: Type.Array(Type.Unknown(), { minItems: 1 }),
  stream: optional(flag),
  stream_options: optional(StreamOptionsSchema),
  tools: optional(Type.Array(Type.Unknown())),
  functions: optional(Type.Array(Type.Unknown())),
  tool_choice: optional(Type.Union([text, AnyObject])),
  function_call: optional(Type.Union([text, AnyObject])),
  parallel_tool_calls: optional(flag),
  max_tokens: optional(tokens),
  max_completion_tokens: optional(tokens),
  stop: optional(Type.Union([text, Type.Array(text)])),
  n: optional(Type.Integer({ minimum: 1 })),
  logprobs: optional(flag),
  top_logprobs: optional(Type.Integer({ minimum: 0 })),
  response_format: optional(AnyObject),
  modalities: optional(Type.Array(text)),
  audio: optional(AnyObject),
  prediction: optional(AnyObject),
  verbosity: optional(text),
  ...SamplingProperties,
  reasoning_effort: optional(text),
  reasoning: optional(ReasoningSchema),
  include_reasoning: optional(flag),
  reasoning_format: optional(text),
  thinking: optional(ThinkingSchema),
  enable_thinking: optional(flag),
  thinking_budget: optional(tokens),
  chat_template_kwargs: optional(AnyObject),
  think: optional(Type.Union([flag, text])),
  prompt_cache_key: optional(text),
  prompt_cache_options: optional(CacheOptionsSchema),
  prompt_cache_retention: optional(text),
  cache_control: optional(CacheControlSchema),
  store: optional(flag),
  service_tier: optional(text),
  user: optional(text),
  safety_identifier: optional(text),
  session_id: optional(text),
  metadata: optional(Type.Record(text, text)),
  moderation: optional(AnyObject),
  web_search_options: optional(AnyObject)
})

export type WireRequest = Static<typeof RequestSchema>
export const requestShape = checker(RequestSchema)
/** REQUEST_KEYS are the members of a request that the decoder reads. */
export const REQUEST_KEYS: ReadonlySet<string> = new Set(Object.keys(RequestSchema.properties))

const name = Type.String({ minLength: 1 })

export const messageShapes = {
  system: checker(Type.Object({ content: Type.Union([text, Type.Array(Type.Unknown())]), name: optional(text) })),
  user: checker(
    Type.Object({ content: Type.Union([text, Type.Array(Type.Unknown()), Type.Null()]), name: optional(text) })
  ),
  assistant: checker(
    Type.Object({
      content: optional(Type.Union([text, Type.Array(Type.Unknown())])),
      name: optional(text),
      refusal: optional(text),
      audio: optional(Type.Object({ id: text })),
      tool_calls: optional(Type.Array(Type.Unknown())),
      function_call: optional(Type.Object({ name, arguments: text })),
      reasoning_content: optional(text),
      reasoning: optional(text),
      reasoning_details: optional(Type.Array(AnyObject))
    })
  ),
  tool: checker(
    Type.Object({
      tool_call_id: text,
      content: Type.Union([text, Type.Array(Type.Unknown()), Type.Null()]),
      name: optional(text)
    })
  ),
  function: checker(Type.Object({ name, content: optional(text) }))
}

const url = Type.Object({ url: text })
export const partShapes = {
  text: checker(Type.Object({ text })),
  refusal: checker(Type.Object({ refusal: text })),
  image_url: checker(
    Type.Object({ image_url: Type.Union([text, Type.Object({ url: text, detail: optional(text) })]) })
  ),
  input_audio: checker(Type.Object({ input_audio: Type.Object({ data: text, format: text }) })),
  video_url: checker(Type.Object({ video_url: url })),
  file: checker(
    Type.Object({
      file: Type.Object({ file_data: optional(text), file_id: optional(text), filename: optional(text) })
    })
  ),
  thinking: checker(Type.Object({ thinking: Type.Union([text, Type.Array(AnyObject)]) }))
}

export const callShapes = {
  function: checker(Type.Object({ id: text, function: Type.Object({ name, arguments: optional(text) }) })),
  custom: checker(Type.Object({ id: text, custom: Type.Object({ name, input: optional(text) }) }))
}

export const toolShapes = {
  function: checker(
    Type.Object({
      function: Type.Object({
        name,
        description: optional(text),
        parameters: optional(Type.Union([AnyObject, flag])),
        strict: optional(flag)
      })
    })
  ),
  custom: checker(
    Type.Object({ custom: Type.Object({ name, description: optional(text), format: optional(AnyObject) }) })
  ),
  /** An entry of the deprecated `functions`. */
  legacy: checker(
    Type.Object({ name, description: optional(text), parameters: optional(Type.Union([AnyObject, flag])) })
  )
}

export const choiceShapes = {
  function: checker(Type.Object({ function: Type.Object({ name }) })),
  custom: checker(Type.Object({ custom: Type.Object({ name }) })),
  allowed_tools: checker(
    Type.Object({
      allowed_tools: Type.Object({
        mode: Type.Union([Type.Literal('auto'), Type.Literal('required')]),
        tools: Type.Array(AnyObject)
      })
    })
  ),
  legacy: checker(Type.Object({ name }))
}

export const formatShapes = {
  json_schema: checker(
    Type.Object({
      json_schema: Type.Object({
        name: optional(text),
        description: optional(text),
        schema: optional(Type.Union([AnyObject, flag])),
        strict: optional(flag)
      })
    })
  )
}

export const cacheControlShape = checker(CacheControlSchema)
