import type { Item, ReasoningPart, Seal } from '@isthmus/core'
import {
  decodeEnvelope,
  isEnvelope,
  isObject,
  type JsonObject,
  restOf,
  type SealPlace,
  stringOf
} from '@isthmus/core/wire'
import { makeExt, nullsOf } from './ext.ts'
import { itemShapes } from './schema/item-shapes.ts'
import { encryptedSeal } from './seals.ts'
import type { Spelling } from './types.ts'

const KEYS: ReadonlySet<string> = new Set(['type', 'id', 'status', 'summary', 'content', 'encrypted_content'])
const ENTRY_KEYS: ReadonlySet<string> = new Set(['type', 'text'])

/** ReadReasoning is reasoning that was sent back, and where its seal belongs. */
export interface ReadReasoning {
  readonly part: ReasoningPart
  /** Set when the item is only there to carry the seal of something else. */
  readonly carries?: { readonly seal: Seal; readonly place: SealPlace }
}

/** decodeReasoningItem reads a reasoning item of a request; a seal of another vendor comes out of its envelope. */
export function decodeReasoningItem(wire: JsonObject, item: Item, path: string): ReadReasoning {
  const { id, summary, content, encrypted_content: sealed } = itemShapes.reasoning.check(wire, path)
  const envelope = sealed ? decodeEnvelope(sealed) : undefined
  const texts = summary?.map(entry => entry.text)
  const bare = !texts?.length && !content?.length
  if (envelope !== undefined && envelope.place.on !== 'reasoning' && bare) {
    return { part: { type: 'reasoning', hidden: true, item }, carries: envelope }
  }
  const seal = envelope?.seal ?? (sealed ? sealOf(sealed, stringOf(id)) : undefined)
  const spelling = spellingOf(wire, content ?? undefined)
  const rest = membersOf(wire)
  const ext = makeExt(rest, spelling)
  const shared = { type: 'reasoning', ...(seal && { seal }), item, ...(ext && { ext }) } as const
  if (envelope !== undefined) return { part: foreign(shared, envelope.seal, texts ?? []) }
  return {
    part: {
      ...shared,
      ...(content && { text: content.map(entry => entry.text).join('') }),
      ...(texts && { summary: texts }),
      hidden: bare && seal !== undefined
    }
  }
}

/** A signature vouches for the very text that it came with, and that is not a summary for who issued it. */
function foreign(shared: Omit<ReasoningPart, 'hidden'>, { kind }: Seal, summary: readonly string[]): ReasoningPart {
  const text = summary.join('\n\n')
  if (text === '' && kind !== 'signature') return { ...shared, hidden: true }
  return { ...shared, text, hidden: false }
}

function sealOf(data: string, id: string | undefined): Seal {
  // One that claims to be an envelope and cannot be read is nobody's: with an unknown issuer it is never sent.
  return encryptedSeal(data, id, '', isEnvelope(data) ? 'unknown' : undefined)
}

function spellingOf(wire: JsonObject, content: readonly { readonly text: string }[] | undefined): Spelling {
  const nulls = nullsOf(wire, KEYS)
  const several = content !== undefined && content.length !== 1
  return {
    ...(nulls && { nulls }),
    ...(several && { lengths: content.map(entry => entry.text.length) })
  }
}

/** membersOf keeps what is not read, also of the entries of the two lists. */
function membersOf(wire: JsonObject): JsonObject | undefined {
  const rest = restOf(wire, KEYS)
  const summary = entryMembers(wire.summary, 'summary_text')
  const content = entryMembers(wire.content, 'reasoning_text')
  if (summary === undefined && content === undefined) return rest
  return { ...rest, ...(summary && { summary }), ...(content && { content }) }
}

function entryMembers(list: unknown, type: string): readonly JsonObject[] | undefined {
  if (!Array.isArray(list)) return undefined
  const members = list.map((entry): JsonObject => {
    if (!isObject(entry)) return {}
    return { ...restOf(entry, ENTRY_KEYS), ...(entry.type !== type && { type: entry.type }) }
  })
  return members.some(entry => Object.keys(entry).length > 0) ? members : undefined
}
