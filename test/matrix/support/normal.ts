import { fold, type GenerateRequest, type IrEvent, isGatewayError, type Seal } from '@isthmus/core'
import { isObject } from '@isthmus/core/wire'

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
      return member
    })
  )
}

/** Where a format keeps a seal is notation too; whose it is decides where it may go. */
const sealContent = ({ kind, data, issuer }: Seal) => ({ kind, data, format: issuer.format })

const isSealDelta = (key: string, holder: object): boolean =>
  key === 'value' && 'kind' in holder && holder.kind === 'seal'

/** requestContent is what a request asks for. */
export function requestContent(request: GenerateRequest): unknown {
  const { source: _source, ingress: _ingress, reply, ext, ...rest } = request
  // Members of the request as a whole are content of a case that is about them.
  return plain({ ...rest, members: ext, reply: { stream: reply.stream } })
}

/** ReplyContent is what a reply says: in which pieces it came, and what they come to. */
export interface ReplyContent {
  readonly pieces: unknown
  readonly whole: unknown
}

/** replyContent is what the events of a reply say. Keep-alives and the places of usage and of part ends say nothing. */
export function replyContent(events: readonly IrEvent[]): ReplyContent {
  const pieces = events.filter(event => PIECES.has(event.type))
  return { pieces: plain(pieces), whole: plain(wholeOf(events)) }
}

const PIECES: ReadonlySet<string> = new Set(['part_start', 'part_delta', 'finish', 'native', 'notice'])

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

/** verbatim is all that a reply says, what only its own format can read included; in its pieces, if they matter. */
export function verbatim(events: readonly IrEvent[], inPieces: boolean): unknown {
  const pieces = inPieces ? events.filter(event => PIECES.has(event.type)) : []
  return JSON.parse(JSON.stringify({ pieces, whole: wholeOf(events) }))
}
