import type { CacheMark } from '@isthmus/core'
import { isObject, type JsonObject } from '@isthmus/core/wire'
import type { EncodeEnv } from './encode-env.ts'

/** encodeCache writes one mark. */
export function encodeCache({ ttl }: CacheMark, env: EncodeEnv): JsonObject {
  if (ttl === undefined) return { type: 'ephemeral' }
  // Other services keep a prompt for other times; what is too short would have to be written to the cache again.
  if (env.native || TTLS.has(ttl)) return { type: 'ephemeral', ttl }
  env.gap('cache.mark', 'converted', { from: ttl, to: LONGEST })
  return { type: 'ephemeral', ttl: LONGEST }
}
const TTLS: ReadonlySet<string> = new Set(['5m', '1h'])
const LONGEST = '1h'

const MAX_MARKS = 4

/** limitMarks keeps the last four cache marks in prompt order, as the service takes no more. It edits copies. */
export function limitMarks(lists: readonly JsonObject[][], env: EncodeEnv): void {
  const strip: (() => void)[] = []
  for (const list of lists) collect(list, strip)
  const surplus = strip.length - MAX_MARKS
  if (surplus <= 0) return
  env.gap('cache.mark', 'dropped', { message: 'more than four cache marks', from: strip.length, to: MAX_MARKS })
  for (const take of strip.slice(0, surplus)) take()
}

/** collect lists, in prompt order, a way to take each mark off: a result's own comes after those within it. */
function collect(list: JsonObject[], strip: (() => void)[]): void {
  list.forEach((entry, at) => {
    const { content } = entry
    if (Array.isArray(content) && content.some(inner => isObject(inner) && isObject(inner.cache_control))) {
      const copy = [...(content as JsonObject[])]
      list[at] = { ...entry, content: copy }
      collect(copy, strip)
    }
    if (isObject(entry.cache_control)) {
      strip.push(() => {
        const { cache_control: _, ...bare } = list[at]!
        list[at] = bare
      })
    }
  })
}
