import { documented, documentedKinds } from '@isthmus/core/wire'
import { type TObject, Type } from 'typebox'
import {
  blocks as blockShapes,
  ChoiceSchema,
  ConfigSchema,
  FormatShape,
  InputSchema,
  InstructionSchema,
  MessageSchema,
  maybe,
  NamedChoiceShape,
  RequestSchema,
  sources as sourceShapes,
  ThinkingShape,
  ToolShape
} from './types.ts'

const { image, document, search_result, tool_result } = blockShapes
const { content: blocksSource } = sourceShapes
const plain = { schema: Type.Object({}) }

/** withSources says what the sources of images and documents are. */
function withSources(title: string, sources: Parameters<typeof documentedKinds>[1]) {
  const source = documentedKinds('type', sources, { title })
  return { ...blockShapes, image: documented(image, { source }), document: documented(document, { source }) }
}

// Blocks may hold blocks that hold blocks. Two levels are told of; below, any are taken.
const content = documentedKinds('type', withSources('nested.source', sourceShapes), { title: 'nested.block' })
const blocks = documentedKinds(
  'type',
  {
    ...withSources('source', { ...sourceShapes, content: documented(blocksSource, { content }) }),
    search_result: documented(search_result, { content }),
    tool_result: documented(tool_result, { content })
  },
  { title: 'block' }
)
const message = documented({ schema: MessageSchema }, { content: blocks })
const instruction = documented({ schema: InstructionSchema }, { content: blocks })
const format = documentedKinds('type', { json_schema: FormatShape }, { title: 'format' })
const choice = { schema: ChoiceSchema }

const members = {
  messages: documentedKinds(
    'role',
    { user: message, assistant: message, system: instruction },
    { title: 'message', closed: true }
  ),
  system: blocks,
  tools: documentedKinds('type', { custom: ToolShape }, { title: 'tool', unsaid: 'custom' }),
  tool_choice: documentedKinds(
    'type',
    { auto: choice, any: choice, none: choice, tool: documented(choice, NamedChoiceShape.schema.properties) },
    { title: 'choice' }
  ),
  thinking: documentedKinds(
    'type',
    { enabled: ThinkingShape, adaptive: plain, disabled: plain },
    { title: 'thinking' }
  ),
  output_config: documented({ schema: ConfigSchema }, { format: maybe(format) }).schema,
  output_format: format
}

/** InputDocument says what a request whose tokens are counted holds all the way down, for a document of the API. */
export const InputDocument: TObject = documented({ schema: InputSchema }, members).schema

/** RequestDocument says the same of a request for an answer. */
export const RequestDocument: TObject = documented({ schema: RequestSchema }, members).schema
