import type { HostedKind, HostedPart } from '@isthmus/core'
import { isObject, type JsonObject, stringOf, wordTable } from '@isthmus/core/wire'
import { FORMAT } from './types.ts'

/** Members of a part that are a call or a result of a tool the service runs. */
const HOSTED = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'] as const
type HostedMember = (typeof HOSTED)[number]

const OUTCOMES: Readonly<Record<string, string>> = wordTable({
  OUTCOME_OK: 'completed',
  OUTCOME_FAILED: 'failed',
  OUTCOME_DEADLINE_EXCEEDED: 'failed'
})

/** hostedMember gives the name of the member that makes a part one of a hosted tool. */
export function hostedMember(part: JsonObject): HostedMember | undefined {
  return HOSTED.find(name => isObject(part[name]))
}

/** decodeHosted reads a call or result of a tool that the service runs. It goes back as it came, signature included. */
export function decodeHosted(part: JsonObject, member: HostedMember): HostedPart {
  const body = part[member] as JsonObject
  const id = stringOf(body.id) ?? ''
  const native = { format: FORMAT, object: part }
  switch (member) {
    case 'executableCode':
      return { type: 'hosted_call', kind: 'code', id, input: body, native }
    case 'codeExecutionResult': {
      const status = OUTCOMES[stringOf(body.outcome) ?? '']
      return { type: 'hosted_result', kind: 'code', id, output: body, ...(status !== undefined && { status }), native }
    }
    case 'toolCall':
      return { type: 'hosted_call', kind: kindOf(body.toolType), id, input: body.args, native }
    case 'toolResponse':
      return { type: 'hosted_result', kind: kindOf(body.toolType), id, output: body.response, native }
  }
}

function kindOf(toolType: unknown): HostedKind {
  const name = stringOf(toolType) ?? ''
  if (name.startsWith('GOOGLE_SEARCH')) return 'web_search'
  if (name === 'URL_CONTEXT') return 'url_context'
  if (name === 'GOOGLE_MAPS') return 'maps'
  return name === 'FILE_SEARCH' ? 'file_search' : 'other'
}

/** Members of a candidate that tell of a hosted tool and stand beside its content. */
const BESIDE = ['groundingMetadata', 'urlContextMetadata'] as const

/**
 * isPartNative tells whether an object of this format that was kept is a part of a content. What stood beside the content
 * of a candidate goes back to a client of the format, but has no place in a request.
 */
export function isPartNative(object: unknown): object is JsonObject {
  return isObject(object) && !BESIDE.some(name => name in object)
}

/** besideContent gives the members of a candidate that a hosted part was made of. */
export function besideContent(part: HostedPart): JsonObject | undefined {
  const { format, object } = part.native
  return format === FORMAT && isObject(object) && !isPartNative(object) ? object : undefined
}
