import { documented, documentedKinds } from '@isthmus/core/wire'
import { type TObject, Type } from 'typebox'
import {
  cacheControlShape,
  callShapes,
  choiceShapes,
  formatShapes,
  messageShapes,
  partShapes,
  requestShape,
  toolShapes
} from './request-schema.ts'

const common = { cache_control: Type.Optional(Type.Union([cacheControlShape.schema, Type.Null()])) }

const content = documentedKinds('type', partShapes, { title: 'part', common })
const calls = documentedKinds('type', callShapes, { title: 'call', unsaid: 'function', closed: true })
const { system, user, assistant, tool, function: result } = messageShapes
const instruction = documented(system, { content })
const messages = documentedKinds(
  'role',
  {
    system: instruction,
    developer: instruction,
    user: documented(user, { content }),
    assistant: documented(assistant, { content, tool_calls: calls }),
    tool: documented(tool, { content }),
    function: result
  },
  { title: 'message', common, closed: true }
)
const { legacy, ...toolKinds } = toolShapes
const { legacy: named, ...choiceKinds } = choiceShapes

/** DocumentedSchema says what a request holds all the way down, for a document of the API. */
export const DocumentedSchema: TObject = documented(requestShape, {
  messages,
  tools: documentedKinds('type', toolKinds, { title: 'tool', unsaid: 'function', common }),
  functions: legacy.schema,
  tool_choice: documentedKinds('type', choiceKinds, { title: 'choice' }),
  function_call: named.schema,
  response_format: documentedKinds('type', formatShapes, { title: 'response_format' })
}).schema
