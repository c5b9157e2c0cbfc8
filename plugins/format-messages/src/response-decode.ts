import type { ResponseDecoder, ResponseHead, Rewrite, Target } from '@isthmus/core'
import { responseDecoder } from '@isthmus/core/wire'
import type { ReplyContext } from './context.ts'
import { MessagesReader } from './reply-reader.ts'

/** decodeReply reads a reply, whole or streamed. */
export function decodeReply(head: ResponseHead, target: Target, context: unknown, rewrite?: Rewrite): ResponseDecoder {
  const reader = new MessagesReader(target, context as ReplyContext | undefined)
  return responseDecoder(head, target.provider, reader, rewrite)
}
