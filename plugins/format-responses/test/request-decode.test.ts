import { featuresOf, type GenerateRequest, type Part, type Seal } from '@isthmus/core'
import { requestHead } from '@isthmus/core/testing'
import { encodeEnvelope } from '@isthmus/core/wire'
import t from 'tap'
import { decodeRequest } from '../src/request-decode.ts'
import type { ResponsesReplyContext } from '../src/types.ts'

const decode = (members: Record<string, unknown>): GenerateRequest =>
  decodeRequest({ model: 'm', input: 'Hi', ...members }, requestHead())
const input = (...items: unknown[]): GenerateRequest => decode({ input: items })
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

t.test('a bare string is one message of the user, after the instructions', async t => {
  t.match(decode({ instructions: 'Be brief.' }).messages, [
    { role: 'system', origin: 'instructions', parts: [{ type: 'text', text: 'Be brief.' }] },
    { role: 'user', parts: [{ type: 'text', text: 'Hi' }] }
  ])
})

t.test('what the assistant said in a row is one turn, and so are results in a row', async t => {
  const { messages } = input(
    { role: 'user', content: 'Look twice.' },
    { type: 'reasoning', id: 'rs_1', summary: [{ type: 'summary_text', text: 'Two calls.' }], encrypted_content: 'E' },
    {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      status: 'completed',
      phase: 'commentary',
      content: [{ type: 'output_text', text: 'I look.', annotations: [] }]
    },
    { type: 'function_call', id: 'fc_1', call_id: 'a', name: 'look', arguments: '{"x":1}', status: 'completed' },
    { type: 'custom_tool_call', call_id: 'b', name: 'patch', input: '*** Begin' },
    { type: 'function_call_output', call_id: 'a', output: 'one' },
    { type: 'custom_tool_call_output', call_id: 'b', output: [{ type: 'input_text', text: 'two' }] },
    { role: 'user', content: [{ type: 'input_text', text: 'Thanks.' }] }
  )
  t.same(
    messages.map(({ role, parts }) => [role, parts.map(part => part.type)]),
    [
      ['user', ['text']],
      ['assistant', ['reasoning', 'text', 'tool_call', 'tool_call']],
      ['tool', ['tool_result', 'tool_result']],
      ['user', ['text']]
    ]
  )
  t.match(messages[1]?.parts, [
    {
      summary: ['Two calls.'],
      hidden: false,
      seal: { kind: 'encrypted', data: 'E', issuer: { format: 'openai-responses-v1' }, itemId: 'rs_1' },
      item: { id: 'rs_1', index: 1 }
    },
    { text: 'I look.', annotations: [], item: { id: 'msg_1', index: 2, phase: 'commentary', status: 'completed' } },
    { id: 'a', name: 'look', kind: 'function', argsText: '{"x":1}', item: { id: 'fc_1', index: 3 } },
    { id: 'b', name: 'patch', kind: 'custom', argsText: '*** Begin', item: { index: 4 } }
  ])
})

t.test('a result that does not say which call it answers finds it', async t => {
  const call = (id: string, name: string) => ({ type: 'function_call', call_id: id, name, arguments: '{}' })
  const result = (members: object) => ({ type: 'function_call_output', output: 'x', ...members })
  const calls = [call('a', 'f'), call('b', 'g'), call('c', 'f')]
  const { messages } = input(...calls, result({ name: 'g', call_id: null }), result({}), result({ name: 'f' }))
  t.match(messages[1]?.parts, [{ callId: 'b' }, { callId: 'a' }, { callId: 'c' }])
  t.throws(() => input(call('a', 'f'), result({ call_id: 'a' }), result({})), { path: 'input[2].call_id' } as never)
})

t.test('sealed reasoning without text is hidden', async t => {
  const { messages } = input({ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: 'E' })
  t.match(messages[0]?.parts, [{ type: 'reasoning', hidden: true, seal: { data: 'E' } }])
})

t.test('seals of other vendors come out of their envelopes and go where they belong', async t => {
  const seal = (kind: Seal['kind'], data: string, format: string): Seal => ({
    kind,
    data,
    issuer: { provider: 'p', modelFamily: 'f', format }
  })
  const signature = seal('signature', 'c2ln', 'anthropic-claude-v1')
  const thought = seal('thought_signature', 'dGho', 'google-gemini-v1')
  const redacted = seal('redacted', 'cmVk', 'anthropic-claude-v1')
  const item = (summary: string[], encrypted_content: string) => ({
    type: 'reasoning',
    id: 'rs_1',
    summary: summary.map(text => ({ type: 'summary_text', text })),
    encrypted_content
  })
  const { messages } = input(
    item(['Let me see.'], encodeEnvelope(signature)),
    item([], encodeEnvelope(redacted)),
    { role: 'assistant', content: 'Well.' },
    item([], encodeEnvelope(thought, { on: 'text' })),
    item([], encodeEnvelope(thought, { on: 'call', callId: 'a' })),
    { type: 'function_call', call_id: 'a', name: 'look', arguments: '{}' }
  )
  const parts = messages[0]?.parts as readonly Part[]
  t.equal(messages.length, 1)
  t.same(
    parts.map(part => part.type),
    ['reasoning', 'reasoning', 'text', 'tool_call']
  )
  t.match(parts, [
    { text: 'Let me see.', hidden: false, seal: signature },
    { hidden: true, seal: redacted },
    { text: 'Well.', seal: thought },
    { id: 'a', seal: thought }
  ])
  t.notOk('summary' in parts[0]!, 'for who signed it, it is text')
})

t.test('what claims to be an envelope and cannot be read is nobody’s', async t => {
  const sealed = `${Buffer.from('isthmus-seal').toString('base64')}AAAA`
  const { messages } = input({ type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: sealed })
  t.match(messages[0]?.parts, [{ seal: { issuer: { format: 'unknown' } } }])
})

t.test('tools in namespaces stand among the others, each with a name of its own', async t => {
  const fn = (name: string) => ({ type: 'function', name, parameters: { type: 'object' } })
  const request = decode({
    tools: [
      fn('read'),
      { type: 'namespace', name: 'disk', description: 'Files.', tools: [fn('read'), fn('write')] },
      { type: 'namespace', name: 'net', description: '', tools: [fn('fetch'), { type: 'custom', name: 'raw' }] },
      { type: 'web_search', search_context_size: 'low' }
    ],
    tool_choice: { type: 'function', name: 'read', namespace: 'disk' },
    input: [
      { type: 'function_call', call_id: 'a', name: 'read', namespace: 'disk', arguments: '{}' },
      { type: 'function_call', call_id: 'b', name: 'read', arguments: '{}' }
    ]
  })
  t.same(
    request.tools.map(tool => (tool.type === 'hosted' ? tool.kind : [tool.name, tool.namespace])),
    [['read', undefined], ['disk__read', 'disk'], ['write', 'disk'], ['fetch', 'net'], ['raw', 'net'], 'web_search']
  )
  t.same(request.toolChoice, { type: 'one', name: 'disk__read', kind: 'function' })
  t.match(request.messages[0]?.parts, [{ name: 'disk__read', namespace: 'disk' }, { name: 'read' }])
  const { namespaced } = request.reply.context as ResponsesReplyContext
  t.same(namespaced?.disk__read, { name: 'read', namespace: 'disk' })
  t.same(namespaced?.write, { name: 'write', namespace: 'disk' })
  t.notOk(namespaced?.read)
})

t.test('the encoder of the reply is told what to repeat', async t => {
  const { echo } = decode({ temperature: 0.5, metadata: { a: 'b' }, instructions: 'Be brief.', store: true }).reply
    .context as ResponsesReplyContext
  t.match(echo, {
    temperature: 0.5,
    metadata: { a: 'b' },
    instructions: 'Be brief.',
    store: true,
    top_p: null,
    tools: [],
    tool_choice: 'auto',
    parallel_tool_calls: true,
    previous_response_id: null,
    text: { format: { type: 'text' } }
  })
})

t.test('items with a meaning in this format alone are kept whole', async t => {
  const items = [
    { type: 'web_search_call', id: 'ws_1', status: 'completed', action: { type: 'search', query: 'x' } },
    { type: null, id: 'msg_9' },
    { type: 'compaction', id: 'cmp_1', encrypted_content: 'C' },
    { type: 'brand_new', value: 1 },
    { type: 'apply_patch_call_output', call_id: 'p', status: 'completed' },
    { type: 'additional_tools', role: 'developer', tools: [] },
    { type: 'compaction_trigger' }
  ]
  const { messages } = input(...items)
  t.same(
    messages.map(({ role, parts }) => [role, parts.map(part => part.type)]),
    [
      ['assistant', ['hosted_call', 'opaque', 'opaque', 'opaque']],
      ['tool', ['hosted_result']],
      ['developer', ['opaque']],
      ['user', ['opaque']]
    ]
  )
  t.match(messages[0]?.parts[1], { native: { object: { type: 'item_reference', id: 'msg_9' } } })
  t.match(messages[0]?.parts[0], { kind: 'web_search', id: 'ws_1', input: { query: 'x' }, status: 'completed' })
})

t.test('settings are read into their places, and what has none is kept', async t => {
  const request = decode({
    max_output_tokens: 300,
    max_tool_calls: 3,
    text: { verbosity: 'low', format: { type: 'json_schema', name: 's', schema: { type: 'object' }, strict: true } },
    reasoning: { effort: 'high', summary: 'detailed', context: 'all_turns', mode: 'pro' },
    include: ['reasoning.encrypted_content', 'message.output_text.logprobs', 'web_search_call.action.sources'],
    top_logprobs: 4,
    store: false,
    previous_response_id: 'resp_1',
    prompt_cache_key: 'k',
    prompt_cache_options: { mode: 'explicit', ttl: '30m' },
    moderation: { mode: 'block' },
    user: 'u',
    client_metadata: { a: 1 },
    top_k: 5
  })
  t.match(plain(request), {
    maxToolCalls: 3,
    output: {
      maxTokens: 300,
      verbosity: 'low',
      logprobs: { top: 4 },
      format: { type: 'json_schema', name: 's', strict: true }
    },
    reasoning: {
      mode: 'on',
      effort: 'high',
      summary: 'detailed',
      expose: 'summary',
      context: 'all_turns',
      execMode: 'pro'
    },
    state: { store: false, previousResponseId: 'resp_1', include: ['web_search_call.action.sources'] },
    cache: { key: 'k', mode: 'explicit', ttl: '30m' },
    safety: { moderation: { mode: 'block' } },
    identity: { endUser: 'u' },
    ext: { responses: { client_metadata: { a: 1 }, top_k: 5 } }
  })
  t.notOk(
    featuresOf(decode({ include: ['reasoning.encrypted_content'] })).has('state.include'),
    'it goes without saying'
  )
  t.match(decode({ reasoning: { effort: 'none' } }).reasoning, { mode: 'off' })
})

t.test('parameters of other formats are refused by name, as the answer would mean something else', async t => {
  for (const [name, value] of Object.entries({
    stop: ['x'],
    n: 2,
    seed: 0,
    logit_bias: {},
    frequency_penalty: 0.5,
    presence_penalty: 1
  })) {
    t.throws(() => decode({ [name]: value }), { code: 'FORMAT_RESPONSES_PARAMETER', param: name }, name)
  }
  t.doesNotThrow(() => decode({ stop: null, n: 1, seed: null, frequency_penalty: 0, presence_penalty: 0 }))
})

t.test('a mistake is named by its place', async t => {
  const wrong: readonly (readonly [Record<string, unknown>, string])[] = [
    [{ model: undefined }, 'model'],
    [{ input: undefined }, 'input'],
    [{ input: 7 }, 'input'],
    [{ input: ['x'] }, 'input[0]'],
    [{ input: [{ role: 'tool', content: 'x' }] }, 'input[0].role'],
    [{ input: [{ role: 'user' }] }, 'input[0].content'],
    [{ input: [{ role: 'user', content: [{ type: 'input_text' }] }] }, 'input[0].content[0].text'],
    [{ input: [{ role: 'user', content: [{ type: 'input_image' }] }] }, 'input[0].content[0].image_url'],
    [{ input: [{ role: 'user', content: [{ type: 'input_file' }] }] }, 'input[0].content[0].file_data'],
    [{ input: [{ type: 'function_call', call_id: 'a', name: 'f' }] }, 'input[0].arguments'],
    [{ input: [{ type: 'function_call_output', call_id: 'a' }] }, 'input[0].output'],
    [{ tools: [{ type: 'function' }] }, 'tools[0].name'],
    [{ tools: [{ type: 'namespace', name: 'n', tools: [{ type: 'function' }] }] }, 'tools[0].tools[0].name'],
    [{ tool_choice: 'any' }, 'tool_choice'],
    [{ text: { format: { type: 'json_schema' } } }, 'text.format.schema'],
    [{ metadata: { a: 1 } }, 'metadata.a']
  ]
  for (const [members, path] of wrong) {
    t.throws(() => decode(members), { code: 'ISTHMUS_REQUEST_INVALID', path }, path)
  }
})
