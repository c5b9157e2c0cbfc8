import { AnyObject, type Checker, checker, wordTable } from '@isthmus/core/wire'
import { type TObject, type TProperties, type TSchema, Type } from 'typebox'

/*
 * The shapes that a request is checked against. A union's branch is chosen by its discriminator (`role`, `type`) before
 * the check, so that an error names the member that is wrong. Members that are not listed are allowed and kept.
 */

export const maybe = <S extends TSchema>(schema: S) => Type.Optional(Type.Union([schema, Type.Null()]))

const limit = Type.Integer({ minimum: 0 })

export const ConfigSchema = Type.Object({ effort: maybe(Type.String()) })
export const ChoiceSchema = Type.Object({ type: Type.String(), disable_parallel_tool_use: maybe(Type.Boolean()) })

/** InputSchema is a request whose tokens are to be counted: it names no limit. */
export const InputSchema = Type.Object({
  model: maybe(Type.String()),
  messages: Type.Array(Type.Unknown(), { minItems: 1 }),
  max_tokens: maybe(limit),
  system: maybe(Type.Union([Type.String(), Type.Array(Type.Unknown())])),
  stop_sequences: maybe(Type.Array(Type.String())),
  stream: maybe(Type.Boolean()),
  temperature: maybe(Type.Number()),
  top_p: maybe(Type.Number()),
  top_k: maybe(Type.Number()),
  thinking: maybe(Type.Object({ type: Type.String() })),
  output_config: maybe(ConfigSchema),
  output_format: maybe(Type.Object({ type: Type.String() })),
  tools: maybe(Type.Array(Type.Unknown())),
  tool_choice: maybe(ChoiceSchema),
  metadata: maybe(Type.Object({ user_id: maybe(Type.String()) })),
  cache_control: maybe(Type.Object({ type: Type.String() })),
  service_tier: maybe(Type.String()),
  speed: maybe(Type.String())
})

/** RequestSchema is a request for an answer, which the format wants bounded. */
export const RequestSchema = Type.Object({ ...InputSchema.properties, max_tokens: limit })

export const InputShape = checker(InputSchema)

export const ThinkingShape = checker(Type.Object({ budget_tokens: Type.Integer(), display: maybe(Type.String()) }))
export const FormatShape = checker(Type.Object({ schema: Type.Union([Type.Object({}), Type.Boolean()]) }))
export const NamedChoiceShape = checker(Type.Object({ name: Type.String({ minLength: 1 }) }))

export const ToolShape = checker(
  Type.Object({
    name: Type.String({ minLength: 1 }),
    input_schema: AnyObject,
    description: maybe(Type.String()),
    strict: maybe(Type.Boolean()),
    defer_loading: maybe(Type.Boolean()),
    eager_input_streaming: maybe(Type.Boolean()),
    input_examples: maybe(Type.Array(Type.Unknown())),
    cache_control: maybe(Type.Object({ type: Type.String() }))
  })
)

const block = (members: TProperties): Checker<unknown, TObject> =>
  checker(Type.Object({ ...members, cache_control: maybe(Type.Object({ type: Type.String() })) }))
const content = Type.Union([Type.String(), Type.Array(Type.Unknown())])
const source = Type.Object({ type: Type.String() })

/** MessageSchema is a turn; its blocks are checked one by one. */
export const MessageSchema = Type.Object({ content })
/** InstructionSchema is an instruction in the list, which may be nothing but settings. */
export const InstructionSchema = Type.Object({
  content: Type.Optional(content),
  output_config: maybe(Type.Object({}))
})

/** blocks are the shapes of the blocks that are checked. Blocks of other types pass as they are. */
export const blocks = {
  text: block({ text: Type.String() }),
  image: block({ source }),
  document: block({ source, title: maybe(Type.String()), context: maybe(Type.String()) }),
  search_result: block({ source: Type.String(), title: Type.String(), content: Type.Array(Type.Unknown()) }),
  // Clients that put a stream together leave out the text of thinking that had none.
  thinking: block({ thinking: maybe(Type.String()), signature: maybe(Type.String()) }),
  redacted_thinking: block({ data: Type.String() }),
  tool_use: block({ id: Type.String(), name: Type.String(), input: AnyObject }),
  tool_result: block({ tool_use_id: Type.String(), content: maybe(content), is_error: maybe(Type.Boolean()) })
}

/** sources are the shapes of the sources of images and documents, by type. */
export const sources = {
  base64: checker(Type.Object({ media_type: Type.String(), data: Type.String() })),
  url: checker(Type.Object({ url: Type.String() })),
  file: checker(Type.Object({ file_id: Type.String() })),
  text: checker(Type.Object({ data: Type.String() })),
  content: checker(Type.Object({ content }))
}

type Shapes = Readonly<Record<string, Checker<unknown>>>
/** BlockShapes gives the shape of a block by its type, and SourceShapes that of a source. */
export const BlockShapes: Shapes = wordTable<Checker<unknown>>(blocks)
export const SourceShapes: Shapes = wordTable<Checker<unknown>>(sources)
