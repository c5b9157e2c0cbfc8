import type { Part, Seal } from '@isthmus/core'
import { decodeEnvelope, type Envelope, isEnvelope } from '@isthmus/core/wire'
import { thoughtSeal } from './types.ts'

/** CarriedSeal is what a `thoughtSignature` says: a seal, and where it belongs if it came in an envelope. */
export interface CarriedSeal {
  readonly seal: Seal
  readonly envelope?: Envelope
}

/** decodeSignature reads a `thoughtSignature`. Those of other vendors travel in it in an envelope. */
export function decodeSignature(data: string): CarriedSeal {
  if (!isEnvelope(data)) return { seal: thoughtSeal(data) }
  const envelope = decodeEnvelope(data)
  // One that claims to be an envelope and cannot be read is nobody's: with an unknown issuer it is never sent.
  if (envelope === undefined) {
    return { seal: { kind: 'thought_signature', data, issuer: { provider: '', modelFamily: '', format: 'unknown' } } }
  }
  return { seal: envelope.seal, envelope }
}

/** DecodedPart is a part, and the envelope that its signature was, if it was one. */
export interface DecodedPart {
  readonly part: Part
  readonly envelope?: Envelope | undefined
}

/**
 * placeSeals gives the seals that came in envelopes to the parts they belong to. Clients send back the signature of every
 * part, and some of them leave thoughts out: so a seal of reasoning may have travelled on a call or a text after it.
 */
export function placeSeals(read: readonly DecodedPart[]): readonly Part[] {
  const placed: Part[] = []
  const ofCalls = new Map<string, Seal>()
  for (const { part, envelope } of read) {
    if (envelope === undefined) placed.push(part)
    else placeOne(part, envelope, placed, ofCalls)
  }
  return placed.map(part => {
    const seal = part.type === 'tool_call' ? ofCalls.get(part.id) : undefined
    return seal === undefined ? part : { ...part, seal }
  })
}

function placeOne(part: Part, { seal, place }: Envelope, placed: Part[], ofCalls: Map<string, Seal>): void {
  switch (place.on) {
    case 'call':
      ofCalls.set(place.callId, seal)
      if (!isCarrier(part)) placed.push(withoutSeal(part))
      break
    case 'text': {
      const last = placed.at(-1)
      if (isCarrier(part) && last?.type === 'text') placed[placed.length - 1] = { ...last, seal }
      else placed.push(part.type === 'tool_call' ? withoutSeal(part) : { ...part, seal })
      break
    }
    case 'reasoning':
      if (part.type === 'reasoning' && !isCarrier(part)) placed.push({ ...part, seal })
      else {
        sealReasoning(placed, seal)
        if (!isCarrier(part)) placed.push(withoutSeal(part))
      }
  }
}

/** A text or a thought without words is there only to carry a seal. */
function isCarrier(part: Part): boolean {
  return (part.type === 'reasoning' || part.type === 'text') && (part.text ?? '') === ''
}

/** sealReasoning seals the thought that led to what stands now, or puts one there without words, as it came first. */
function sealReasoning(placed: Part[], seal: Seal): void {
  const before = placed.findLastIndex(part => part.type !== 'text')
  const part = placed[before]
  if (part?.type === 'reasoning' && part.seal === undefined) placed[before] = { ...part, seal }
  else placed.splice(before + 1, 0, { type: 'reasoning', hidden: true, seal })
}

function withoutSeal(part: Part): Part {
  if (part.seal === undefined) return part
  const { seal: _, ...rest } = part
  return rest
}
