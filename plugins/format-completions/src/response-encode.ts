import type { Choice, IrResponse, Part, ReplyOptions } from '@isthmus/core'
import { addMembers, type JsonObject } from '@isthmus/core/wire'
import { encodeFinish, encodeUsage } from '@isthmus/format-chat-completions/openai'
import { LogprobsWriter } from './logprobs.ts'
import { membersOf, type ReplyContext } from './types.ts'

/** OBJECT is the type of a whole reply and of every piece of a stream. */
export const OBJECT = 'text_completion'

/** replyId names a reply that came without an id after its exchange. */
export function replyId(id: string, options: ReplyOptions): string {
  return id === '' ? `cmpl-${options.id}` : id
}

/** firstOffset is where the first token of a completion begins. */
export function firstOffset({ context }: ReplyOptions): number {
  return (context as ReplyContext | undefined)?.promptChars ?? 0
}

/** encodeResponse writes a whole reply. */
export function encodeResponse(response: IrResponse, options: ReplyOptions): JsonObject {
  const body: JsonObject = {
    id: replyId(response.id, options),
    object: OBJECT,
    created: response.created ?? options.created,
    model: response.model === '' ? options.model : response.model,
    choices: response.choices.map(choice => encodeChoice(choice, options))
  }
  const usage = encodeUsage(response.usage, options.dialect)
  if (usage !== undefined) body.usage = usage
  if (response.serviceTier !== undefined) body.service_tier = response.serviceTier
  if (response.fingerprint !== undefined) body.system_fingerprint = response.fingerprint
  return addMembers(body, membersOf(response))
}

function encodeChoice({ index, parts, finish }: Choice, options: ReplyOptions): JsonObject {
  const said = parts.filter(isSaid)
  const logprobs = said.flatMap(part => part.logprobs ?? [])
  const wire: JsonObject = {
    text: said.map(part => part.text).join('') + (finish.reason === 'refusal' ? (finish.message ?? '') : ''),
    index,
    logprobs: logprobs.length > 0 ? new LogprobsWriter(firstOffset(options)).write(logprobs) : null,
    finish_reason: encodeFinish(finish, 'no')
  }
  return addMembers(wire, membersOf(finish))
}

/** isSaid tells the parts that this format has a place for: text, and the refusal that stands in its place. */
export function isSaid(part: Part): part is Extract<Part, { type: 'text' | 'refusal' }> {
  return part.type === 'text' || part.type === 'refusal'
}
