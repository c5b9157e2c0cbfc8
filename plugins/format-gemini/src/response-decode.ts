import type { ResponseDecoder, ResponseHead, Rewrite, Target } from '@isthmus/core'
import { responseDecoder } from '@isthmus/core/wire'
import type { ReplyContext } from './context.ts'
import { GeminiReader } from './reply-reader.ts'

/** geminiDecoder reads a reply, whole or streamed as events or as an array. */
export function geminiDecoder(
  head: ResponseHead,
  target: Target,
  context: unknown,
  rewrite?: Rewrite
): ResponseDecoder {
  const reader = new GeminiReader(target, context as ReplyContext | undefined)
  return responseDecoder(head, target.provider, reader, rewrite)
}
