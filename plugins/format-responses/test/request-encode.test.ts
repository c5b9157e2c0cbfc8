import type { GenerateRequest, Part, Seal } from '@isthmus/core'
import { encodeEnvelope, type JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { type ResponsesTraits, responsesFeatures } from '../src/traits.ts'
import { assistant, call, foreign, native, result, said, text } from './support/encode.ts'

const items = (body: JsonObject): JsonObject[] => body.input as JsonObject[]
const features = (encoded: { readonly gaps: readonly { readonly feature: string }[] }) =>
  encoded.gaps.map(gap => gap.feature)

const seal = (format: string): Seal => ({
  kind: 'encrypted',
  data: 'E',
  issuer: { provider: '', modelFamily: '', format },
  itemId: 'rs_1'
})
const thought = (format?: string): Part => ({
  type: 'reasoning',
  summary: ['Hm.'],
  hidden: false,
  ...(format && { seal: seal(format) })
})

t.test('a conversation of another format becomes items', async t => {
  const { body, gaps } = foreign(
    said(
      { role: 'system', parts: [text('Be brief.')] },
      { role: 'user', parts: [text('Look.')] },
      assistant(text('I look.'), call('a'), text('And again.'), call('b')),
      { role: 'tool', parts: [result('a', text('one')), result('b', text('two'), text('three'))] },
      { role: 'user', parts: [text('Well?'), text('Quick!')] }
    )
  )
  t.same(gaps, [])
  t.same(items(body), [
    { type: 'message', role: 'system', content: 'Be brief.' },
    { type: 'message', role: 'user', content: 'Look.' },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'I look.', annotations: [] }] },
    { type: 'function_call', call_id: 'a', name: 'look', arguments: '{"a": 1}' },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'And again.', annotations: [] }] },
    { type: 'function_call', call_id: 'b', name: 'look', arguments: '{"a": 1}' },
    { type: 'function_call_output', call_id: 'a', output: 'one' },
    {
      type: 'function_call_output',
      call_id: 'b',
      output: [
        { type: 'input_text', text: 'two' },
        { type: 'input_text', text: 'three' }
      ]
    },
    {
      type: 'message',
      role: 'user',
      content: [
        { type: 'input_text', text: 'Well?' },
        { type: 'input_text', text: 'Quick!' }
      ]
    }
  ])
})

t.test('nothing is kept unless the client says so, and then reasoning must come back sealed', async t => {
  const on = { reasoning: { mode: 'on', effort: 'low', expose: 'default', source: 'effort' } } as const
  t.match(foreign(on).body, { store: false, include: ['reasoning.encrypted_content'] })
  t.match(foreign({}, { reasoning: { supported: true } }).body, {
    store: false,
    include: ['reasoning.encrypted_content']
  })
  t.notOk('include' in foreign({}).body, 'a model that may not reason is not asked')
  const not = foreign(on, { reasoning: { supported: false } }).body
  t.notOk('include' in not || 'reasoning' in not)
  t.match(foreign({ state: { store: true } }).body, { store: true })
  t.notOk('store' in foreign({}, { store: 'omit' }).body)
  t.match(foreign({}, { store: true }).body, { store: true })
})

t.test('a client of this format that says what is kept is taken at its word', async t => {
  t.match(native({}).body, { store: false })
  t.match(native({ store: true, reasoning: { effort: 'low' } }).body, { store: true })
  t.notOk('include' in native({ store: true, reasoning: { effort: 'low' } }).body)
  t.notOk('include' in native({ store: false, reasoning: { effort: 'low' } }).body)
  t.notOk('store' in native({ previous_response_id: 'resp_1' }).body, 'it goes on from what is kept')
  t.notOk('store' in native({ background: true }).body)
})

t.test('reasoning goes back to who sealed it, and to nobody else', async t => {
  const turn = (format?: string) => said({ role: 'user', parts: [text('?')] }, assistant(thought(format), text('!')))
  const own = foreign(turn('openai-responses-v1'))
  t.same(items(own.body)[1], {
    type: 'reasoning',
    id: 'rs_1',
    summary: [{ type: 'summary_text', text: 'Hm.' }],
    encrypted_content: 'E'
  })
  t.same(own.gaps, [])
  for (const other of [foreign(turn('anthropic-claude-v1')), foreign(turn('xai-responses-v1')), foreign(turn())]) {
    t.same(
      items(other.body).map(({ type }) => type),
      ['message', 'message']
    )
    t.same(features(other), ['input.reasoning'])
  }
  const xai = foreign(turn('xai-responses-v1'), { reasoning: { sealFormat: 'xai-responses-v1' } })
  t.equal(items(xai.body)[1]?.encrypted_content, 'E')
  t.match(xai.context, { sealFormat: 'xai-responses-v1' })
  const none = foreign(turn('openai-responses-v1'), { reasoning: { supported: false } })
  t.same(none.gaps, [], 'the feature table says it')
  t.equal(responsesFeatures({ reasoning: { supported: false } })['input.reasoning'], 'dropped')
})

t.test('models that read their reasoning as text are given it as text', async t => {
  const traits: ResponsesTraits = { reasoning: { replay: 'content' } }
  const turn = said({ role: 'user', parts: [text('?')] }, assistant(thought('openai-responses-v1'), call('a')))
  t.same(items(foreign(turn, traits).body)[1], {
    type: 'reasoning',
    summary: [],
    content: [{ type: 'reasoning_text', text: 'Hm.' }]
  })
})

t.test('what follows reasoning that is left out is not named by an id', async t => {
  const envelope = encodeEnvelope(seal('anthropic-claude-v1'))
  const { body } = native({
    input: [
      { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: envelope },
      {
        type: 'message',
        id: 'msg_1',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'x', annotations: [] }]
      },
      { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'look', arguments: '{}' },
      { type: 'function_call_output', call_id: 'a', output: '' },
      {
        type: 'message',
        id: 'msg_2',
        role: 'assistant',
        content: [{ type: 'output_text', text: 'y', annotations: [] }]
      }
    ]
  })
  t.same(
    items(body).map(({ type, id }) => [type, id]),
    [
      ['message', undefined],
      ['function_call', undefined],
      ['function_call_output', undefined],
      ['message', 'msg_2']
    ]
  )
})

t.test('the same reasoning item is written once', async t => {
  const item = { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'E' }
  const calls = ['a', 'b'].map(id => ({ type: 'function_call', call_id: id, name: 'look', arguments: '{}' }))
  const { body } = native({ input: [item, calls[0], item, calls[1]] })
  t.same(
    items(body).map(({ type }) => type),
    ['reasoning', 'function_call', 'function_call']
  )
})

t.test('efforts and budgets become efforts that the model knows', async t => {
  const reasoning = (changes: object) => ({
    reasoning: { mode: 'on', expose: 'default', source: 'effort', ...changes } as NonNullable<
      GenerateRequest['reasoning']
    >
  })
  const traits: ResponsesTraits = { reasoning: { efforts: ['low', 'medium', 'high'] } }
  t.match(foreign(reasoning({ effort: 'max' }), traits), {
    body: { reasoning: { effort: 'high' } },
    gaps: [{ feature: 'reasoning.effort', from: 'max', to: 'high' }]
  })
  t.match(foreign({ ...reasoning({ budgetTokens: 9000, source: 'budget' }), output: { maxTokens: 10_000 } }), {
    body: { reasoning: { effort: 'high' } },
    gaps: [{ feature: 'reasoning.budget', from: 9000, to: 'high' }]
  })
  t.match(foreign(reasoning({ mode: 'off', source: 'flag' }), traits), {
    body: { reasoning: { effort: 'low' } },
    gaps: [{ feature: 'reasoning.off', from: 'none', to: 'low' }]
  })
  t.match(foreign(reasoning({ mode: 'off', source: 'flag' })).body, { reasoning: { effort: 'none' } })
  t.match(foreign(reasoning({ expose: 'summary' })).body, { reasoning: { effort: 'medium', summary: 'auto' } })
})

t.test('limits and sampling are made to fit, and that is said', async t => {
  t.match(foreign({ output: { maxTokens: 4 } }), {
    body: { max_output_tokens: 16 },
    gaps: [{ feature: 'output.max_tokens', from: 4, to: 16 }]
  })
  t.match(foreign({ output: { maxTokens: 900 } }, { maxOutputTokens: 500 }).body, { max_output_tokens: 500 })
  const sampling = { temperature: 0.5, topP: 0.9, topK: 3, seed: 1 }
  t.match(foreign({ sampling }).body, { temperature: 0.5, top_p: 0.9, top_k: undefined, seed: undefined })
  t.notOk('temperature' in foreign({ sampling }, { sampling: 'never' }).body)
  t.same(features(foreign({ sampling }, { sampling: 'without_reasoning' })), ['sampling.temperature', 'sampling.top_p'])
  t.match(foreign({ sampling }, { moreSampling: ['topK'] }).body, { top_k: 3 })
  t.equal(responsesFeatures({ moreSampling: ['topK'] })['sampling.top_k'], 'exact')
})

t.test('what the format cannot say is refused rather than left out', async t => {
  for (const output of [{ stop: ['x'] }, { n: 2 }, { modalities: ['text', 'audio'] }]) {
    t.throws(() => foreign({ output }), { code: 'FORMAT_RESPONSES_UNSUPPORTED' })
  }
  const video: Part = { type: 'video', source: { kind: 'url', url: 'https://v.example' } }
  t.throws(() => foreign(said({ role: 'user', parts: [video] })), { code: 'FORMAT_RESPONSES_UNSUPPORTED' })
  const file: Part = { type: 'file', source: { kind: 'file_ref', provider: 'elsewhere', id: 'f' } }
  t.throws(() => foreign(said({ role: 'user', parts: [file] })), { code: 'FORMAT_RESPONSES_UNSUPPORTED' })
  t.match(foreign(said({ role: 'user', parts: [file] }), { fileIssuers: ['elsewhere'] }).body, {
    input: [{ content: [{ type: 'input_file', file_id: 'f' }] }]
  })
})

t.test('results with media, lists and errors', async t => {
  const image: Part = { type: 'image', source: { kind: 'inline', mime: 'image/png', data: 'AAAA' } }
  const loop = (...parts: Part[]) => said(assistant(call('a')), { role: 'tool', parts })
  const output = (traits: ResponsesTraits, part: Part) =>
    items(foreign(loop(part), traits).body).map(item => item.output ?? item.content)
  t.same(output({}, result('a', text('see'), image))[1], [
    { type: 'input_text', text: 'see' },
    { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' }
  ])
  const [, stays, follows] = output({ resultMedia: 'follow' }, result('a', text('see'), image))
  t.same(stays, [
    { type: 'input_text', text: 'see' },
    { type: 'input_text', text: '[image: see the next user message]' }
  ])
  t.match(follows, [{ text: 'Attachment of the result of tool call a:' }, { type: 'input_image' }])
  t.equal(output({ flattenOutputs: true }, result('a', text('1'), text('2')))[1], '1\n2')
  t.equal(output({}, { ...result('a', text('no')), isError: true } as Part)[1], '{"error":"no"}')
  t.same(
    output({}, { ...result('a', text('no'), image), isError: true } as Part)[1],
    [
      { type: 'input_text', text: '{"error":"no"}' },
      { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'auto' }
    ],
    'an error may have a picture'
  )
  const orphan = foreign(said({ role: 'tool', parts: [result('gone', text('late'))] }))
  t.match(orphan.body.input, [{ role: 'user', content: [{ text: /gone/ }, { text: 'late' }] }])
  t.match(orphan.gaps, [{ feature: 'tools.function', action: 'emulated' }])
})

t.test('cache marks are written where the model takes them, and reported where they are left out', async t => {
  const marked = said(
    { role: 'user', parts: [{ type: 'text', text: 'long', cache: { ttl: '1h' } }] },
    assistant({ ...call('a'), cache: {} } as Part),
    { role: 'tool', parts: [{ ...result('a', text('x')), cache: {} } as Part] }
  )
  t.same(features(foreign(marked)), ['cache.mark'])
  t.same(foreign(marked, { cacheMarks: false }).gaps, [], 'the feature table says it')
  const { body, gaps } = foreign(marked, { cacheMarks: true })
  t.match(body, {
    prompt_cache_options: { mode: 'explicit' },
    input: [
      { content: [{ text: 'long', prompt_cache_breakpoint: { mode: 'explicit', ttl: '30m' } }] },
      {},
      { output: [{ type: 'input_text', text: 'x', prompt_cache_breakpoint: { mode: 'explicit' } }] }
    ]
  })
  t.match(gaps, [
    { feature: 'cache.mark', action: 'converted', from: '1h', to: '30m' },
    { feature: 'cache.mark', action: 'dropped' }
  ])
})

t.test('blocks of other formats are put into words or refused', async t => {
  const block = (describe?: string): Part => ({
    type: 'opaque',
    native: { format: 'other', object: {} },
    replay: 'same_dialect',
    ...(describe && { describe })
  })
  t.throws(() => foreign(said(assistant(block()))), { code: 'FORMAT_RESPONSES_UNSUPPORTED' })
  t.match(foreign(said(assistant(block('a summary')))), {
    body: { input: [{ content: [{ type: 'output_text', text: 'a summary' }] }] },
    gaps: [{ feature: 'input.opaque', action: 'emulated' }]
  })
  const search: Part = {
    type: 'hosted_call',
    kind: 'web_search',
    id: 's',
    input: { query: 'x' },
    native: { format: 'other', object: {} }
  }
  t.match(foreign(said(assistant(search))), {
    body: { input: [{ content: [{ text: '[web_search call: {"query":"x"}]' }] }] },
    gaps: [{ feature: 'input.hosted', action: 'emulated' }]
  })
})

t.test('a long user id is hashed where there is a limit', async t => {
  const identity = { endUser: 'u'.repeat(80) }
  t.match(foreign({ identity }).body, { user: identity.endUser })
  const { body, gaps } = foreign({ identity }, { maxUserChars: 64 })
  t.match(body.user, /^[0-9a-f]{64}$/)
  t.match(gaps, [{ feature: 'identity.user', action: 'converted' }])
})

t.test(
  'members that only another format knows are reported, and features that the model lacks are left out',
  async t => {
    t.same(features(foreign({ ext: { other: { x: 1 } } })), ['ext'])
    const { body } = native({ text: { verbosity: 'low' }, truncation: 'auto' }, { lacks: ['output.verbosity', 'ext'] })
    t.notOk('text' in body)
    t.equal(body.truncation, 'auto')
  }
)

t.test('a cache of marks alone is not asked for where the marks were left out', async t => {
  const request = { ...said({ role: 'user', parts: [{ ...text('Hi'), cache: {} }] }), cache: { mode: 'explicit' } }
  t.notOk('prompt_cache_options' in foreign(request).body)
  t.match(foreign(request, { cacheMarks: true }).body, { prompt_cache_options: { mode: 'explicit' } })
  t.match(native({ prompt_cache_options: { mode: 'explicit' } }).body, { prompt_cache_options: { mode: 'explicit' } })
})

t.test('citations on what is no answer have no place, and that is told', async t => {
  const cited: Part = { type: 'text', text: 'x', annotations: [{ kind: 'page', title: 'Sea', start: 1, end: 2 }] }
  t.match(foreign(said({ role: 'user', parts: [cited] })).gaps, [{ feature: 'input.annotations', action: 'dropped' }])
  t.same(foreign(said(assistant(cited))).gaps, [])
})
