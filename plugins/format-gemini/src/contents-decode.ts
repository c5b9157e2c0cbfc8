import type { Message, Part, ReasoningPart, ToolResultPart } from '@isthmus/core'
import { invalid, isObject, type JsonObject, restOf } from '@isthmus/core/wire'
import { CallPairs } from './call-pairs.ts'
import { SHAPES, toCamel } from './camel.ts'
import { withExt } from './ext.ts'
import { type DraftMessage, goesOn, goOn } from './joined-turns.ts'
import { decodeRequestPart } from './request-part.ts'
import { KEYS } from './request-schema.ts'
import type { DecodedPart } from './seals.ts'
import { placeSeals } from './seals.ts'
import { FORMAT, isOwnSeal, type Spelling } from './types.ts'

/** decodeSystem reads `systemInstruction`: a turn without a role of its own, or a string. */
export function decodeSystem(wire: unknown): Message[] {
  if (wire === undefined) return []
  const origin = 'system_instruction'
  if (typeof wire === 'string') {
    const message: Message = { role: 'system', origin, parts: [{ type: 'text', text: wire }] }
    return [withExt(message, undefined, { parts: 'text' })]
  }
  const path = 'systemInstruction'
  const turn = readTurn(wire, path, new CallPairs())
  if (turn.parts.some(({ part }) => isResult(part) || isSaid(part))) {
    throw invalid(`${path}.parts`, 'no functionCall, functionResponse or thought in an instruction', turn.parts)
  }
  const message: Message = { role: 'system', origin, parts: partsOf(turn.parts) }
  const spelling = turn.role === undefined ? turn.spelling : { ...turn.spelling, role: turn.role }
  return [withExt(message, turn.rest, spelling)]
}

/**
 * decodeContents reads the conversation. Results of tools become tool messages; what stood beside them joins on. Neighbours
 * that are one turn are one message.
 */
export function decodeContents(wire: unknown): Message[] {
  const list = Array.isArray(wire) ? (wire as readonly unknown[]) : [wire]
  const calls = new CallPairs()
  const drafts: DraftMessage[] = []
  list.forEach((entry, at) => {
    const path = Array.isArray(wire) ? `contents[${at}]` : 'contents'
    calls.startTurn(at)
    const turn = quoted(readTurn(entry, path, calls))
    const role = roleOf(turn, path)
    const spelling = turn.role === role ? turn.spelling : { ...turn.spelling, role: turn.role ?? null }
    if (role === 'model') addTurn(drafts, { ...turn, spelling }, 'assistant')
    else splitTurn(drafts, { ...turn, spelling })
  })
  return drafts.map(({ message, parts }, at) => {
    const prefill = message.role === 'assistant' && at === drafts.length - 1 && parts.at(-1)?.part.type === 'text'
    return { ...message, parts: partsOf(parts), ...(prefill && { prefill }) }
  })
}

function partsOf(read: readonly DecodedPart[]): readonly Part[] {
  return read.some(({ envelope }) => envelope !== undefined) ? placeSeals(read) : read.map(({ part }) => part)
}

interface WireTurn {
  readonly role: string | undefined
  readonly parts: readonly DecodedPart[]
  readonly rest: JsonObject | undefined
  readonly spelling: Spelling | undefined
}

function readTurn(entry: unknown, path: string, calls: CallPairs): WireTurn {
  if (!isObject(entry)) throw invalid(path, 'a content', entry)
  const wire = toCamel(entry, SHAPES.content, {})
  const { role, parts } = wire
  if (role !== undefined && typeof role !== 'string') throw invalid(`${path}.role`, 'a string', role)
  // The service takes one part without a list around it.
  const single = isObject(parts)
  if (parts !== undefined && !single && !Array.isArray(parts)) {
    throw invalid(`${path}.parts`, 'an array of parts', parts)
  }
  const list = single ? [parts] : ((parts ?? []) as readonly unknown[])
  return {
    role,
    parts: list.map((part, at) => decodeRequestPart(part, `${path}.parts${single ? '' : `[${at}]`}`, at, calls)),
    rest: restOf(wire, KEYS.content),
    spelling: single ? { parts: 'single' } : parts === undefined ? { parts: 'none' } : undefined
  }
}

const isResult = (part: Part): part is ToolResultPart => part.type === 'tool_result'
const isSaid = (part: Part): boolean => part.type === 'tool_call' || part.type === 'reasoning'

/**
 * quoted takes thoughts in a turn of the user for what the user says: a client that hands a conversation from one agent to
 * another quotes the first one so. The service lets them pass.
 */
function quoted(turn: WireTurn): WireTurn {
  if (turn.role !== 'user' || !turn.parts.some(({ part }) => part.type === 'reasoning')) return turn
  return { ...turn, parts: turn.parts.map(read => (read.part.type === 'reasoning' ? quotedThought(read.part) : read)) }
}

function quotedThought({ text, seal, ext }: ReasoningPart): DecodedPart {
  const signature = seal !== undefined && isOwnSeal(seal) ? { thoughtSignature: seal.data } : undefined
  const members = { ...ext?.[FORMAT], thought: true, ...signature }
  if (text) return { part: withExt<Part>({ type: 'text', text, ...(ext && { ext }) }, members) }
  return {
    part: { type: 'opaque', native: { format: FORMAT, object: { text: '', ...members } }, replay: 'same_dialect' }
  }
}

/** roleOf tells who speaks: the role says so, or where it is missing or mistaken, what only one of the two can say. */
function roleOf({ role, parts }: WireTurn, path: string): 'user' | 'model' {
  const own = role === undefined || role === '' || role === 'function' ? undefined : role
  if (own !== undefined && own !== 'user' && own !== 'model') throw invalid(`${path}.role`, '"user" or "model"', role)
  const results = parts.some(({ part }) => isResult(part))
  const said = parts.some(({ part }) => isSaid(part))
  if (results && (said || (own === 'model' && !parts.every(({ part }) => isResult(part))))) {
    throw invalid(`${path}.parts`, 'no functionResponse beside what a model said', parts)
  }
  if (said && own === 'user') throw invalid(`${path}.parts`, 'no functionCall in a turn of the user', parts)
  if (results) return 'user'
  return said ? 'model' : (own ?? 'user')
}

function addTurn(drafts: DraftMessage[], { parts, rest, spelling }: WireTurn, role: Message['role']): void {
  const last = drafts.at(-1)
  if (parts.length > 0 && rest === undefined && goesOn(last, role, spelling)) {
    goOn(last!, parts)
    return
  }
  drafts.push({ message: withExt<DraftMessage['message']>({ role }, rest, spelling), parts: [...parts] })
}

/** splitTurn splits one turn of the user where results and other parts meet. */
function splitTurn(drafts: DraftMessage[], turn: WireTurn): void {
  const { parts } = turn
  const results = parts.filter(({ part }) => isResult(part)).length
  if (results === 0) {
    drafts.push({
      message: withExt<DraftMessage['message']>({ role: 'user' }, turn.rest, turn.spelling),
      parts: [...parts]
    })
    return
  }
  if (results === parts.length) {
    addTurn(drafts, turn, 'tool')
    return
  }
  for (let from = 0, to = 0; from < parts.length; from = to) {
    const isTool = isResult(parts[from]!.part)
    while (to < parts.length && isResult(parts[to]!.part) === isTool) to++
    const message: DraftMessage['message'] = {
      role: isTool ? 'tool' : 'user',
      ...(from > 0 && { joinedToPrevious: true })
    }
    drafts.push({
      message: from === 0 ? withExt(message, turn.rest, turn.spelling) : message,
      parts: parts.slice(from, to)
    })
  }
}
