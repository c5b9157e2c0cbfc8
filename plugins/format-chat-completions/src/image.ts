import type { ImagePart } from '@isthmus/core'
import { dataUrl, type JsonObject } from '@isthmus/core/wire'
import { addMembers, membersOf } from './ext.ts'

/** encodeImage writes an image of an answer, as vendors that make images write it: content must not vanish. */
export function encodeImage(part: ImagePart): JsonObject {
  const { source } = part
  const url = source.kind === 'inline' ? dataUrl(source.mime, source.data) : source.kind === 'url' ? source.url : ''
  return addMembers({ type: 'image_url', image_url: { url } }, membersOf(part))
}
