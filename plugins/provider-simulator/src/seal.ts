import { createHash } from 'node:crypto'
import type { Message } from '@isthmus/core'

/** sealData is the opaque state that goes with simulated reasoning: base64, as real signatures are. */
export function sealData(tokens: number): string {
  const claim = `simulator:${tokens}`
  return Buffer.from(`${claim}:${digest(claim)}`).toString('base64')
}

/** isOwnSeal tells whether opaque state came back as it was given out. */
export function isOwnSeal(data: string): boolean {
  const match = /^(simulator:\d+):([0-9a-f]+)$/.exec(Buffer.from(data, 'base64').toString())
  return match !== null && digest(match[1] as string) === match[2]
}

/** describeReplayed says in what state earlier reasoning came back; '' when there was none. */
export function describeReplayed(messages: readonly Message[]): string {
  let intact = 0
  let other = 0
  for (const { parts } of messages) {
    const own = parts.filter(part => part.seal !== undefined && isOwnSeal(part.seal.data)).length
    intact += own
    for (const part of parts) {
      if (part.seal !== undefined) other += isOwnSeal(part.seal.data) ? 0 : 1
      // Where a seal stands on what came of a thought, the thought itself has none.
      else if (part.type === 'reasoning' && own === 0) other++
    }
  }
  if (intact + other === 0) return ''
  return ` Earlier thoughts that came back: ${intact} with my seal, ${other} without.`
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
