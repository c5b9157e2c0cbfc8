import type { ToolCallPart } from '@isthmus/core'
import { isObject, parseObject, stringOf } from '@isthmus/core/wire'

/** Some models let their own wrapper for several calls at once slip out, as a call of it. */
export const PARALLEL_CALLS = 'multi_tool_use.parallel'
const PREFIX = 'functions.'

/** expandCalls takes the calls out of that wrapper; undefined when it holds anything else. */
export function expandCalls(call: ToolCallPart): readonly ToolCallPart[] | undefined {
  const uses = parseObject(call.argsText)?.tool_uses
  if (!Array.isArray(uses) || uses.length === 0) return undefined
  const calls: ToolCallPart[] = []
  for (const use of uses) {
    const recipient = isObject(use) ? stringOf(use.recipient_name) : undefined
    if (recipient === undefined || !recipient.startsWith(PREFIX)) return undefined
    const { parameters } = use as { readonly parameters?: unknown }
    calls.push({
      type: 'tool_call',
      id: `${call.id}_${calls.length}`,
      name: recipient.slice(PREFIX.length),
      kind: 'function',
      argsText: JSON.stringify(parameters ?? {})
    })
  }
  return calls
}
