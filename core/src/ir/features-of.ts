import { FEATURES, type Feature } from './features.ts'
import { asGenerate, type CompleteRequest, type EmbedRequest, type IrRequest, type Operation } from './operations.ts'
import type { FilePart, ImagePart, Part } from './parts.ts'
import type { GenerateRequest, Message, ToolChoice, ToolDef } from './request.ts'

/** featuresOf lists what a request needs its upstream to understand, each feature once. */
export function featuresOf(request: IrRequest): ReadonlySet<Feature> {
  switch (request.op) {
    case 'generate':
      return generateFeatures(request)
    case 'complete':
      return completeFeatures(request)
    case 'embed':
      return embedFeatures(request)
    case 'count_tokens':
      return new Set([...generateFeatures(request.input)].filter(feature => COUNTED.test(feature)))
  }
}

/** What of a request becomes tokens of its input. */
const COUNTED = /^(?:input|tools|reasoning|hosted|state\.previous|cache\.handle)\b/
const COMPLETED = /^(?:complete|sampling|output\.(?:max_tokens|stop|n|logprobs)|identity|ext)\b/
const EMBEDDED = /^(?:embed|identity\.user|ext)\b/

/** concerns tells whether requests of an operation can need a feature at all. */
export function concerns(operation: Operation, feature: Feature): boolean {
  if (FEATURES[feature].class === 'reply') return false
  switch (operation) {
    case 'generate':
      return !/^(?:complete|embed)\./.test(feature)
    case 'complete':
      return COMPLETED.test(feature)
    case 'embed':
      return EMBEDDED.test(feature)
    case 'count_tokens':
      return COUNTED.test(feature)
  }
}

function completeFeatures(request: CompleteRequest): ReadonlySet<Feature> {
  const found = new Set(generateFeatures(asGenerate(request)))
  found.add('complete.prompt')
  if (request.prompts.length > 1) found.add('complete.prompts')
  if (request.prompts.some(prompt => typeof prompt !== 'string')) found.add('complete.tokens')
  if (request.suffix !== undefined) found.add('complete.suffix')
  if (request.echo) found.add('complete.echo')
  if (request.bestOf !== undefined && request.bestOf > 1) found.add('complete.best_of')
  return found
}

function embedFeatures(request: EmbedRequest): ReadonlySet<Feature> {
  const found = new Set<Feature>()
  for (const input of request.inputs) {
    if (typeof input === 'string') continue
    const tokens = typeof input[0] === 'number'
    if (tokens) found.add('embed.tokens')
    else if ((input as readonly Part[]).some(part => part.type !== 'text')) found.add('embed.media')
  }
  if (request.dimensions !== undefined) found.add('embed.dimensions')
  const { task, title, titles } = request
  if (task !== undefined || title !== undefined || titles !== undefined) found.add('embed.task')
  if (request.identity?.endUser !== undefined) found.add('identity.user')
  if (request.ext !== undefined) found.add('ext')
  return found
}

function generateFeatures(request: GenerateRequest): ReadonlySet<Feature> {
  const found = new Set<Feature>()
  messageFeatures(request.messages, found)
  const optional = !onlyHostedMayBeCalled(request)
  for (const tool of request.tools) toolFeatures(tool, optional, found)
  if (request.toolChoice !== undefined) choiceFeature(request.toolChoice, found)
  if (request.parallelTools === false && request.tools.length > 0) found.add('tools.parallel.off')
  if (request.maxToolCalls !== undefined) found.add('tools.max_calls')
  outputFeatures(request, found)
  samplingFeatures(request, found)
  reasoningFeatures(request, found)
  contextFeatures(request, found)
  if (request.ext !== undefined) found.add('ext')
  return found
}

function messageFeatures(messages: readonly Message[], found: Set<Feature>): void {
  let leading = true
  for (const message of messages) {
    const instruction = message.role === 'system' || message.role === 'developer'
    if (instruction) found.add(leading ? 'input.system' : 'input.system.later')
    else leading = false
    if (message.role === 'developer') found.add('input.developer')
    if (message.name !== undefined) found.add('input.name')
    if (message.prefill) found.add('input.prefill')
    if (message.cache !== undefined) found.add('cache.mark')
    if (message.ext !== undefined) found.add('ext')
    for (const part of message.parts) partFeatures(part, message.role === 'assistant', false, found)
  }
}

function partFeatures(part: Part, assistant: boolean, inResult: boolean, found: Set<Feature>): void {
  if (part.cache !== undefined) found.add('cache.mark')
  if (part.ext !== undefined) found.add('ext')
  // Some formats seal a call or a text instead of a part of its own: it is reasoning that is sent back all the same.
  if (part.seal !== undefined) found.add('input.reasoning')
  switch (part.type) {
    case 'text':
      if (part.annotations !== undefined && part.annotations.length > 0) found.add('input.annotations')
      break
    case 'image':
      found.add(inResult ? 'tools.result.media' : assistant ? 'input.image.assistant' : imageFeature(part))
      if (inResult || assistant) found.add(imageFeature(part))
      if (part.detail !== undefined) found.add('input.image.detail')
      break
    case 'audio':
      found.add(part.source.kind === 'file_ref' ? 'input.audio.ref' : 'input.audio')
      break
    case 'video':
      found.add('input.video')
      break
    case 'file':
      if (inResult) found.add('tools.result.media')
      found.add(fileFeature(part))
      if (part.title !== undefined || part.context !== undefined) found.add('input.file.title')
      if (part.citations) found.add('input.file.citations')
      if (part.source.kind === 'blocks') {
        for (const inner of part.source.parts) partFeatures(inner, assistant, inResult, found)
      }
      break
    case 'tool_call':
      // A conversation may hold calls of tools that are no longer offered.
      found.add(part.kind === 'custom' ? 'tools.custom' : 'tools.function')
      if (part.caller !== undefined || part.namespace !== undefined) found.add('tools.call.caller')
      break
    case 'tool_result':
      if (part.isError) found.add('tools.result.error')
      for (const inner of part.content) partFeatures(inner, false, true, found)
      break
    case 'reasoning':
      found.add('input.reasoning')
      break
    case 'refusal':
      found.add('input.refusal')
      break
    case 'hosted_call':
    case 'hosted_result':
      found.add('input.hosted')
      break
    case 'opaque':
      // A block that can be put in words is not lost on the other formats: their encoders write the words.
      if (part.replay === 'same_dialect' && part.describe === undefined) found.add('input.opaque')
      break
  }
}

function imageFeature(part: ImagePart): Feature {
  if (part.source.kind === 'url') return 'input.image.url'
  return part.source.kind === 'file_ref' ? 'input.image.file' : 'input.image.inline'
}

function fileFeature(part: FilePart): Feature {
  switch (part.source.kind) {
    case 'inline':
      return 'input.file.inline'
    case 'url':
      return 'input.file.url'
    case 'file_ref':
      return 'input.file.ref'
    case 'text':
      return 'input.file.text'
    case 'blocks':
      return 'input.file.blocks'
  }
}

/** Where some tool must be called, and all of them are the upstream's, the answer hangs on them. */
function onlyHostedMayBeCalled({ tools, toolChoice }: GenerateRequest): boolean {
  const forced = toolChoice?.type === 'hosted' || toolChoice?.type === 'required'
  return forced && tools.every(tool => tool.type === 'hosted')
}

function toolFeatures(tool: ToolDef, optional: boolean, found: Set<Feature>): void {
  if (tool.type === 'hosted') found.add(optional && tool.kind === 'web_search' ? 'tools.search' : 'tools.hosted')
  else found.add(tool.type === 'function' ? 'tools.function' : 'tools.custom')
  if (tool.type !== 'hosted' && tool.ext !== undefined) found.add('ext')
  if (tool.type === 'custom') return
  if (tool.cache !== undefined) found.add('tools.cache')
  if (tool.type === 'hosted') return
  if (tool.strict) found.add('tools.strict')
  if (tool.defer || tool.examples !== undefined || tool.outputSchema !== undefined || tool.eagerStream !== undefined) {
    found.add('tools.extras')
  }
}

function choiceFeature(choice: ToolChoice, found: Set<Feature>): void {
  if (choice.type !== 'auto') found.add(`tools.choice.${choice.type}`)
}

function outputFeatures({ output }: GenerateRequest, found: Set<Feature>): void {
  if (output.maxTokens !== undefined) found.add(output.maxTokens === 0 ? 'output.max_tokens.zero' : 'output.max_tokens')
  if (output.stop !== undefined && output.stop.length > 0) found.add('output.stop')
  if (output.n !== undefined && output.n > 1) found.add('output.n')
  if (output.logprobs !== undefined) found.add('output.logprobs')
  if (output.format?.type === 'json_object') found.add('output.json')
  if (output.format?.type === 'json_schema') found.add('output.json_schema')
  if (output.modalities?.includes('audio')) found.add('output.audio')
  if (output.modalities?.includes('image')) found.add('output.image')
  if (output.verbosity !== undefined) found.add('output.verbosity')
  if (output.prediction !== undefined) found.add('output.prediction')
}

const SAMPLING = {
  temperature: 'sampling.temperature',
  topP: 'sampling.top_p',
  topK: 'sampling.top_k',
  minP: 'sampling.min_p',
  topA: 'sampling.top_a',
  seed: 'sampling.seed',
  frequencyPenalty: 'sampling.frequency_penalty',
  presencePenalty: 'sampling.presence_penalty',
  repetitionPenalty: 'sampling.repetition_penalty',
  logitBias: 'sampling.logit_bias'
} as const satisfies Record<keyof GenerateRequest['sampling'], Feature>

function samplingFeatures({ sampling }: GenerateRequest, found: Set<Feature>): void {
  for (const key in sampling) {
    if (sampling[key as keyof typeof SAMPLING] !== undefined) found.add(SAMPLING[key as keyof typeof SAMPLING])
  }
}

function reasoningFeatures({ reasoning }: GenerateRequest, found: Set<Feature>): void {
  if (reasoning === undefined) return
  if (reasoning.mode === 'off') found.add('reasoning.off')
  if (reasoning.mode === 'on' || reasoning.mode === 'adaptive') found.add('reasoning.on')
  if (reasoning.mode === 'between_tools') found.add('reasoning.between_tools')
  // The effort `none` is another word for off.
  if (reasoning.effort !== undefined && reasoning.effort !== 'none') found.add('reasoning.effort')
  if (reasoning.budgetTokens !== undefined) found.add('reasoning.budget')
  if (reasoning.expose !== 'default') found.add('reasoning.expose')
  if (reasoning.context !== undefined || reasoning.execMode !== undefined) found.add('reasoning.context')
}

function contextFeatures(request: GenerateRequest, found: Set<Feature>): void {
  const { cache, state, identity, hosted } = request
  if (cache?.autoMark !== undefined) found.add('cache.auto')
  if (cache?.key !== undefined) found.add('cache.key')
  if (cache?.mode !== undefined || cache?.ttl !== undefined || cache?.retention !== undefined)
    found.add('cache.options')
  if (cache?.handle !== undefined) found.add('cache.handle')
  if (state?.store) found.add('state.store')
  if (state?.previousResponseId !== undefined || state?.conversation !== undefined || state?.prompt !== undefined) {
    found.add('state.previous')
  }
  if (state?.background) found.add('state.background')
  if (state?.truncation !== undefined) found.add('state.truncation')
  if (state?.contextManagement !== undefined) found.add('state.context')
  if (state?.include !== undefined && state.include.length > 0) found.add('state.include')
  if (request.serviceTier !== undefined) found.add('service.tier')
  if (request.speed !== undefined) found.add('service.speed')
  if (identity?.endUser !== undefined) found.add('identity.user')
  if (identity?.safetyId !== undefined) found.add('identity.safety')
  if (request.metadata !== undefined) found.add('metadata')
  if (request.safety !== undefined) found.add('safety')
  if (hosted !== undefined) found.add('hosted.options')
}
