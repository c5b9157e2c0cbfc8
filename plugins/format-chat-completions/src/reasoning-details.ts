import type { OpaquePart, Part, ReasoningPart, Seal } from '@isthmus/core'
import { type JsonObject, restOf, stringOf } from '@isthmus/core/wire'
import { makeExt, membersOf, spellingOf } from './ext.ts'
import { FORMAT } from './types.ts'

const CONTENT_KEYS: ReadonlySet<string> = new Set(['type', 'text', 'summary', 'data', 'signature'])

/** DetailOrigin says whose reasoning a detail is: '' where a client sends it back without saying. */
export interface DetailOrigin {
  readonly provider: string
  readonly model: string
}

/** decodeDetail reads one entry of `reasoning_details`; what it does not know stays an opaque part. */
export function decodeDetail(detail: JsonObject, origin: DetailOrigin): ReasoningPart | OpaquePart {
  const base = { type: 'reasoning' as const, ext: makeExt(undefined, { as: 'detail', detail: detailMembers(detail) })! }
  switch (detail.type) {
    case 'reasoning.text': {
      const signature = stringOf(detail.signature)
      const text = stringOf(detail.text) ?? (signature === undefined ? '' : undefined)
      return {
        ...base,
        ...(text !== undefined && { text }),
        hidden: false,
        ...(signature !== undefined && { seal: sealOf(detail, 'signature', signature, origin) })
      }
    }
    case 'reasoning.summary':
      return { ...base, summary: [stringOf(detail.summary) ?? ''], hidden: false }
    case 'reasoning.encrypted':
      return { ...base, hidden: true, seal: sealOf(detail, encryptedKind(detail), stringOf(detail.data) ?? '', origin) }
    default:
      return {
        type: 'opaque',
        native: { format: FORMAT, object: detail },
        replay: 'same_dialect',
        ext: makeExt(undefined, { as: 'detail' })!
      }
  }
}

function detailMembers(detail: JsonObject): JsonObject {
  return restOf(detail, CONTENT_KEYS) ?? {}
}

function encryptedKind({ format }: JsonObject): Seal['kind'] {
  if (format === 'anthropic-claude-v1') return 'redacted'
  return format === 'google-gemini-v1' ? 'thought_signature' : 'encrypted'
}

/** sealOf makes the seal of a detail. */
export function sealOf(detail: JsonObject, kind: Seal['kind'], data: string, origin: DetailOrigin): Seal {
  const { id, index } = detail
  return {
    kind,
    data,
    issuer: { provider: origin.provider, modelFamily: origin.model, format: stringOf(detail.format) ?? 'unknown' },
    ...(typeof id === 'string' && { itemId: id }),
    ...(typeof index === 'number' && { index })
  }
}

/** encodeDetails writes a reasoning part as entries of `reasoning_details`; `index` is for parts without their own. */
export function encodeDetails(part: ReasoningPart, index: number): JsonObject[] {
  const members = spellingOf(part)?.detail
  const { seal, text, summary } = part
  const details: JsonObject[] = []
  // In a stream the format may be told with the seal only.
  const unknown = members?.format === undefined || members.format === 'unknown'
  const told =
    unknown && seal !== undefined && seal.issuer.format !== 'unknown' ? { format: seal.issuer.format } : undefined
  const common = members === undefined ? { format: seal?.issuer.format ?? 'unknown', index } : { ...members, ...told }
  const sealed = members !== undefined ? common : { ...(seal?.itemId !== undefined && { id: seal.itemId }), ...common }
  for (const paragraph of summary ?? []) details.push({ type: 'reasoning.summary', summary: paragraph, ...common })
  if (text !== undefined && !part.hidden) {
    const signature = seal?.kind === 'signature' ? { signature: seal.data } : undefined
    details.push({ type: 'reasoning.text', text, ...signature, ...common })
  }
  if (seal !== undefined && (seal.kind !== 'signature' || text === undefined || part.hidden)) {
    details.push(
      seal.kind === 'signature'
        ? { type: 'reasoning.text', signature: seal.data, ...sealed }
        : { type: 'reasoning.encrypted', data: seal.data, ...sealed }
    )
  }
  return details
}

/** carriedSeal is the seal of a call or a text as hidden reasoning: only there does this format have a place for it. */
export function carriedSeal(part: Part): ReasoningPart | undefined {
  if (part.seal === undefined) return undefined
  const itemId = part.type === 'tool_call' ? { itemId: part.id } : undefined
  const detail = spellingOf(part)?.detail
  const ext = detail === undefined ? undefined : makeExt(undefined, { as: 'detail', detail })
  return { type: 'reasoning', hidden: true, seal: { ...itemId, ...part.seal }, ...(ext !== undefined && { ext }) }
}

/** sealCalls gives calls the seals that came among the details under their ids. */
export function sealCalls(parts: readonly Part[]): readonly Part[] {
  const calls = new Set(parts.flatMap(part => (part.type === 'tool_call' ? part.id : [])))
  const sealed = new Map<string, ReasoningPart>()
  for (const part of parts) {
    const id = part.type === 'reasoning' && part.hidden ? part.seal?.itemId : undefined
    if (id !== undefined && calls.has(id) && !sealed.has(id)) sealed.set(id, part as ReasoningPart)
  }
  if (sealed.size === 0) return parts
  const carriers = new Set<Part>(sealed.values())
  return parts.flatMap(part => {
    const found = part.type === 'tool_call' ? sealed.get(part.id) : undefined
    if (found?.seal === undefined) return carriers.has(part) ? [] : part
    const { itemId: _, ...seal } = found.seal
    const detail = spellingOf(found)?.detail
    const spelling = { ...spellingOf(part), ...(detail !== undefined && { detail }) }
    return { ...part, seal, ext: makeExt(membersOf(part), spelling)! }
  })
}

/** plainText is the reasoning text of a part in one string: summary paragraphs are parted by a blank line. */
export function plainText(part: ReasoningPart): string {
  if (part.summary === undefined) return part.text ?? ''
  const summary = part.summary.join('\n\n')
  return part.text === undefined || part.text === '' ? summary : `${summary}\n\n${part.text}`
}
