import { type GenerateRequest, isGatewayError, type Message, type Part, type Reasoning } from '@isthmus/core'
import { requestHead } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { type ChatTraits, chatCompletions, chatFeatures } from '../src/index.ts'

const user: Message = { role: 'user', parts: [{ type: 'text', text: 'Hello' }] }
/** foreign is a request of a client that speaks another format. */
const foreign = (members: Partial<GenerateRequest> = {}): GenerateRequest => ({
  op: 'generate',
  model: 'm',
  messages: [user],
  tools: [],
  sampling: {},
  output: {},
  reply: { stream: false },
  ingress: { format: 'messages' },
  ...members
})
const encode = (request: GenerateRequest, traits: ChatTraits = {}) =>
  chatCompletions.request.encode(request, { provider: 'up', model: 'm', traits })
const call = (id: string, name = 'f'): Part => ({ type: 'tool_call', kind: 'function', id, name, argsText: '{}' })
const tool = (name = 'f') => ({ type: 'function' as const, name })

t.test('reasoning is written in the words of the model, and a rounding is reported', async t => {
  const base = { mode: 'on', source: 'effort', expose: 'default' } as const
  const CASES: readonly (readonly [Reasoning, ChatTraits['reasoning'], unknown, string | undefined])[] = [
    [{ ...base, effort: 'xhigh' }, { efforts: ['low', 'medium', 'high'] }, 'high', 'reasoning.effort'],
    [{ ...base, effort: 'minimal' }, { efforts: ['none', 'low', 'high'] }, 'low', 'reasoning.effort'],
    [{ ...base, effort: 'medium' }, { efforts: ['low', 'medium'] }, 'medium', undefined],
    [{ ...base, mode: 'off', effort: 'none' }, { efforts: ['minimal', 'low'] }, 'minimal', 'reasoning.off'],
    [{ ...base, mode: 'off' }, { efforts: ['none', 'low'] }, 'none', undefined],
    [{ ...base, mode: 'on' }, { efforts: ['low', 'medium'] }, 'medium', undefined],
    [{ ...base, budgetTokens: 16_000 }, {}, 'medium', 'reasoning.budget'],
    [{ ...base, budgetTokens: 32_000 }, {}, 'high', 'reasoning.budget'],
    [{ ...base, mode: 'default' }, {}, undefined, undefined]
  ]
  for (const [reasoning, traits, effort, gap] of CASES) {
    const { body, gaps } = encode(foreign({ reasoning }), traits === undefined ? {} : { reasoning: traits })
    t.equal(body.reasoning_effort, effort, JSON.stringify(reasoning))
    t.equal(gaps[0]?.feature, gap, JSON.stringify(reasoning))
  }
})

t.test('a model that refuses tools together with reasoning is told not to reason', async t => {
  const reasoning = { mode: 'on', effort: 'high', source: 'effort', expose: 'default' } as const
  const traits = { reasoning: { efforts: ['none', 'high'], refusesTools: true } }
  const { body, gaps } = encode(foreign({ reasoning, tools: [tool()] }), traits)
  t.equal(body.reasoning_effort, 'none')
  t.match(gaps, [{ feature: 'reasoning.effort', action: 'converted', from: 'high', to: 'none' }])
})

t.test('the limit has the name the upstream wants, and is not below what it takes', async t => {
  t.equal(encode(foreign({ output: { maxTokens: 50 } })).body.max_tokens, 50)
  const traits = { maxTokensField: 'max_completion_tokens', minOutputTokens: 16 } as const
  const { body, gaps } = encode(foreign({ output: { maxTokens: 5 } }), traits)
  t.equal(body.max_completion_tokens, 16)
  t.match(gaps, [{ feature: 'output.max_tokens', from: 5, to: 16 }])
})

t.test('what a model lacks is left out, and its feature table says so', async t => {
  const traits: ChatTraits = { lacks: ['sampling.top_k', 'output.stop'], cacheMarks: 'none', replay: 'none' }
  const { body, gaps } = encode(foreign({ sampling: { topK: 5, temperature: 1 } }), traits)
  t.equal(body.top_k, undefined)
  t.equal(body.temperature, 1)
  t.same(gaps, [])
  t.match(chatFeatures(traits), {
    'sampling.top_k': 'dropped',
    'output.stop': 'rejected',
    'cache.mark': 'dropped',
    'input.reasoning': 'dropped'
  })
})

t.test('names of tools are fitted everywhere alike, and given back in the reply', async t => {
  const long = `mcp.server/${'x'.repeat(80)}`
  const messages: Message[] = [user, { role: 'assistant', parts: [call('c1', long)] }]
  const request = foreign({ messages, tools: [tool(long)], toolChoice: { type: 'one', name: long, kind: 'function' } })
  const { body, context } = encode(request)
  const sent = (body.tools as { function: { name: string } }[])[0]!.function.name
  t.match(sent, /^[a-zA-Z0-9_-]{1,64}$/)
  t.match(body.tool_choice, { function: { name: sent } })
  t.match(body.messages, [{}, { tool_calls: [{ function: { name: sent } }] }])
  t.equal(
    sent,
    (encode(request).body.tools as { function: { name: string } }[])[0]!.function.name,
    'the same each time'
  )
  const reply = { id: 'r', model: 'm', choices: [{ index: 0, finish_reason: 'tool_calls', message: {} as JsonObject }] }
  reply.choices[0]!.message = {
    tool_calls: [{ id: 'c2', type: 'function', function: { name: sent, arguments: '{}' } }]
  }
  const head = { status: 200, headers: { 'content-type': 'application/json' } }
  const decoder = chatCompletions.response.decoder(head, { provider: 'up', model: 'm' }, context)
  const events = [...decoder.push(Buffer.from(JSON.stringify(reply))), ...decoder.end()]
  t.match(events, [{}, { type: 'part_start', part: { name: long } }])
})

t.test('an id that is too long is shortened for call and result alike', async t => {
  const id = `toolu_${'y'.repeat(90)}`
  const result: Message = { role: 'tool', parts: [{ type: 'tool_result', callId: id, content: [] }] }
  const { body } = encode(foreign({ messages: [user, { role: 'assistant', parts: [call(id)] }, result] }))
  const [, turn, answer] = body.messages as { tool_calls: { id: string }[]; tool_call_id: string }[]
  t.equal(turn!.tool_calls[0]!.id, answer!.tool_call_id)
  t.equal(answer!.tool_call_id.length, 64)
})

t.test('media of a result follows after all results of the turn, and an error is told in words', async t => {
  const image: Part = { type: 'image', source: { kind: 'inline', mime: 'image/png', data: 'AAAA' } }
  const parts: Part[] = [
    { type: 'tool_result', callId: 'a', content: [{ type: 'text', text: 'see' }, image] },
    { type: 'tool_result', callId: 'b', content: [{ type: 'text', text: 'no such file' }], isError: true }
  ]
  const messages: Message[] = [
    user,
    { role: 'assistant', parts: [call('a'), call('b')] },
    { role: 'tool', parts },
    user
  ]
  const { body } = encode(foreign({ messages }))
  t.match(body.messages, [
    { role: 'user' },
    { role: 'assistant', content: null },
    { role: 'tool', tool_call_id: 'a', content: [{ type: 'text', text: 'see' }, { type: 'text' }] },
    { role: 'tool', tool_call_id: 'b', content: '{"error":"no such file"}' },
    { role: 'user', content: [{ text: /tool call a/ }, { image_url: { url: 'data:image/png;base64,AAAA' } }] },
    { role: 'user', content: 'Hello' }
  ])
})

t.test('what stands in an error beside its text is not lost', async t => {
  const image: Part = { type: 'image', source: { kind: 'inline', mime: 'image/png', data: 'AAAA' } }
  const opaque: Part = { type: 'opaque', native: { format: 'x', object: {} }, replay: 'same_dialect', describe: 'seen' }
  const ext = { messages: { strange: 1 } }
  const content = [{ type: 'text' as const, text: 'no' }, image, opaque]
  const parts: Part[] = [{ type: 'tool_result', callId: 'a', content, isError: true, ext }]
  const messages: Message[] = [user, { role: 'assistant', parts: [call('a')] }, { role: 'tool', parts }]
  const { body, gaps } = encode(foreign({ messages }))
  const text = JSON.stringify(body.messages)
  for (const said of ['no', 'see the next user message', 'AAAA', 'seen']) t.match(text, said)
  t.match(gaps, [{ feature: 'ext', action: 'dropped' }, {}])
})

t.test('a choice among no tools is left out, and that is told', async t => {
  const { body, gaps } = encode(foreign({ toolChoice: { type: 'one', name: 'f', kind: 'function' } }))
  t.equal(body.tool_choice, undefined)
  t.match(gaps, [{ feature: 'tools.choice.one', action: 'dropped' }])
  t.same(encode(foreign({ toolChoice: { type: 'none' } })).gaps, [])
})

t.test('the result of a call that is gone becomes text of the user, and that is reported', async t => {
  const parts: Part[] = [{ type: 'tool_result', callId: 'gone', content: [{ type: 'text', text: '42' }] }]
  const { body, gaps } = encode(foreign({ messages: [{ role: 'tool', parts }, user] }))
  t.match(body.messages, [{ role: 'user', content: [{ text: /gone/ }, { text: '42' }] }, { role: 'user' }])
  t.match(gaps, [{ feature: 'tools.function', action: 'emulated' }])
})

t.test('ids of calls that come again are made different, together with the results of those calls', async t => {
  const turn = (...ids: string[]): Message => ({ role: 'assistant', parts: ids.map(id => call(id)) })
  const results = (...ids: string[]): Message => ({
    role: 'tool',
    parts: ids.map((callId, at) => ({ type: 'tool_result', callId, content: [{ type: 'text', text: `${at}` }] }))
  })
  const idsOf = (messages: Message[], ingress = 'messages') => {
    const { body } = encode(foreign({ messages, ingress: { format: ingress } }))
    return (body.messages as { tool_calls?: { id: string }[]; tool_call_id?: string }[]).map(
      wire => wire.tool_calls?.map(({ id }) => id) ?? wire.tool_call_id
    )
  }
  t.same(idsOf([turn('a', 'b'), results('b', 'a')]), [['a', 'b'], 'b', 'a'], 'ids of their own stay')
  t.same(idsOf([turn('a'), results('a'), turn('a'), results('a')]), [['a'], 'a', ['a_2'], 'a_2'])
  t.same(idsOf([turn('a', 'a'), results('a', 'a')]), [['a', 'a_2'], 'a', 'a_2'])
  t.same(idsOf([turn('a_2', 'a'), results('a'), turn('a')]), [['a_2', 'a'], 'a', ['a_3']], 'no new id was there before')
  t.same(idsOf([turn('a'), turn('a'), results('a')]), [['a'], ['a_2'], 'a_2'], 'a result is of the turn before it')
  t.same(idsOf([turn('', ''), results('', '')]), [['call', 'call_2'], 'call', 'call_2'], 'an id that is empty is none')
  const own = [turn('a'), results('a'), turn('a'), results('a')]
  t.same(idsOf(own, 'chat-completions'), [['a'], 'a', ['a'], 'a'], 'a client of this format is taken at its word')
})

t.test('results that stand after a later turn are moved up to their call, and that is reported', async t => {
  const result = (callId: string): Part => ({ type: 'tool_result', callId, content: [{ type: 'text', text: callId }] })
  const messages: Message[] = [
    { role: 'assistant', parts: [call('a'), call('b'), call('c')] },
    { role: 'tool', parts: [result('b')] },
    user,
    { role: 'tool', parts: [result('a')] },
    { role: 'assistant', parts: [call('d')] },
    { role: 'tool', parts: [result('d')] }
  ]
  const order = (ingress: string) => {
    const { body, gaps } = encode(foreign({ messages, ingress: { format: ingress } }))
    const wires = body.messages as { role: string; tool_call_id?: string }[]
    return [wires.map(({ role, tool_call_id: id }) => id ?? role).join(' '), gaps.map(gap => gap.action)]
  }
  t.same(
    order('messages'),
    ['assistant b a user assistant d', ['converted']],
    'the missing one is left to the upstream'
  )
  t.same(order('chat-completions'), ['assistant b user a assistant d', []])
})

t.test('members of another format are reported on a text that is written as a string', async t => {
  const part: Part = { type: 'text', text: 'x', ext: { messages: { citations: null } } }
  t.match(encode(foreign({ messages: [{ role: 'user', parts: [part] }] })).gaps, [
    { feature: 'ext', action: 'dropped' }
  ])
})

t.test('texts of one answer are joined, with a blank line where something stood between', async t => {
  const text = (value: string): Part => ({ type: 'text', text: value })
  const contentOf = (...parts: Part[]) =>
    (encode(foreign({ messages: [user, { role: 'assistant', parts }] })).body.messages as JsonObject[])[1]!.content
  t.equal(contentOf(text('A sentence, '), text('cited.')), 'A sentence, cited.')
  t.equal(contentOf(text('Let me look.'), call('a'), text('Done.')), 'Let me look.\n\nDone.')
  t.equal(contentOf(call('a'), text('Done.')), 'Done.')
  t.equal(contentOf(call('a')), null)
  t.equal(contentOf(), '')
})

t.test('reasoning is sent back only where it is wanted, and the rest is reported', async t => {
  const seal = {
    kind: 'signature',
    data: 's',
    issuer: { provider: 'a', modelFamily: 'c', format: 'anthropic-claude-v1' }
  } as const
  const parts: Part[] = [
    { type: 'reasoning', text: 'hm', hidden: false, seal },
    { type: 'text', text: 'yes' }
  ]
  const request = foreign({ messages: [user, { role: 'assistant', parts }, user] })
  const turn = (replay: NonNullable<ChatTraits['replay']>) => {
    const { body, gaps } = encode(request, { replay })
    return [(body.messages as JsonObject[])[1], gaps.map(gap => gap.feature)]
  }
  t.same(turn('none'), [{ role: 'assistant', content: 'yes' }, []])
  t.same(turn('as-written'), [{ role: 'assistant', content: 'yes' }, ['input.reasoning']])
  t.same(turn('reasoning_content')[0], { role: 'assistant', reasoning_content: 'hm', content: 'yes' })
  const detail = { type: 'reasoning.text', text: 'hm', signature: 's', format: 'anthropic-claude-v1', index: 0 }
  t.same(turn('details')[0], { role: 'assistant', content: 'yes', reasoning_details: [detail] })
})

t.test('usage is always asked for in a stream, unless the server refuses the option', async t => {
  const request = foreign({ reply: { stream: true } })
  t.same(encode(request).body.stream_options, { include_usage: true })
  t.equal(encode(request, { streamUsage: false }).body.stream_options, undefined)
  t.equal(encode(foreign()).body.stream, undefined)
})

t.test('nothing is said of tools where there are none', async t => {
  const body = {
    model: 'm',
    messages: [{ role: 'user', content: 'x' }],
    tools: [],
    tool_choice: 'auto',
    parallel_tool_calls: true
  }
  const written = encode(chatCompletions.request.decode(body, requestHead())).body
  t.same(Object.keys(written), ['model', 'messages'])
})

const REFUSED: readonly (readonly [string, Partial<GenerateRequest>, ChatTraits?])[] = [
  ['five stop sequences', { output: { stop: ['a', 'b', 'c', 'd', 'e'] } }],
  [
    'a file of another service',
    {
      messages: [
        { role: 'user', parts: [{ type: 'file', source: { kind: 'file_ref', provider: 'anthropic', id: 'f' } }] }
      ]
    }
  ],
  [
    'a hosted tool of another format',
    { tools: [{ type: 'hosted', kind: 'code', native: { format: 'messages', object: {} } }] }
  ],
  ['MCP servers', { hosted: { mcpServers: [] } }],
  [
    'audio the model cannot read',
    {
      messages: [
        { role: 'user', parts: [{ type: 'audio', source: { kind: 'inline', mime: 'audio/flac', data: 'A' } }] }
      ]
    },
    { audioFormats: ['wav'] }
  ]
]

for (const [what, members, traits] of REFUSED) {
  t.test(`${what} cannot be expressed, and is refused`, async t => {
    try {
      encode(foreign(members), traits)
      t.fail('it was written')
    } catch (thrown) {
      t.ok(isGatewayError(thrown) && thrown.kind === 'unsupported')
    }
  })
}

t.test('a cache mark of a client of another format is written only where the upstream is known to take it', async t => {
  const messages: Message[] = [{ role: 'user', parts: [{ type: 'text', text: 'long', cache: { ttl: '1h' } }] }]
  const content = (traits: ChatTraits) => {
    const { body, gaps } = encode(foreign({ messages }), traits)
    return [(body.messages as JsonObject[])[0]!.content, body.prompt_cache_options, gaps.length]
  }
  t.same(content({}), ['long', undefined, 1], 'without its mark the text is a string')
  t.same(content({ cacheMarks: 'none' }), ['long', undefined, 0], 'the feature table reports it')
  t.same(content({ cacheMarks: 'cache_control' })[0], [
    { type: 'text', text: 'long', cache_control: { type: 'ephemeral', ttl: '1h' } }
  ])
  t.same(content({ cacheMarks: 'prompt_cache_breakpoint' }), [
    [{ type: 'text', text: 'long', prompt_cache_breakpoint: { mode: 'explicit' } }],
    { mode: 'explicit' },
    0
  ])
})

t.test('a result names its tool only to a server whose client does so', async t => {
  const result: Part = { type: 'tool_result', callId: 'a', name: 'f', content: [] }
  const messages: Message[] = [user, { role: 'assistant', parts: [call('a')] }, { role: 'tool', parts: [result] }]
  const nameIn = (format: string) =>
    (encode(foreign({ messages, ingress: { format } })).body.messages as JsonObject[]).at(-1)?.name
  t.equal(nameIn('gemini'), undefined)
  t.equal(nameIn('chat-completions'), 'f')
})

t.test('texts that were messages of their own stay apart, and so do texts around an image', async t => {
  const said = (...parts: Part[]) =>
    (encode(foreign({ messages: [user, { role: 'assistant', parts }] })).body.messages as JsonObject[])[1]?.content
  const item = (text: string, index: number): Part => ({ type: 'text', text, item: { index } })
  t.equal(said(item('One.', 0), item('Two.', 1), item(' Three.', 1)), 'One.\n\nTwo. Three.')
  const image: Part = { type: 'image', source: { kind: 'url', url: 'https://images.example/a.png' } }
  t.equal(said(item('A', 0), image, item('B', 0)), 'A\n\n[image: see the next user message]\n\nB')
})

t.test('a film is sent whole where a part of it was meant, and that is reported', async t => {
  const film: Part = {
    type: 'video',
    source: { kind: 'url', url: 'https://films.example/a.mp4' },
    clip: { start: '1s' }
  }
  const { gaps } = encode(foreign({ messages: [{ role: 'user', parts: [film] }] }))
  t.match(gaps, [{ feature: 'input.video', action: 'converted', field: 'clip' }])
})

t.test('a cache of marks alone is not asked for where the marks were left out', async t => {
  const messages: Message[] = [{ role: 'user', parts: [{ type: 'text', text: 'Hi', cache: {} }] }]
  const request = foreign({ messages, cache: { mode: 'explicit' } })
  t.notOk('prompt_cache_options' in encode(request, { cacheMarks: 'none' }).body)
  t.match(encode(request, { cacheMarks: 'prompt_cache_breakpoint' }).body, {
    prompt_cache_options: { mode: 'explicit' }
  })
})

t.test('a mark on a call has no place, and a lifetime is one that the upstream knows', async t => {
  const cache = { ttl: '12h' }
  const called = encode(foreign({ messages: [user, { role: 'assistant', parts: [{ ...call('a'), cache }] }] }))
  t.match(called.gaps, [{ feature: 'cache.mark', action: 'dropped' }])
  const point = { type: 'text', text: 'long', prompt_cache_breakpoint: { mode: 'explicit', ttl: '12h' } }
  const asked = { model: 'm', messages: [{ role: 'user', content: [point] }] }
  const request = chatCompletions.request.decode(asked, requestHead())
  t.same(request.messages[0]?.parts[0]?.cache, cache)
  t.same(encode(request).body, asked)
  const marked = encode(request, { cacheMarks: 'cache_control' })
  t.match(marked.body.messages, [{ content: [{ cache_control: { type: 'ephemeral', ttl: '1h' } }] }])
  t.match(marked.gaps, [{ feature: 'cache.mark', action: 'converted', from: '12h', to: '1h' }])
})

t.test('parts as other vendors spell them go back as they came', async t => {
  const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'Think first.' }], closed: true }
  const body = {
    model: 'm',
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'Answer like this:' }, thinking] },
      {
        role: 'user',
        content: [
          { type: 'input_audio', input_audio: 'https://example.test/a.ogg' },
          { type: 'file', file_id: 'file-1' }
        ]
      }
    ]
  }
  const request = chatCompletions.request.decode(body, requestHead())
  const { body: written, gaps } = encode(request)
  t.same(written, body)
  t.same(gaps, [])
  t.match(request.messages[0]?.parts[1], { type: 'opaque', describe: 'Think first.' }, 'other formats have the words')
})
