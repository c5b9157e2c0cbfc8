import {
  type Annotation,
  concerns,
  endEvent,
  expresses,
  FEATURE_NAMES,
  FEATURES,
  type Feature,
  type FeatureTable,
  featuresOf,
  finishEvent,
  type GenerateRequest,
  heartbeatEvent,
  type IrEvent,
  type Message,
  nativeEvent,
  overrideFeatures,
  type Part,
  partStart,
  replyFeature,
  textDelta,
  valueDelta
} from '@isthmus/core'
import t from 'tap'
import type { OperationFeature } from '../../src/ir/index.ts'

const issuer = { provider: 'p', modelFamily: 'm', format: 'unknown' }
const native = { format: 'responses', object: {} }
const seal = { kind: 'signature', data: 'x', issuer } as const
const inline = { kind: 'inline', mime: 'image/png', data: 'AAAA' } as const
const url = { kind: 'url', url: 'https://example.org/a' } as const
const ref = { kind: 'file_ref', provider: 'openai', id: 'file_1' } as const
const tool = { type: 'function', name: 'f' } as const
const cite: Annotation = { kind: 'url', url: 'https://example.org' }

const base: GenerateRequest = {
  op: 'generate',
  model: 'm',
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'hi' }] }],
  tools: [],
  sampling: {},
  output: {},
  reply: { stream: false },
  ingress: { format: 'messages' }
}
const said = (part: Part, role: Message['role'] = 'user') => ({ messages: [{ role, parts: [part] }] })
const turn = (message: Partial<Message>) => ({ messages: [{ role: 'user', parts: [], ...message } as Message] })
const result = (part: Part, isError = false) =>
  said({ type: 'tool_result', callId: 'c', content: [part], isError }, 'tool')
const think = (reasoning: Partial<GenerateRequest['reasoning']>) => ({
  reasoning: { mode: 'default', expose: 'default', source: 'flag', ...reasoning } as const
})

/** What a request must say for each feature; the compiler sees that none is forgotten. */
const REQUESTS: Readonly<Record<Exclude<Feature, `reply.${string}` | OperationFeature>, Partial<GenerateRequest>>> = {
  'input.system': turn({ role: 'system' }),
  'input.system.later': { messages: [...base.messages, { role: 'system', parts: [] }] },
  'input.developer': turn({ role: 'developer' }),
  'input.name': turn({ name: 'bob' }),
  'input.prefill': turn({ role: 'assistant', prefill: true }),
  'input.image.inline': said({ type: 'image', source: inline }),
  'input.image.url': said({ type: 'image', source: url }),
  'input.image.file': said({ type: 'image', source: ref }),
  'input.image.detail': said({ type: 'image', source: url, detail: 'low' }),
  'input.image.assistant': said({ type: 'image', source: url }, 'assistant'),
  'input.audio': said({ type: 'audio', source: inline }),
  'input.audio.ref': said({ type: 'audio', source: ref }, 'assistant'),
  'input.video': said({ type: 'video', source: url }),
  'input.file.inline': said({ type: 'file', source: inline }),
  'input.file.url': said({ type: 'file', source: url }),
  'input.file.ref': said({ type: 'file', source: ref }),
  'input.file.text': said({ type: 'file', source: { kind: 'text', text: 'a' } }),
  'input.file.blocks': said({ type: 'file', source: { kind: 'blocks', parts: [] } }),
  'input.file.title': said({ type: 'file', source: url, title: 'T' }),
  'input.file.citations': said({ type: 'file', source: url, citations: true }),
  'input.annotations': said({ type: 'text', text: 'a', annotations: [cite] }, 'assistant'),
  'input.refusal': said({ type: 'refusal', text: 'no' }, 'assistant'),
  'input.hosted': said({ type: 'hosted_call', kind: 'code', id: 'h', native }, 'assistant'),
  'input.opaque': said({ type: 'opaque', native, replay: 'same_dialect' }),
  'input.reasoning': said({ type: 'reasoning', hidden: false, text: 'a' }, 'assistant'),
  'tools.function': { tools: [tool] },
  'tools.custom': { tools: [{ type: 'custom', name: 'f' }] },
  'tools.hosted': { tools: [{ type: 'hosted', kind: 'code', native }] },
  'tools.search': { tools: [{ type: 'hosted', kind: 'web_search', native }] },
  'tools.strict': { tools: [{ ...tool, strict: true }] },
  'tools.cache': { tools: [{ ...tool, cache: {} }] },
  'tools.extras': { tools: [{ ...tool, defer: true }] },
  'tools.choice.none': { toolChoice: { type: 'none' } },
  'tools.choice.required': { toolChoice: { type: 'required' } },
  'tools.choice.one': { toolChoice: { type: 'one', name: 'f', kind: 'function' } },
  'tools.choice.subset': { toolChoice: { type: 'subset', mode: 'auto', names: ['f'] } },
  'tools.choice.hosted': { toolChoice: { type: 'hosted', native } },
  'tools.parallel.off': { tools: [tool], parallelTools: false },
  'tools.max_calls': { maxToolCalls: 3 },
  'tools.result.media': result({ type: 'image', source: url }),
  'tools.result.error': result({ type: 'text', text: 'a' }, true),
  'tools.call.caller': said(
    { type: 'tool_call', id: 'c', name: 'f', kind: 'function', argsText: '{}', namespace: 'n' },
    'assistant'
  ),
  'output.max_tokens': { output: { maxTokens: 5 } },
  'output.max_tokens.zero': { output: { maxTokens: 0 } },
  'output.stop': { output: { stop: ['END'] } },
  'output.n': { output: { n: 2 } },
  'output.logprobs': { output: { logprobs: { top: 0 } } },
  'output.json': { output: { format: { type: 'json_object' } } },
  'output.json_schema': { output: { format: { type: 'json_schema', schema: {} } } },
  'output.audio': { output: { modalities: ['text', 'audio'] } },
  'output.image': { output: { modalities: ['image'] } },
  'output.verbosity': { output: { verbosity: 'low' } },
  'output.prediction': { output: { prediction: {} } },
  'sampling.temperature': { sampling: { temperature: 0 } },
  'sampling.top_p': { sampling: { topP: 1 } },
  'sampling.top_k': { sampling: { topK: 1 } },
  'sampling.min_p': { sampling: { minP: 0 } },
  'sampling.top_a': { sampling: { topA: 0 } },
  'sampling.seed': { sampling: { seed: 0 } },
  'sampling.frequency_penalty': { sampling: { frequencyPenalty: 0 } },
  'sampling.presence_penalty': { sampling: { presencePenalty: 0 } },
  'sampling.repetition_penalty': { sampling: { repetitionPenalty: 1 } },
  'sampling.logit_bias': { sampling: { logitBias: {} } },
  'reasoning.off': think({ mode: 'off' }),
  'reasoning.on': think({ mode: 'adaptive' }),
  'reasoning.effort': think({ effort: 'low' }),
  'reasoning.budget': think({ budgetTokens: 1024 }),
  'reasoning.between_tools': think({ mode: 'between_tools' }),
  'reasoning.expose': think({ expose: 'none' }),
  'reasoning.context': think({ context: 'all_turns' }),
  'cache.mark': said({ type: 'text', text: 'a', cache: { ttl: '5m' } }),
  'cache.auto': { cache: { autoMark: {} } },
  'cache.key': { cache: { key: 'k' } },
  'cache.options': { cache: { retention: '24h' } },
  'cache.handle': { cache: { handle: { kind: 'cached_content', id: 'c' } } },
  'state.store': { state: { store: true } },
  'state.previous': { state: { previousResponseId: 'r' } },
  'state.background': { state: { background: true } },
  'state.truncation': { state: { truncation: 'auto' } },
  'state.context': { state: { contextManagement: [] } },
  'state.include': { state: { include: ['x'] } },
  'service.tier': { serviceTier: 'flex' },
  'service.speed': { speed: 'fast' },
  'identity.user': { identity: { endUser: 'u' } },
  'identity.safety': { identity: { safetyId: 's' } },
  metadata: { metadata: {} },
  safety: { safety: [] },
  'hosted.options': { hosted: { webSearch: {} } },
  ext: { ext: { messages: { x: 1 } } }
}

t.test('a plain request needs nothing', async t => {
  t.same([...featuresOf(base)], [])
})

t.test('every feature of a request is found when the request needs it', async t => {
  for (const [feature, change] of Object.entries(REQUESTS)) {
    t.ok(featuresOf({ ...base, ...change }).has(feature as Feature), feature)
  }
})

t.test('what is there and asks for nothing is no feature', async t => {
  const quiet: Partial<GenerateRequest>[] = [
    { toolChoice: { type: 'auto' } },
    { parallelTools: false },
    { output: { stop: [], n: 1, format: { type: 'text' } } },
    { state: { store: false, include: [] } },
    said({ type: 'text', text: 'a', annotations: [] }),
    said({ type: 'opaque', native, replay: 'never' }),
    result({ type: 'text', text: 'a' })
  ]
  for (const change of quiet) t.same([...featuresOf({ ...base, ...change })], [], JSON.stringify(change))
})

t.test('what stands inside results, documents and single parts is found as well', async t => {
  const image: Part = { type: 'image', source: url }
  t.ok(featuresOf({ ...base, ...result(image) }).has('input.image.url'))
  const inBlocks = said({ type: 'file', source: { kind: 'blocks', parts: [image] } })
  t.ok(featuresOf({ ...base, ...inBlocks }).has('input.image.url'))
  const sealed = said({ type: 'tool_call', id: 'c', name: 'f', kind: 'function', argsText: '{}', seal }, 'assistant')
  t.ok(featuresOf({ ...base, ...sealed }).has('input.reasoning'), 'a seal on a call is reasoning sent back')
  const ext = { messages: { x: 1 } }
  for (const change of [
    turn({ ext }),
    said({ type: 'text', text: 'a', ext }),
    { tools: [{ ...tool, ext }] },
    { tools: [{ type: 'custom' as const, name: 'f', ext }] }
  ]) {
    t.ok(featuresOf({ ...base, ...change }).has('ext'), JSON.stringify(change))
  }
})

const opens = (part: Part) => partStart(0, 0, part)
/** The event that needs each feature of a reply. */
const REPLIES: Readonly<Record<Extract<Feature, `reply.${string}`>, readonly IrEvent[]>> = {
  'reply.reasoning': [opens({ type: 'reasoning', hidden: false })],
  'reply.seal': [opens({ type: 'reasoning', hidden: true }), valueDelta(0, 0, 'seal', seal)],
  'reply.refusal': [opens({ type: 'refusal', text: '' })],
  'reply.annotations': [valueDelta(0, 0, 'annotation', cite)],
  'reply.annotations.other': [valueDelta(0, 0, 'annotation', { kind: 'page' })],
  'reply.logprobs': [valueDelta(0, 0, 'logprobs', [])],
  'reply.audio': [opens({ type: 'audio', source: inline })],
  'reply.image': [opens({ type: 'image', source: inline }), valueDelta(0, 0, 'image_partial', native)],
  'reply.hosted': [
    opens({ type: 'hosted_call', kind: 'code', id: 'h', native }),
    opens({ type: 'hosted_result', kind: 'code', id: 'h', native })
  ],
  'reply.search': [opens({ type: 'hosted_call', kind: 'web_search', id: 'h', native })],
  'reply.tool.custom': [opens({ type: 'tool_call', id: 'c', name: 'f', kind: 'custom', argsText: '' })],
  'reply.opaque': [opens({ type: 'opaque', native, replay: 'never' }), opens({ type: 'video', source: url })],
  'reply.choices': [finishEvent(1, { reason: 'stop', native: '' })],
  'reply.stop_sequence': [finishEvent(0, { reason: 'stop_sequence', native: '' })],
  'reply.native': [nativeEvent(native), valueDelta(0, 0, 'native', native)]
}

t.test('every feature of a reply is named by the event that needs it', async t => {
  for (const [feature, events] of Object.entries(REPLIES)) {
    for (const event of events) t.equal(replyFeature(event), feature)
  }
})

t.test('what came as an object of the client’s own format goes back as it came', async t => {
  const own = { format: 'messages', object: {} }
  const events = [
    valueDelta(0, 0, 'annotation', { kind: 'url', native: own }),
    valueDelta(0, 0, 'native', own),
    opens({ type: 'hosted_call', kind: 'code', id: 'h', native: own }),
    opens({ type: 'opaque', native: own, replay: 'same_dialect' }),
    nativeEvent(own)
  ]
  for (const event of events) {
    t.equal(replyFeature(event, 'messages'), undefined)
    t.ok(replyFeature(event, 'responses'))
    t.ok(replyFeature(event))
  }
})

t.test('what every format can say needs no feature', async t => {
  const plain = [
    opens({ type: 'text', text: '' }),
    textDelta(0, 0, 'text', 'a'),
    opens({ type: 'tool_call', id: 'c', name: 'f', kind: 'function', argsText: '' }),
    textDelta(0, 0, 'args', '{}'),
    finishEvent(0, { reason: 'stop', native: '' }),
    heartbeatEvent(),
    endEvent()
  ]
  for (const event of plain) t.equal(replyFeature(event), undefined, event.type)
})

t.test('each feature has a class and a sentence, and replies have theirs', async t => {
  for (const name of FEATURE_NAMES) {
    t.match(FEATURES[name].about, /^[A-Z].*\.$/, name)
    t.equal(FEATURES[name].class === 'reply', name.startsWith('reply.'), name)
  }
})

t.test('a dialect replaces single verdicts and leaves the table alone', async t => {
  const table = Object.fromEntries(FEATURE_NAMES.map(name => [name, 'exact'])) as FeatureTable
  const other = overrideFeatures(table, { 'output.stop': 'rejected' })
  t.equal(other['output.stop'], 'rejected')
  t.equal(table['output.stop'], 'exact')
  t.equal(overrideFeatures(table, undefined), table)
  t.same((['exact', 'converted', 'emulated', 'dropped', 'rejected'] as const).map(expresses), [
    true,
    true,
    false,
    false,
    false
  ])
})

t.test('what a request can need is among what concerns its operation, and replies concern none', async t => {
  const requests = Object.values(REQUESTS).map(change => ({ ...base, ...change }))
  for (const request of requests) {
    for (const name of featuresOf(request)) t.ok(concerns('generate', name), name)
    const { model, ingress, sampling, output, reply } = request
    const { maxTokens, stop, n, logprobs } = output
    const kept = {
      ...(maxTokens !== undefined && { maxTokens }),
      ...(stop && { stop }),
      ...(n !== undefined && { n }),
      ...(logprobs && { logprobs })
    }
    const common = { model, ingress, ext: { any: { x: 1 } }, identity: { endUser: 'u', safetyId: 's' } }
    const whole = { suffix: 's', echo: true, bestOf: 2, prompts: ['a', [1]], output: kept, sampling, reply }
    for (const name of featuresOf({ ...common, ...whole, op: 'complete' })) t.ok(concerns('complete', name), name)
    for (const name of featuresOf({ op: 'count_tokens', model, ingress, input: request })) {
      t.ok(concerns('count_tokens', name), name)
    }
    const embedded = { inputs: [[1], [{ type: 'image', source: inline }]], dimensions: 3, task: 't' } as const
    for (const name of featuresOf({ ...common, ...embedded, op: 'embed' })) t.ok(concerns('embed', name), name)
  }
  for (const name of FEATURE_NAMES.filter(name => name.startsWith('reply.'))) {
    for (const operation of ['generate', 'complete', 'embed', 'count_tokens'] as const) {
      t.notOk(concerns(operation, name), name)
    }
  }
})
