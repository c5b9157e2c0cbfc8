import type { EncodedRequest, GenerateRequest, Target } from '@isthmus/core'
import { addMembers, isObject, type JsonObject, wordTable } from '@isthmus/core/wire'
import { respell } from './camel.ts'
import { encodeToolConfig } from './choice-encode.ts'
import { encodeConfig } from './config-encode.ts'
import { encodeConversation } from './contents-encode.ts'
import type { ReplyContext } from './context.ts'
import { Encoding } from './encoding.ts'
import { membersOf, spellingOf } from './ext.ts'
import { encodeTools } from './tools-encode.ts'
import type { GeminiTraits } from './traits.ts'
import { FORMAT } from './types.ts'

/** encodeRequest writes the body of a request. The model and the wish for a stream stand in the path, which is the provider's. */
export function encodeRequest(request: GenerateRequest, target: Target<GeminiTraits>): EncodedRequest {
  const encoding = new Encoding(request, target)
  encoding.reportForeign(request)
  const tools = encodeTools(encoding)
  const toolConfig = encodeToolConfig(encoding, tools)
  const { config, instruction } = encodeConfig(encoding, tools.length > 0)
  const { system, contents } = encodeConversation(encoding, instruction)
  const spelling = spellingOf(request)
  const safety = encodeSafety(encoding)
  const handle = encodeHandle(encoding)
  const tier = encodeTier(encoding)
  const body: JsonObject = {
    ...(system !== undefined && { systemInstruction: system }),
    contents: spelling?.parts === 'single' && contents.length === 1 ? contents[0] : contents,
    ...(tools.length > 0 && { tools }),
    ...(toolConfig !== undefined && { toolConfig }),
    ...(safety !== undefined && { safetySettings: safety }),
    ...(Object.keys(config).length > 0 && { generationConfig: config }),
    ...(handle !== undefined && { cachedContent: handle }),
    ...(tier !== undefined && { serviceTier: tier })
  }
  const context = contextOf(encoding)
  return {
    body: respell(addMembers(body, membersOf(request)), spelling?.snake),
    gaps: encoding.gaps,
    ...(context !== undefined && { context })
  }
}

/** Settings of another service are about categories that this one does not have. */
function encodeSafety(encoding: Encoding): unknown {
  const { safety } = encoding.request
  if (safety === undefined) return undefined
  if (isObject(safety) && safety.format === FORMAT) return safety.settings
  encoding.gap('safety', 'dropped', { message: 'safety settings of another service' })
  return undefined
}

function encodeHandle(encoding: Encoding): string | undefined {
  const handle = encoding.request.cache?.handle
  if (handle === undefined) return undefined
  return handle.kind === FORMAT ? handle.id : encoding.refuse('a cached prompt of another service')
}

const TIERS: Readonly<Record<string, string>> = wordTable({ default: 'standard', flex: 'flex', priority: 'priority' })

function encodeTier(encoding: Encoding): string | undefined {
  const tier = encoding.request.serviceTier
  if (tier === undefined) return undefined
  const known = TIERS[tier]
  if (known !== undefined) return known
  if (encoding.native) return tier === 'auto' ? 'unspecified' : tier
  if (tier !== 'auto') encoding.gap('service.tier', 'dropped', { from: tier })
  return undefined
}

/** contextOf keeps what the reply's decoder has to know: names as they were sent. */
function contextOf(encoding: Encoding): ReplyContext | undefined {
  const { request, names, custom } = encoding
  const declared = request.tools.flatMap(tool => (tool.type === 'hosted' ? [] : [names.wire(tool.name)]))
  const renamed = names.originals
  if (declared.length === 0 && renamed === undefined) return undefined
  return {
    ...(renamed !== undefined && { renamed }),
    ...(custom.size > 0 && { custom: [...custom].map(name => names.wire(name)) }),
    ...(declared.length > 0 && { declared })
  }
}
