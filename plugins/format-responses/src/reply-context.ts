import { isObject } from '@isthmus/core/wire'
import { isClientSearch } from './client-search.ts'
import type { WireRequest } from './schema/request-schema.ts'
import type { ToolNames } from './tool-names.ts'
import type { ResponsesReplyContext } from './types.ts'

/** replyContext is what the reply to a request repeats of it. Where the client said nothing, the default is written out. */
export function replyContext(wire: WireRequest, names: ToolNames): ResponsesReplyContext {
  const { namespaced } = names
  const search = wire.tools?.some(tool => isObject(tool) && isClientSearch(tool)) ?? false
  return { echo: echoOf(wire), ...(search && { search }), ...(namespaced !== undefined && { namespaced }) }
}

function echoOf(wire: WireRequest): ResponsesReplyContext['echo'] {
  const { text, reasoning } = wire
  return {
    background: wire.background ?? false,
    instructions: wire.instructions ?? null,
    max_output_tokens: wire.max_output_tokens ?? null,
    max_tool_calls: wire.max_tool_calls ?? null,
    metadata: wire.metadata ?? {},
    parallel_tool_calls: wire.parallel_tool_calls ?? true,
    previous_response_id: wire.previous_response_id ?? null,
    prompt_cache_key: wire.prompt_cache_key ?? null,
    reasoning: { effort: reasoning?.effort ?? null, summary: reasoning?.summary ?? null },
    safety_identifier: wire.safety_identifier ?? null,
    service_tier: wire.service_tier ?? 'auto',
    // Nothing is kept unless the upstream does, which then says so itself.
    store: wire.store ?? false,
    temperature: wire.temperature ?? null,
    text: { ...text, format: text?.format ?? { type: 'text' } },
    tool_choice: wire.tool_choice ?? 'auto',
    tools: wire.tools ?? [],
    top_logprobs: wire.top_logprobs ?? 0,
    top_p: wire.top_p ?? null,
    truncation: wire.truncation ?? 'disabled',
    user: wire.user ?? null,
    presence_penalty: 0,
    frequency_penalty: 0
  }
}
