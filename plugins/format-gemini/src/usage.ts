import { inputTotal, subtract, type Usage } from '@isthmus/core'
import { countsOnly, isObject, type JsonObject, numberOf, stringOf } from '@isthmus/core/wire'
import { FORMAT } from './types.ts'

/**
 * decodeUsage reads the counters; undefined when there is none. The prompt's count holds what was read from the cache,
 * the candidates' does not hold the thoughts. A counter that is zero is left out by the service.
 */
export function decodeUsage(given: JsonObject | undefined): Usage | undefined {
  const wire = given && countsOnly(given)
  if (wire === undefined || COUNTERS.every(name => numberOf(wire[name]) === undefined)) return undefined
  const prompt = numberOf(wire.promptTokenCount)
  const cacheRead = numberOf(wire.cachedContentTokenCount)
  const toolPrompt = numberOf(wire.toolUsePromptTokenCount)
  const reasoning = numberOf(wire.thoughtsTokenCount)
  const total = outputTotal(wire, (prompt ?? 0) + (toolPrompt ?? 0))
  const inputs = byModality(wire.promptTokensDetails)
  const outputs = byModality(wire.candidatesTokensDetails)
  return {
    input: {
      ...(prompt !== undefined && { fresh: subtract(prompt, cacheRead) }),
      ...(cacheRead !== undefined && { cacheRead }),
      ...(toolPrompt !== undefined && { toolPrompt }),
      ...(inputs && { byModality: inputs })
    },
    output: {
      ...(total !== undefined && { total }),
      ...(reasoning !== undefined && { reasoning }),
      ...(outputs && { byModality: outputs })
    },
    native: { format: FORMAT, object: wire }
  }
}

const COUNTERS = ['promptTokenCount', 'candidatesTokenCount', 'thoughtsTokenCount', 'totalTokenCount']

function outputTotal(wire: JsonObject, input: number): number | undefined {
  const candidates = numberOf(wire.candidatesTokenCount)
  const thoughts = numberOf(wire.thoughtsTokenCount)
  if (candidates !== undefined || thoughts !== undefined) return (candidates ?? 0) + (thoughts ?? 0)
  const total = numberOf(wire.totalTokenCount)
  return total === undefined ? undefined : subtract(total, input)
}

function byModality(details: unknown): Record<string, number> | undefined {
  if (!Array.isArray(details)) return undefined
  const counts = new Map<string, number>()
  for (const entry of details) {
    const modality = isObject(entry) ? stringOf(entry.modality)?.toLowerCase() : undefined
    const tokens = isObject(entry) ? numberOf(entry.tokenCount) : undefined
    if (modality !== undefined && tokens !== undefined) counts.set(modality, (counts.get(modality) ?? 0) + tokens)
  }
  return counts.size === 0 ? undefined : Object.fromEntries(counts)
}

/** encodeUsage writes the counters; undefined when nothing is known, which clients stand better than zeros. */
export function encodeUsage(usage: Usage | undefined, serviceTier: string | undefined): JsonObject | undefined {
  if (usage === undefined) return undefined
  if (usage.native?.format === FORMAT && isObject(usage.native.object)) return usage.native.object
  const { cacheRead, toolPrompt, byModality: inputs } = usage.input
  const { total: output, reasoning, byModality: outputs } = usage.output
  const input = inputTotal(usage)
  if (input === undefined && output === undefined) return undefined
  const prompt = subtract(input ?? 0, toolPrompt)
  return {
    ...(input !== undefined && { promptTokenCount: prompt }),
    ...(output !== undefined && { candidatesTokenCount: subtract(output, reasoning) }),
    totalTokenCount: (input ?? 0) + (output ?? 0),
    ...(cacheRead !== undefined && { cachedContentTokenCount: cacheRead }),
    ...(toolPrompt !== undefined && { toolUsePromptTokenCount: toolPrompt }),
    ...(reasoning !== undefined && { thoughtsTokenCount: reasoning }),
    ...(inputs && { promptTokensDetails: details(inputs) }),
    ...(outputs && { candidatesTokensDetails: details(outputs) }),
    ...(serviceTier !== undefined && { serviceTier: serviceTier === 'default' ? 'standard' : serviceTier })
  }
}

const MODALITIES = new Set(['text', 'image', 'video', 'audio', 'document'])

function details(counts: Readonly<Record<string, number>>): JsonObject[] {
  return Object.entries(counts).flatMap(([modality, tokenCount]) =>
    MODALITIES.has(modality) ? [{ modality: modality.toUpperCase(), tokenCount }] : []
  )
}
