import type { GenerateRequest, OutputFormat } from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import type { EncodeEnv } from './encode-env.ts'
import { nativeSchema } from './schema.ts'

/** AnswerTool is the synthetic tool whose input is the answer; the reply's decoder turns its call back into text. */
export interface AnswerTool {
  readonly name: string
  /** The schema is no object's: the answer is the member `value` of the input. */
  readonly wrapped: boolean
  /** No other tool can be called, so the answer may be streamed as it comes. */
  readonly alone: boolean
}

export interface Structured {
  readonly format?: JsonObject
  readonly instruction?: string
  readonly tool?: JsonObject
  readonly answer?: AnswerTool
}

const JSON_INSTRUCTION = 'Answer with one JSON object and nothing else: no prose around it, no code fence.'
const ANSWER_NAME = 'json_answer'

/** encodeOutputFormat says how the form of the answer is asked for. */
export function encodeOutputFormat(request: GenerateRequest, env: EncodeEnv): Structured {
  const { format } = request.output
  if (format?.type === 'json_object') return { instruction: JSON_INSTRUCTION }
  if (format?.type !== 'json_schema') return {}
  const { type, schema, name, description } = format
  if (env.traits.nativeSchema !== false) {
    if (env.native) return { format: nativeFormat(format) }
    const derived = nativeSchema(described(schema, description))
    if (derived !== undefined) {
      if (derived.moved > 0) env.gap('output.json_schema', 'converted', { message: 'limits became words' })
      if (name !== undefined) reportName(env)
      return { format: { type, schema: derived.schema } }
    }
    env.gap('output.json_schema', 'emulated', {
      message: 'a forced tool stands in: the schema is not one the service takes'
    })
  }
  if (name !== undefined && description !== undefined) reportName(env)
  return answerTool(request, schema, description ?? (name === undefined ? undefined : `The answer: ${name}.`))
}

type SchemaFormat = Extract<OutputFormat, { type: 'json_schema' }>

/** Members that other formats have here go back to a service of this one as the client wrote them. */
function nativeFormat({ type, schema, name, description, strict }: SchemaFormat): JsonObject {
  return {
    type,
    schema,
    ...(name !== undefined && { name }),
    ...(description !== undefined && { description }),
    ...(strict !== undefined && { strict })
  }
}

function reportName(env: EncodeEnv): void {
  env.gap('output.json_schema', 'dropped', { field: 'name', message: 'the name of the schema' })
}

function described(schema: unknown, description: string | undefined): unknown {
  if (!isObject(schema) || description === undefined || schema.description !== undefined) return schema
  return { ...schema, description }
}

function answerTool(request: GenerateRequest, schema: unknown, description: string | undefined): Structured {
  const taken = new Set(request.tools.flatMap(tool => (tool.type === 'hosted' ? [] : [tool.name])))
  let name = ANSWER_NAME
  for (let n = 2; taken.has(name); n++) name = `${ANSWER_NAME}_${n}`
  const wrapped = !isObject(schema) || schema.type !== 'object'
  const inner = isObject(schema) ? schema : {}
  return {
    tool: {
      name,
      description: description ?? 'Gives the answer. Call this to answer, with the whole answer as its input.',
      input_schema: wrapped
        ? { type: 'object', properties: { value: inner }, required: ['value'], ...definitions(inner) }
        : inner
    },
    answer: { name, wrapped, alone: request.tools.length === 0 || request.toolChoice?.type === 'none' }
  }
}

/** References start at the root, so definitions move up with it. */
function definitions(schema: JsonObject): JsonObject {
  const { $defs, definitions: older } = schema
  return { ...($defs !== undefined && { $defs }), ...(older !== undefined && { definitions: older }) }
}

/** answerChoice forces the synthetic tool; where tools cannot be forced, an instruction has to do. */
export function answerChoice(answer: AnswerTool, canForce: boolean): { choice?: JsonObject; instruction?: string } {
  if (!canForce)
    return { instruction: `Give the final answer by calling the tool ${answer.name}, and in no other way.` }
  if (answer.alone) return { choice: { type: 'tool', name: answer.name, disable_parallel_tool_use: true } }
  return { choice: { type: 'any' } }
}
