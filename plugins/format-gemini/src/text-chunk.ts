import { type FrameValues, isObject, numbersIn, valueAfter } from '@isthmus/core/wire'

/** TEXT_CHUNK is a chunk with one piece of text: what changes from one to the next is that text and the counters. */
export const TEXT_CHUNK: FrameValues = {
  places(data) {
    const text = valueAfter(data, 'text')
    if (text < 0) return undefined
    const usage = valueAfter(data, 'usageMetadata')
    return usage < 0 ? [text] : [text, ...numbersIn(data, usage)]
  },
  values: ({ candidates, usageMetadata }) => [textOf(candidates), ...numbersOf(usageMetadata)]
}

function textOf(candidates: unknown): unknown {
  const candidate: unknown = Array.isArray(candidates) ? candidates[0] : undefined
  const content = isObject(candidate) ? candidate.content : undefined
  const part: unknown = isObject(content) && Array.isArray(content.parts) ? content.parts[0] : undefined
  return isObject(part) ? part.text : undefined
}

function numbersOf(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : []
}
