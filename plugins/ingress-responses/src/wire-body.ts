import { isObject, type JsonObject, restOf } from '@isthmus/core/wire'
import { typedItem } from '@isthmus/format-responses'
import { recalled, summaryBody } from './summary.ts'

/** itemsOf gives the input of a body as items. */
export function itemsOf(body: unknown): readonly JsonObject[] {
  if (!isObject(body)) return []
  const { input } = body
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }]
  return Array.isArray(input) ? input.filter(isObject).map(typedItem) : []
}

/** Noticed is what of some items the gateway itself can make plain. */
export interface Noticed {
  /** Items that stand for kept ones. */
  readonly references: boolean
  /** Items that any model can be told in another way. */
  readonly rewritable: boolean
  /** The last item asks for the conversation to be compacted. */
  readonly trigger: boolean
}

/** notice looks over items once. */
export function notice(items: readonly JsonObject[]): Noticed {
  let references = false
  let rewritable = false
  for (const { type } of items) {
    if (type === 'item_reference') references = true
    else if (type === 'additional_tools' || type === 'compaction') rewritable = true
  }
  return { references, rewritable, trigger: items.at(-1)?.type === 'compaction_trigger' }
}

const GONE: ReadonlySet<string> = new Set(['previous_response_id', 'conversation'])

/** Rewriting says what a body is to become. */
export interface Rewriting {
  /** All items of the conversation. */
  readonly items: readonly JsonObject[]
  /** They hold what the body went on from. */
  readonly complete: boolean
  /** The conversation is to be summarized. */
  readonly summarize: boolean
}

/**
 * rewritten gives a body that says the same without the gateway's help: tools that were added later stand among the
 * others, and compacted conversations are told in words.
 */
export function rewritten(body: JsonObject, { items, complete, summarize }: Rewriting): JsonObject {
  const input: JsonObject[] = []
  let tools: readonly unknown[] = Array.isArray(body.tools) ? body.tools : []
  for (const item of items) {
    if (item.type === 'additional_tools' && Array.isArray(item.tools)) tools = withTools(tools, item.tools)
    else if (item.type !== 'compaction_trigger' || !summarize) input.push(recalled(item) ?? item)
  }
  const base = (complete ? restOf(body, GONE) : body) ?? {}
  if (summarize) return summaryBody(base, input, tools)
  return { ...base, input, ...(tools.length > 0 && { tools }) }
}

/** withTools adds tools; one that is declared again is declared as it was last. */
function withTools(tools: readonly unknown[], more: readonly unknown[]): readonly unknown[] {
  const again = new Set(more.map(nameOf))
  return [...tools.filter(tool => !again.has(nameOf(tool))), ...more]
}

const nameOf = (tool: unknown): unknown =>
  isObject(tool) && typeof tool.name === 'string' ? `${String(tool.type)} ${tool.name}` : tool
