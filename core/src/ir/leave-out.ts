import type { Feature } from './features.ts'
import type { IrRequest } from './operations.ts'
import type { GenerateRequest, HostedTool } from './request.ts'

/** Members of a request that are a feature of their own: leaving the feature out is leaving the member out. */
const MEMBERS: Partial<Readonly<Record<Feature, readonly string[]>>> = {
  'tools.parallel.off': ['parallelTools'],
  'tools.max_calls': ['maxToolCalls'],
  'tools.choice.none': ['toolChoice'],
  'tools.choice.required': ['toolChoice'],
  'tools.choice.one': ['toolChoice'],
  'tools.choice.subset': ['toolChoice'],
  'tools.choice.hosted': ['toolChoice'],
  'output.max_tokens': ['output.maxTokens'],
  'output.max_tokens.zero': ['output.maxTokens'],
  'output.stop': ['output.stop'],
  'output.n': ['output.n'],
  'output.logprobs': ['output.logprobs'],
  'output.json': ['output.format'],
  'output.json_schema': ['output.format'],
  'output.audio': ['output.modalities', 'output.audio'],
  'output.image': ['output.modalities', 'output.image'],
  'output.verbosity': ['output.verbosity'],
  'output.prediction': ['output.prediction'],
  'sampling.temperature': ['sampling.temperature'],
  'sampling.top_p': ['sampling.topP'],
  'sampling.top_k': ['sampling.topK'],
  'sampling.min_p': ['sampling.minP'],
  'sampling.top_a': ['sampling.topA'],
  'sampling.seed': ['sampling.seed'],
  'sampling.frequency_penalty': ['sampling.frequencyPenalty'],
  'sampling.presence_penalty': ['sampling.presencePenalty'],
  'sampling.repetition_penalty': ['sampling.repetitionPenalty'],
  'sampling.logit_bias': ['sampling.logitBias'],
  'reasoning.off': ['reasoning'],
  'reasoning.on': ['reasoning'],
  'reasoning.between_tools': ['reasoning'],
  'reasoning.effort': ['reasoning.effort'],
  'reasoning.budget': ['reasoning.budgetTokens'],
  'reasoning.context': ['reasoning.context', 'reasoning.execMode'],
  'cache.auto': ['cache.autoMark'],
  'cache.key': ['cache.key'],
  'cache.options': ['cache.mode', 'cache.ttl', 'cache.retention'],
  'cache.handle': ['cache.handle'],
  'state.store': ['state.store'],
  'state.previous': ['state.previousResponseId', 'state.conversation', 'state.prompt'],
  'state.background': ['state.background'],
  'state.truncation': ['state.truncation'],
  'state.context': ['state.contextManagement'],
  'state.include': ['state.include'],
  'service.tier': ['serviceTier'],
  'service.speed': ['speed'],
  'identity.user': ['identity.endUser'],
  'identity.safety': ['identity.safetyId'],
  metadata: ['metadata'],
  safety: ['safety'],
  'hosted.options': ['hosted'],
  'complete.suffix': ['suffix'],
  'complete.echo': ['echo'],
  'complete.best_of': ['bestOf'],
  'embed.dimensions': ['dimensions'],
  'embed.task': ['task', 'title', 'titles']
}

/** Features that are entries of the tool list. */
const HOSTED: Partial<Readonly<Record<Feature, (tool: HostedTool) => boolean>>> = {
  'tools.hosted': () => true,
  'tools.search': tool => tool.kind === 'web_search'
}

/** LEFT_OUT_HERE are the features that {@link leaveOut} takes away; the others stand in messages and tools, where encoders leave them out. */
export const LEFT_OUT_HERE: ReadonlySet<string> = new Set(Object.keys(MEMBERS))

/**
 * leaveOut gives a request without the members of the features that a target is not to be sent, so that a report of
 * something dropped is true whoever encodes it. Messages and tools are shared with the request, not copied.
 */
export function leaveOut<R extends IrRequest>(request: R, features: Iterable<Feature>): R {
  if (request.op === 'count_tokens') return { ...request, input: leaveOut(request.input, features) }
  let left = request as unknown as Record<string, unknown>
  for (const feature of features) {
    const goes = HOSTED[feature]
    if (goes !== undefined && request.op === 'generate') {
      left = {
        ...left,
        tools: (left as unknown as GenerateRequest).tools.filter(tool => tool.type !== 'hosted' || !goes(tool))
      }
    }
    for (const path of MEMBERS[feature] ?? []) {
      const [section, member] = path.split('.') as [string, string?]
      if (member === undefined) left = without(left, section)
      else if (left[section] !== undefined) {
        left = { ...left, [section]: without(left[section] as Record<string, unknown>, member) }
      }
    }
  }
  return left as unknown as R
}

function without(object: Record<string, unknown>, name: string): Record<string, unknown> {
  const { [name]: _left, ...rest } = object
  return rest
}
