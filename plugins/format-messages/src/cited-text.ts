import type { Annotation, TextPart } from '@isthmus/core'
import { nativeCitation } from './citations.ts'

/** CitedPiece is a run of text with the citations that cover all of it. */
export interface CitedPiece {
  readonly text: string
  readonly annotations: readonly Annotation[]
}

interface Range {
  readonly from: number
  readonly to: number
  readonly annotation: Annotation
}

/**
 * splitCited cuts a text where its citations begin and end. A citation has no place in this format: it covers the block
 * it stands on. One without a place covers the whole text.
 */
export function splitCited({ text, annotations = [] }: TextPart): readonly CitedPiece[] {
  if (text === '' || !annotations.some(isPlaced)) return [{ text, annotations }]
  const offset = offsets(text)
  const ranges = annotations.map((annotation): Range => {
    const from = isPlaced(annotation) ? offset(annotation.start, annotation.unit) : 0
    const to = isPlaced(annotation) ? offset(annotation.end, annotation.unit) : text.length
    return from < to ? { from, to, annotation } : { from: 0, to: text.length, annotation }
  })
  const borders = new Set([0, text.length])
  for (const { from, to } of ranges) borders.add(from).add(to)
  const sorted = [...borders].sort((a, b) => a - b)
  return sorted.slice(1).map((to, at) => {
    const from = sorted[at]!
    const covering = ranges.filter(range => range.from <= from && range.to >= to)
    return { text: text.slice(from, to), annotations: covering.map(({ annotation }) => annotation) }
  })
}

type Unit = NonNullable<Annotation['unit']>
type Placed = Annotation & { readonly start: number; readonly end: number; readonly unit: Unit }

/** The range of a citation that came from this format is one in the source, and has no unit of the answer. */
function isPlaced(annotation: Annotation): annotation is Placed {
  const { start, end, unit } = annotation
  return start !== undefined && end !== undefined && unit !== undefined && nativeCitation(annotation) === undefined
}

/** offsets finds where in a string a place is that is counted in some unit; never within a character. */
function offsets(text: string): (place: number, unit: Unit) => number {
  const known = new Map<Unit, readonly number[]>()
  return (place, unit) => {
    const starts = known.get(unit) ?? unitStarts(text, unit)
    known.set(unit, starts)
    return starts[Math.max(0, Math.min(Math.trunc(place), starts.length - 1))] ?? 0
  }
}

/** unitStarts lists, for each unit of a text and its end, where in the string its character starts. */
function unitStarts(text: string, unit: Unit): readonly number[] {
  const starts: number[] = []
  let at = 0
  for (const character of text) {
    for (let n = unitsIn(character, unit); n > 0; n--) starts.push(at)
    at += character.length
  }
  starts.push(at)
  return starts
}

function unitsIn(character: string, unit: Unit): number {
  if (unit === 'codepoint') return 1
  if (unit === 'utf16') return character.length
  const code = character.codePointAt(0)!
  if (code < 0x80) return 1
  if (code < 0x800) return 2
  return code < 0x1_0000 ? 3 : 4
}
