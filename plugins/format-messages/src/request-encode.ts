import type { EncodedRequest, GenerateRequest, Target } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import { NAMESPACE } from './blocks.ts'
import { encodeCache, limitMarks } from './cache-marks.ts'
import type { ReplyContext } from './context.ts'
import { EncodeEnv } from './encode-env.ts'
import { type EncodedConversation, encodeConversation } from './messages-encode.ts'
import { encodeSampling } from './sampling-encode.ts'
import { type AnswerTool, answerChoice, encodeOutputFormat, type Structured } from './structured.ts'
import { type EncodedThinking, encodeThinking } from './thinking-encode.ts'
import { encodeChoice, encodeTools } from './tools-encode.ts'
import type { MessagesTraits } from './traits.ts'

/** What is sent where neither the client nor the traits name a limit: every model takes it. */
const DEFAULT_MAX_TOKENS = 4096

/** encodeRequest writes a request for a service that speaks this format. */
export function encodeRequest(request: GenerateRequest, target: Target<MessagesTraits>): EncodedRequest {
  const env = new EncodeEnv(request, target.traits ?? {})
  const maxTokens = encodeMaxTokens(request, env)
  const conversation = encodeConversation(request, env)
  const thinking = thinkingFor(request, env, maxTokens, conversation)
  const structured = encodeOutputFormat(request, env)
  const tools = encodeTools(request, env)
  const { choice, instruction } = choiceFor(request, env, structured, thinking, tools.length > 0)
  if (structured.tool !== undefined) {
    if (structured.answer?.alone) tools.length = 0
    tools.push(structured.tool)
  }
  const system = encodeSystem(request, conversation, [structured.instruction, instruction])
  limitMarks(
    [tools, ...(Array.isArray(system) ? [system as JsonObject[]] : []), ...contentLists(conversation.messages)],
    env
  )
  const config = encodeConfig(request, env, thinking, structured)
  const { ext, serviceTier, cache, hosted, state } = request
  const own = ext?.[NAMESPACE]
  env.reportForeign(request)
  if (!env.native && state?.contextManagement !== undefined) env.gap('state.context', 'dropped')
  const tier = encodeTier(serviceTier, env)
  const stop = encodeStop(request, env)
  const body: JsonObject = {
    model: target.model,
    max_tokens: maxTokens,
    ...(system !== undefined && { system }),
    messages: conversation.messages,
    ...(tools.length > 0 && { tools }),
    ...(choice !== undefined && { tool_choice: choice }),
    ...encodeSampling(request, env, thinking.thinking),
    ...(stop !== undefined && { stop_sequences: stop }),
    ...(thinking.thinking !== undefined && { thinking: thinking.thinking }),
    ...(config !== undefined && { output_config: config }),
    ...encodeMetadata(request, env),
    ...(cache?.autoMark !== undefined && { cache_control: encodeCache(cache.autoMark, env) }),
    ...(tier !== undefined && { service_tier: tier }),
    ...(request.speed !== undefined && { speed: request.speed }),
    ...(hosted?.container !== undefined && { container: hosted.container }),
    ...(hosted?.mcpServers !== undefined && { mcp_servers: hosted.mcpServers }),
    ...(env.native && state?.contextManagement !== undefined && { context_management: state.contextManagement }),
    ...(request.reply.stream && { stream: true })
  }
  if (own !== undefined) for (const name of Object.keys(own)) if (!MERGED.has(name)) body[name] = own[name]
  const headers = encodeBetas(request, env)
  const context = contextOf(env, structured.answer)
  return { body, gaps: env.gaps, ...(headers && { headers }), ...(context && { context }) }
}

/** Members whose unknown inner members were written back where the member was written. */
const MERGED = new Set(['system', 'tool_choice', 'thinking', 'metadata', 'output_config'])

function encodeMaxTokens({ output }: GenerateRequest, env: EncodeEnv): number {
  const most = env.traits.maxOutput
  if (output.maxTokens === undefined) {
    // The model's own limit is what goes without saying; any other one may cut an answer short.
    if (most === undefined) env.gap('output.max_tokens', 'converted', { to: DEFAULT_MAX_TOKENS })
    return most ?? DEFAULT_MAX_TOKENS
  }
  if (most === undefined || output.maxTokens <= most) return output.maxTokens
  env.gap('output.max_tokens', 'converted', { from: output.maxTokens, to: most })
  return most
}

/** encodeStop leaves out stop sequences of white space alone, which the service refuses. */
function encodeStop({ output }: GenerateRequest, env: EncodeEnv): readonly string[] | undefined {
  if (output.stop === undefined || env.native) return output.stop
  const stop = output.stop.filter(text => text.trim() !== '')
  if (stop.length < output.stop.length) {
    env.gap('output.stop', 'dropped', { field: 'stop', message: 'stop sequences of white space alone' })
  }
  return stop.length === 0 ? undefined : stop
}

/** A turn that goes on from calls must begin with the reasoning that led to them, or do without any. */
function thinkingFor(
  request: GenerateRequest,
  env: EncodeEnv,
  maxTokens: number,
  conversation: EncodedConversation
): EncodedThinking {
  const encoded = encodeThinking(request, env, maxTokens)
  const lost = conversation.loopWithoutThinking && (!env.native || env.lostReasoning > 0)
  if (encoded.thinking?.type !== 'enabled' || !lost) return encoded
  env.gap('reasoning.on', 'dropped', { message: 'the reasoning that this turn began with is not known' })
  const { thinking: _, ...rest } = encoded
  return rest
}

function choiceFor(
  request: GenerateRequest,
  env: EncodeEnv,
  structured: Structured,
  thinking: EncodedThinking,
  hasTools: boolean
): { readonly choice?: JsonObject | undefined; readonly instruction?: string } {
  const thinkingEnabled = thinking.thinking?.type === 'enabled'
  const type = request.toolChoice?.type
  // A call that is forced by name is not the answer yet.
  const calls = structured.answer?.alone === false && (type === 'one' || type === 'hosted')
  if (structured.answer === undefined || calls) {
    return { choice: encodeChoice(request, env, { hasTools, thinkingEnabled }) }
  }
  const canForce = env.traits.forcedTools !== 'no' && (!thinkingEnabled || env.traits.forcedTools === 'yes')
  const { choice, instruction } = answerChoice(structured.answer, canForce)
  const serial = choice?.type === 'any' && request.parallelTools === false
  return {
    ...(choice && { choice: serial ? { ...choice, disable_parallel_tool_use: true } : choice }),
    ...(instruction !== undefined && { instruction })
  }
}

function encodeSystem(
  { ext }: GenerateRequest,
  conversation: EncodedConversation,
  instructions: readonly (string | undefined)[]
): unknown {
  const { system, systemAsString } = conversation
  const attribution = (ext?.[NAMESPACE]?.system as readonly JsonObject[] | undefined) ?? []
  const added = instructions.filter(text => text !== undefined).map(text => ({ type: 'text', text }))
  const blocks = [...attribution, ...system, ...added]
  if (blocks.length === 0) return undefined
  return systemAsString && blocks.length === 1 ? system[0]?.text : blocks
}

function contentLists(messages: readonly JsonObject[]): JsonObject[][] {
  return messages.flatMap(({ content }) => (Array.isArray(content) ? [content as JsonObject[]] : []))
}

function encodeConfig(
  request: GenerateRequest,
  env: EncodeEnv,
  { effort }: EncodedThinking,
  { format }: Structured
): JsonObject | undefined {
  const own = request.ext?.[NAMESPACE]?.output_config as JsonObject | undefined
  const { format: more, ...rest } = own ?? {}
  const config: JsonObject = {}
  if (effort !== undefined) config.effort = effort
  if (format !== undefined) config.format = { ...format, ...(more as object | undefined) }
  else if (more !== undefined) {
    // It goes with a schema that was not sent here, or is a format that is not known.
    if (request.output.format === undefined) config.format = more
    else env.gap('ext', 'dropped', { field: 'output_config.format' })
  }
  Object.assign(config, rest)
  return Object.keys(config).length === 0 ? undefined : config
}

function encodeTier(tier: string | undefined, env: EncodeEnv): string | undefined {
  if (tier === undefined || env.native || tier === 'auto' || tier === 'standard_only') return tier
  if (tier === 'default') return 'standard_only'
  env.gap('service.tier', 'dropped', { from: tier })
  return undefined
}

function encodeMetadata({ identity, ext }: GenerateRequest, env: EncodeEnv): JsonObject {
  const own = ext?.[NAMESPACE]?.metadata as JsonObject | undefined
  const { endUser, safetyId } = identity ?? {}
  if (endUser !== undefined && safetyId !== undefined && endUser !== safetyId) env.gap('identity.safety', 'dropped')
  const user = endUser ?? safetyId
  if (user === undefined && own === undefined) return {}
  return { metadata: { ...(user !== undefined && { user_id: user }), ...own } }
}

/** encodeBetas joins the client's beta names, as far as they may pass, with the provider's own. */
function encodeBetas(request: GenerateRequest, env: EncodeEnv): Record<string, string> | undefined {
  const { betas = [], clientBetas } = env.traits
  const said = env.native ? (request.ingress.headers?.['anthropic-beta'] ?? '').split(',') : []
  const client = said.map(name => name.trim()).filter(name => name !== '' && (clientBetas?.includes(name) ?? true))
  const all = [...new Set([...client, ...betas])]
  return all.length === 0 ? undefined : { 'anthropic-beta': all.join(',') }
}

function contextOf(env: EncodeEnv, answer: AnswerTool | undefined): ReplyContext | undefined {
  const { renamed, custom } = env
  if (renamed === undefined && custom.size === 0 && answer === undefined) return undefined
  return {
    ...(renamed !== undefined && { renamed }),
    ...(custom.size > 0 && { custom: [...custom] }),
    ...(answer !== undefined && { answer })
  }
}
