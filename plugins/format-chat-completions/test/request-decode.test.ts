import { type GenerateRequest, isGatewayError } from '@isthmus/core'
import { requestHead } from '@isthmus/core/testing'
import t from 'tap'
import { chatCompletions, DIALECT, withReasoningText } from '../src/index.ts'

const decode = (body: unknown): GenerateRequest => chatCompletions.request.decode(body, requestHead())
const hello = [{ role: 'user', content: 'Hello' }]
const ask = (members: object = {}): GenerateRequest => decode({ model: 'm', messages: hello, ...members })

const REFUSED: readonly (readonly [string, unknown, string, RegExp])[] = [
  ['a body that is no object', [], '', /expected a JSON object, got an empty array/],
  ['no model', { messages: hello }, 'model', /got nothing/],
  ['no messages', { model: 'm' }, 'messages', /got nothing/],
  ['an empty list of messages', { model: 'm', messages: [] }, 'messages', /non-empty array/],
  ['a role nobody knows', { model: 'm', messages: [{ role: 'bot', content: '' }] }, 'messages[0].role', /"assistant"/],
  ['a turn without content', { model: 'm', messages: [{ role: 'user' }] }, 'messages[0].content', /got nothing/],
  [
    'a part of the wrong type, blamed by its own type',
    { model: 'm', messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 7 } }] }] },
    'messages[0].content[0].image_url.url',
    /expected a string, got 7/
  ],
  [
    'a part without a type',
    { model: 'm', messages: [{ role: 'user', content: [{ text: 'x' }] }] },
    'messages[0].content[0].type',
    /expected a string/
  ],
  [
    'a call without a name',
    {
      model: 'm',
      messages: [{ role: 'assistant', tool_calls: [{ id: 'a', type: 'function', function: { arguments: '' } }] }]
    },
    'messages[0].tool_calls[0].function.name',
    /got nothing/
  ],
  [
    'a result that answers nothing',
    { model: 'm', messages: [{ role: 'tool', content: '' }] },
    'messages[0].tool_call_id',
    /got nothing/
  ],
  ['a number as text', { model: 'm', messages: hello, temperature: '1' }, 'temperature', /expected a number or null/],
  ['half a token', { model: 'm', messages: hello, max_tokens: 1.5 }, 'max_tokens', /an integer/],
  ['a choice nobody knows', { model: 'm', messages: hello, tool_choice: 'maybe' }, 'tool_choice', /"required"/],
  [
    'a tool without a function',
    { model: 'm', messages: hello, tools: [{ type: 'function' }] },
    'tools[0].function',
    /./
  ],
  [
    'two efforts that differ',
    { model: 'm', messages: hello, reasoning_effort: 'low', reasoning: { effort: 'high' } },
    'reasoning.effort',
    /differ/
  ]
]

for (const [what, body, path, message] of REFUSED) {
  t.test(`${what} is refused with its path`, async t => {
    try {
      decode(body)
      t.fail('it was read')
    } catch (thrown) {
      if (!isGatewayError(thrown)) throw thrown
      t.equal(thrown.kind, 'invalid_request')
      t.equal(thrown.path, path)
      t.match(thrown.message, message)
    }
  })
}

t.test('null says the same as leaving a member out', async t => {
  const nulls = { temperature: null, tools: null, stop: null, reasoning_effort: null, stream_options: null, user: null }
  t.same(ask(nulls), ask())
  t.equal(ask().ext, undefined)
})

t.test('consecutive results of tools become one turn, in their order', async t => {
  const calls = ['a', 'b'].map(id => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } }))
  const results = ['b', 'a'].map(id => ({ role: 'tool', tool_call_id: id, content: id }))
  const { messages } = decode({
    model: 'm',
    messages: [{ role: 'assistant', tool_calls: calls }, ...results, ...hello]
  })
  t.same(
    messages.map(({ role }) => role),
    ['assistant', 'tool', 'user']
  )
  t.same(
    messages[1]!.parts.map(part => part.type === 'tool_result' && part.callId),
    ['b', 'a']
  )
})

t.test('the deprecated functions are read as tools, and a result answers the call before it', async t => {
  const request = decode({
    model: 'm',
    functions: [{ name: 'f', parameters: {} }],
    function_call: { name: 'f' },
    messages: [
      { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
      { role: 'function', name: 'f', content: 'done' }
    ]
  })
  const [call] = request.messages[0]!.parts
  const [result] = request.messages[1]!.parts
  t.ok(call?.type === 'tool_call' && result?.type === 'tool_result' && call.id === result.callId)
  t.same(request.toolChoice, { type: 'one', name: 'f', kind: 'function' })
  t.equal(request.parallelTools, false)
  t.same(request.reply.dialect, [DIALECT.functions])
})

const SPELLINGS: readonly (readonly [object, object, string | undefined])[] = [
  [{ reasoning_effort: 'high' }, { mode: 'on', effort: 'high', source: 'effort', expose: 'default' }, undefined],
  [{ reasoning_effort: 'none' }, { mode: 'off', effort: 'none', source: 'effort', expose: 'default' }, undefined],
  [
    { reasoning: { max_tokens: 2000 } },
    { mode: 'on', budgetTokens: 2000, source: 'budget', expose: 'full' },
    DIALECT.reasoning
  ],
  [
    { reasoning: { effort: 'low', exclude: true } },
    { mode: 'on', effort: 'low', source: 'effort', expose: 'none' },
    DIALECT.reasoning
  ],
  [
    { thinking: { type: 'enabled', budget_tokens: 9 } },
    { mode: 'on', budgetTokens: 9, source: 'budget', expose: 'full' },
    DIALECT.reasoningContent
  ],
  [{ enable_thinking: false }, { mode: 'off', source: 'flag', expose: 'full' }, DIALECT.reasoningContent],
  [{ chat_template_kwargs: { enable_thinking: true } }, { mode: 'on', source: 'flag', expose: 'default' }, undefined],
  [{ think: 'high' }, { mode: 'on', effort: 'high', source: 'effort', expose: 'default' }, undefined],
  [{ include_reasoning: true }, { mode: 'default', source: 'flag', expose: 'full' }, DIALECT.reasoning]
]

t.test('the wish to reason is read in every spelling, and its dialect is noticed', async t => {
  for (const [members, reasoning, flag] of SPELLINGS) {
    const request = ask(members)
    const title = JSON.stringify(members)
    t.same(request.reasoning, reasoning, title)
    for (const shown of [DIALECT.reasoning, DIALECT.reasoningContent]) {
      t.equal(request.reply.dialect?.includes(shown) ?? false, shown === flag, `${title} ${shown}`)
    }
    t.equal(request.ext, undefined, title)
  }
})

t.test('the word for where reasoning stands shows or hides it, and is kept for a server that knows it', async t => {
  for (const [word, expose, shown] of [
    ['parsed', 'full', true],
    ['hidden', 'none', false],
    ['raw', 'default', false]
  ] as const) {
    const { reasoning, reply, ext } = ask({ reasoning_effort: 'high', reasoning_format: word })
    t.same(reasoning, { mode: 'on', effort: 'high', source: 'effort', expose }, word)
    t.equal(reply.dialect?.includes(DIALECT.reasoning) ?? false, shown, word)
    t.same(ext, { 'chat-completions': { reasoning_format: word } }, word)
  }
})

t.test('a second spelling beside the first is kept as it is', async t => {
  const { reasoning, ext } = ask({ reasoning_effort: 'high', thinking: { type: 'enabled' } })
  t.equal(reasoning?.effort, 'high')
  t.same(ext, { 'chat-completions': { thinking: { type: 'enabled' } } })
})

t.test('replayed reasoning becomes parts with seals, once', async t => {
  const details = [
    { type: 'reasoning.text', text: 'so', signature: 'c2ln', format: 'anthropic-claude-v1', index: 0 },
    { type: 'reasoning.encrypted', data: 'ZW5j', id: 'rs_1', format: 'openai-responses-v1', index: 1 }
  ]
  const turn = { role: 'assistant', content: 'yes', reasoning: 'so', reasoning_details: details }
  const { messages, reply } = decode({ model: 'm', messages: [...hello, turn] })
  t.match(messages[1]!.parts, [
    {
      type: 'reasoning',
      text: 'so',
      hidden: false,
      seal: { kind: 'signature', issuer: { format: 'anthropic-claude-v1' } }
    },
    { type: 'reasoning', hidden: true, seal: { kind: 'encrypted', data: 'ZW5j', itemId: 'rs_1' } },
    { type: 'text', text: 'yes' }
  ])
  t.same(reply.dialect, [DIALECT.reasoning])
})

t.test('reasoning that a client put together badly is put together as the model gave it', async t => {
  const format = 'anthropic-claude-v1'
  const whole = { type: 'reasoning.text', text: 'so it is', signature: 'c2ln', format, index: 0 }
  const second = { type: 'reasoning.text', text: 'and so on', signature: 'bW9y', format, index: 1 }
  const pieces = [
    { type: 'reasoning.text', text: 'so ', index: 0 },
    { type: 'reasoning.text', text: 'it is', index: 0 },
    { type: 'reasoning.text', signature: 'c2ln', format, index: 0 }
  ]
  const reasoningOf = (details: readonly object[]) => {
    const turn = { role: 'assistant', content: 'yes', reasoning_details: details }
    const parts = decode({ model: 'm', messages: [...hello, turn] }).messages[1]!.parts
    return parts.flatMap(part => (part.type === 'reasoning' ? [[part.text, part.seal?.data]] : []))
  }
  const once = [
    ['so it is', 'c2ln'],
    ['and so on', 'bW9y']
  ]
  t.same(reasoningOf([whole, second]), once)
  t.same(reasoningOf([...pieces, second]), once, 'pieces of a stream')
  const otherOrder = Object.fromEntries(Object.entries(whole).reverse())
  t.same(reasoningOf([whole, otherOrder, second, whole, second]), once, 'the list again for each call')
  t.same(reasoningOf([...pieces, second, ...pieces, second]), once, 'both')
  const unsigned = [0, 0, 1].map(index => ({ type: 'reasoning.text', text: 'ha', index }))
  t.same(
    reasoningOf(unsigned),
    [
      ['haha', undefined],
      ['ha', undefined]
    ],
    'text that is the same is no repetition by itself'
  )
  const apart = [0, 1].map(index => ({ type: 'reasoning.text', text: '', signature: `c2l${index}`, format, index }))
  t.equal(reasoningOf(apart).length, 2)
})

t.test(
  'the older switch for usage gives away a client that knows usage in streams and reasoning in its details',
  async t => {
    const request = ask({ usage: { include: true } })
    t.match(request.reply, { includeUsage: true, dialect: [DIALECT.usage, DIALECT.reasoning] })
    t.notOk(request.ext)
    t.match(ask({ stream: true, stream_options: { include_usage: false }, usage: { include: true } }).reply, {
      includeUsage: false
    })
    const write = (usage: object) =>
      chatCompletions.request.encode(ask({ usage }), { provider: 'p', model: 'm', traits: {} }).body
    t.match(write({ include: true }), { usage: { include: true } })
    t.match(write({ include: true, more: 1 }), { usage: { include: true, more: 1 } })
    t.match(write({ include: false }), { usage: { include: false } })
    t.notOk(ask({ usage: { include: false } }).reply.dialect)
  }
)

t.test('a seal that came under the id of a call is the seal of that call, and goes back as it came', async t => {
  const details = [
    { type: 'reasoning.text', text: 'so', format: 'google-gemini-v1', index: 0 },
    { type: 'reasoning.encrypted', data: 'c2ln', id: 'call_1', format: 'google-gemini-v1', index: 7, extra: true }
  ]
  const calls = ['call_0', 'call_1'].map(id => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } }))
  const turn = { role: 'assistant', content: null, reasoning_details: details, tool_calls: calls }
  const request = decode({ model: 'm', messages: [...hello, turn] })
  const [thought, first, second, ...rest] = request.messages[1]!.parts
  t.match(thought, { type: 'reasoning', text: 'so', seal: undefined })
  t.notOk(first?.seal)
  t.match(second, { type: 'tool_call', id: 'call_1', seal: { kind: 'thought_signature', data: 'c2ln' } })
  t.equal(second?.seal?.itemId, undefined)
  t.same(rest, [])
  for (const traits of [{}, { replay: 'details' as const }]) {
    const written = chatCompletions.request.encode(request, { provider: 'p', model: 'm', traits }).body
    t.same((written as { messages: unknown[] }).messages[1], turn)
  }
})

t.test(
  'a schema beside the plain JSON mode is the schema of the answer, and is written back where it stood',
  async t => {
    const schema = { type: 'object', properties: { a: { type: 'string' } } }
    const response_format = { type: 'json_object', schema }
    const request = ask({ response_format })
    t.same(request.output.format, { type: 'json_schema', schema })
    const target = { provider: 'p', model: 'm' }
    t.match(chatCompletions.request.encode(request, target).body, { response_format })
    const foreign = { ...request, ingress: { ...request.ingress, format: 'messages' } }
    t.same((chatCompletions.request.encode(foreign, target).body as { response_format: unknown }).response_format, {
      type: 'json_schema',
      json_schema: { name: 'response', schema }
    })
    const odd = { type: 'json_object', schema: 'none' }
    t.same(ask({ response_format: odd }).output.format, { type: 'json_object' })
    t.match(chatCompletions.request.encode(ask({ response_format: odd }), target).body, { response_format: odd })
  }
)

t.test('an operator decides where reasoning is shown, whatever the request gives away', async t => {
  const request = ask({ thinking: { type: 'enabled' } })
  const flags = (text: Parameters<typeof withReasoningText>[1]) => withReasoningText(request, text).reply.dialect
  t.same(flags('auto'), [DIALECT.reasoningContent, DIALECT.thinking])
  t.same(flags('none'), [DIALECT.thinking])
  t.same(flags('reasoning'), [DIALECT.thinking, DIALECT.reasoning])
})

t.test('a key that would change the prototype stays a key', async t => {
  const body = JSON.parse(
    '{"model":"m","messages":[{"role":"user","content":"x","__proto__":{"a":1}}],"__proto__":{"b":2}}'
  )
  const written = chatCompletions.request.encode(decode(body), { provider: 'p', model: 'm' }).body
  t.equal(
    JSON.stringify(written),
    '{"model":"m","messages":[{"role":"user","content":"x","__proto__":{"a":1}}],"__proto__":{"b":2}}'
  )
  t.equal(({} as Record<string, unknown>).b, undefined)
})
