import type { Usage } from '@isthmus/core'
import { countsOnly, isObject, type JsonObject, numberOf, wordTable } from '@isthmus/core/wire'
import { NAMESPACE } from './blocks.ts'

/** mergeUsage joins the counters of a stream's first and last events: later ones replace, and absent is not zero. */
export function mergeUsage(before: JsonObject | undefined, later: unknown): JsonObject | undefined {
  if (!isObject(later)) return before
  if (before === undefined) return later
  const merged = { ...before }
  for (const key of Object.keys(later)) if (later[key] !== null || merged[key] === undefined) merged[key] = later[key]
  return merged
}

/**
 * decodeUsage reads the counters, which do not overlap. The format requires two of them, so a server that did not count
 * writes zeros there: no reply came of nothing, and so that is no count.
 */
export function decodeUsage(given: JsonObject | undefined): Usage | undefined {
  const wire = given && countsOnly(given)
  if (wire === undefined || COUNTERS.every(name => !wire[name])) return undefined
  const fresh = numberOf(wire.input_tokens)
  const cacheRead = numberOf(wire.cache_read_input_tokens)
  const written = numberOf(wire.cache_creation_input_tokens)
  const byTtl = decodeTtls(wire.cache_creation)
  const total = numberOf(wire.output_tokens)
  const details = isObject(wire.output_tokens_details) ? wire.output_tokens_details : undefined
  const reasoning = numberOf(details?.thinking_tokens)
  const requests = decodeRequests(wire.server_tool_use)
  return {
    input: {
      ...(fresh !== undefined && { fresh }),
      ...(cacheRead !== undefined && { cacheRead }),
      ...(written !== undefined && { cacheWrite: { total: written, ...(byTtl && { byTtl }) } })
    },
    output: { ...(total !== undefined && { total }), ...(reasoning !== undefined && { reasoning }) },
    ...(requests && { requests }),
    native: { format: NAMESPACE, object: wire }
  }
}

const COUNTERS = ['input_tokens', 'output_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens']
const TTL = /^ephemeral_(.+)_input_tokens$/

function decodeTtls(wire: unknown): Record<string, number> | undefined {
  if (!isObject(wire)) return undefined
  const byTtl: Record<string, number> = {}
  for (const [key, value] of Object.entries(wire)) {
    const ttl = TTL.exec(key)?.[1]
    if (ttl !== undefined && typeof value === 'number') byTtl[ttl] = value
  }
  return Object.keys(byTtl).length === 0 ? undefined : byTtl
}

function decodeRequests(wire: unknown): Record<string, number> | undefined {
  if (!isObject(wire)) return undefined
  const entries = Object.entries(wire).flatMap(([key, value]) =>
    typeof value === 'number' ? [[key.replace(/_requests$/, ''), value] as const] : []
  )
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

/** Service tiers that have a word here, by the words of all formats. */
const TIERS: Readonly<Record<string, string>> = wordTable({
  standard: 'standard',
  default: 'standard',
  priority: 'priority',
  batch: 'batch'
})

/**
 * encodeUsage writes counters, and the service tier, which stands beside them. The format requires numbers: what is not
 * known is 0 in the two required ones, else null.
 */
export function encodeUsage(usage: Usage | undefined, serviceTier?: string): JsonObject {
  const native = usage?.native
  if (native?.format === NAMESPACE && isObject(native.object)) {
    const { input_tokens: input, output_tokens: output } = native.object
    if (typeof input === 'number' && typeof output === 'number') return native.object
    return { ...native.object, input_tokens: numberOf(input) ?? 0, output_tokens: numberOf(output) ?? 0 }
  }
  const { fresh, toolPrompt, cacheRead, cacheWrite } = usage?.input ?? {}
  const { total, reasoning } = usage?.output ?? {}
  const byTtl = cacheWrite?.byTtl
  const tier = serviceTier === undefined ? undefined : TIERS[serviceTier]
  return {
    input_tokens: (fresh ?? 0) + (toolPrompt ?? 0),
    cache_creation_input_tokens: cacheWrite?.total ?? null,
    cache_read_input_tokens: cacheRead ?? null,
    ...(byTtl && {
      cache_creation: Object.fromEntries(
        Object.entries(byTtl).map(([ttl, count]) => [`ephemeral_${ttl}_input_tokens`, count])
      )
    }),
    output_tokens: total ?? 0,
    ...(reasoning !== undefined && { output_tokens_details: { thinking_tokens: reasoning } }),
    ...(usage?.requests && {
      server_tool_use: Object.fromEntries(
        Object.entries(usage.requests).map(([tool, count]) => [`${tool}_requests`, count])
      )
    }),
    ...(tier !== undefined && { service_tier: tier })
  }
}
