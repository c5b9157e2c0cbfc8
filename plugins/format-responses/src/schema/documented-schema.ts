import { documented, documentedKinds } from '@isthmus/core/wire'
import type { TObject } from 'typebox'
import { choiceShapes, itemShapes, partShapes, toolShapes } from './item-shapes.ts'
import { formatShape, requestShape, TextSchema } from './request-schema.ts'

const { text, ...otherParts } = partShapes
const content = documentedKinds('type', { input_text: text, output_text: text, text, ...otherParts }, { title: 'part' })
const items = documentedKinds(
  'type',
  {
    ...itemShapes,
    message: documented(itemShapes.message, { content }),
    function_call_output: documented(itemShapes.function_call_output, { output: content }),
    custom_tool_call_output: documented(itemShapes.custom_tool_call_output, { output: content })
  },
  { title: 'item', unsaid: 'message' }
)

const { function: functionTool, custom, namespace } = toolShapes
const inNamespace = documentedKinds('type', { function: functionTool, custom }, { title: 'namespace.tool' })
const tools = documentedKinds(
  'type',
  { function: functionTool, custom, namespace: documented(namespace, { tools: inNamespace }) },
  { title: 'tool' }
)
const { named, allowed_tools } = choiceShapes
const choice = documentedKinds('type', { function: named, custom: named, allowed_tools }, { title: 'choice' })
const format = documentedKinds('type', { json_schema: formatShape }, { title: 'format' })

/** documentedSchema says what a request holds all the way down, for a document of the API. */
export const documentedSchema: TObject = documented(requestShape, {
  input: items,
  tools,
  tool_choice: choice,
  text: documented({ schema: TextSchema }, { format }).schema
}).schema
