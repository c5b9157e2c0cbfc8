import type { HostedTool } from '@isthmus/core'
import { flatLocation, hostedOptions, isObject, type JsonObject } from '@isthmus/core/wire'
import type { Encoding } from './encoding.ts'
import { FORMAT } from './types.ts'

/** encodeHostedTool writes a tool that the upstream runs; of other formats' tools those that this one has as well. */
export function encodeHostedTool(tool: HostedTool, encoding: Encoding): JsonObject {
  const { kind, native } = tool
  if (encoding.traits.hostedTools?.includes(kind) === false)
    encoding.refuse(`the hosted tool '${kind}'`, 'tools', 'tools.hosted')
  if (native.format === FORMAT && isObject(native.object)) return native.object
  const options = hostedOptions(native.object)
  if (kind === 'web_search') return webSearchTool(options, encoding)
  if (kind === 'code' && Object.keys(options).length === 0) {
    return { type: 'code_interpreter', container: { type: 'auto' } }
  }
  return encoding.refuse(`the hosted tool '${kind}' of another service`, 'tools', 'tools.hosted')
}

/** webSearchTool writes the options of other services' web search that this one has as well. */
export function webSearchTool(options: unknown, encoding: Encoding): JsonObject {
  const {
    user_location: location,
    search_context_size: size,
    allowed_domains: domains,
    ...rest
  } = isObject(options) ? options : {}
  for (const field of Object.keys(rest)) {
    // Which sites may be searched bears on what the answer means; the rest only tunes the search.
    if (field.includes('domain')) encoding.refuse(`${field} of web search`, 'tools')
    encoding.report({ feature: 'hosted.options', action: 'dropped', field })
  }
  return {
    type: 'web_search',
    ...(size !== undefined && { search_context_size: size }),
    ...(Array.isArray(domains) && { filters: { allowed_domains: domains } }),
    ...(isObject(location) && { user_location: flatLocation(location) })
  }
}
