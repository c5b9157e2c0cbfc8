import type {
  Feature,
  FormatId,
  GenerateRequest,
  Message,
  OperationFeature,
  Output,
  Part,
  Reasoning,
  Sampling,
  ToolDef
} from '../ir/index.ts'
import { deepFreeze } from './case.ts'
import { CLOCK_TOOL, PIXEL, requestWith, text, WEATHER_TOOL } from './sample-requests.ts'

/** RequestFeature is a feature that a conversation may need; the others are about replies and the small operations. */
export type RequestFeature = Exclude<Feature, `reply.${string}` | OperationFeature>

/** FeatureSample is the smallest pair of requests that differ by one feature. */
export interface FeatureSample {
  readonly feature: RequestFeature
  readonly without: GenerateRequest
  readonly with: GenerateRequest
  /** The request holds objects of the format's own that the kit made up, so a codec may refuse them as `unsupported`. */
  readonly invented: boolean
}

const INVENTED: ReadonlySet<RequestFeature> = new Set<RequestFeature>([
  'input.image.file',
  'input.file.ref',
  'input.audio.ref',
  'input.hosted',
  'input.opaque',
  'tools.hosted',
  'tools.search',
  'tools.choice.hosted',
  'tools.call.caller',
  'hosted.options',
  'cache.handle',
  'safety',
  'state.context',
  'output.audio',
  'output.prediction'
])

type Pair = readonly [without: GenerateRequest, with_: GenerateRequest]

const plain = requestWith({ output: { maxTokens: 4096 } })
const change = (changes: Partial<GenerateRequest>): Pair => [plain, { ...plain, ...changes }]
const sampling = (sampling: Sampling): Pair => change({ sampling })
const output = (output: Output): Pair => change({ output: { ...plain.output, ...output } })
const reasoning = (changes: Partial<Reasoning>): Pair =>
  change({ reasoning: { mode: 'default', expose: 'default', source: 'flag', ...changes } })

const question: Message = plain.messages[0]!
const turns = (...messages: Message[]): GenerateRequest => ({ ...plain, messages })
/** user puts one part before the question, and the same without it. */
const user = (part: Part): Pair => [plain, turns({ role: 'user', parts: [part, ...question.parts] })]
const userPair = (without: Part, with_: Part): Pair => [user(without)[1], user(with_)[1]]
const assistantPair = (without: readonly Part[], with_: readonly Part[]): Pair => [
  turns(question, { role: 'assistant', parts: [...without, text('Green.')] }, question),
  turns(question, { role: 'assistant', parts: [...with_, text('Green.')] }, question)
]
const tools = (without: readonly ToolDef[], with_: readonly ToolDef[]): Pair => [
  { ...plain, tools: without },
  { ...plain, tools: with_ }
]
const withTools = (changes: Partial<GenerateRequest>): Pair => {
  const base = { ...plain, tools: [WEATHER_TOOL, CLOCK_TOOL] }
  return [base, { ...base, ...changes }]
}
const image = (source: Extract<Part, { type: 'image' }>['source']): Part => ({ type: 'image', source })
const inline = { kind: 'inline', mime: 'image/png', data: PIXEL } as const
const document: Part = { type: 'file', source: { kind: 'text', text: 'Tide tables.' } }

function toolLoop(result: Partial<Extract<Part, { type: 'tool_result' }>>, caller?: unknown): GenerateRequest {
  const call: Part = {
    type: 'tool_call',
    id: 'call_a1',
    name: 'get_time',
    kind: 'function',
    argsText: '{}',
    ...(caller !== undefined && { caller, namespace: 'clocks' })
  }
  const answer: Part = { type: 'tool_result', callId: 'call_a1', content: [text('Half past nine.')], ...result }
  return {
    ...turns(question, { role: 'assistant', parts: [call] }, { role: 'tool', parts: [answer] }),
    tools: [CLOCK_TOOL]
  }
}

const PAIRS: Readonly<Record<RequestFeature, (format: FormatId) => Pair>> = {
  'input.system': () => [plain, turns({ role: 'system', parts: [text('Be brief.')] }, question)],
  'input.system.later': () => [
    turns(question, { role: 'assistant', parts: [text('Green.')] }, question),
    turns(
      question,
      { role: 'assistant', parts: [text('Green.')] },
      { role: 'system', parts: [text('Be brief.')] },
      question
    )
  ],
  'input.developer': () => [
    turns({ role: 'system', parts: [text('Be brief.')] }, question),
    turns({ role: 'developer', parts: [text('Be brief.')] }, question)
  ],
  'input.name': () => [plain, turns({ ...question, name: 'Ada' })],
  'input.prefill': () => [plain, turns(question, { role: 'assistant', parts: [text('The sea is')], prefill: true })],
  'input.image.inline': () => user(image(inline)),
  'input.image.url': () => user(image({ kind: 'url', url: 'https://images.example/boat.png' })),
  'input.image.file': format => user(image({ kind: 'file_ref', provider: format, id: 'file_1' })),
  'input.image.detail': () => userPair(image(inline), { type: 'image', source: inline, detail: 'high' }),
  'input.image.assistant': () => assistantPair([], [image(inline)]),
  'input.audio': () =>
    user({ type: 'audio', source: { kind: 'inline', mime: 'audio/wav', data: 'UklGRg==' }, format: 'wav' }),
  'input.audio.ref': format =>
    assistantPair([], [{ type: 'audio', source: { kind: 'file_ref', provider: format, id: 'audio_1' } }]),
  'input.video': () => user({ type: 'video', source: { kind: 'url', url: 'https://videos.example/boat.mp4' } }),
  'input.file.inline': () =>
    user({
      type: 'file',
      source: { kind: 'inline', mime: 'application/pdf', data: 'JVBERi0xLjQ=' },
      filename: 'tides.pdf'
    }),
  'input.file.url': () => user({ type: 'file', source: { kind: 'url', url: 'https://files.example/tides.pdf' } }),
  'input.file.ref': format => user({ type: 'file', source: { kind: 'file_ref', provider: format, id: 'file_1' } }),
  'input.file.text': () => user(document),
  'input.file.blocks': () => user({ type: 'file', source: { kind: 'blocks', parts: [text('Tide tables.')] } }),
  'input.file.title': () => userPair(document, { ...document, title: 'Tides', context: 'Of this week.' }),
  'input.file.citations': () => userPair(document, { ...document, citations: true }),
  'input.annotations': () => {
    const cited: Part = {
      type: 'text',
      text: 'Green, says the almanac.',
      annotations: [{ kind: 'url', url: 'https://almanac.example/', title: 'Almanac', start: 0, end: 5, unit: 'utf16' }]
    }
    return assistantPair([text('Green, says the almanac.')], [cited])
  },
  'input.refusal': () => assistantPair([], [{ type: 'refusal', text: 'I would rather not.' }]),
  'input.hosted': format =>
    assistantPair(
      [],
      [
        {
          type: 'hosted_call',
          kind: 'other',
          id: 'hosted_1',
          native: { format, object: { type: 'kit_call', id: 'hosted_1' } }
        }
      ]
    ),
  'input.opaque': format =>
    assistantPair(
      [],
      [{ type: 'opaque', native: { format, object: { type: 'kit_block', data: 'kept' } }, replay: 'same_dialect' }]
    ),
  'input.reasoning': () => assistantPair([], [{ type: 'reasoning', text: 'Green or blue?', hidden: false }]),
  'tools.function': () => tools([], [WEATHER_TOOL]),
  'tools.custom': () => tools([], [{ type: 'custom', name: 'write_note', description: 'Takes a note.' }]),
  'tools.hosted': format =>
    tools([], [{ type: 'hosted', kind: 'other', native: { format, object: { type: 'kit_search' } } }]),
  'tools.search': format =>
    tools([], [{ type: 'hosted', kind: 'web_search', native: { format, object: { type: 'web_search' } } }]),
  'tools.strict': () => tools([WEATHER_TOOL], [{ ...WEATHER_TOOL, strict: true }]),
  'tools.cache': () => tools([WEATHER_TOOL], [{ ...WEATHER_TOOL, cache: {} }]),
  'tools.extras': () =>
    tools(
      [WEATHER_TOOL],
      [
        {
          ...WEATHER_TOOL,
          defer: true,
          examples: [{ city: 'Brest' }],
          outputSchema: { type: 'string' },
          eagerStream: true
        }
      ]
    ),
  'tools.choice.none': () => withTools({ toolChoice: { type: 'none' } }),
  'tools.choice.required': () => withTools({ toolChoice: { type: 'required' } }),
  'tools.choice.one': () => withTools({ toolChoice: { type: 'one', name: 'get_time', kind: 'function' } }),
  'tools.choice.subset': () => withTools({ toolChoice: { type: 'subset', mode: 'required', names: ['get_time'] } }),
  'tools.choice.hosted': format => {
    const native = { format, object: { type: 'kit_search' } }
    return withTools({ toolChoice: { type: 'hosted', native } })
  },
  'tools.parallel.off': () => withTools({ parallelTools: false }),
  'tools.max_calls': () => withTools({ maxToolCalls: 3 }),
  'tools.result.media': () => [toolLoop({}), toolLoop({ content: [text('Half past nine.'), image(inline)] })],
  'tools.result.error': () => [toolLoop({}), toolLoop({ isError: true })],
  'tools.call.caller': () => [toolLoop({}), toolLoop({}, { type: 'kit_caller' })],
  'output.max_tokens': () => [requestWith(), requestWith({ output: { maxTokens: 512 } })],
  'output.max_tokens.zero': () => output({ maxTokens: 0 }),
  'output.stop': () => output({ stop: ['HALT'] }),
  'output.n': () => output({ n: 2 }),
  'output.logprobs': () => output({ logprobs: { top: 2 } }),
  'output.json': () => output({ format: { type: 'json_object' } }),
  'output.json_schema': () =>
    output({ format: { type: 'json_schema', name: 'colour', schema: { type: 'object', properties: {} } } }),
  'output.audio': () => output({ modalities: ['text', 'audio'], audio: { voice: 'kit', format: 'wav' } }),
  'output.image': () => output({ modalities: ['text', 'image'] }),
  'output.verbosity': () => output({ verbosity: 'low' }),
  'output.prediction': () => output({ prediction: { type: 'content', content: 'Green.' } }),
  'sampling.temperature': () => sampling({ temperature: 0.25 }),
  'sampling.top_p': () => sampling({ topP: 0.75 }),
  'sampling.top_k': () => sampling({ topK: 40 }),
  'sampling.min_p': () => sampling({ minP: 0.05 }),
  'sampling.top_a': () => sampling({ topA: 0.1 }),
  'sampling.seed': () => sampling({ seed: 4711 }),
  'sampling.frequency_penalty': () => sampling({ frequencyPenalty: 0.5 }),
  'sampling.presence_penalty': () => sampling({ presencePenalty: 0.5 }),
  'sampling.repetition_penalty': () => sampling({ repetitionPenalty: 1.1 }),
  'sampling.logit_bias': () => sampling({ logitBias: { '42': -5 } }),
  'reasoning.off': () => reasoning({ mode: 'off' }),
  'reasoning.on': () => reasoning({ mode: 'on' }),
  'reasoning.effort': () => reasoning({ effort: 'low', source: 'effort' }),
  'reasoning.budget': () => reasoning({ mode: 'on', budgetTokens: 1024, source: 'budget' }),
  'reasoning.between_tools': () => reasoning({ mode: 'between_tools' }),
  'reasoning.expose': () => reasoning({ mode: 'on', expose: 'summary' }),
  'reasoning.context': () => reasoning({ mode: 'on', context: 'all_turns' }),
  'cache.mark': () => [
    plain,
    turns({ role: 'user', parts: [{ type: 'text', text: 'Tide tables.', cache: {} }, ...question.parts] })
  ],
  'cache.auto': () => change({ cache: { autoMark: {} } }),
  'cache.key': () => change({ cache: { key: 'harbour' } }),
  'cache.options': () => change({ cache: { mode: 'explicit', ttl: '1h', retention: '24h' } }),
  'cache.handle': () => change({ cache: { handle: { kind: 'kit', id: 'cache_1' } } }),
  'state.store': () => change({ state: { store: true } }),
  'state.previous': () => change({ state: { previousResponseId: 'reply_0' } }),
  'state.background': () => change({ state: { background: true } }),
  'state.truncation': () => change({ state: { truncation: 'auto' } }),
  'state.context': () => change({ state: { contextManagement: { edits: [] } } }),
  'state.include': () => change({ state: { include: ['kit.extra'] } }),
  'service.tier': () => change({ serviceTier: 'flex' }),
  'service.speed': () => change({ speed: 'fast' }),
  'identity.user': () => change({ identity: { endUser: 'user_1' } }),
  'identity.safety': () => change({ identity: { safetyId: 'safety_1' } }),
  metadata: () => change({ metadata: { ship: 'Aurora' } }),
  safety: () => change({ safety: { level: 'kit' } }),
  'hosted.options': () => change({ hosted: { webSearch: { size: 'small' } } }),
  ext: format => change({ ext: { [format]: { x_kit: 'kept' } } })
}

/**
 * featureSamples gives, for each feature of a request, two requests that differ by it. What only one format can read
 * (hosted tools, opaque blocks, files by id) is written as if it came from `format`.
 */
export function featureSamples(format: FormatId): readonly FeatureSample[] {
  return (Object.keys(PAIRS) as RequestFeature[]).map(feature => {
    const [without, with_] = PAIRS[feature](format)
    return { feature, without: deepFreeze(without), with: deepFreeze(with_), invented: INVENTED.has(feature) }
  })
}
