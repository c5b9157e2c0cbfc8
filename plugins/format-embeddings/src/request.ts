import type { EmbedRequest, EncodedRequest, Ext, Gap, RequestHead, Target } from '@isthmus/core'
import { addMembers, defined, ingressOf, invalid, isObject, type JsonObject, put, restOf } from '@isthmus/core/wire'
import { FORWARD } from '@isthmus/format-chat-completions/openai'
import { decodeInputs } from './input-decode.ts'
import { encodeInputs } from './input-encode.ts'
import { embedShape, REQUEST_KEYS } from './schema.ts'
import { FORMAT, type ReplyContext, SPELLING } from './types.ts'

const SINGLE: Ext[string] = Object.freeze({ single: true })

/** decodeRequest reads the body of a request. It throws `invalid_request` with the path of what is wrong. */
export function decodeRequest(body: unknown, head: RequestHead): EmbedRequest {
  if (!isObject(body)) throw invalid('', 'a JSON object', body)
  const wire = embedShape.check(body)
  const { inputs, single } = decodeInputs(wire.input)
  const { encoding_format: form } = wire
  const known = form === 'float' || form === 'base64'
  const rest = restOf(body, REQUEST_KEYS) ?? {}
  // Vendors have further forms, such as bits and bytes; only they can write them.
  if (!known && typeof form === 'string') put(rest, 'encoding_format', form)
  const ext: Ext = {
    ...(Object.keys(rest).length > 0 && { [FORMAT]: rest }),
    ...(single && { [SPELLING]: SINGLE })
  }
  return defined({
    op: 'embed',
    model: wire.model,
    inputs,
    dimensions: wire.dimensions ?? undefined,
    encoding: known ? form : undefined,
    identity: typeof wire.user === 'string' ? { endUser: wire.user } : undefined,
    ingress: ingressOf(FORMAT, head, FORWARD.request),
    ext: Object.keys(ext).length > 0 ? ext : undefined
  } as const)
}

/** encodeRequest writes a request. The same request gives the same bytes. */
export function encodeRequest(request: EmbedRequest, target: Target): EncodedRequest {
  const { dimensions, identity, ext, inputs } = request
  const body: JsonObject = { model: target.model, input: encodeInputs(request) }
  const encoding = encodingOf(request)
  if (encoding !== undefined) body.encoding_format = encoding
  if (dimensions !== undefined) body.dimensions = dimensions
  if (identity?.endUser !== undefined) body.user = identity.endUser
  addMembers(body, ext?.[FORMAT])
  const context: ReplyContext = { inputs: inputs.length }
  return { body, gaps: foreignMembers(ext), context }
}

/** encodingOf: a client of this format that names no form gets the upstream's own; others always get numbers. */
function encodingOf({ encoding, ingress }: EmbedRequest): string | undefined {
  return ingress.format === FORMAT ? encoding : 'float'
}

function foreignMembers(ext: Ext | undefined): readonly Gap[] {
  const foreign = Object.keys(ext ?? {}).some(name => name !== FORMAT && !name.includes('/'))
  return foreign ? [{ feature: 'ext', action: 'dropped', field: 'body' }] : []
}
