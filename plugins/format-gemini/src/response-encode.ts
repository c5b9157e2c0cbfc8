import type { Finish, IrResponse, ReplyOptions } from '@isthmus/core'
import { addMembers, type JsonObject } from '@isthmus/core/wire'
import { CandidateWriter } from './candidate-writer.ts'
import { encodeFeedback } from './finish.ts'
import { FORMAT } from './types.ts'
import { encodeUsage } from './usage.ts'

const BLANK: readonly JsonObject[] = [{ text: '' }]

/**
 * candidateObject writes a candidate, with the members that were kept of it and of its content. Clients lose the turn
 * where there is no part, so there is a blank one.
 */
export function candidateObject(
  index: number,
  parts: readonly JsonObject[],
  members?: JsonObject,
  blank = BLANK
): JsonObject {
  const content = { parts: parts.length === 0 ? blank : parts, role: 'model' }
  return addMembers({ content, index }, members)
}

/** isBlocked tells a reply that is none because its prompt was refused. */
export function isBlocked(finish: Finish | undefined): finish is Finish {
  return finish?.reason === 'content_filter' && finish.detail === 'prompt_blocked'
}

/** encodeResponse writes a whole reply. */
export function encodeResponse(response: IrResponse, options: ReplyOptions): JsonObject {
  const writers = response.choices.map(choice => {
    const writer = new CandidateWriter(choice.index, options)
    const parts = choice.parts.flatMap((part, index) => writer.whole(part, index))
    writer.finish = choice.finish
    return { writer, parts: [...parts, ...writer.close()] }
  })
  const first = response.choices[0]?.finish
  const usageMetadata = encodeUsage(response.usage, response.serviceTier)
  const about = {
    ...(usageMetadata && { usageMetadata }),
    modelVersion: response.model || options.model,
    responseId: response.id || options.id,
    ...response.ext?.[FORMAT]
  }
  if (isBlocked(first) && writers.every(({ writer }) => writer.isEmpty)) {
    return { promptFeedback: encodeFeedback(first), ...about }
  }
  return {
    candidates: writers.map(({ writer, parts }) => candidateObject(writer.index, parts, writer.members())),
    ...about
  }
}
