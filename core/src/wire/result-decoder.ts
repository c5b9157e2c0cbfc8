import type { ResponseDecoder, ResponseHead, Rewrite } from '../contract/index.ts'
import { ISTHMUS_UPSTREAM_PROTOCOL } from '../errors/index.ts'
import { type EventBatch, endEvent, errorEvent, type OperationReply, resultEvent } from '../ir/index.ts'
import { isObject, type JsonObject, parseJson } from './json.ts'
import { noAnswer, notAnObject, textOf, unreadable } from './reply-body.ts'

/**
 * resultDecoder reads a reply that is one JSON object and says one value. `read` gives undefined for an object that does
 * not say it, and throws what an object says that is an error. Whatever an upstream sends, nothing is thrown further:
 * what cannot be read becomes the reply's error.
 */
export function resultDecoder(
  head: ResponseHead,
  provider: string,
  read: (body: JsonObject) => OperationReply | undefined,
  rewrite?: Rewrite
): ResponseDecoder {
  const chunks: Uint8Array[] = []
  return {
    push(chunk) {
      chunks.push(chunk)
      return []
    },
    end(): EventBatch {
      try {
        // A stream has no place here: whoever labels one so has not understood what was asked.
        if (/\bevent-stream\b/i.test(head.headers['content-type'] ?? '')) {
          throw ISTHMUS_UPSTREAM_PROTOCOL(provider, 'a stream came in place of a result')
        }
        const text = textOf(chunks)
        const body = parseJson(text)
        if (!isObject(body)) throw notAnObject(provider, text)
        const reply = read(rewrite === undefined ? body : rewrite(body))
        if (reply === undefined) throw noAnswer(provider)
        return [resultEvent(reply), endEvent()]
      } catch (thrown) {
        return [errorEvent(unreadable(provider, thrown)), endEvent()]
      }
    }
  }
}
