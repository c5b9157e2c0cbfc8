import type { Finish, Part } from '@isthmus/core'
import type { Answer } from './answer.ts'

/** stopAt cuts an answer where its text first holds one of the stop sequences. Reasoning and calls are not searched. */
export function stopAt(answer: Answer, stop: readonly string[]): Answer {
  if (stop.length === 0) return answer
  const parts: Part[] = []
  for (const part of answer.parts) {
    const hit = part.type === 'text' ? firstHit(part.text, stop) : undefined
    if (part.type !== 'text' || hit === undefined) {
      parts.push(part)
      continue
    }
    if (hit.at > 0) parts.push({ ...part, text: part.text.slice(0, hit.at) })
    const finish: Finish = { reason: 'stop_sequence', matchedStop: hit.stop, native: '' }
    return { ...answer, parts, finish }
  }
  return answer
}

function firstHit(text: string, stop: readonly string[]): { readonly at: number; readonly stop: string } | undefined {
  let first: { readonly at: number; readonly stop: string } | undefined
  for (const sequence of stop) {
    const at = sequence === '' ? -1 : text.indexOf(sequence)
    if (at >= 0 && (first === undefined || at < first.at)) first = { at, stop: sequence }
  }
  return first
}
