import type { ToolCallPart } from '@isthmus/core'
import { isWholeInput, type JsonObject } from '@isthmus/core/wire'
import { addMembers, membersOf } from './ext.ts'

const NONE: readonly JsonObject[] = []

interface State {
  head: ToolCallPart
  /** Position among the calls; undefined for the one call of the deprecated dialect. */
  readonly index: number | undefined
  /** All arguments so far. */
  text: string
  /** What of them the client has not been given. */
  held: string
  told: boolean
  ended: boolean
}

/**
 * CallWriter writes the tool calls of one choice: each is numbered from 0 without gaps, and named once, together with the
 * first piece of its arguments: some clients know calls in one piece only, and vendors that send such are to stay readable.
 * Calls may interleave, but OpenAI's client takes a call for complete when a delta of another one comes, and reads its
 * arguments then. So a call waits until the one before it is whole.
 */
export class CallWriter {
  /** How the client was told of calls, if it was. */
  told: 'no' | 'tool_calls' | 'function_call' = 'no'
  #legacy: boolean
  #states = new Map<number, State>()
  #count = 0
  #current: State | undefined
  #waiting: State[] = []

  constructor(legacy: boolean) {
    this.#legacy = legacy
  }

  /** start and the other two give deltas of the choice, each with one entry: clients read the first one only. */
  start(index: number, head: ToolCallPart): readonly JsonObject[] {
    // The deprecated dialect has room for one call; further ones are told the other way rather than not at all.
    if (this.#legacy && this.told === 'no') {
      this.told = 'function_call'
      this.#states.set(index, newState(head, undefined))
      return [{ function_call: { name: head.name, arguments: '' } }]
    }
    if (this.told === 'no') this.told = 'tool_calls'
    const state = newState(head, this.#count++)
    this.#states.set(index, state)
    this.#waiting.push(state)
    return this.#next()
  }

  delta(index: number, text: string): readonly JsonObject[] {
    const state = this.#states.get(index)
    if (state === undefined || text === '') return NONE
    if (state.index === undefined) return [{ function_call: { arguments: text } }]
    state.text += text
    if (state === this.#current) {
      const delta = callDelta(encodeCallGrowth(state, state.index, text))
      return this.#waiting.length === 0 ? [delta] : [delta, ...this.#next()]
    }
    state.held += text
    if (!this.#waiting.includes(state)) this.#waiting.push(state)
    return this.#next()
  }

  /** end gives what waited for the end of the call, and the members that became known after it was opened. */
  end(index: number, part: ToolCallPart): readonly JsonObject[] {
    const state = this.#states.get(index)
    if (state?.index === undefined) return NONE
    const { head } = state
    state.head = part
    state.ended = true
    if (state.text === '' && head.kind === 'function') state.held = '{}'
    const members = state.told && membersOf(part) !== membersOf(head) ? membersOf(part) : undefined
    const told = this.#next()
    if (members !== undefined) told.push(callDelta(addMembers({ index: state.index }, members)))
    return told
  }

  /** #next writes the calls that wait, as far as no call is open before them. */
  #next(): JsonObject[] {
    const told: JsonObject[] = []
    while (this.#waiting.length > 0 && (this.#current === undefined || isWhole(this.#current))) {
      const state = this.#waiting[0]!
      const { index, held } = state
      // It may have no arguments at all, which is known at its end.
      if (held === '' && !state.ended) break
      this.#waiting.shift()
      if (index === undefined) continue
      this.#current = state
      told.push(callDelta(state.told ? encodeCallGrowth(state, index, held) : encodeCallHead(state.head, index, held)))
      state.told = true
      state.held = ''
    }
    return told
  }
}

function newState(head: ToolCallPart, index: number | undefined): State {
  return { head, index, text: '', held: '', told: false, ended: false }
}

function callDelta(entry: JsonObject): JsonObject {
  return { tool_calls: [entry] }
}

/** isWhole tells that nothing more can come. */
function isWhole({ ended, text, head }: State): boolean {
  return ended || (head.kind !== 'custom' && isWholeInput(text))
}

/** The index is this stream's own: a call of a whole reply may have come with one that says something else. */
function encodeCallHead(head: ToolCallPart, index: number, text: string): JsonObject {
  const { id, name, kind } = head
  const call: JsonObject =
    kind === 'custom'
      ? { index, id, type: 'custom', custom: { name, input: text } }
      : { index, id, type: 'function', function: { name, arguments: text } }
  return addMembers(call, membersOf(head))
}

function encodeCallGrowth({ head }: State, index: number, text: string): JsonObject {
  return { index, ...(head.kind === 'custom' ? { custom: { input: text } } : { function: { arguments: text } }) }
}

/** encodeCall writes a call of a whole reply. */
export function encodeCall({ id, name, kind, argsText, ...part }: ToolCallPart): JsonObject {
  const call: JsonObject =
    kind === 'custom'
      ? { id, type: 'custom', custom: { name, input: argsText } }
      : { id, type: 'function', function: { name, arguments: argsText === '' ? '{}' : argsText } }
  return addMembers(call, membersOf(part))
}
