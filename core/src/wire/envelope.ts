import type { Seal } from '../ir/index.ts'
import { parseObject } from './json.ts'

/*
 * A seal of another vendor travels through a client in the place where the client's own format keeps seals: clients send
 * those back unchanged, so what is put there comes home. The envelope says who issued it, so that it is only ever sent to
 * that issuer again.
 */

const MAGIC = 'isthmus-seal'
const VERSION = 1
const PREFIX = `${MAGIC}:${VERSION}:`
/** What every envelope begins with, version aside: the magic is twelve bytes, so its base64 has a fixed form. */
const BASE64_MAGIC = Buffer.from(MAGIC).toString('base64')
const MAX_CHARS = 10 * 1024 * 1024

/** SealPlace says where in its message a seal belongs: on reasoning of its own, on a call, or on the text before it. */
export type SealPlace = { readonly on: 'reasoning' | 'text' } | { readonly on: 'call'; readonly callId: string }

/** Envelope is a seal and its place, as they come out of an envelope. */
export interface Envelope {
  readonly seal: Seal
  readonly place: SealPlace
}

const KINDS = new Set(['signature', 'redacted', 'encrypted', 'thought_signature', 'details'])

/** encodeEnvelope wraps a seal in base64 text. */
export function encodeEnvelope(seal: Seal, place: SealPlace = { on: 'reasoning' }): string {
  const { kind, data, issuer, itemId, index } = seal
  const body = {
    provider: issuer.provider,
    family: issuer.modelFamily,
    issuer: issuer.format,
    kind,
    data,
    ...(itemId !== undefined && { item_id: itemId }),
    ...(index !== undefined && { index }),
    ...(place.on === 'call' && { call_id: place.callId }),
    ...(place.on === 'text' && { text: true })
  }
  return Buffer.from(PREFIX + JSON.stringify(body), 'utf8').toString('base64')
}

/** isEnvelope tells whether text claims to be an envelope, of whatever version. */
export function isEnvelope(text: string): boolean {
  return text.startsWith(BASE64_MAGIC)
}

/** decodeEnvelope unwraps strictly: anything unknown, too long or malformed gives undefined. */
export function decodeEnvelope(text: string): Envelope | undefined {
  if (!isEnvelope(text) || text.length > MAX_CHARS) return undefined
  const plain = Buffer.from(text, 'base64').toString('utf8')
  if (!plain.startsWith(PREFIX) || Buffer.from(plain, 'utf8').toString('base64') !== text) return undefined
  const body = parseObject(plain.slice(PREFIX.length))
  if (body === undefined) return undefined
  const { provider, family, issuer, kind, data, item_id: itemId, index, call_id: callId, text: onText } = body
  if (typeof provider !== 'string' || typeof family !== 'string' || typeof issuer !== 'string') return undefined
  if (typeof data !== 'string' || typeof kind !== 'string' || !KINDS.has(kind)) return undefined
  if (itemId !== undefined && typeof itemId !== 'string') return undefined
  if (index !== undefined && typeof index !== 'number') return undefined
  if (callId !== undefined && typeof callId !== 'string') return undefined
  if (onText !== undefined && onText !== true) return undefined
  return {
    seal: {
      kind: kind as Seal['kind'],
      data,
      issuer: { provider, modelFamily: family, format: issuer },
      ...(itemId !== undefined && { itemId }),
      ...(index !== undefined && { index })
    },
    place: callId !== undefined ? { on: 'call', callId } : { on: onText ? 'text' : 'reasoning' }
  }
}
