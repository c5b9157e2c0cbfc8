import type { ReplyMeta, ReplyOptions, Usage } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import type { WireFinish } from './finish.ts'
import { FORMAT, type ResponsesReplyContext } from './types.ts'
import { encodeUsage } from './usage.ts'

/** ResponseFacts are what a reply's object says from its beginning to its end. */
export interface ResponseFacts {
  readonly id: string
  readonly created: number
  readonly model: string
  readonly meta?: ReplyMeta | undefined
}

/** ResponseState is what changes in it. */
export interface ResponseState extends WireFinish {
  readonly error?: JsonObject
  /** Null before the end, and left out where nobody counted: clients refuse a part of it. */
  readonly usage?: Usage | null | undefined
}

interface Output<T> {
  readonly output: readonly T[]
}

/** What a response says of a request that said nothing. Strict clients read all of these. */
const PLAIN: JsonObject = {
  background: false,
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  previous_response_id: null,
  reasoning: { effort: null, summary: null },
  store: false,
  temperature: null,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: null,
  truncation: 'disabled',
  presence_penalty: 0,
  frequency_penalty: 0
}

/** RUNNING is the state of a response that has only begun. */
export const RUNNING: ResponseState & Output<never> = {
  status: 'in_progress',
  incomplete_details: null,
  output: [],
  usage: null
}

/**
 * responseObject writes the response. It repeats the request's parameters: as the upstream says they took effect, if it
 * is one of this format, else as the client sent them.
 */
export function responseObject(
  facts: ResponseFacts,
  state: ResponseState & Output<JsonObject>,
  options: ReplyOptions
): JsonObject {
  return { ...headOf(facts, state, options), output: state.output, ...tailOf(state) }
}

/** responseText writes the same as JSON, where the items have been written already. */
export function responseText(
  facts: ResponseFacts,
  state: ResponseState & Output<string>,
  options: ReplyOptions
): string {
  const head = JSON.stringify(headOf(facts, state, options)).slice(0, -1)
  const tail = JSON.stringify(tailOf(state)).slice(1)
  return `${head},"output":[${state.output.join(',')}]${tail === '}' ? '' : ','}${tail}`
}

/** headOf writes what comes before the items, which includes all that is repeated of the request. */
function headOf(facts: ResponseFacts, state: ResponseState, options: ReplyOptions): JsonObject {
  const { id, created, model, meta } = facts
  const context = options.context as ResponsesReplyContext | undefined
  return {
    completed_at: null,
    ...PLAIN,
    ...context?.echo,
    ...meta?.ext?.[FORMAT],
    id,
    object: 'response',
    created_at: created,
    status: state.status,
    error: state.error ?? null,
    incomplete_details: state.incomplete_details,
    model,
    ...(meta?.serviceTier !== undefined && { service_tier: meta.serviceTier })
  }
}

function tailOf({ usage }: ResponseState): JsonObject {
  if (usage === null) return { usage }
  const wire = encodeUsage(usage)
  return wire === undefined ? {} : { usage: wire }
}
