import {
  addUsage,
  atIndex,
  type EventBatch,
  endEvent,
  type FinishEvent,
  Folder,
  type GenerateRequest,
  type IrEvent,
  type IrRequest,
  type Part,
  startEvent,
  type Usage,
  usageEvent
} from '../ir/index.ts'
import type { Planned } from '../routing/index.ts'

/** How many turns an answer may take before the client is told that it was cut. */
const MAX_TURNS = 8

/**
 * mayPause tells of a request whose answer may come in several turns, as it does where the upstream runs tools. A client of
 * the upstream's own format goes on from a pause itself.
 */
export function mayPause(
  request: IrRequest,
  { endpoint }: Planned,
  clientFormat: string | undefined
): request is GenerateRequest {
  if (endpoint.resumes !== true || endpoint.format === clientFormat || request.op !== 'generate') return false
  return request.hosted !== undefined || request.tools.some(tool => tool.type === 'hosted')
}

/** PausedAnswer makes one answer of the turns in which an upstream gives it. What ends a turn waits until it is known to be the last. */
export class PausedAnswer {
  readonly #request: GenerateRequest
  /** What the turns before this one said. */
  #said: Part[] = []
  #turn = new Folder()
  /** What each turn that is over used. */
  #used: readonly (Usage | undefined)[] = []
  #usage: Usage | undefined
  #finish: FinishEvent | undefined
  #pause: FinishEvent | undefined
  #failed = false
  #next: GenerateRequest | undefined

  constructor(request: GenerateRequest) {
    this.#request = request
  }

  /** add gives what the client is to see of the next events. */
  add(events: EventBatch): EventBatch {
    const shown: EventBatch = []
    for (const event of events) this.#add(event, shown)
    return shown
  }

  /** next takes the request that goes on from a pause; undefined where there is none. */
  next(): GenerateRequest | undefined {
    const next = this.#next
    this.#next = undefined
    return next
  }

  /** stop ends the answer with its last pause, where the next turn cannot even be asked for. */
  stop(): EventBatch {
    return [...ending(this.#pause, this.#used), endEvent()]
  }

  #add(event: IrEvent, shown: EventBatch): void {
    if (event.type !== 'error') this.#turn.add(event)
    switch (event.type) {
      case 'start':
        this.#usage = event.usage
        if (this.#used.length === 0) shown.push(startEvent(event.id, event.model, event.created, undefined, event.meta))
        break
      case 'part_start':
      case 'part_delta':
      case 'part_end':
        shown.push(this.#said.length === 0 ? event : atIndex(event, event.index + this.#said.length))
        break
      case 'usage':
        this.#usage = event.usage
        break
      case 'finish':
        this.#finish = event
        break
      case 'end':
        this.#next = this.#goOn()
        if (this.#next !== undefined) break
        if (!this.#failed) shown.push(...ending(this.#finish, [...this.#used, this.#usage]))
        shown.push(event)
        break
      case 'error':
        this.#failed = true
        shown.push(event)
        break
      default:
        shown.push(event)
    }
  }

  /** goOn makes the request for the next turn: what was said goes back as it is, and what was used is taken off the limit. */
  #goOn(): GenerateRequest | undefined {
    if (this.#finish?.finish.reason !== 'pause' || this.#used.length === MAX_TURNS - 1) return undefined
    const parts = this.#turn.response().choices[0]?.parts ?? []
    // A call that waits for the client is the client's to answer.
    if (parts.length === 0 || parts.some(part => part.type === 'tool_call')) return undefined
    const used = [...this.#used, this.#usage]
    const { messages, output } = this.#request
    const left = used.reduce((rest, usage) => rest - (usage?.output.total ?? 0), output.maxTokens ?? Infinity)
    if (left <= 0) return undefined
    this.#said.push(...parts)
    this.#used = used
    this.#usage = undefined
    this.#pause = this.#finish
    this.#finish = undefined
    this.#turn = new Folder()
    return {
      ...this.#request,
      messages: [...messages, { role: 'assistant', parts: [...this.#said] }],
      output: output.maxTokens === undefined ? output : { ...output, maxTokens: left }
    }
  }
}

/** ending are the events before the end. Half a sum of what was used would pass for a whole one. */
function ending(finish: FinishEvent | undefined, used: readonly (Usage | undefined)[]): EventBatch {
  const known = used.flatMap(usage => usage ?? [])
  const usage = known.length === used.length ? known.reduce(addUsage) : undefined
  return [...(finish ? [finish] : []), ...(usage ? [usageEvent(usage)] : [])]
}
