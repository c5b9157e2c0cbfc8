import type { Choice, IrResponse, Part, ReasoningPart, ReplyOptions } from '@isthmus/core'
import { codepoints, type JsonObject } from '@isthmus/core/wire'
import { encodeAnnotations } from './annotations.ts'
import { encodeCall } from './call-writer.ts'
import { DIALECT } from './dialect.ts'
import { addMembers, membersOf, spellingOf } from './ext.ts'
import { encodeFinish, explanation } from './finish.ts'
import { encodeImage } from './image.ts'
import { encodeLogprobs } from './logprobs.ts'
import { carriedSeal, encodeDetails, plainText } from './reasoning-details.ts'
import { isBlank, joinTexts } from './text-join.ts'
import { encodeUsage } from './usage.ts'

/** replyId names a reply that came without an id after its exchange. */
export function replyId(id: string, options: ReplyOptions): string {
  return id === '' ? `chatcmpl-${options.id}` : id
}

/** encodeResponse writes a whole reply. */
export function encodeResponse(response: IrResponse, options: ReplyOptions): JsonObject {
  const body: JsonObject = {
    id: replyId(response.id, options),
    object: 'chat.completion',
    created: response.created ?? options.created,
    model: response.model === '' ? options.model : response.model,
    choices: response.choices.map(choice => encodeChoice(choice, options.dialect))
  }
  const usage = encodeUsage(response.usage, options.dialect)
  if (usage !== undefined) body.usage = usage
  if (response.serviceTier !== undefined) body.service_tier = response.serviceTier
  // One client refuses a whole reply without the member, null or not, and a streamed one with null.
  body.system_fingerprint = response.fingerprint ?? null
  return addMembers(body, membersOf(response))
}

function encodeChoice(choice: Choice, dialect: readonly string[]): JsonObject {
  const { index, parts, finish } = choice
  const message = encodeMessage(choice, dialect)
  const told =
    message.function_call !== undefined ? 'function_call' : message.tool_calls !== undefined ? 'tool_calls' : 'no'
  const wire = {
    index,
    message,
    logprobs: choiceLogprobs(parts),
    finish_reason: encodeFinish(finish, told)
  }
  return addMembers(wire, membersOf(finish))
}

function encodeMessage({ parts, finish }: Choice, dialect: readonly string[]): JsonObject {
  const message: JsonObject = { role: 'assistant', content: null, refusal: null }
  if (finish.message === undefined && parts.every(isPlainText)) {
    message.content = contentOf(message, parts, finish.reason)
    return message
  }
  const refusal = parts.map(part => (part.type === 'refusal' ? part.text : '')).join('')
  const why = explanation(finish, refusal !== '')
  if (refusal !== '' || why !== '') message.refusal = refusal + why
  writeReasoning(message, parts, dialect)
  const annotations = citationsOf(parts)
  if (annotations.length > 0) message.annotations = annotations
  const images = parts.flatMap(part => (part.type === 'image' ? encodeImage(part) : []))
  if (images.length > 0) message.images = images
  const audio = parts.find(part => part.type === 'audio')
  if (audio !== undefined) message.audio = encodeAudio(audio)
  writeCalls(message, parts, dialect)
  message.content = contentOf(message, parts, finish.reason)
  return message
}

/** isPlainText tells a part that is nothing but its text, as most replies are. */
const isPlainText = (part: Part): boolean =>
  part.type === 'text' && part.annotations === undefined && part.logprobs === undefined && part.seal === undefined

/** contentOf is null where the answer stands elsewhere, and '' for an answer that is empty. */
function contentOf(message: JsonObject, parts: readonly Part[], reason: string): string | null {
  const text = joinTexts(parts)
  if (text !== '') return text
  const elsewhere = ELSEWHERE.some(member => message[member] !== undefined && message[member] !== null)
  return elsewhere || reason === 'content_filter' || reason === 'refusal' ? null : ''
}

const ELSEWHERE = [
  'refusal',
  'tool_calls',
  'function_call',
  'audio',
  'images',
  'annotations',
  'reasoning',
  'reasoning_content',
  'reasoning_details'
]

function writeCalls(message: JsonObject, parts: readonly Part[], dialect: readonly string[]): void {
  const calls = parts.flatMap(part => (part.type === 'tool_call' ? part : []))
  const [first] = calls
  if (first !== undefined && dialect.includes(DIALECT.functions)) {
    message.function_call = { name: first.name, arguments: first.argsText === '' ? '{}' : first.argsText }
    calls.shift()
  }
  if (calls.length > 0) message.tool_calls = calls.map(encodeCall)
}

function writeReasoning(message: JsonObject, parts: readonly Part[], dialect: readonly string[]): void {
  const detailed = dialect.includes(DIALECT.reasoning)
  const reasoning = parts.flatMap(part => {
    if (part.type === 'reasoning') return says(part) ? part : []
    return (detailed && carriedSeal(part)) || []
  })
  if (reasoning.length === 0) return
  const text = joinReasoning(reasoning)
  if (dialect.includes(DIALECT.reasoningContent) && text !== '') message.reasoning_content = text
  if (!detailed) return
  if (text !== '') message.reasoning = text
  message.reasoning_details = reasoning.flatMap((part, index) => encodeDetails(part, index))
}

/** says tells reasoning that has something to show or to keep. */
function says(part: ReasoningPart): boolean {
  return part.seal !== undefined || plainText(part) !== ''
}

function joinReasoning(parts: readonly ReasoningPart[]): string {
  let joined = ''
  let any = false
  for (const part of parts) {
    const text = plainText(part)
    if (text === '') continue
    joined += any && spellingOf(part) === undefined ? `\n\n${text}` : text
    any ||= !isBlank(text)
  }
  return joined
}

function citationsOf(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap((part, at) => {
    if (part.type !== 'text' || part.annotations === undefined) return []
    const joined = joinTexts(parts.slice(0, at + 1))
    return encodeAnnotations(part, codepoints(joined.slice(0, joined.length - part.text.length)))
  })
}

function encodeAudio(part: Extract<Part, { type: 'audio' }>): JsonObject {
  const { source, transcript, expiresAt } = part
  const audio: JsonObject = {}
  if (source.kind === 'inline') audio.data = source.data
  if (expiresAt !== undefined) audio.expires_at = expiresAt
  if (transcript !== undefined) audio.transcript = transcript
  return addMembers(audio, membersOf(part))
}

function choiceLogprobs(parts: readonly Part[]): JsonObject | null {
  if (parts.every(isPlainText)) return null
  const content = parts.flatMap(part => (part.type === 'text' ? (part.logprobs ?? []) : []))
  const refusal = parts.flatMap(part => (part.type === 'refusal' ? (part.logprobs ?? []) : []))
  if (content.length === 0 && refusal.length === 0) return null
  return {
    content: content.length > 0 ? encodeLogprobs(content) : null,
    refusal: refusal.length > 0 ? encodeLogprobs(refusal) : null
  }
}
