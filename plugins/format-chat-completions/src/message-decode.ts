import type { Message, Part, ToolResultPart } from '@isthmus/core'
import { invalid, isObject, type JsonObject, restOf } from '@isthmus/core/wire'
import { decodeAssistant } from './assistant-decode.ts'
import { decodeCache } from './cache.ts'
import { type Mutable, makeExt, withNested } from './ext.ts'
import { decodeContent } from './part-decode.ts'
import { messageShapes } from './request-schema.ts'
import type { Spelling } from './types.ts'

const CACHE = ['cache_control', 'prompt_cache_breakpoint']
const KEYS: ReadonlySet<string> = new Set(['role', 'content', 'name', ...CACHE])
const TOOL_KEYS: ReadonlySet<string> = new Set(['role', 'content', 'name', 'tool_call_id', ...CACHE])

/**
 * decodeMessages reads the turns, and adds what they give away about the client to its dialect. Consecutive results of
 * tools become one turn.
 */
export function decodeMessages(entries: readonly unknown[], model: string, dialect: Set<string>): readonly Message[] {
  const messages: Message[] = []
  const functions = new FunctionCalls()
  let results: ToolResultPart[] | undefined
  for (let index = 0; index < entries.length; index++) {
    const entry = entries[index]
    const path = `messages[${index}]`
    if (!isObject(entry)) throw invalid(path, 'a message', entry)
    const result = decodeResult(entry, path, functions)
    if (result === undefined) {
      results = undefined
      messages.push(decodeTurn(entry, path, model, dialect, functions))
    } else if (results === undefined) {
      results = [result]
      messages.push({ role: 'tool', parts: results })
    } else results.push(result)
  }
  return messages
}

/** FunctionCalls gives ids to the calls of the deprecated dialect, which has none: a result answers the call before it. */
class FunctionCalls {
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
      const parts = decodeContent(content, `${path}.content`, true)
      return turn(entry.role, parts, entry, path, name, restOf(entry, KEYS))
    }
    case 'assistant': {
      const { parts, rest, also } = decodeAssistant(entry, path, model, dialect, functions)
      return turn('assistant', parts, entry, path, entry.name as string | undefined, rest, also)
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
  rest: JsonObject | undefined,
  also?: readonly string[]
): Message {
  const message: Mutable<Message> = { role, parts }
  if (typeof name === 'string') message.name = name
  addMarks(message, entry, path, rest, also === undefined ? undefined : { also })
  return message
}

/** addMarks adds what a message or result may have beside its content: a cache mark, and members that nobody knows. */
function addMarks(
  node: Mutable<Pick<Message, 'cache' | 'ext'>>,
  entry: JsonObject,
  path: string,
  rest: JsonObject | undefined,
  spelling: Spelling | undefined
): void {
  const cache = decodeCache(entry, path)
  if (cache?.mark !== undefined) node.cache = cache.mark
  const { breakpoint } = cache ?? {}
  const spelt = breakpoint === undefined ? spelling : { ...spelling, breakpoint }
  const ext = makeExt(withNested(rest, 'cache_control', cache?.rest), spelt)
  if (ext !== undefined) node.ext = ext
}

function decodeResult(entry: JsonObject, path: string, functions: FunctionCalls): ToolResultPart | undefined {
  if (entry.role === 'tool') {
    const { tool_call_id: callId, content, name } = messageShapes.tool.check(entry, path)
    const parts = decodeContent(content, `${path}.content`, true)
    return result(entry, path, callId, name ?? undefined, parts, undefined)
  }
  if (entry.role !== 'function') return undefined
  const { name, content } = messageShapes.function.check(entry, path)
  return result(entry, path, functions.last, name, decodeContent(content, `${path}.content`), { as: 'function' })
}

function result(
  entry: JsonObject,
  path: string,
  callId: string,
  name: string | undefined,
  content: readonly Part[],
  spelling: Spelling | undefined
): ToolResultPart {
  const part: Mutable<ToolResultPart> = { type: 'tool_result', callId, content }
  if (name !== undefined) part.name = name
  addMarks(part, entry, path, restOf(entry, TOOL_KEYS), spelling)
  return part
}
