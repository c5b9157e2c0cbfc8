import type { ToolResultPart } from '@isthmus/core'
import { addMembers, type JsonObject } from '@isthmus/core/wire'
import { respell } from './camel.ts'
import type { Encoding } from './encoding.ts'
import { membersOf, spellingOf } from './ext.ts'
import { encodePart, sendsId } from './part-encode.ts'
import { isMedia, keptResponse, responseObject } from './response-object.ts'

/** EncodedResult is a result, and the media that have to stand beside it. */
export interface EncodedResult {
  readonly wire: JsonObject
  readonly attachments: readonly JsonObject[]
}

/** encodeResult writes the result of a call. `called` is the name of the call that it answers. */
export function encodeResult(part: ToolResultPart, called: string | undefined, encoding: Encoding): EncodedResult {
  encoding.reportForeign(part)
  const name = encoding.names.wire(part.name ?? called ?? part.callId)
  const kept = encoding.native ? keptResponse(part.content, part.isError) : undefined
  const { response, media } =
    kept === undefined ? read(part, encoding) : { response: kept.wire, media: mediaOf(part, kept.media, encoding) }
  const inside = media.length > 0 && encoding.traits.resultParts !== false
  const functionResponse: JsonObject = {
    ...(sendsId(part, encoding) && { id: part.callId }),
    name,
    ...(response !== undefined && { response }),
    ...(inside && { parts: media })
  }
  const wire = addMembers({ functionResponse }, membersOf(part))
  return {
    wire: respell(wire, spellingOf(part)?.snake),
    attachments: inside || media.length === 0 ? [] : [{ text: `[Attachment of the result of ${name}]` }, ...media]
  }
}

function mediaOf(part: ToolResultPart, from: number, encoding: Encoding): JsonObject[] {
  return part.content.slice(from).flatMap(inner => encodePart(inner, encoding))
}

function read(
  part: ToolResultPart,
  encoding: Encoding
): { readonly response: JsonObject; readonly media: JsonObject[] } {
  const texts: string[] = []
  const media: JsonObject[] = []
  for (const inner of part.content) {
    if (inner.type === 'text') {
      encoding.reportForeign(inner)
      texts.push(inner.text)
    } else if (isMedia(inner)) media.push(...encodePart(inner, encoding))
    else {
      for (const wire of encodePart(inner, encoding)) {
        if (typeof wire.text === 'string') texts.push(wire.text)
        else media.push(wire)
      }
    }
  }
  const spelling = encoding.native ? spellingOf(part)?.result : undefined
  return { response: responseObject(texts, part.isError, spelling), media }
}
