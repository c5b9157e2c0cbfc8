import type { CacheMark } from '@isthmus/core'
import { isObject, type JsonObject, restOf } from '@isthmus/core/wire'
import { withNested } from './ext.ts'
import { cacheControlShape } from './request-schema.ts'
import type { Spelling } from './types.ts'

const CONTROL_KEYS: ReadonlySet<string> = new Set(['type', 'ttl'])

/** CACHE_KEYS are the two members in which the dialects mark a cache breakpoint. */
export const CACHE_KEYS = ['cache_control', 'prompt_cache_breakpoint'] as const

export interface DecodedCache {
  readonly mark: CacheMark | undefined
  readonly rest: JsonObject | undefined
  readonly breakpoint: Spelling['breakpoint']
}

/** decodeCache reads the cache mark of a part, tool or message. */
export function decodeCache(wire: JsonObject, path: string, rest: JsonObject | undefined): DecodedCache {
  const { cache_control: control, prompt_cache_breakpoint: point } = wire
  if (control !== undefined && control !== null) {
    const { ttl } = cacheControlShape.check(control, `${path}.cache_control`)
    const known = { mark: ttl === undefined || ttl === null ? {} : { ttl }, breakpoint: undefined }
    if (!isObject(control) || control.type === 'ephemeral') {
      return { ...known, rest: withNested(rest, 'cache_control', restOf(control as JsonObject, CONTROL_KEYS)) }
    }
    return { mark: undefined, breakpoint: undefined, rest: withNested(rest, 'cache_control', control) }
  }
  if (isObject(point)) return { mark: {}, rest, breakpoint: point }
  return { mark: undefined, rest, breakpoint: undefined }
}

/** cacheControl writes a mark as `cache_control`. */
export function cacheControl(mark: CacheMark): JsonObject {
  return mark.ttl === undefined ? { type: 'ephemeral' } : { type: 'ephemeral', ttl: mark.ttl }
}
