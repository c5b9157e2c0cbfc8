import type { DeltaKind, Part, PartDeltaEvent } from '@isthmus/core'
import { NAMESPACE } from './blocks.ts'

/* How the blocks of a stream begin and grow, by the parts that they are written of. */

/** Plain is a kind of delta that is no more than text, and what stands before the text in it. */
export interface Plain {
  readonly kind: DeltaKind
  readonly members: string
}

/** plainOf gives the kind by which a part grows. The free text of a call waits for its end: it becomes a member. */
export function plainOf(part: Part): Plain | undefined {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { kind: part.type, members: '"type":"text_delta","text"' }
    case 'reasoning':
      return { kind: 'reasoning', members: '"type":"thinking_delta","thinking"' }
    case 'tool_call':
      return part.kind === 'custom' ? undefined : { kind: 'args', members: '"type":"input_json_delta","partial_json"' }
    default:
      return undefined
  }
}

/** begins tells a part whose block opens with it: clients are to see at once that a call was made. */
export function begins(part: Part): boolean {
  switch (part.type) {
    case 'tool_call':
    case 'hosted_call':
    case 'hosted_result':
    case 'opaque':
      return true
    default:
      return false
  }
}

/** grows tells a part whose block can be closed and go on in another one. */
export function grows(part: Part): boolean {
  return part.type === 'text' || part.type === 'refusal' || part.type === 'reasoning'
}

/** writes tells a delta that this format has words for. A seal is written at the end of its part, whole. */
export function writes(event: PartDeltaEvent): boolean {
  switch (event.kind) {
    case 'text':
    case 'refusal':
    case 'reasoning':
    case 'summary':
    case 'annotation':
    case 'args':
      return true
    case 'native':
      return event.value.format === NAMESPACE
    default:
      return false
  }
}
