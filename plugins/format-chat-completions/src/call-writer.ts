import type { ToolCallPart } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { addMembers, membersOf } from './ext.ts'

interface State {
  readonly head: ToolCallPart
  /** Position among the calls; undefined for the one call of the deprecated dialect. */
  readonly index: number | undefined
}

/** CallWriter writes the tool calls of one choice: each is numbered from 0 without gaps, and named once. */
export class CallWriter {
  /** How the client was told of calls, if it was. */
  told: 'no' | 'tool_calls' | 'function_call' = 'no'
  #legacy: boolean
  #states = new Map<number, State>()
  #count = 0

  constructor(legacy: boolean) {
    this.#legacy = legacy
  }

  start(index: number, head: ToolCallPart): JsonObject {
    // The deprecated dialect has room for one call; further ones are told the other way rather than not at all.
    if (this.#legacy && this.told === 'no') {
      this.told = 'function_call'
      this.#states.set(index, { head, index: undefined })
      return { function_call: { name: head.name, arguments: '' } }
    }
    if (this.told === 'no') this.told = 'tool_calls'
    const state = { head, index: this.#count++ }
    this.#states.set(index, state)
    return { tool_calls: [encodeCallHead(head, state.index)] }
  }

  delta(index: number, text: string): JsonObject | undefined {
    const state = this.#states.get(index)
    if (state === undefined || text === '') return undefined
    if (state.index === undefined) return { function_call: { arguments: text } }
    const { kind } = state.head
    const body = kind === 'custom' ? { custom: { input: text } } : { function: { arguments: text } }
    return { tool_calls: [{ index: state.index, ...body }] }
  }

  /** end gives the members that became known after the call was opened. */
  end(index: number, part: ToolCallPart): JsonObject | undefined {
    const state = this.#states.get(index)
    const members = membersOf(part)
    if (state?.index === undefined || members === undefined || members === membersOf(state.head)) return undefined
    return { tool_calls: [addMembers({ index: state.index }, members)] }
  }
}

/** The index is this stream's own: a call of a whole reply may have come with one that says something else. */
function encodeCallHead(head: ToolCallPart, index: number): JsonObject {
  const { id, name, kind } = head
  const call: JsonObject =
    kind === 'custom'
      ? { index, id, type: 'custom', custom: { name, input: '' } }
      : { index, id, type: 'function', function: { name, arguments: '' } }
  return addMembers(call, membersOf(head))
}

/** encodeCall writes a call of a whole reply. */
export function encodeCall({ id, name, kind, argsText, ...part }: ToolCallPart): JsonObject {
  const call: JsonObject =
    kind === 'custom'
      ? { id, type: 'custom', custom: { name, input: argsText } }
      : { id, type: 'function', function: { name, arguments: argsText === '' ? '{}' : argsText } }
  return addMembers(call, membersOf(part))
}
