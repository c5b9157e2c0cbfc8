import type { Part, ToolResultPart } from '@isthmus/core'
import { invalid, isObject, type JsonObject, madeCallId, restOf, stringOf } from '@isthmus/core/wire'
import { withExt } from './ext.ts'
import { type CallReader, decodeRequestPart } from './request-part.ts'
import { decodeResponse, resultSpelling } from './response-object.ts'
import type { Spelling } from './types.ts'

interface OpenCall {
  readonly id: string
  readonly name: string
}

const PART: ReadonlySet<string> = new Set(['functionResponse'])
const RESPONSE: ReadonlySet<string> = new Set(['id', 'name', 'response', 'parts'])

/**
 * CallPairs finds the call that each result answers: by its id, and without one by name and order, as older models issue no
 * ids and some clients leave them out. Ids that are made up are the same each time the conversation is sent.
 */
export class CallPairs implements CallReader {
  #turn = -1
  #open: OpenCall[] = []
  #answering = false

  /** startTurn is told of each turn, whose place tells its calls apart from others. */
  startTurn(at: number): void {
    this.#turn = at
  }

  call(name: string, id: string | undefined, at: number): string {
    // Calls of earlier steps that nobody answered are not what later results are about.
    if (this.#answering) this.#open = []
    this.#answering = false
    const own = id ?? madeCallId('gemini', this.#turn, at, name)
    this.#open.push({ id: own, name })
    return own
  }

  result(part: JsonObject, path: string): Part {
    const wire = part.functionResponse as JsonObject
    const name = wire.name as string
    const id = stringOf(wire.id) || undefined
    const media = (wire.parts as readonly unknown[] | undefined)?.map((entry, at) =>
      this.#media(entry, `${path}.functionResponse.parts[${at}]`, at)
    )
    const response = isObject(wire.response) ? wire.response : undefined
    const written = resultSpelling(response)
    const spelling: Spelling | undefined =
      id === undefined || written !== undefined
        ? { ...(id === undefined && { noId: true }), ...(written !== undefined && { result: written }) }
        : undefined
    const inner = restOf(wire, RESPONSE)
    const rest = restOf(part, PART)
    const result: ToolResultPart = {
      type: 'tool_result',
      callId: this.#answer(name, id),
      name,
      ...decodeResponse(response, media ?? [])
    }
    return withExt(result, inner === undefined ? rest : { ...rest, functionResponse: inner }, spelling)
  }

  #media(entry: unknown, path: string, at: number): Part {
    if (isObject(entry) && (entry.functionResponse ?? entry.functionCall) !== undefined) {
      throw invalid(path, 'data of a result', entry)
    }
    return decodeRequestPart(entry, path, at, this).part
  }

  #answer(name: string, id: string | undefined): string {
    this.#answering = true
    const found =
      id === undefined ? this.#open.findIndex(call => call.name === name) : this.#open.findIndex(call => call.id === id)
    const at = found >= 0 || id !== undefined || this.#open.length === 0 ? found : 0
    const [call] = at >= 0 ? this.#open.splice(at, 1) : []
    return call?.id ?? id ?? madeCallId('gemini', 'result', this.#turn, name)
  }
}
