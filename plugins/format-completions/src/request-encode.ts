import type { CompleteRequest, EncodedRequest, Feature, Gap, Target } from '@isthmus/core'
import { addMembers, type JsonObject } from '@isthmus/core/wire'
import { SAMPLING } from '@isthmus/format-chat-completions/openai'
import type { CompletionsTraits } from './traits.ts'
import { FORMAT, membersOf } from './types.ts'

/** encodeRequest writes a request. The same request gives the same bytes. */
export function encodeRequest(request: CompleteRequest, target: Target<CompletionsTraits>): EncodedRequest {
  const { suffix, echo, bestOf, output, identity, ext } = request
  const { lacks: lacking = [], streamUsage } = target.traits ?? {}
  const lacks = (feature: Feature): boolean => lacking.includes(feature)
  const body: JsonObject = { model: target.model, prompt: encodePrompts(request, lacks) }
  const set = (field: string, value: unknown, feature: Feature): void => {
    if (value !== undefined && !lacks(feature)) body[field] = value
  }
  set('suffix', suffix, 'complete.suffix')
  set('echo', echo, 'complete.echo')
  set('best_of', bestOf, 'complete.best_of')
  set('max_tokens', output.maxTokens, output.maxTokens === 0 ? 'output.max_tokens.zero' : 'output.max_tokens')
  set('stop', output.stop, 'output.stop')
  set('n', output.n, 'output.n')
  set('logprobs', output.logprobs?.top, 'output.logprobs')
  for (const [key, field, feature] of SAMPLING) set(field, request.sampling[key], feature)
  set('user', identity?.endUser, 'identity.user')
  encodeStream(body, request, streamUsage)
  if (!lacks('ext')) addMembers(body, membersOf(request))
  const foreign = Object.keys(ext ?? {}).some(namespace => namespace !== FORMAT && !namespace.includes('/'))
  const gaps: readonly Gap[] = foreign ? [{ feature: 'ext', action: 'dropped', field: 'body' }] : []
  return { body, gaps }
}

/** encodePrompts writes one prompt as itself and several as a list. */
function encodePrompts({ prompts }: CompleteRequest, lacks: (feature: Feature) => boolean): unknown {
  let sent = lacks('complete.tokens') ? prompts.filter(prompt => typeof prompt === 'string') : prompts
  if (lacks('complete.prompts')) sent = sent.slice(0, 1)
  return sent.length > 1 ? sent : (sent[0] ?? null)
}

/** encodeStream always asks for usage: the gateway counts it even if the client does not. */
function encodeStream(body: JsonObject, { reply, ingress }: CompleteRequest, usage: boolean | undefined): void {
  if (!reply.stream) return
  body.stream = true
  if (usage === false) return
  body.stream_options = {
    include_usage: true,
    ...(ingress.format === FORMAT && reply.obfuscation !== undefined && { include_obfuscation: reply.obfuscation })
  }
}
