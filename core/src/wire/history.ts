import type { Message, Part, ToolCallPart, ToolResultPart } from '../ir/index.ts'

interface Call {
  /** Its id as it is sent. */
  readonly id: string
  /** Where its turn stands. */
  readonly turn: number
}

/** SameId are the calls that came with one id. */
interface SameId {
  count: number
  last: Call | undefined
  /** Those without a result, turn by turn. */
  readonly open: Together[]
}

/** Together are calls of one turn, of which the first `answered` have their results. */
interface Together {
  readonly calls: Call[]
  answered: number
}

/**
 * mendHistory gives turns of one format as the OpenAI formats want them: each call has an id of its own, and its result
 * stands right behind the turn of the call. `moved` is told of results that stood further on.
 */
export function mendHistory(messages: readonly Message[], moved: () => void): readonly Message[] {
  const calls = new Calls()
  const late = new Map<number, ToolResultPart[]>()
  let turn = -1
  const mended = messages.map((message, at) => {
    if (message.role !== 'tool') turn = at
    return withParts(message, part => {
      if (part.type === 'tool_call') return calls.add(part, at)
      if (part.type !== 'tool_result') return part
      const call = calls.answer(part.callId)
      const result = call === undefined || call.id === part.callId ? part : { ...part, callId: call.id }
      if (call === undefined || call.turn === turn) return result
      const others = late.get(call.turn)
      if (others === undefined) late.set(call.turn, [result])
      else others.push(result)
      return undefined
    })
  })
  if (late.size === 0) return mended
  moved()
  const placed: Message[] = []
  let due: ToolResultPart[] | undefined
  const place = (): void => {
    if (due !== undefined) placed.push({ role: 'tool', parts: due })
  }
  for (const [at, message] of mended.entries()) {
    if (message.role !== 'tool') {
      place()
      due = late.get(at)
    }
    placed.push(message)
  }
  place()
  return placed
}

/** withParts gives the message with other parts, or the message itself if they are the same. */
function withParts(message: Message, change: (part: Part) => Part | undefined): Message {
  let parts: Part[] | undefined
  for (const [at, part] of message.parts.entries()) {
    const changed = change(part)
    if (changed === part) parts?.push(part)
    else {
      parts ??= message.parts.slice(0, at)
      if (changed !== undefined) parts.push(changed)
    }
  }
  return parts === undefined ? message : { ...message, parts }
}

/** Calls gives each call an id of its own, and finds the call that a result answers. */
class Calls {
  #byId = new Map<string, SameId>()
  #used = new Set<string>()

  add(part: ToolCallPart, turn: number): ToolCallPart {
    let same = this.#byId.get(part.id)
    if (same === undefined) {
      same = { count: 0, last: undefined, open: [] }
      this.#byId.set(part.id, same)
    }
    const call = { id: this.#unique(part.id === '' ? 'call' : part.id, ++same.count), turn }
    same.last = call
    const together = same.open.at(-1)
    if (together !== undefined && together.calls[0]?.turn === turn) together.calls.push(call)
    else same.open.push({ calls: [call], answered: 0 })
    return call.id === part.id ? part : { ...part, id: call.id }
  }

  /** answer finds the first call of the latest turn that has no result yet; the last call if all have one. */
  answer(id: string): Call | undefined {
    const same = this.#byId.get(id)
    const together = same?.open.at(-1)
    if (together === undefined) return same?.last
    const call = together.calls[together.answered++]
    if (together.answered === together.calls.length) same?.open.pop()
    return call
  }

  #unique(base: string, count: number): string {
    let id = count === 1 ? base : `${base}_${count}`
    for (let n = count + 1; this.#used.has(id); n++) id = `${base}_${n}`
    this.#used.add(id)
    return id
  }
}
