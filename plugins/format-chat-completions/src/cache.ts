import type { CacheMark } from '@isthmus/core'
import { isObject, type JsonObject, restOf } from '@isthmus/core/wire'
import { cacheControlShape } from './request-schema.ts'
import type { Spelling } from './types.ts'

const CONTROL_KEYS: ReadonlySet<string> = new Set(['type', 'ttl'])

/** CACHE_KEYS are the two members in which the dialects mark a cache breakpoint. */
export const CACHE_KEYS = ['cache_control', 'prompt_cache_breakpoint'] as const

export interface DecodedCache {
  readonly mark?: CacheMark
  /** What is left of `cache_control`. */
  readonly rest?: JsonObject | undefined
  readonly breakpoint?: NonNullable<Spelling['breakpoint']>
}

/** decodeCache reads the cache mark of a part, tool or message; undefined when there is none. */
export function decodeCache(wire: JsonObject, path: string): DecodedCache | undefined {
  const { cache_control: control, prompt_cache_breakpoint: point } = wire
  if (control !== undefined && control !== null) {
    const { type, ttl } = cacheControlShape.check(control, `${path}.cache_control`)
    if (type !== 'ephemeral') return { rest: control as JsonObject }
    const rest = restOf(control as JsonObject, CONTROL_KEYS)
    return { mark: ttl === undefined || ttl === null ? {} : { ttl }, rest }
  }
  if (!isObject(point)) return undefined
  return { mark: typeof point.ttl === 'string' ? { ttl: point.ttl } : {}, breakpoint: point }
}

/** cacheControl writes a mark as `cache_control`. */
export function cacheControl(mark: CacheMark): JsonObject {
  return mark.ttl === undefined ? { type: 'ephemeral' } : { type: 'ephemeral', ttl: mark.ttl }
}
