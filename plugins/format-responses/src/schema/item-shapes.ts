import { AnyObject, checker } from '@isthmus/core/wire'
import { Type } from 'typebox'
import { optional } from './request-schema.ts'

/*
 * The shapes of what stands in lists. A union's branch is chosen by its `type` before the check, so that an error names
 * the member that is wrong. Members that are not listed are allowed and kept.
 */

const text = Type.String()
const name = Type.String({ minLength: 1 })
const list = Type.Array(Type.Unknown())

const common = { id: optional(text), status: optional(text) }
const call = { ...common, call_id: text, name, namespace: optional(text) }
const result = { ...common, call_id: text, output: Type.Union([text, list]) }

export const itemShapes = {
  message: checker(Type.Object({ ...common, role: text, content: Type.Union([text, list]), phase: optional(text) })),
  reasoning: checker(
    Type.Object({
      ...common,
      summary: optional(Type.Array(Type.Object({ type: text, text }))),
      content: optional(Type.Array(Type.Object({ type: text, text }))),
      encrypted_content: optional(text)
    })
  ),
  function_call: checker(Type.Object({ ...call, arguments: text })),
  custom_tool_call: checker(Type.Object({ ...call, input: text })),
  function_call_output: checker(Type.Object({ ...result, name: optional(text) })),
  custom_tool_call_output: checker(Type.Object(result))
}

export const partShapes = {
  text: checker(Type.Object({ text })),
  refusal: checker(Type.Object({ refusal: text })),
  input_image: checker(Type.Object({ image_url: optional(text), file_id: optional(text), detail: optional(text) })),
  input_file: checker(
    Type.Object({
      file_data: optional(text),
      file_url: optional(text),
      file_id: optional(text),
      filename: optional(text),
      detail: optional(text)
    })
  ),
  input_audio: checker(Type.Object({ input_audio: Type.Object({ data: text, format: text }) }))
}

export const toolShapes = {
  function: checker(
    Type.Object({
      name,
      description: optional(text),
      parameters: optional(Type.Union([AnyObject, Type.Boolean()])),
      strict: optional(Type.Boolean()),
      defer_loading: optional(Type.Boolean())
    })
  ),
  custom: checker(Type.Object({ name, description: optional(text), format: optional(AnyObject) })),
  namespace: checker(Type.Object({ name, description: optional(text), tools: list })),
  grammar: checker(Type.Object({ syntax: text, definition: text }))
}

export const choiceShapes = {
  named: checker(Type.Object({ name, namespace: optional(text) })),
  allowed_tools: checker(
    Type.Object({ mode: Type.Union([Type.Literal('auto'), Type.Literal('required')]), tools: Type.Array(AnyObject) })
  )
}
