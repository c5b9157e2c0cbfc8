import { featuresOf, isGatewayError, type Seal } from '@isthmus/core'
import { encodeEnvelope, type JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { messages } from '../src/index.ts'
import { head, wired } from './support.ts'

const user = (content: unknown): JsonObject => ({ role: 'user', content })
const request = (more: JsonObject = {}): JsonObject => ({
  model: 'claude-x',
  max_tokens: 10,
  messages: [user('hello')],
  ...more
})
const decode = (more: JsonObject = {}) => messages.request.decode(request(more), head())

t.test('a wrong member is named with its path and what was expected', async t => {
  const call = { type: 'tool_use', id: 'c', name: 'f', input: {} }
  const thought = { type: 'thinking', thinking: 'x', signature: 's' }
  const result = { type: 'tool_result', tool_use_id: 'c', content: 'x' }
  const cases: readonly (readonly [JsonObject, string, RegExp])[] = [
    [{ max_tokens: undefined }, 'max_tokens', /expected an integer, got nothing/],
    [{ max_tokens: '5' }, 'max_tokens', /expected an integer/],
    [{ messages: [] }, 'messages', /non-empty array/],
    [{ messages: [{ role: 'robot', content: 'x' }] }, 'messages[0].role', /"user", "assistant" or "system"/],
    [{ messages: [user(5)] }, 'messages[0].content', /a string or an array of blocks/],
    [{ messages: [user([{ text: 'x' }])] }, 'messages[0].content[0].type', /a string/],
    [{ messages: [user([{ type: 'text', text: 5 }])] }, 'messages[0].content[0].text', /a string, got 5/],
    [
      { messages: [user([{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'text' }] }])] },
      'messages[0].content[0].content[0].text',
      /got nothing/
    ],
    [
      { messages: [user([{ type: 'image', source: { type: 'base64', data: 'x' } }])] },
      'messages[0].content[0].source.media_type',
      /got nothing/
    ],
    [
      { messages: [{ role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: [] }] }] },
      'messages[0].content[0].input',
      /an object/
    ],
    [{ tools: [{ name: 'f' }] }, 'tools[0].input_schema', /got nothing/],
    [{ tool_choice: { type: 'tool' } }, 'tool_choice.name', /got nothing/],
    [{ temperature: 'hot' }, 'temperature', /a number/],
    [{ system: [{ type: 'text' }] }, 'system[0].text', /got nothing/],
    [{ thinking: { type: 'enabled' } }, 'thinking.budget_tokens', /got nothing/],
    [
      { output_config: { format: { type: 'json_schema', schema: 'x' } } },
      'output_config.format.schema',
      /an object or true or false/
    ],
    // What the other side writes has no place here.
    [{ messages: [user([{ type: 'text', text: 'x' }, call])] }, 'messages[0].content[1].type', /turn of the user/],
    [{ messages: [user([thought])] }, 'messages[0].content[0].type', /turn of the user/],
    [{ messages: [{ role: 'assistant', content: [result] }] }, 'messages[0].content[0].type', /of the assistant/],
    [{ messages: [user([{ ...result, content: [thought] }])] }, 'messages[0].content[0].content[0].type', /of the tool/]
  ]
  for (const [more, path, message] of cases) {
    try {
      decode(more)
      t.fail(`${path} is refused`)
    } catch (thrown) {
      if (!isGatewayError(thrown)) throw thrown
      t.equal(thrown.kind, 'invalid_request')
      t.equal(thrown.path, path)
      t.match(thrown.message, message)
    }
  }
})

t.test('a kept conversation is refused in the words that make the SDK send it whole', async t => {
  for (const thread of [{ type: 'create' }, { type: 'continue', previous_message_id: 'msg_1' }]) {
    try {
      decode({ thread })
      t.fail('is refused')
    } catch (thrown) {
      if (!isGatewayError(thrown)) throw thrown
      const { status, body } = messages.error.encode(thrown, 'id')
      t.equal(status, 400)
      t.match(body, {
        type: 'error',
        error: { type: 'invalid_request_error', details: { error_code: 'thread_unsupported_request', unsupported: [] } }
      })
    }
  }
})

t.test('null for an optional member means that it is not set', async t => {
  const decoded = decode({ temperature: null, system: null, tools: null, thinking: null, thread: null, metadata: null })
  t.same(decoded.sampling, {})
  t.equal(decoded.ext, undefined)
})

t.test('results and text of one user message become two turns that join again', async t => {
  const content = [
    { type: 'tool_result', tool_use_id: 'a', content: 'one' },
    { type: 'tool_result', tool_use_id: 'b', is_error: true },
    { type: 'text', text: 'and now?' }
  ]
  const calls = ['a', 'b'].map(id => ({ type: 'tool_use', id, name: 'f', input: {} }))
  const list = [user('go'), { role: 'assistant', content: calls }, user(content)]
  const decoded = decode({ messages: list })
  t.same(
    decoded.messages.map(message => [message.role, message.joinedToPrevious ?? false]),
    [
      ['user', false],
      ['assistant', false],
      ['tool', false],
      ['user', true]
    ]
  )
  t.same(wired(messages.request.encode(decoded, { provider: 'p', model: 'm' }).body).messages, list)
})

t.test('instructions keep their place, above the conversation or in it', async t => {
  const decoded = decode({
    system: 'above',
    messages: [
      user('a'),
      { role: 'system', content: [{ type: 'text', text: 'within', cache_control: { type: 'ephemeral' } }] }
    ]
  })
  t.same(
    decoded.messages.map(({ role, origin }) => [role, origin]),
    [
      ['system', 'system'],
      ['user', undefined],
      ['system', 'list']
    ]
  )
  t.same(decoded.messages[2]?.parts[0]?.cache, {})
})

t.test('what a client says for billing is no instruction, and goes to its own vendor as it came', async t => {
  const billing = { type: 'text', text: 'x-anthropic-billing-header: cc_version=2.1.328.a1b;' }
  const text = { type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }
  const write = (decoded: ReturnType<typeof decode>) =>
    messages.request.encode(decoded, { provider: 'p', model: 'm' }).body as JsonObject
  for (const system of [[billing, text], [billing, billing, text], [billing]]) {
    const decoded = decode({ system })
    t.same(
      decoded.messages.filter(({ role }) => role === 'system').flatMap(({ parts }) => parts.map(part => part.type)),
      system.includes(text) ? ['text'] : []
    )
    t.notMatch(JSON.stringify(decoded.messages), /billing/)
    t.same(write(decoded).system, system)
  }
  t.match(JSON.stringify(decode({ system: [text, billing] }).messages), /billing/, 'only at the beginning')
  t.equal(write(decode({ system: 'x-anthropic-billing-header: no' })).system, 'x-anthropic-billing-header: no')
})

t.test('a last assistant turn is a prefill, unless a paused call of a hosted tool ends it', async t => {
  const text = { type: 'text', text: 'The answer' }
  const call = { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } }
  const last = (content: unknown) => decode({ messages: [user('q'), { role: 'assistant', content }] }).messages[1]
  t.equal(last([text])?.prefill, true)
  t.equal(last([text, call])?.prefill, undefined)
})

t.test('thinking and effort are read as they were said', async t => {
  const said = (more: JsonObject) => decode(more).reasoning
  t.same(said({ thinking: { type: 'enabled', budget_tokens: 2048, display: 'omitted' } }), {
    mode: 'on',
    budgetTokens: 2048,
    expose: 'none',
    source: 'budget'
  })
  t.same(said({ thinking: { type: 'adaptive', display: 'summarized' }, output_config: { effort: 'high' } }), {
    mode: 'adaptive',
    effort: 'high',
    expose: 'summary',
    source: 'effort'
  })
  t.same(said({ output_config: { effort: 'low' } }), {
    mode: 'default',
    effort: 'low',
    expose: 'default',
    source: 'effort'
  })
  t.equal(said({ thinking: { type: 'disabled' } })?.mode, 'off')
})

t.test('what only this format knows stays with what it was written on', async t => {
  const decoded = decode({
    inference_geo: 'eu',
    thinking: { type: 'adaptive', display: 'updates' },
    metadata: { user_id: 'u', team: 't' },
    messages: [user([{ type: 'text', text: 'x', mood: 'calm' }])],
    tools: [{ name: 'f', input_schema: { type: 'object' }, allowed_callers: ['direct'] }]
  })
  t.same(decoded.ext, {
    messages: { inference_geo: 'eu', thinking: { display: 'updates' }, metadata: { team: 't' } }
  })
  t.same(decoded.messages[0]?.parts[0]?.ext, { messages: { mood: 'calm' } })
  t.match(decoded.tools[0], { ext: { messages: { allowed_callers: ['direct'] } } })
})

t.test('blocks of the service’s own tools are kept whole, and unknown ones too', async t => {
  const call = { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'x' } }
  const result = { type: 'web_search_tool_result', tool_use_id: 's', content: [] }
  const strange = { type: 'hologram', beam: 1 }
  const decoded = decode({ messages: [user('q'), { role: 'assistant', content: [call, result, strange] }] })
  t.same(
    decoded.messages[1]?.parts.map(part => [part.type, 'native' in part ? part.native.object : undefined]),
    [
      ['hosted_call', call],
      ['hosted_result', result],
      ['opaque', strange]
    ]
  )
})

t.test('a type named like a member of every object is only a type that nobody knows', async t => {
  for (const type of ['constructor', 'toString', '__proto__']) {
    const blocks = [
      { type, text: 'x' },
      { type: 'image', source: { type, url: 'u' } }
    ]
    const decoded = decode({ messages: [user(blocks)], thinking: { type } })
    t.same(
      decoded.messages[0]?.parts.map(part => part.type === 'opaque' && part.native.object),
      blocks
    )
    t.equal(decoded.reasoning, undefined)
  }
})

t.test('thinking without a text is thinking, and still carries what it carried', async t => {
  const seal: Seal = {
    kind: 'thought_signature',
    data: 's',
    issuer: { provider: 'p', modelFamily: 'f', format: 'google-gemini-v1' }
  }
  const text = { type: 'text', text: 'a' }
  const said = (block: object) =>
    decode({ messages: [user('q'), { role: 'assistant', content: [text, block] }, user('r')] }).messages[1]?.parts
  t.match(said({ type: 'thinking', signature: 'x' }), [text, { type: 'reasoning', text: '', seal: { data: 'x' } }])
  t.same(said({ type: 'thinking', signature: encodeEnvelope(seal, { on: 'text' }) }), [{ ...text, seal }])
})

t.test('forcing a tool of the service is not forcing a function', async t => {
  const tools = [{ type: 'web_search_20250305', name: 'web_search' }]
  t.equal(decode({ tools, tool_choice: { type: 'tool', name: 'web_search' } }).toolChoice?.type, 'hosted')
  t.equal(decode({ tools, tool_choice: { type: 'tool', name: 'f' } }).toolChoice?.type, 'one')
})

t.test('a reference to a deferred tool can be put in words, so that other formats can serve the turn', async t => {
  const content = [{ type: 'tool_result', tool_use_id: 'a', content: [{ type: 'tool_reference', tool_name: 'grep' }] }]
  const decoded = decode({
    messages: [
      user('q'),
      { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input: {} }] },
      user(content)
    ]
  })
  t.match(decoded.messages[2]?.parts[0], { content: [{ type: 'opaque', describe: 'Tool: grep' }] })
  t.notOk(featuresOf(decoded).has('input.opaque'))
})

t.test('input that nests very deeply is read, or refused as an invalid request where the engine gives up', async t => {
  const depth = 200_000
  let input: JsonObject = {}
  for (let level = 0; level < depth; level++) input = { input }
  const list = [user('q'), { role: 'assistant', content: [{ type: 'tool_use', id: 'a', name: 'f', input }] }]
  try {
    const call = decode({ messages: list }).messages[1]?.parts[0]
    t.equal(call?.type === 'tool_call' && call.argsText.length, depth * '{"input":}'.length + 2)
  } catch (thrown) {
    t.match(thrown, { kind: 'invalid_request' })
  }
})
