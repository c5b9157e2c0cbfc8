import type { Message } from '@isthmus/core'
import { addMembers, type JsonObject } from '@isthmus/core/wire'
import { membersOf, spellingOf } from './ext.ts'

/** Turn is one entry of `contents` while it is put together. */
export interface Turn {
  readonly role: 'user' | 'model'
  /** Results of tools with the places of their calls: the service pairs them by order. */
  readonly results: { readonly wire: JsonObject; readonly place: number }[]
  /** Media of results that a model takes only beside them. */
  readonly attachments: JsonObject[]
  readonly parts: JsonObject[]
  /** The message that the turn began with, for how it was written and what nobody knows of it. */
  readonly message: Message | undefined
}

export function newTurn(role: Turn['role'], message?: Message): Turn {
  return { role, results: [], attachments: [], parts: [], message }
}

/** partsOf lists the parts of a turn as they are sent: results first. */
export function partsOf(turn: Turn): JsonObject[] {
  const { results, attachments, parts } = turn
  if (results.length === 0) return attachments.length === 0 ? parts : [...parts, ...attachments]
  const sorted = results.toSorted((a, b) => a.place - b.place)
  return [...sorted.map(({ wire }) => wire), ...attachments, ...parts]
}

/** turnToWire writes a turn, in the client's own spelling if it came in this format. */
export function turnToWire(turn: Turn, parts: JsonObject[]): JsonObject {
  const spelling = turn.message === undefined ? undefined : spellingOf(turn.message)
  const role = spelling?.role === undefined ? turn.role : spelling.role
  const wire: JsonObject = {
    ...(role !== null && { role }),
    ...writtenParts(parts, spelling?.parts)
  }
  return turn.message === undefined ? wire : addMembers(wire, membersOf(turn.message))
}

/** writtenParts writes the parts of a content; a client may have written one without a list, or none at all. */
export function writtenParts(parts: JsonObject[], how: 'single' | 'text' | 'none' | undefined): JsonObject {
  if (how === 'none' && parts.length === 0) return {}
  return { parts: how === 'single' && parts.length === 1 ? parts[0] : parts }
}

/** The documented stand-in for a signature that is not known. It is sent as it is: encoded, it is not recognised. */
const PLACEHOLDER = 'skip_thought_signature_validator'

/** withPlaceholder signs the first call of a turn of the model, if it came without a signature. */
export function withPlaceholder(parts: JsonObject[]): JsonObject[] {
  const at = parts.findIndex(part => part.functionCall !== undefined || part.function_call !== undefined)
  const first = parts[at]
  if (first === undefined || first.thoughtSignature !== undefined || first.thought_signature !== undefined) return parts
  return parts.with(at, { ...first, thoughtSignature: PLACEHOLDER })
}
