import type { Finish, IrResponse, ReplyOptions } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { NAMESPACE } from './blocks.ts'
import { encodeFinish } from './finish.ts'
import { carrierBlock, replyBlocks } from './reply-blocks.ts'
import { encodeUsage } from './usage.ts'

/** messageId gives a reply the id it came with, or one made of the exchange's. */
export function messageId(id: string, options: ReplyOptions): string {
  return id === '' ? `msg_${options.id}` : id
}

/** fallbackCallId is for calls that came without an id. */
export function fallbackCallId(options: ReplyOptions, index: number): string {
  return `call_${options.id}_${index}`
}

/** encodeResponse writes a whole reply. The format has one choice. */
export function encodeResponse(response: IrResponse, options: ReplyOptions): JsonObject {
  const choice = response.choices[0]
  const content: JsonObject[] = []
  choice?.parts.forEach((part, index) => {
    const id = fallbackCallId(options, index)
    content.push(...replyBlocks(part, id))
    const carrier = carrierBlock(part, id)
    if (carrier !== undefined) content.push(carrier)
  })
  const finish: Finish | undefined = choice?.finish
  const wrote = {
    call: content.some(block => block.type === 'tool_use'),
    refusal: choice?.parts.some(part => part.type === 'refusal') ?? false
  }
  return {
    id: messageId(response.id, options),
    type: 'message',
    role: 'assistant',
    model: response.model || options.model,
    content,
    ...encodeFinish(finish, wrote),
    ...response.ext?.[NAMESPACE],
    usage: encodeUsage(response.usage, response.serviceTier)
  }
}
