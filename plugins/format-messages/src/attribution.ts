import { isObject, type JsonObject } from '@isthmus/core/wire'

/** One client puts a header into its instructions, by which the vendor tells whose request it is. */
const HEADER = 'x-anthropic-billing-header:'

/** SplitSystem is a `system` without the blocks that are no instructions. */
export interface SplitSystem {
  readonly system: unknown
  readonly attribution: readonly JsonObject[] | undefined
}

/**
 * splitSystem parts the blocks of attribution from the instructions. They mean nothing to a model, and differ from one
 * conversation to the next: ahead of everything else they would keep any other vendor from finding a prompt in its cache.
 */
export function splitSystem(system: unknown): SplitSystem {
  if (!Array.isArray(system) || !isAttribution(system[0])) return { system, attribution: undefined }
  const end = system.findIndex(block => !isAttribution(block))
  const attribution = (end < 0 ? system : system.slice(0, end)) as readonly JsonObject[]
  return { system: end < 0 ? undefined : system.slice(end), attribution }
}

function isAttribution(block: unknown): boolean {
  return isObject(block) && typeof block.text === 'string' && block.text.startsWith(HEADER)
}
