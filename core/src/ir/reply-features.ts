import type { IrEvent, PartDeltaEvent, PartStartEvent } from './events.ts'
import type { Feature } from './features.ts'
import type { FormatId, Native } from './values.ts'

/**
 * replyFeature names the feature that an event needs of the client's format; undefined for what every format says. What
 * came as an object of the client's own format goes back as that object, and needs nothing either.
 */
export function replyFeature(event: IrEvent, client?: FormatId): Feature | undefined {
  switch (event.type) {
    case 'part_start':
      return partFeature(event, client)
    case 'part_delta':
      return deltaFeature(event, client)
    case 'finish':
      if (event.choice > 0) return 'reply.choices'
      return event.finish.reason === 'stop_sequence' ? 'reply.stop_sequence' : undefined
    case 'native':
      return isOf(event.native, client) ? undefined : 'reply.native'
    default:
      return undefined
  }
}

const isOf = (native: Native | undefined, client: FormatId | undefined): boolean =>
  client !== undefined && native?.format === client

function partFeature({ part }: PartStartEvent, client: FormatId | undefined): Feature | undefined {
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
      if (isOf(part.native, client)) return undefined
      return part.type === 'hosted_call' && part.kind === 'web_search' ? 'reply.search' : 'reply.hosted'
    case 'tool_call':
      return part.kind === 'custom' ? 'reply.tool.custom' : undefined
    case 'opaque':
      return isOf(part.native, client) ? undefined : 'reply.opaque'
    case 'file':
    case 'video':
      return 'reply.opaque'
    default:
      return undefined
  }
}

function deltaFeature(event: PartDeltaEvent, client: FormatId | undefined): Feature | undefined {
  switch (event.kind) {
    case 'seal':
      return 'reply.seal'
    case 'annotation':
      if (isOf(event.value.native, client)) return undefined
      return event.value.kind === 'url' ? 'reply.annotations' : 'reply.annotations.other'
    case 'logprobs':
      return 'reply.logprobs'
    case 'image_partial':
      return 'reply.image'
    case 'native':
      return isOf(event.value, client) ? undefined : 'reply.native'
    default:
      return undefined
  }
}
