import { inputTotal, subtract, type Usage } from '@isthmus/core'
import { countsOnly, isObject, type JsonObject, numberOf, restOf } from '@isthmus/core/wire'
import { DIALECT } from './dialect.ts'
import { addMembers, defined, type Mutable } from './ext.ts'
import { FORMAT } from './types.ts'

const MODALITIES = [
  ['audio', 'audio_tokens'],
  ['image', 'image_tokens'],
  ['text', 'text_tokens'],
  ['video', 'video_tokens']
] as const
const COUNT_KEYS: ReadonlySet<string> = new Set([
  'prompt_tokens',
  'completion_tokens',
  'total_tokens',
  'prompt_tokens_details',
  'completion_tokens_details'
])
/** What the upstream charged is the operator's business, unless the client speaks a dialect that has it. */
const PRICE_KEYS: ReadonlySet<string> = new Set(['cost', 'cost_details', 'cost_in_usd_ticks', 'is_byok', 'market_cost'])

/** decodeUsage reads token counts. Counters that are null or missing stay absent. */
export function decodeUsage(given: unknown): Usage | undefined {
  if (!isObject(given)) return undefined
  const wire = countsOnly(given)
  const counts = countsOf(wire)
  if (counts === undefined) return undefined
  const { input, output } = counts
  const { prompt_tokens_details: inside, completion_tokens_details: made } = wire
  if (isObject(inside)) addDetails(input, { byModality: modalities(inside) })
  if (isObject(made)) {
    addDetails(output, {
      byModality: modalities(made),
      acceptedPrediction: numberOf(made.accepted_prediction_tokens),
      rejectedPrediction: numberOf(made.rejected_prediction_tokens)
    })
  }
  const usage: Mutable<Usage> = { input, output }
  const requests = decodeRequests(wire.server_tool_use_details)
  const cost = decodeCost(wire)
  if (requests !== undefined) usage.requests = requests
  if (cost !== undefined) usage.cost = cost
  usage.native = { format: FORMAT, object: wire }
  return usage
}

interface Counts {
  readonly input: Mutable<Usage['input']>
  readonly output: Mutable<Usage['output']>
}

/** countsOf reads the counters that the gateway itself counts by. */
function countsOf(wire: JsonObject): Counts | undefined {
  const prompt = numberOf(wire.prompt_tokens)
  const completion = numberOf(wire.completion_tokens)
  if (prompt === undefined && completion === undefined) return undefined
  const inside = isObject(wire.prompt_tokens_details) ? wire.prompt_tokens_details : undefined
  const made = isObject(wire.completion_tokens_details) ? wire.completion_tokens_details : undefined
  const cacheRead =
    numberOf(inside?.cached_tokens) ?? numberOf(wire.prompt_cache_hit_tokens) ?? numberOf(wire.cached_tokens)
  const written = numberOf(inside?.cache_write_tokens)
  const reasoning = numberOf(made?.reasoning_tokens)
  const input: Counts['input'] = {}
  if (prompt !== undefined) input.fresh = subtract(prompt, cacheRead, written)
  if (cacheRead !== undefined) input.cacheRead = prompt === undefined ? cacheRead : Math.min(cacheRead, prompt)
  if (written !== undefined && written !== 0) input.cacheWrite = { total: written }
  const output: Counts['output'] = {}
  const total = outputTotal(prompt, completion, reasoning, numberOf(wire.total_tokens))
  if (total !== undefined) output.total = total
  if (reasoning !== undefined) output.reasoning = reasoning
  return { input, output }
}

function addDetails<T extends object>(counts: T, details: { readonly [K in keyof T]: T[K] }): void {
  Object.assign(counts, defined(details))
}

/** outputTotal: one vendor leaves reasoning out of `completion_tokens`; its own total gives it away. */
function outputTotal(
  prompt: number | undefined,
  completion: number | undefined,
  reasoning: number | undefined,
  total: number | undefined
): number | undefined {
  if (completion === undefined || reasoning === undefined || reasoning === 0) return completion
  return prompt !== undefined && total === prompt + completion + reasoning ? completion + reasoning : completion
}

function modalities(details: JsonObject): Record<string, number> | undefined {
  let found: Record<string, number> | undefined
  for (const [modality, key] of MODALITIES) {
    const tokens = numberOf(details[key])
    if (tokens === undefined) continue
    found ??= {}
    found[modality] = tokens
  }
  return found
}

function decodeRequests(details: unknown): Record<string, number> | undefined {
  const searches = isObject(details) ? numberOf(details.web_search_requests) : undefined
  return searches === undefined ? undefined : { web_search: searches }
}

function decodeCost(wire: JsonObject): Usage['cost'] {
  const { cost } = wire
  const amount = isObject(cost) ? numberOf(cost.total_cost) : numberOf(cost)
  if (amount === undefined) return undefined
  const detail = isObject(cost) ? cost : wire.cost_details
  return { amount, currency: 'USD', ...(detail !== undefined && { detail }) }
}

/** encodeUsage writes token counts, all three or none: clients that read them want them whole. */
export function encodeUsage(usage: Usage | undefined, dialect: readonly string[]): JsonObject | undefined {
  if (usage === undefined) return undefined
  const prompt = inputTotal(usage)
  const completion = usage.output.total
  if (prompt === undefined || completion === undefined) return undefined
  const native = nativeOf(usage)
  const wire: JsonObject = {
    prompt_tokens: native?.prompt_tokens ?? prompt,
    completion_tokens: native?.completion_tokens ?? completion,
    total_tokens: native?.total_tokens ?? prompt + completion
  }
  const inside = withCount(native === undefined ? promptDetails(usage) : native.prompt_tokens_details, 'cached_tokens')
  if (inside !== undefined) wire.prompt_tokens_details = inside
  const made = withCount(
    native === undefined ? completionDetails(usage) : native.completion_tokens_details,
    'reasoning_tokens'
  )
  if (made !== undefined) wire.completion_tokens_details = made
  return native === undefined ? wire : addMembers(wire, nativeMembers(native, dialect))
}

/** encodeInputUsage writes token counts of a reply that has no text of its own, such as vectors. */
export function encodeInputUsage(usage: Usage | undefined, dialect: readonly string[]): JsonObject | undefined {
  const prompt = usage && inputTotal(usage)
  if (usage === undefined || prompt === undefined) return undefined
  const native = nativeOf(usage)
  if (native !== undefined) return dialect.includes(DIALECT.reasoning) ? native : restOf(native, PRICE_KEYS)
  return { prompt_tokens: prompt, total_tokens: prompt + (usage.output.total ?? 0) }
}

/** nativeOf gives the upstream's own counts, if the usage still says what was read from them. */
function nativeOf(usage: Usage): JsonObject | undefined {
  if (usage.native?.format !== FORMAT) return undefined
  const native = usage.native.object as JsonObject
  const read = countsOf(native)
  const same =
    read !== undefined &&
    read.output.total === usage.output.total &&
    read.output.reasoning === usage.output.reasoning &&
    inputTotal(read) === inputTotal(usage) &&
    read.input.cacheRead === usage.input.cacheRead
  return same ? native : undefined
}

function nativeMembers(native: JsonObject, dialect: readonly string[]): JsonObject | undefined {
  const rest = restOf(native, COUNT_KEYS)
  return rest === undefined || dialect.includes(DIALECT.reasoning) ? rest : restOf(rest, PRICE_KEYS)
}

function promptDetails({ input }: Usage): JsonObject {
  const details: JsonObject = defined({ cached_tokens: input.cacheRead, cache_write_tokens: input.cacheWrite?.total })
  for (const [modality, tokens] of Object.entries(input.byModality ?? {})) details[`${modality}_tokens`] = tokens
  return details
}

function completionDetails({ output }: Usage): JsonObject {
  const details: JsonObject = defined({
    reasoning_tokens: output.reasoning,
    accepted_prediction_tokens: output.acceptedPrediction,
    rejected_prediction_tokens: output.rejectedPrediction
  })
  for (const [modality, tokens] of Object.entries(output.byModality ?? {})) details[`${modality}_tokens`] = tokens
  return details
}

/** withCount gives details with the one count that some clients refuse them without. */
function withCount(details: unknown, needed: string): JsonObject | undefined {
  if (!isObject(details) || Object.keys(details).length === 0) return undefined
  return typeof details[needed] === 'number' ? details : { ...details, [needed]: 0 }
}
