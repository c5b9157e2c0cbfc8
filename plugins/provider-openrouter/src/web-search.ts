import type { Gap, GenerateRequest, HostedTool, ToolDef } from '@isthmus/core'
import { flatLocation, hostedOptions, isObject, type JsonObject } from '@isthmus/core/wire'
import { chatCompletions } from '@isthmus/format-chat-completions'
import { PROVIDER_OPENROUTER_UNSUPPORTED } from './errors.ts'

/** SEARCH is the type of the service's own tool. Any model can use it: where its vendor has no search, the service runs one. */
const SEARCH = 'openrouter:web_search'

/** withSearch writes the web search of another service as this one's tool, and search options that stand outside the tools. */
export function withSearch(request: GenerateRequest, forwardsOptions: boolean, gaps: Gap[]): GenerateRequest {
  const { tools, hosted } = request
  const outside = forwardsOptions ? undefined : hosted?.webSearch
  if (outside === undefined && !tools.some(isForeign)) return request
  const searching = tools.map(tool => (isForeign(tool) ? searchTool(hostedOptions(tool.native.object), gaps) : tool))
  if (outside === undefined) return { ...request, tools: searching }
  const { webSearch: _, ...others } = hosted ?? {}
  const { hosted: _hosted, ...rest } = request
  return {
    ...rest,
    tools: [...searching, searchTool(outside, gaps)],
    ...(Object.keys(others).length > 0 && { hosted: others })
  }
}

const isForeign = (tool: ToolDef): tool is HostedTool =>
  tool.type === 'hosted' && tool.kind === 'web_search' && tool.native.format !== chatCompletions.id

function searchTool(options: unknown, gaps: Gap[]): HostedTool {
  const {
    search_context_size: size,
    max_uses: uses,
    user_location: location,
    filters,
    allowed_domains: allowed = isObject(filters) ? filters.allowed_domains : undefined,
    blocked_domains: blocked,
    ...others
  } = isObject(options) ? options : {}
  for (const field of Object.keys(others)) {
    // Which sites may be searched bears on what the answer means; the rest only tunes the search.
    if (/domain/i.test(field))
      throw PROVIDER_OPENROUTER_UNSUPPORTED.with({ param: 'tools' }, `${field} of a web search`)
    gaps.push({ feature: 'hosted.options', action: 'dropped', field })
  }
  const parameters: JsonObject = {
    ...(size !== undefined && { search_context_size: size }),
    ...(uses !== undefined && { max_uses: uses }),
    ...(isObject(location) && { user_location: flatLocation(location) }),
    ...(Array.isArray(allowed) && { allowed_domains: allowed }),
    ...(Array.isArray(blocked) && { excluded_domains: blocked })
  }
  const object = { type: SEARCH, ...(Object.keys(parameters).length > 0 && { parameters }) }
  return { type: 'hosted', kind: 'web_search', native: { format: chatCompletions.id, object } }
}
