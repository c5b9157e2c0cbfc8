import type {
  Annotation,
  HostedPart,
  ImagePart,
  Part,
  ReasoningPart,
  RefusalPart,
  Seal,
  TextPart,
  ToolCallPart
} from '@isthmus/core'
import {
  addMembers,
  codepoints,
  codepointsTo,
  encodeEnvelope,
  isObject,
  type JsonObject,
  type SealPlace,
  searchQueries
} from '@isthmus/core/wire'
import { encodeAnnotation } from './annotations.ts'
import { encodeSearchCall, SEARCH } from './client-search.ts'
import { itemMembersOf, membersOf, spellingOf } from './ext.ts'
import { encodeLogprobs } from './logprobs.ts'
import { isOwnSeal } from './seals.ts'
import { FORMAT, type ResponsesReplyContext } from './types.ts'

/*
 * Items of a reply as they are once they are whole. `status` is what an item says whose upstream did not: items of this
 * format that came without one stay without.
 */

/** Said is what stands in a message. */
export type Said = TextPart | RefusalPart

/** saidOf gives what of a part a message can say: a text, a refusal, or the words that stand for something else. */
export function saidOf(part: Part): Said | undefined {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part
    case 'audio':
      return part.transcript ? { type: 'text', text: part.transcript } : undefined
    case 'image':
      return part.source.kind === 'url' ? { type: 'text', text: part.source.url } : undefined
    default:
      return undefined
  }
}

/** isEmptySaid tells a text that says nothing; an upstream of this format may have sent it all the same. */
export function isEmptySaid(said: Said): boolean {
  const cited = said.type === 'text' && !!said.annotations?.length
  return said.text === '' && said.item === undefined && !cited && !said.logprobs?.length
}

/** emptyContent is the part of a message before anything was said. */
export function emptyContent(type: Said['type']): JsonObject {
  return type === 'text'
    ? { type: 'output_text', annotations: [], logprobs: [], text: '' }
    : { type: 'refusal', refusal: '' }
}

/** encodeSaid writes one part of a message. */
export function encodeSaid(said: Said): JsonObject {
  if (said.type === 'refusal') return addMembers({ type: 'refusal', refusal: said.text }, membersOf(said))
  const wire = {
    type: 'output_text',
    annotations: encodeCitations(said),
    logprobs: encodeLogprobs(said.logprobs ?? []),
    text: said.text
  }
  return addMembers(wire, membersOf(said))
}

/** encodeCitations writes the citations of a text. One that does not say where it stands is of the whole text. */
export function encodeCitations({ text, annotations }: TextPart): JsonObject[] {
  const wire: JsonObject[] = []
  for (const annotation of annotations ?? []) {
    const citation = encodeAnnotation(placed(annotation, text))
    if (citation !== undefined) wire.push(citation)
  }
  return wire
}

/** placed counts in characters. The range of a citation without a unit is one in its source, not in the answer. */
function placed(annotation: Annotation, text: string): Annotation {
  const { start, end, unit, native } = annotation
  if (native?.format === FORMAT) return annotation
  const known = unit !== undefined
  return {
    ...annotation,
    start: known && start !== undefined ? codepointsTo(text, start, unit) : 0,
    end: known && end !== undefined ? codepointsTo(text, end, unit) : codepoints(text),
    unit: 'codepoint'
  }
}

/** messageItem writes a message; `first` is its first part, which holds what the item says beside its content. */
export function messageItem(id: string, first: Part, content: readonly unknown[], status: string): JsonObject {
  const { item } = first
  const wire = {
    id,
    type: 'message',
    status: item?.status ?? status,
    role: 'assistant',
    content,
    ...(item?.phase !== undefined && { phase: item.phase })
  }
  return addMembers(wire, itemMembersOf(first))
}

/** callItem writes a call, with the name that the client gave the tool and the namespace it stands in. */
export function callItem(
  part: ToolCallPart,
  id: string,
  callId: string,
  context: Pick<ResponsesReplyContext, 'namespaced' | 'search'>,
  status: string
): JsonObject {
  const { kind, argsText, caller, item } = part
  if (isSearchCall(part, context)) {
    return encodeSearchCall(part, { id, status: item?.status ?? status, call_id: callId })
  }
  const names = context.namespaced
  const declared = names !== undefined && Object.hasOwn(names, part.name) ? names[part.name] : undefined
  const { name, namespace } = declared ?? part
  const wire = {
    id,
    type: kind === 'custom' ? 'custom_tool_call' : 'function_call',
    status: item?.status ?? status,
    ...(kind === 'custom' ? { input: argsText } : { arguments: argsText }),
    call_id: callId,
    name,
    ...(namespace !== undefined && { namespace }),
    ...(isOwnCaller(part) && { caller })
  }
  return addMembers(wire, membersOf(part))
}

/** isSearchCall tells a call of the search that the client runs. */
export const isSearchCall = (part: ToolCallPart, { search }: Pick<ResponsesReplyContext, 'search'>): boolean =>
  search === true && part.name === SEARCH

/** callPrefix is what the id of a call's item begins with. */
export function callPrefix(part: ToolCallPart, context: Pick<ResponsesReplyContext, 'search'>): string {
  if (isSearchCall(part, context)) return 'tsc'
  return part.kind === 'custom' ? 'ctc' : 'fc'
}

/** Who made a call is told in the words of the format it came from. */
const isOwnCaller = ({ caller, item }: ToolCallPart): boolean => caller !== undefined && item !== undefined

/** hasReasoning tells whether there is anything to write of a reasoning part. */
export function hasReasoning(part: ReasoningPart): boolean {
  return part.item !== undefined || part.seal !== undefined || !!part.text || !!part.summary?.length
}

/** isPlainReasoning tells reasoning that came as text of its own in this format; any other is shown as a summary. */
export const isPlainReasoning = (part: ReasoningPart): boolean => part.item !== undefined

/** reasoningItem writes reasoning, with its seal. */
export function reasoningItem(part: ReasoningPart, id: string, status: string): JsonObject {
  const { text = '', summary = [], seal, item } = part
  const plain = isPlainReasoning(part)
  const paragraphs = plain || text === '' ? summary : [text, ...summary]
  const ownStatus = item === undefined ? status : item.status
  const wire = {
    id,
    type: 'reasoning',
    ...(ownStatus !== undefined && { status: ownStatus }),
    summary: paragraphs.map(paragraph => ({ type: 'summary_text', text: paragraph })),
    ...(plain && text !== '' && { content: plainContent(part, text) }),
    ...(seal !== undefined && { encrypted_content: sealText(seal, { on: 'reasoning' }) })
  }
  return addMembers(wire, membersOf(part))
}

function plainContent(part: ReasoningPart, text: string): JsonObject[] {
  const lengths = spellingOf(part)?.lengths ?? []
  const whole = lengths.reduce((sum, length) => sum + length, 0) === text.length
  let at = 0
  return (whole ? lengths : [text.length]).map(length => {
    at += length
    return { type: 'reasoning_text', text: text.slice(at - length, at) }
  })
}

/** carrierItem is the reasoning item in which the seal of a call or a text travels. */
export function carrierItem(id: string, seal: Seal, place: SealPlace): JsonObject {
  return { id, type: 'reasoning', status: 'completed', summary: [], encrypted_content: sealText(seal, place) }
}

function sealText(seal: Seal, place: SealPlace): string {
  return isOwnSeal(seal) && place.on === 'reasoning' ? seal.data : encodeEnvelope(seal, place)
}

/** imageItem writes an image as what came of a call for one. */
export function imageItem({ source, ext }: ImagePart, id: string, status: string): JsonObject {
  const result = source.kind === 'inline' ? source.data : null
  const format = source.kind === 'inline' ? /^image\/([a-z]+)/.exec(source.mime)?.[1] : undefined
  const wire = { id, type: 'image_generation_call', status, ...(format && { output_format: format }), result }
  return addMembers(wire, membersOf({ ...(ext && { ext }) }))
}

/** isForeignSearch tells a search of the web that another service ran. */
export const isForeignSearch = (part: Part): part is HostedPart =>
  part.type === 'hosted_call' && part.kind === 'web_search' && part.native.format !== FORMAT

/** searchItem writes what such a search looked for; what it found is cited in the text. */
export function searchItem({ input }: HostedPart, id: string, status = 'completed'): JsonObject {
  const all = searchQueries(input)
  const action = { type: 'search', query: all[0] ?? '', ...(all.length > 1 && { queries: all }) }
  return { id, type: 'web_search_call', status, action }
}

/** nativeItem gives the wire object of a part that came in this format and goes back as it came. */
export function nativeItem(part: Part): JsonObject | undefined {
  if (part.type !== 'hosted_call' && part.type !== 'hosted_result' && part.type !== 'opaque') return undefined
  const { format, object } = part.native
  return format === FORMAT && isObject(object) ? object : undefined
}

/** isContentEntry tells an object of this format that stands in a message, and is no item. */
export const isContentEntry = (part: Part): boolean =>
  part.type === 'opaque' && part.native.format === FORMAT && spellingOf(part)?.as === 'part'
