import type { HostedKind } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'

/* Items of tools that the service runs, and of tools of its own that the client runs for it. */

const KINDS: readonly (readonly [prefix: string, kind: HostedKind])[] = [
  ['web_search', 'web_search'],
  ['x_search', 'web_search'],
  ['file_search', 'file_search'],
  ['code_interpreter', 'code'],
  ['image_generation', 'image'],
  ['computer', 'computer'],
  ['mcp', 'mcp'],
  ['local_shell', 'shell'],
  ['shell', 'shell'],
  ['apply_patch', 'patch'],
  ['tool_search', 'tool_search']
]
/** Items that are named neither as a call nor as what came of one. */
const CALLS: ReadonlySet<string> = new Set(['mcp_list_tools', 'mcp_approval_request', 'program'])
const RESULTS: ReadonlySet<string> = new Set(['mcp_approval_response'])
const OWN: ReadonlySet<string> = new Set(['function_call', 'custom_tool_call'])

/** hostedType tells whether an item is a call of a hosted tool or what came of one; undefined for any other item. */
export function hostedType(type: string): 'hosted_call' | 'hosted_result' | undefined {
  if (OWN.has(type.replace(/_output$/, ''))) return undefined
  if (type.endsWith('_call') || CALLS.has(type)) return 'hosted_call'
  return type.endsWith('_output') || RESULTS.has(type) ? 'hosted_result' : undefined
}

/** hostedKind tells the kind of a hosted tool by the type of its item. */
export function hostedKind(type: string): HostedKind {
  return KINDS.find(([prefix]) => type.startsWith(prefix))?.[1] ?? 'other'
}

const CLIENT_RUN: ReadonlySet<string> = new Set([
  'computer_call',
  'local_shell_call',
  'shell_call',
  'apply_patch_call',
  'tool_search_call'
])

/** isClientRun tells a call of the service's own tools that may be the client's to run: it is, if no result follows. */
export function isClientRun(item: JsonObject): boolean {
  return CLIENT_RUN.has(String(item.type)) && item.execution !== 'server'
}
