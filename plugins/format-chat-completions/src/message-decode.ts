import type { Message, Part, Source, ToolCallPart, ToolResultPart } from '@isthmus/core'
import { invalid, isObject, type JsonObject, restOf } from '@isthmus/core/wire'
import { decodeAssistant } from './assistant-decode.ts'
import { decodeCache } from './cache.ts'
import { defined, makeExt } from './ext.ts'
import { decodeContent } from './part-decode.ts'
import { messageShapes } from './request-schema.ts'
import { isCanonical } from './source.ts'
import { FORMAT, type Spelling } from './types.ts'

const CACHE = ['cache_control', 'prompt_cache_breakpoint']
const KEYS: ReadonlySet<string> = new Set(['role', 'content', 'name', ...CACHE])
const TOOL_KEYS: ReadonlySet<string> = new Set(['role', 'content', 'name', 'tool_call_id', ...CACHE])

/** DecodedMessages are the turns of a request, with what they gave away about the client. */
export interface DecodedMessages {
  readonly messages: readonly Message[]
  readonly source: Source
}

/** decodeMessages reads the turns. Consecutive results of tools become one turn. */
export function decodeMessages(entries: readonly unknown[], model: string, dialect: Set<string>): DecodedMessages {
  const wires = new WeakMap<object, unknown>()
  const messages: Message[] = []
  const functions = new FunctionCalls()
  let results: ToolResultPart[] | undefined
  entries.forEach((entry, index) => {
    const path = `messages[${index}]`
    if (!isObject(entry)) throw invalid(path, 'a message', entry)
    const result = decodeResult(entry, path, functions)
    if (result !== undefined) {
      if (isCanonical(entry)) wires.set(result, entry)
      if (results === undefined) {
        results = []
        messages.push({ role: 'tool', parts: results })
      }
      results.push(result)
      return
    }
    results = undefined
    const message = decodeTurn(entry, path, model, dialect, functions)
    if (isCanonical(entry)) wires.set(message, entry)
    messages.push(message)
  })
  return { messages, source: { format: FORMAT, wire: node => wires.get(node) } }
}

/** FunctionCalls gives ids to the calls of the deprecated dialect, which has none: a result answers the call before it. */
export class FunctionCalls {
  #count = 0
  next(): string {
    return `call_function_${++this.#count}`
  }
  get last(): string {
    return `call_function_${this.#count}`
  }
}

function decodeTurn(
  entry: JsonObject,
  path: string,
  model: string,
  dialect: Set<string>,
  functions: FunctionCalls
): Message {
  switch (entry.role) {
    case 'system':
    case 'developer':
    case 'user': {
      const shape = entry.role === 'user' ? messageShapes.user : messageShapes.system
      const { content, name } = shape.check(entry, path)
      const parts = decodeContent(content, `${path}.content`)
      return turn(entry.role, parts, entry, path, name, KEYS)
    }
    case 'assistant': {
      const { parts, rest, also } = decodeAssistant(entry, path, model, dialect, functions)
      return turn('assistant', parts, entry, path, entry.name as string | undefined, undefined, rest, also)
    }
    default:
      throw invalid(`${path}.role`, '"system", "developer", "user", "assistant", "tool" or "function"', entry.role)
  }
}

function turn(
  role: Message['role'],
  parts: readonly Part[],
  entry: JsonObject,
  path: string,
  name: string | null | undefined,
  known: ReadonlySet<string> | undefined,
  kept?: JsonObject,
  also?: readonly string[]
): Message {
  const { mark, rest, breakpoint } = decodeCache(entry, path, known === undefined ? kept : restOf(entry, known))
  const spelling: Spelling | undefined =
    breakpoint === undefined && also === undefined
      ? undefined
      : { ...(breakpoint && { breakpoint }), ...(also && { also }) }
  return defined({ role, parts, name: name ?? undefined, cache: mark, ext: makeExt(rest, spelling) })
}

function decodeResult(entry: JsonObject, path: string, functions: FunctionCalls): ToolResultPart | undefined {
  if (entry.role === 'tool') {
    const { tool_call_id: callId, content, name } = messageShapes.tool.check(entry, path)
    return result(entry, path, callId, name ?? undefined, decodeContent(content, `${path}.content`), undefined)
  }
  if (entry.role !== 'function') return undefined
  const { name, content } = messageShapes.function.check(entry, path)
  return result(entry, path, functions.last, name, decodeContent(content, `${path}.content`), { as: 'function' })
}

function result(
  entry: JsonObject,
  path: string,
  callId: ToolCallPart['id'],
  name: string | undefined,
  content: readonly Part[],
  spelling: Spelling | undefined
): ToolResultPart {
  const { mark, rest, breakpoint } = decodeCache(entry, path, restOf(entry, TOOL_KEYS))
  const spelt = breakpoint === undefined ? spelling : { ...spelling, breakpoint }
  return defined({ type: 'tool_result' as const, callId, name, content, cache: mark, ext: makeExt(rest, spelt) })
}
