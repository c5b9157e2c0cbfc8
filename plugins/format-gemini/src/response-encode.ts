import type { Finish, IrResponse, ReplyOptions } from '@isthmus/core'
import { addMembers, type JsonObject } from '@isthmus/core/wire'
import { CandidateWriter } from './candidate-writer.ts'
import { encodeFeedback } from './finish.ts'
import { DIALECT, FORMAT } from './types.ts'
import { encodeUsage } from './usage.ts'

/** BLANK stands where there is no part: clients lose the turn otherwise. */
export const BLANK: readonly JsonObject[] = [{ text: '' }]

/** candidateObject writes a candidate, with the members that were kept of it and of its content. */
export function candidateObject(index: number, parts: readonly JsonObject[], members?: JsonObject): JsonObject {
  return addMembers({ content: { parts, role: 'model' }, index }, members)
}

const withoutBlanks = ({ dialect }: ReplyOptions): boolean => dialect.includes(DIALECT.withoutBlanks)

/** blankFor gives the parts of a chunk that has none. */
export const blankFor = (options: ReplyOptions): readonly JsonObject[] => (withoutBlanks(options) ? [] : BLANK)

/** shownParts leaves out a signature that stands alone, on an empty text, for the client that loses such turns. */
export function shownParts(parts: readonly JsonObject[], options: ReplyOptions): readonly JsonObject[] {
  return withoutBlanks(options) ? parts.filter(part => part.text !== '') : parts
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
    candidates: writers.map(({ writer, parts }) => {
      const shown = shownParts(parts, options)
      return candidateObject(writer.index, shown.length === 0 ? BLANK : shown, writer.members())
    }),
    ...about
  }
}
