import type { IrEvent, PartDeltaEvent, PartStartEvent } from './events.ts'
import type { Feature } from './features.ts'

/** replyFeature names the feature that an event needs of the client's format; undefined for what every format says. */
export function replyFeature(event: IrEvent): Feature | undefined {
  switch (event.type) {
    case 'part_start':
      return partFeature(event)
    case 'part_delta':
      return deltaFeature(event)
    case 'finish':
      if (event.choice > 0) return 'reply.choices'
      return event.finish.reason === 'stop_sequence' ? 'reply.stop_sequence' : undefined
    case 'native':
      return 'reply.native'
    default:
      return undefined
  }
}

function partFeature({ part }: PartStartEvent): Feature | undefined {
  switch (part.type) {
    case 'reasoning':
      return part.hidden ? 'reply.seal' : 'reply.reasoning'
    case 'refusal':
      return 'reply.refusal'
    case 'audio':
    case 'image':
      return `reply.${part.type}`
    case 'hosted_call':
    case 'hosted_result':
      return 'reply.hosted'
    case 'tool_call':
      return part.kind === 'custom' ? 'reply.tool.custom' : undefined
    case 'opaque':
    case 'file':
    case 'video':
      return 'reply.opaque'
    default:
      return undefined
  }
}

function deltaFeature(event: PartDeltaEvent): Feature | undefined {
  switch (event.kind) {
    case 'seal':
      return 'reply.seal'
    case 'annotation':
      return event.value.kind === 'url' ? 'reply.annotations' : 'reply.annotations.other'
    case 'logprobs':
      return 'reply.logprobs'
    case 'image_partial':
      return 'reply.image'
    case 'native':
      return 'reply.native'
    default:
      return undefined
  }
}
