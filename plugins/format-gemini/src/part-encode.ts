import type { FilePart, HostedPart, OpaquePart, Part, ReasoningPart, Seal, ToolCallPart } from '@isthmus/core'
import { addMembers, isObject, type JsonObject, readInput, wrapInput } from '@isthmus/core/wire'
import { respell } from './camel.ts'
import type { Encoding } from './encoding.ts'
import { membersOf, spellingOf } from './ext.ts'
import { isPartNative } from './hosted.ts'
import { encodeMedia } from './media-encode.ts'
import { FORMAT, isOwnSeal } from './types.ts'

/** encodePart writes a part of a turn, results of tools aside; a part may become several, or none. */
export function encodePart(part: Part, encoding: Encoding): JsonObject[] {
  encoding.reportForeign(part)
  switch (part.type) {
    case 'text':
      // The service refuses text that says nothing, unless it is there to carry a signature.
      if (!encoding.native && part.text.trim() === '' && ownSignature(part.seal) === undefined) return []
      return [finish({ text: part.text }, part, encoding)]
    case 'refusal':
      return [finish({ text: part.text }, part, encoding)]
    case 'reasoning':
      return encodeReasoning(part, encoding)
    case 'tool_call':
      return [finish({ functionCall: encodeCall(part, encoding) }, part, encoding)]
    case 'image':
    case 'video':
      return media(part, encoding)
    case 'audio':
      if (part.source.kind !== 'file_ref' || part.transcript === undefined) return media(part, encoding)
      return [{ text: part.transcript }]
    case 'file':
      return encodeFile(part, encoding)
    case 'hosted_call':
    case 'hosted_result':
      return encodeHosted(part, encoding)
    case 'opaque':
      return encodeOpaque(part, encoding)
    default:
      return []
  }
}

/** finish adds what every part may have: a signature, and members that nobody knows. */
function finish(wire: JsonObject, part: Part, encoding: Encoding): JsonObject {
  const signature = ownSignature(part.seal)
  if (part.seal !== undefined && signature === undefined) {
    const foreign = !isOwnSeal(part.seal)
    encoding.gap('input.reasoning', 'dropped', {
      message: foreign ? 'a seal of another vendor' : 'a signature that was damaged on the way'
    })
  }
  if (signature !== undefined) wire.thoughtSignature = signature
  return respell(addMembers(wire, membersOf(part)), spellingOf(part)?.snake)
}

/** ownSignature gives the bytes of a seal of this service. Those that are not base64 were cut or changed on the way. */
export function ownSignature(seal: Seal | undefined): string | undefined {
  if (seal === undefined || !isOwnSeal(seal)) return undefined
  return /^[A-Za-z0-9+/_-]+={0,2}$/.test(seal.data) ? seal.data : undefined
}

/** encodeReasoning sends back what this service thought. Thoughts of others mean nothing to it, and are left out. */
function encodeReasoning(part: ReasoningPart, encoding: Encoding): JsonObject[] {
  const { seal } = part
  const own = seal === undefined ? encoding.native : ownSignature(seal) !== undefined
  if (!own) {
    encoding.gap('input.reasoning', 'dropped', {
      message: seal === undefined ? 'reasoning without a signature' : 'reasoning of another vendor'
    })
    return []
  }
  const text = part.text ?? part.summary?.join('\n\n') ?? ''
  return [finish({ text, thought: true }, part, encoding)]
}

function encodeCall(part: ToolCallPart, encoding: Encoding): JsonObject {
  if (part.caller !== undefined || part.namespace !== undefined) encoding.gap('tools.call.caller', 'dropped')
  const spelling = spellingOf(part)
  return {
    ...(sendsId(part, encoding) && { id: part.id }),
    name: encoding.names.wire(part.name),
    ...((!spelling?.noArgs || part.argsText !== '{}') && {
      args: part.kind === 'custom' ? { input: part.argsText } : argsObject(part, encoding)
    })
  }
}

/** sendsId tells whether the id of a call or a result is sent: models that issue none refuse the member. */
export function sendsId(part: Part, encoding: Encoding): boolean {
  return encoding.traits.callIds !== false && !spellingOf(part)?.noId
}

function argsObject({ id, argsText }: ToolCallPart, encoding: Encoding): JsonObject {
  const args = readInput(argsText)
  if (args !== undefined) return args
  const wrapped = wrapInput(argsText)
  encoding.gap('tools.function', 'converted', {
    field: `${id}.arguments`,
    message: 'arguments that are no object',
    to: Object.keys(wrapped)[0]!
  })
  return wrapped
}

function media(part: Extract<Part, { type: 'image' | 'audio' | 'video' }>, encoding: Encoding): JsonObject[] {
  const wire = encodeMedia(part, encoding)
  if (wire === undefined) return encoding.refuse(`${part.type} that is made of text`)
  return [finish(wire, part, encoding)]
}

function encodeFile(part: FilePart, encoding: Encoding): JsonObject[] {
  const { source } = part
  const wire = encodeMedia(part, encoding)
  if (wire !== undefined) {
    if (part.title !== undefined || part.context !== undefined) encoding.gap('input.file.title', 'dropped')
    return [finish(wire, part, encoding)]
  }
  const header = [part.title ?? part.filename, part.context].filter(Boolean).join('\n')
  const texts = header === '' ? [] : [{ text: header }]
  if (source.kind === 'text') return [...texts, finish({ text: source.text }, part, encoding)]
  return source.kind === 'blocks' ? [...texts, ...source.parts.flatMap(inner => encodePart(inner, encoding))] : texts
}

/** encodeHosted writes a call or a result of a tool that the service ran, and tells one of another service in words. */
function encodeHosted(part: HostedPart, encoding: Encoding): JsonObject[] {
  if (part.native.format === FORMAT) return isPartNative(part.native.object) ? [part.native.object] : []
  encoding.gap('input.hosted', 'emulated', { message: `${part.kind} of another service, as text` })
  const call = part.type === 'hosted_call'
  const body = JSON.stringify(call ? part.input : part.output)
  return [{ text: `[${part.kind} ${call ? 'call' : 'result'}${body === undefined ? '' : `: ${body}`}]` }]
}

function encodeOpaque(part: OpaquePart, encoding: Encoding): JsonObject[] {
  if (part.native.format === FORMAT && isObject(part.native.object)) return [part.native.object]
  if (part.describe !== undefined) {
    encoding.gap('input.opaque', 'emulated', { message: `a block of ${part.native.format}` })
    return [{ text: part.describe }]
  }
  if (part.replay === 'same_dialect') encoding.refuse(`a block that only '${part.native.format}' knows`)
  encoding.gap('input.opaque', 'dropped', { message: `a block of ${part.native.format}` })
  return []
}
