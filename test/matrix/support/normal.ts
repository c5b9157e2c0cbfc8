import { isDeepStrictEqual } from 'node:util'
import { fold, type GenerateRequest, type IrEvent, isGatewayError, type Seal, textDelta } from '@isthmus/core'
import { decodeEnvelope, isObject } from '@isthmus/core/wire'

/*
 * The form in which what a format says is compared with the hub. What only one format can read is left out: how it
 * spelled something, its own members and words. That these come back is checked where both sides speak that format.
 */

const NOTATION: ReadonlySet<string> = new Set(['ext', 'origin', 'joinedToPrevious'])

/** plain is a value as JSON, without notation. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, function (this: object, key: string, member: unknown) {
      if (NOTATION.has(key)) return undefined
      // Of the item that a part came from only its phase says something; the rest is where its border was.
      if (key === 'item') return isObject(member) && member.phase !== undefined ? { phase: member.phase } : undefined
      // Of parts, tools and choices the native object is the content; elsewhere it repeats what was read.
      if (key === 'native' && !('type' in this)) return undefined
      if (key === 'seal' || isSealDelta(key, this)) return sealContent(member as Seal)
      if (key === 'kind' && member === 'document') return undefined
      if (isHint(key, member, this)) return undefined
      if (key === 'content' && isEmptyText(member)) return []
      return member
    })
  )
}

/** isHint: what one format has to say, others leave out, and no format needs to be told. */
function isHint(key: string, member: unknown, holder: object): boolean {
  const type = 'type' in holder ? holder.type : undefined
  if (key === 'text') return type === 'reasoning' && member === ''
  if (key === 'annotations' || key === 'summary') return Array.isArray(member) && member.length === 0
  // A result is found by the id of its call, a file at an address by the address, and data knows its type.
  if (key === 'name') return type === 'tool_result'
  if (key === 'mime') return 'kind' in holder && holder.kind === 'url'
  if (key === 'format') return type === 'audio'
  // With which of its words a format asks for reasoning, or for none.
  return (key === 'source' && typeof member === 'string') || (key === 'effort' && member === 'none')
}

function isEmptyText(content: unknown): boolean {
  const [only, ...others] = Array.isArray(content) ? content : []
  return others.length === 0 && only?.type === 'text' && only.text === ''
}

/** Where a format keeps a seal is notation too; whose it is decides where it may go. */
const sealContent = ({ kind, data, issuer }: Seal) => ({ kind, data, format: issuer.format })

const isSealDelta = (key: string, holder: object): boolean =>
  key === 'value' && 'kind' in holder && holder.kind === 'seal'

/** requestContent is what a request asks for. */
export function requestContent(request: GenerateRequest): unknown {
  const { source: _source, ingress: _ingress, reply, ext, ...rest } = request
  // Members of the request as a whole are content of a case that is about them.
  const members = Object.entries(ext ?? {}).filter(([namespace]) => !namespace.endsWith('/spelling'))
  return plain({ ...rest, members: Object.fromEntries(members), reply: { stream: reply.stream } })
}

/** ReplyContent is what a reply says: in which pieces it came, and what they come to. */
export interface ReplyContent {
  readonly pieces: unknown
  readonly whole: unknown
}

/** replyContent is what the events of a reply say. Keep-alives and the places of usage and of part ends say nothing. */
export function replyContent(events: readonly IrEvent[]): ReplyContent {
  const pieces = joinArguments(events.filter(event => PIECES.has(event.type)))
  return { pieces: plain(pieces), whole: plain(contentOf(events)) }
}

const PIECES: ReadonlySet<string> = new Set(['part_start', 'part_delta', 'finish', 'native', 'notice'])

/** joinArguments: a format may have no way to send the arguments of a call piece by piece. */
function joinArguments(pieces: readonly IrEvent[]): readonly IrEvent[] {
  const joined: IrEvent[] = []
  for (const event of pieces) {
    const last = joined.at(-1)
    const goesOn = last?.type === 'part_delta' && event.type === 'part_delta' && last.kind === 'args'
    if (goesOn && event.kind === 'args' && last.index === event.index && last.choice === event.choice) {
      joined[joined.length - 1] = textDelta(last.choice, last.index, 'args', last.text + event.text)
    } else joined.push(event)
  }
  return joined
}

/** contentOf leaves out the id: it is of the format's own making where the upstream's would not pass for one. */
function contentOf(events: readonly IrEvent[]): unknown {
  const { id: _id, ...rest } = wholeOf(events) as Record<string, unknown>
  return rest
}

function wholeOf(events: readonly IrEvent[]): unknown {
  try {
    return fold(events)
  } catch (thrown) {
    if (!isGatewayError(thrown)) throw thrown
    return { kind: thrown.kind, message: thrown.message }
  }
}

/** withoutTime is the content of a reply whose format does not say when it was made. */
export function withoutTime({ pieces, whole }: ReplyContent): ReplyContent {
  const { created: _created, ...rest } = whole as Record<string, unknown>
  return { pieces, whole: rest }
}

/** samePieces tells whether two streams say the same in the same pieces, in the same order. */
export function samePieces(one: readonly IrEvent[], other: readonly IrEvent[]): boolean {
  const [left, right] = [one, other].map(events =>
    plain(events.filter(({ type }) => PIECES.has(type) || type === 'part_end'))
  )
  return isDeepStrictEqual(left, right)
}

/**
 * steadyReply is a reply to a client without what depends on the upstream's ways: when it counts, its keep-alives, and
 * what it says of a seal beside the seal itself.
 */
export function steadyReply(text: string): string {
  let at = 0
  return (
    text
      // Counts come where the upstream gives them, at the start or at the end; at the end all of them are there.
      .replace(/("type":"message_start".*?"usage":)\{.*?\}(?=\}\}\n)/g, '$1{}')
      .replace(/^(data: (?!.*"finishReason").*?)"usageMetadata":\{.*?\},/gm, '$1')
      // The keep-alive of a format that numbers its events takes a number too.
      .replace(/(?<=\nevent: response\.(?!created).*\ndata: .*\n\n)event: response\.in_progress\ndata: .*\n\n/g, '')
      .replace(/"sequence_number":\d+/g, () => `"sequence_number":${at++}`)
      .replace(/"aXN0aG11cy1zZWFs[\w+/=-]*"/g, envelope => JSON.stringify(sealIn(JSON.parse(envelope))))
  )
}

function sealIn(text: string): unknown {
  const envelope = decodeEnvelope(text)
  return envelope === undefined ? text : sealContent(envelope.seal)
}

/** common is a value without the members of its objects that the other has not. */
export function common(value: unknown, other: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(other)) return value.map((item, at) => common(item, other[at]))
  if (!isObject(value) || !isObject(other)) return value
  const shared = Object.keys(value).filter(key => key in other)
  return Object.fromEntries(shared.map(key => [key, common(value[key], other[key])]))
}

/** verbatim is all that a reply says, what only its own format can read included; in its pieces, if they matter. */
export function verbatim(events: readonly IrEvent[], inPieces: boolean): unknown {
  const pieces = inPieces ? events.filter(event => PIECES.has(event.type)) : []
  return JSON.parse(JSON.stringify({ pieces, whole: wholeOf(events) }))
}
