import type { Finish, Part, TextPart, ToolCallPart } from '@isthmus/core'
import { isObject } from '@isthmus/core/wire'
import { describeResults } from './describe.ts'
import { jsonInstance } from './json-instance.ts'
import { scriptedCall } from './script.ts'
import { type CallableTool, type Turn, toolNameOf } from './turn.ts'

/** Thought is reasoning before an answer. When it is not exposed, its tokens are counted and only the seal is sent. */
export interface Thought {
  readonly text: string
  readonly exposed: boolean
  readonly sealData: string
}

/** Answer is what a model would say if nothing limited it. */
export interface Answer {
  readonly thought?: Thought
  readonly parts: readonly Part[]
  /** What stands before the answer in its text, and was not made by the model: the prompt that it goes on from. */
  readonly preface?: string
  readonly finish: Finish
}

/** Voice is what is special about one model; all else is the same for every model. */
export interface Voice {
  /** speak is the model's own text. */
  speak(turn: Turn): string
  /** calls are what it calls of its own accord, when no results are waiting. */
  calls?(turn: Turn): readonly CallableTool[]
  think?(turn: Turn): Thought | undefined
  /** Set for a model that writes its own text even where tools have answered. */
  readonly deaf?: boolean
}

/**
 * answerOf decides what a model says: the calls of a script or a forced choice, else its own calls, else JSON when JSON
 * was asked for, else what the tools answered, else its own text. `idOf` names the calls.
 */
export function answerOf(turn: Turn, voice: Voice, idOf: (call: number) => string): Answer {
  const thought = voice.think?.(turn)
  const calls = callsOf(turn, voice, idOf)
  const parts = calls.length > 0 ? calls : [text(textOf(turn, voice))]
  const finish: Finish = { reason: calls.length > 0 ? 'tool_calls' : 'stop', native: '' }
  return { ...(thought !== undefined && { thought }), parts, finish }
}

/** text makes a text part. */
export const text = (value: string): TextPart => ({ type: 'text', text: value })

function callsOf(turn: Turn, voice: Voice, idOf: (call: number) => string): readonly ToolCallPart[] {
  const { callable, mustCall, request } = turn
  const call = (tool: CallableTool, at: number, argsText = argumentsFor(tool)): ToolCallPart => ({
    type: 'tool_call',
    id: idOf(at),
    name: tool.name,
    kind: tool.type,
    argsText
  })
  const scripted = scriptedCall(turn)
  const tool = scripted && callable.find(candidate => candidate.name === scripted.name)
  if (scripted !== undefined && tool !== undefined) return [call(tool, 0, inputFor(tool, scripted.argsText))]
  const first = callable[0]
  if (first === undefined) return []
  const wanted = turn.results.length === 0 ? (voice.calls?.(turn) ?? []) : []
  const chosen = wanted.length === 0 && mustCall ? [first] : wanted
  return (request.parallelTools === false ? chosen.slice(0, 1) : chosen).map((tool, at) => call(tool, at))
}

/** inputFor takes a JSON text for the whole input of a tool: text has several lines, and a script has one for each call. */
function inputFor(tool: CallableTool, argsText: string): string {
  const text = argsText.startsWith('"') ? textIn(argsText) : undefined
  if (text === undefined) return argsText
  if (tool.type === 'custom') return text
  const { required, properties } = isObject(tool.schema) ? tool.schema : {}
  const names =
    Array.isArray(required) && required.length > 0 ? required : Object.keys(isObject(properties) ? properties : {})
  return JSON.stringify({ [String(names[0] ?? 'input')]: text })
}

function textIn(json: string): string | undefined {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'string' ? value : undefined
  } catch {
    // Not JSON: it is sent as it is written.
    return undefined
  }
}

function argumentsFor(tool: CallableTool): string {
  if (tool.type === 'custom') return `Input for ${tool.name}`
  const args = jsonInstance(tool.schema)
  return isObject(args) ? JSON.stringify(args) : '{}'
}

function textOf(turn: Turn, voice: Voice): string {
  const { request, results, callable } = turn
  const { format } = request.output
  if (format?.type === 'json_schema') return JSON.stringify(jsonInstance(format.schema))
  if (format?.type === 'json_object') return JSON.stringify({ answer: voice.speak(turn) })
  const scripted = scriptedCall(turn)
  if (scripted !== undefined && callable.length > 0) {
    return `The script calls ${scripted.name}, which is not among the tools: ${callable.map(tool => tool.name).join(', ')}.`
  }
  if (results.length === 0 || voice.deaf) return voice.speak(turn)
  return describeResults(results, id => toolNameOf(request.messages, id))
}
