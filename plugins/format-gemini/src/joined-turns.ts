import type { Message, Part } from '@isthmus/core'
import { membersOf, spellingOf, withExt } from './ext.ts'
import type { DecodedPart } from './seals.ts'
import type { Spelling } from './types.ts'

/*
 * Clients may send one turn in several: LangChain each result of a tool, and a chat of the vendor's own library, when it was
 * streamed, each chunk of an answer. In the IR they are one message, and what was one text is one part; spelling keeps the
 * borders, so that a service of this format gets them as they were.
 */

/** DraftMessage is a message whose turn may go on. */
export interface DraftMessage {
  readonly message: Omit<Message, 'parts'>
  readonly parts: DecodedPart[]
}

/** goesOn tells whether a turn of the same role and spelling is more of the message before it. */
export function goesOn(
  draft: DraftMessage | undefined,
  role: Message['role'],
  spelling: Spelling | undefined
): boolean {
  if (draft === undefined || draft.message.role !== role || draft.message.joinedToPrevious) return false
  if (membersOf(draft.message) !== undefined) return false
  return JSON.stringify(spellingOf(draft.message) ?? {}) === JSON.stringify(spelling ?? {})
}

/** goOn adds the parts of a turn that goes on. There is at least one. */
export function goOn(draft: DraftMessage, more: readonly DecodedPart[]): void {
  const [first, ...rest] = more
  const last = draft.parts.at(-1)
  if (first === undefined) return
  const joined = last === undefined || last.envelope !== undefined ? undefined : join(last.part, first.part)
  if (joined !== undefined) {
    draft.parts[draft.parts.length - 1] = { part: joined, envelope: first.envelope }
  } else {
    const opening = withExt(first.part, undefined, { ...spellingOf(first.part), opens: true })
    draft.parts.push({ part: opening, envelope: first.envelope })
  }
  draft.parts.push(...rest)
}

/** join makes one part of two that are pieces of one text; the seal may come with the last of them. */
function join(last: Part, first: Part): Part | undefined {
  if (last.type !== 'text' && last.type !== 'reasoning') return undefined
  if (first.type !== last.type || last.seal !== undefined || first.ext !== undefined) return undefined
  const spelling = spellingOf(last)
  if (membersOf(last) !== undefined || spelling?.snake !== undefined) return undefined
  const before = last.text ?? ''
  const more = first.text ?? ''
  const whole = { ...last, text: before + more, ...(first.seal !== undefined && { seal: first.seal }) }
  return withExt(whole, undefined, { ...spelling, pieces: [...(spelling?.pieces ?? [before.length]), more.length] })
}

/** piecesOf gives the parts that a part was joined from; the part itself if it was not, or says something else by now. */
export function piecesOf(part: Part): readonly Part[] {
  if (part.type !== 'text' && part.type !== 'reasoning') return [part]
  const { text = '' } = part
  const lengths = spellingOf(part)?.pieces
  if (lengths === undefined || lengths.reduce((sum, length) => sum + length, 0) !== text.length) return [part]
  const { seal: _, ...unsealed } = part
  let from = 0
  return lengths.map((length, at) => {
    const piece = text.slice(from, from + length)
    from += length
    return { ...(at === lengths.length - 1 ? part : unsealed), text: piece }
  })
}
