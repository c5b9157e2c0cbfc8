import { isObject, type JsonObject, parseObject, restOf, stringOf } from '@isthmus/core/wire'

/*
 * A compacted conversation travels through the client as the format has it: in the `encrypted_content` of an item that
 * clients send back unchanged. The gateway's own holds the summary in plain words, so that any model can go on from it.
 */

const PREFIX = 'isthmus-summary:1:'
const BASE64_MAGIC = Buffer.from('isthmus-summary').toString('base64')
const MAX_CHARS = 10 * 1024 * 1024

/** encodeSummary wraps a summary in base64 text. */
function encodeSummary(summary: string): string {
  return Buffer.from(PREFIX + JSON.stringify({ summary }), 'utf8').toString('base64')
}

/** decodeSummary unwraps strictly: what another vendor encrypted, or what is malformed, gives undefined. */
function decodeSummary(text: string): string | undefined {
  if (!text.startsWith(BASE64_MAGIC) || text.length > MAX_CHARS) return undefined
  const plain = Buffer.from(text, 'base64').toString('utf8')
  if (!plain.startsWith(PREFIX) || Buffer.from(plain, 'utf8').toString('base64') !== text) return undefined
  const body = parseObject(plain.slice(PREFIX.length))
  return body !== undefined && Object.keys(body).length === 1 ? stringOf(body.summary) : undefined
}

/** summaryItem is the one item that a compacted conversation becomes. */
export function summaryItem(id: string, summary: string): JsonObject {
  return { id, type: 'compaction', encrypted_content: encodeSummary(summary) }
}

/** recalled gives the message that tells a model what a summary holds; undefined for any other item. */
export function recalled(item: JsonObject): JsonObject | undefined {
  const sealed = item.type === 'compaction' ? stringOf(item.encrypted_content) : undefined
  const summary = sealed === undefined ? undefined : decodeSummary(sealed)
  if (summary === undefined) return undefined
  const text = `The conversation before this point was compacted. This is its summary:\n\n${summary}`
  return { type: 'message', role: 'developer', content: [{ type: 'input_text', text }] }
}

const INSTRUCTION = `Summarize the conversation up to this point, so that it can go on from the summary alone.

Keep: what the user wants and why, every constraint and preference that was stated, decisions and their reasons, what was done and what came of it, the state of the work now, open questions, and the next steps. Keep names, numbers, paths, identifiers and short quotations exactly as they are. Keep facts that came from tools.

Call no tools. Write the summary alone, without an introduction.`

/** Members that make no difference to a summary, or would keep it from being one. */
const NOT_FOR_SUMMARY: ReadonlySet<string> = new Set([
  'input',
  'tools',
  'tool_choice',
  'parallel_tool_calls',
  'max_tool_calls',
  'text',
  'top_logprobs',
  'context_management'
])

/**
 * summaryBody makes the request for a summary. Tools stay declared, for upstreams that want a declaration for each call in the
 * conversation, and none of them may be called.
 */
export function summaryBody(body: JsonObject, items: readonly JsonObject[], tools: readonly unknown[]): JsonObject {
  const declared = tools.filter(isClientTool)
  return {
    ...restOf(body, NOT_FOR_SUMMARY),
    input: [...items, { type: 'message', role: 'user', content: [{ type: 'input_text', text: INSTRUCTION }] }],
    ...(declared.length > 0 && { tools: declared, tool_choice: 'none' })
  }
}

function isClientTool(tool: unknown): boolean {
  if (!isObject(tool)) return false
  if (tool.type === 'namespace') return Array.isArray(tool.tools) && tool.tools.every(isClientTool)
  return tool.type === 'function' || tool.type === 'custom'
}
