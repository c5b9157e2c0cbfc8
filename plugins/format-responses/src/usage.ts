import { inputTotal, subtract, type Usage } from '@isthmus/core'
import { countsOnly, isObject, type JsonObject, numberOf } from '@isthmus/core/wire'
import { FORMAT } from './types.ts'

const TTL = /^ttl_(.+)_tokens$/

/** decodeUsage reads the counters, which overlap on the wire: the input includes what was cached. */
export function decodeUsage(given: unknown): Usage | undefined {
  if (!isObject(given)) return undefined
  const wire = countsOnly(given)
  const input = numberOf(wire.input_tokens)
  const output = numberOf(wire.output_tokens)
  if (input === undefined && output === undefined) return undefined
  const details = isObject(wire.input_tokens_details) ? wire.input_tokens_details : {}
  const made = isObject(wire.output_tokens_details) ? wire.output_tokens_details : {}
  const cacheRead = numberOf(details.cached_tokens)
  const written = numberOf(details.cache_write_tokens)
  const byTtl = decodeTtls(details.cache_write_tokens_details)
  const reasoning = numberOf(made.reasoning_tokens)
  const amount = numberOf(wire.cost)
  return {
    input: {
      ...(input !== undefined && { fresh: subtract(input, cacheRead, written) }),
      ...(cacheRead !== undefined && { cacheRead }),
      ...(written !== undefined && { cacheWrite: { total: written, ...(byTtl && { byTtl }) } })
    },
    output: { ...(output !== undefined && { total: output }), ...(reasoning !== undefined && { reasoning }) },
    ...(amount !== undefined && { cost: { amount, currency: 'USD' } }),
    native: { format: FORMAT, object: wire }
  }
}

function decodeTtls(wire: unknown): Record<string, number> | undefined {
  if (!isObject(wire)) return undefined
  const found = Object.entries(wire).flatMap(([key, count]) => {
    const ttl = TTL.exec(key)?.[1]
    return ttl !== undefined && typeof count === 'number' ? [[ttl, count] as const] : []
  })
  return found.length === 0 ? undefined : Object.fromEntries(found)
}

/** encodeUsage writes the counters, all of them or none: clients refuse a part of them. */
export function encodeUsage(usage: Usage | undefined): JsonObject | undefined {
  if (usage === undefined) return undefined
  const input = inputTotal(usage)
  const output = usage.output.total
  if (input === undefined || output === undefined) return undefined
  const native = nativeOf(usage)
  if (native !== undefined) return whole(native, input, output)
  const { cacheRead, cacheWrite } = usage.input
  return {
    input_tokens: input,
    input_tokens_details: {
      cached_tokens: cacheRead ?? 0,
      cache_write_tokens: cacheWrite?.total ?? 0,
      ...(cacheWrite?.byTtl && { cache_write_tokens_details: encodeTtls(cacheWrite.byTtl) })
    },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: usage.output.reasoning ?? 0 },
    total_tokens: input + output
  }
}

/** nativeOf gives the upstream's own counts, if the usage still says what was read from them. */
function nativeOf(usage: Usage): JsonObject | undefined {
  if (usage.native?.format !== FORMAT || !isObject(usage.native.object)) return undefined
  const read = decodeUsage(usage.native.object)
  const same =
    read !== undefined &&
    inputTotal(read) === inputTotal(usage) &&
    read.input.cacheRead === usage.input.cacheRead &&
    read.output.total === usage.output.total &&
    read.output.reasoning === usage.output.reasoning
  return same ? usage.native.object : undefined
}

/** whole adds the members that the format requires and some servers leave out. */
function whole(native: JsonObject, input: number, output: number): JsonObject {
  return {
    ...native,
    input_tokens: native.input_tokens ?? input,
    input_tokens_details: withCount(native.input_tokens_details, 'cached_tokens'),
    output_tokens: native.output_tokens ?? output,
    output_tokens_details: withCount(native.output_tokens_details, 'reasoning_tokens'),
    total_tokens: native.total_tokens ?? input + output
  }
}

function withCount(details: unknown, name: string): JsonObject {
  return isObject(details) ? { ...details, [name]: details[name] ?? 0 } : { [name]: 0 }
}

function encodeTtls(byTtl: Readonly<Record<string, number>>): JsonObject {
  return Object.fromEntries(Object.entries(byTtl).map(([ttl, count]) => [`ttl_${ttl}_tokens`, count]))
}
