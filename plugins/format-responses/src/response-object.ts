import type { ReplyMeta, Usage } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import type { WireFinish } from './finish.ts'
import { FORMAT } from './types.ts'
import { encodeUsage } from './usage.ts'

/** ResponseFacts are what a reply's object says of itself from its beginning to its end. */
export interface ResponseFacts {
  readonly id: string
  readonly created: number
  readonly model: string
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
 * repeatedOf are the members that a response repeats of the request: as the upstream says they took effect, if it is one of
 * this format, else as the client sent them.
 */
export function repeatedOf(echo: JsonObject | undefined, meta: ReplyMeta | undefined): JsonObject {
  return { completed_at: null, ...(echo ?? PLAIN), ...toldOf(meta) }
}

/** toldOf are the members of {@link repeatedOf} that an upstream's reply tells. */
export function toldOf(meta: ReplyMeta | undefined): JsonObject | undefined {
  const members = meta?.ext?.[FORMAT]
  return meta?.serviceTier === undefined ? members : { ...members, service_tier: meta.serviceTier }
}

/** responseObject writes the response. */
export function responseObject(
  repeated: JsonObject,
  facts: ResponseFacts,
  state: ResponseState & Output<JsonObject>
): JsonObject {
  return { ...repeated, ...headOf(facts, state), output: state.output, ...tailOf(state) }
}

/** responseText writes the same as JSON, where what is repeated and the items have been written already. */
export function responseText(repeated: string, facts: ResponseFacts, state: ResponseState & Output<string>): string {
  const head = JSON.stringify(headOf(facts, state)).slice(1, -1)
  const tail = JSON.stringify(tailOf(state)).slice(1)
  return `${repeated.slice(0, -1)},${head},"output":[${state.output.join(',')}]${tail === '}' ? '' : ','}${tail}`
}

function headOf({ id, created, model }: ResponseFacts, state: ResponseState): JsonObject {
  return {
    id,
    object: 'response',
    created_at: created,
    status: state.status,
    error: state.error ?? null,
    incomplete_details: state.incomplete_details,
    model
  }
}

function tailOf({ usage }: ResponseState): JsonObject {
  if (usage === null) return { usage }
  const wire = encodeUsage(usage)
  return wire === undefined ? {} : { usage: wire }
}
