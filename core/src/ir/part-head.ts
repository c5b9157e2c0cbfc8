import type { Part } from './parts.ts'

/**
 * headOf is what `part_start` says of a part: everything that does not grow. What grows is there as its empty value,
 * so that an encoder that adds up deltas never meets content in a head.
 */
export function headOf(part: Part): Part {
  switch (part.type) {
    case 'text': {
      const { seal: _seal, logprobs: _logprobs, ...head } = part
      return { ...head, text: '', ...(part.annotations && { annotations: [] }) }
    }
    case 'refusal': {
      const { seal: _seal, logprobs: _logprobs, ...head } = part
      return { ...head, text: '' }
    }
    case 'reasoning': {
      const { seal: _seal, ...head } = part
      return { ...head, ...(part.text !== undefined && { text: '' }), ...(part.summary && { summary: [] }) }
    }
    case 'tool_call': {
      const { seal: _seal, ...head } = part
      return { ...head, argsText: '' }
    }
    default: {
      const { seal: _seal, ...head } = part
      return head as Part
    }
  }
}

/** isHead tells whether a part has nothing yet that grows. */
export function isHead(part: Part): boolean {
  if (part.seal !== undefined) return false
  switch (part.type) {
    case 'text':
      return part.text === '' && !part.annotations?.length && part.logprobs === undefined
    case 'refusal':
      return part.text === '' && part.logprobs === undefined
    case 'reasoning':
      return !part.text && !part.summary?.length
    case 'tool_call':
      return part.argsText === ''
    default:
      return true
  }
}
