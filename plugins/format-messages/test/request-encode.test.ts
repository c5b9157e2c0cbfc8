import type { GenerateRequest, Part } from '@isthmus/core'
import { requestWith } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import { encodeEnvelope } from '@isthmus/core/wire'
import t from 'tap'
import { messages } from '../src/index.ts'
import type { MessagesTraits } from '../src/traits.ts'
import { head, wired } from './support.ts'

const text = (value: string): Part => ({ type: 'text', text: value })
const call = (id: string, argsText = '{}', name = 'f'): Part => ({
  type: 'tool_call',
  id,
  name,
  kind: 'function',
  argsText
})
const result = (callId: string, value = 'ok'): Part => ({ type: 'tool_result', callId, content: [text(value)] })
const user = (...parts: readonly Part[]) => ({ role: 'user', parts }) as const
const assistant = (...parts: readonly Part[]) => ({ role: 'assistant', parts }) as const
const tool = (...parts: readonly Part[]) => ({ role: 'tool', parts }) as const
const system = (value: string) => ({ role: 'system', parts: [text(value)] }) as const

const encode = (changes: Partial<GenerateRequest>, traits: MessagesTraits = {}) => {
  const request = requestWith({ ingress: { format: 'chat-completions' }, output: { maxTokens: 100 }, ...changes })
  const encoded = messages.request.encode(request, { provider: 'p', model: 'm', traits })
  return { ...encoded, body: wired(encoded.body) as Record<string, never> & JsonObject }
}
const wire = (list: GenerateRequest['messages'], traits: MessagesTraits = {}) =>
  encode({ messages: list }, traits).body.messages as unknown as { role: string; content: unknown }[]
const gapsOf = (encoded: { readonly gaps: readonly { readonly feature: string; readonly action: string }[] }) =>
  encoded.gaps.map(gap => `${gap.feature} ${gap.action}`)

t.test('results come first and in one user message, whatever stood between', async t => {
  const list = wire([
    user(text('go')),
    assistant(call('a'), call('b')),
    system('be brief'),
    tool(result('b')),
    user(text('meanwhile')),
    tool(result('a'))
  ])
  t.same(
    list.map(message => message.role),
    ['user', 'assistant', 'user']
  )
  t.match(list[2]?.content, [
    { type: 'tool_result', tool_use_id: 'b' },
    { type: 'tool_result', tool_use_id: 'a' },
    { type: 'text', text: '<system>\nbe brief\n</system>' },
    { type: 'text', text: 'meanwhile' }
  ])
})

t.test('an instruction in the middle stays in the list for a model that takes it, behind the results', async t => {
  const list = wire([user(text('go')), assistant(call('a')), system('be brief'), tool(result('a'))], {
    inListSystem: true
  })
  t.same(
    list.map(message => message.role),
    ['user', 'assistant', 'user', 'system']
  )
})

t.test('ids become legal, alike for call and result, and an id used twice becomes two', async t => {
  const list = wire([
    user(text('go')),
    assistant(call('functions.f:0')),
    tool(result('functions.f:0', 'one')),
    assistant(call('functions.f:0')),
    tool(result('functions.f:0', 'two'))
  ])
  const ids = [1, 3].map(at => (list[at]!.content as { id: string }[])[0]?.id)
  const answered = [2, 4].map(at => (list[at]!.content as { tool_use_id: string }[])[0]?.tool_use_id)
  t.same(answered, ids)
  t.not(ids[0], ids[1])
  for (const id of ids) t.match(id, /^[a-zA-Z0-9_-]+$/)
})

t.test('a result without its call is kept as text', async t => {
  const encoded = encode({ messages: [user(text('go')), assistant(text('done')), tool(result('lost', 'forty-two'))] })
  t.match(JSON.stringify(encoded.body.messages), /call lost.*forty-two/)
  t.notMatch(JSON.stringify(encoded.body.messages), /tool_result/)
  t.same(gapsOf(encoded), ['tools.function emulated'])
})

t.test('the conversation begins with the user, also when there is nothing but an instruction', async t => {
  t.same(wire([assistant(text('hello')), user(text('hi'))])[0], {
    role: 'user',
    content: [{ type: 'text', text: '.' }]
  })
  const alone = encode({ messages: [system('say hi')] })
  t.equal(alone.body.system, undefined)
  t.same(alone.body.messages, [{ role: 'user', content: [{ type: 'text', text: 'say hi' }] }])
})

t.test('blank text is left out, and so are messages that hold nothing else', async t => {
  const list = wire([user(text('a')), assistant(text(' ')), user(text(''), text('b'))])
  t.same(list, [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' }
      ]
    }
  ])
  t.same(wire([user(text('a')), assistant(text(' '), call('c')), tool(result('c'))])[1]?.content, [
    { type: 'text', text: ' ' },
    { type: 'tool_use', id: 'c', name: 'f', input: {} }
  ])
})

t.test('the input of a call is an object, whatever the model wrote', async t => {
  const inputOf = (argsText: string) => {
    const list = wire([user(text('go')), assistant(call('a', argsText)), tool(result('a'))])
    return (list[1]!.content as { input: unknown }[])[0]?.input
  }
  t.same(inputOf(''), {})
  t.same(inputOf('{"a":1}'), { a: 1 })
  t.same(inputOf('"{\\"a\\":1}"'), { a: 1 })
  t.same(inputOf('[1]'), { input: [1] })
  t.same(inputOf('{"a":'), { _raw: '{"a":' })
})

t.test('arguments that had to be wrapped are told, each call by its id', async t => {
  const gaps = (argsText: string) => {
    const calls = assistant(call('a', argsText), call('b', argsText))
    return encode({ messages: [user(text('go')), calls, tool(result('a'), result('b'))] }).gaps
  }
  t.match(gaps('{"a":'), [
    { feature: 'tools.function', action: 'converted', field: 'a.arguments', to: '_raw' },
    { feature: 'tools.function', action: 'converted', field: 'b.arguments', to: '_raw' }
  ])
  t.match(gaps('[1]'), [{ to: 'input' }, { to: 'input' }])
  for (const clear of ['', '{}', '"{}"']) t.same(gaps(clear), [])
})

t.test('reasoning goes back to who sealed it, and to nobody else', async t => {
  const issuer = (format: string) => ({ provider: '', modelFamily: '', format })
  const sealed = (format: string): Part => ({
    type: 'reasoning',
    text: 'hm',
    hidden: false,
    seal: { kind: 'signature', data: 'sig', issuer: issuer(format) }
  })
  const said = (part: Part, traits: MessagesTraits = {}) =>
    encode({ messages: [user(text('a')), assistant(part, text('b'))] }, traits)
  t.match(said(sealed('anthropic-claude-v1')).body.messages, [
    {},
    { content: [{ thinking: 'hm', signature: 'sig' }, {}] }
  ])
  const foreign = said(sealed('openai-responses-v1'))
  t.notMatch(JSON.stringify(foreign.body), /hm/)
  t.same(gapsOf(foreign), ['input.reasoning dropped'])
  t.match(said({ type: 'reasoning', text: 'hm', hidden: false }, { replay: 'any' }).body.messages, [
    {},
    { content: [{ thinking: 'hm' }, {}] }
  ])
})

t.test('a seal of another vendor comes home through a client of this format', async t => {
  const seal = {
    kind: 'encrypted',
    data: 'x',
    issuer: { provider: 'o', modelFamily: 'g', format: 'openai-responses-v1' }
  } as const
  const content = [
    { type: 'thinking', thinking: 'hm', signature: encodeEnvelope(seal) },
    { type: 'thinking', thinking: '', signature: encodeEnvelope(seal, { on: 'call', callId: 'c' }) },
    { type: 'tool_use', id: 'c', name: 'f', input: {} }
  ]
  const decoded = messages.request.decode(
    {
      model: 'm',
      max_tokens: 5,
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', content }
      ]
    },
    head()
  )
  const parts = decoded.messages[1]?.parts ?? []
  t.same(
    parts.map(part => [part.type, part.seal]),
    [
      ['reasoning', seal],
      ['tool_call', seal]
    ]
  )
})

t.test('no more than four cache marks go out: the last ones', async t => {
  const marked = (value: string): Part => ({ ...text(value), type: 'text', text: value, cache: { ttl: '1h' } })
  const encoded = encode({
    messages: [{ role: 'system', parts: [marked('s')] }, user(marked('a'), marked('b'), marked('c'), marked('d'))]
  })
  const body = JSON.stringify(encoded.body)
  t.equal(body.split('cache_control').length - 1, 4)
  t.notMatch(JSON.stringify(encoded.body.system), /cache_control/)
  t.same(gapsOf(encoded), ['cache.mark dropped'])
})

t.test('sampling is fitted to the model, and what was lost is told', async t => {
  const sampled = (sampling: GenerateRequest['sampling'], traits: MessagesTraits = {}) => encode({ sampling }, traits)
  t.match(sampled({ temperature: 1.7 }), { body: { temperature: 1 }, gaps: [{ from: 1.7, to: 1 }] })
  const none = sampled({ temperature: 0.2, topP: 0.5, topK: 4 }, { sampling: 'none' })
  t.notMatch(Object.keys(none.body), ['temperature'])
  t.same(gapsOf(none), ['sampling.temperature dropped', 'sampling.top_p dropped', 'sampling.top_k dropped'])
  t.match(sampled({ temperature: 0.2, topP: 0.5 }, { sampling: 'one' }).body, { temperature: 0.2, top_p: undefined })
})

t.test('stop sequences of white space alone are left out, and that is told', async t => {
  const stopped = (stop: readonly string[], format = 'chat-completions') =>
    encode({ output: { maxTokens: 9, stop }, ingress: { format } })
  const some = stopped(['END', ' \n', ''])
  t.same(some.body.stop_sequences, ['END'])
  t.match(some.gaps, [{ feature: 'output.stop', action: 'dropped', field: 'stop' }])
  t.equal(some.gaps.length, 1)
  t.equal(stopped([' ']).body.stop_sequences, undefined)
  t.match(stopped(['END']), { body: { stop_sequences: ['END'] }, gaps: [] })
  t.match(stopped([' '], 'messages'), { body: { stop_sequences: [' '] }, gaps: [] })
})

t.test('a limit that nobody named is the model’s own, or one that is told', async t => {
  const unlimited = { output: {} }
  t.match(encode(unlimited, { maxOutput: 64_000 }), { body: { max_tokens: 64_000 }, gaps: [] })
  const unknown = encode(unlimited)
  t.equal(unknown.body.max_tokens, 4096)
  t.same(unknown.gaps, [{ feature: 'output.max_tokens', action: 'converted', to: 4096 }])
})

t.test('a limit is kept under the model’s', async t => {
  const clamped = encode({ output: { maxTokens: 9000 } }, { maxOutput: 8000 })
  t.equal(clamped.body.max_tokens, 8000)
  t.same(clamped.gaps, [{ feature: 'output.max_tokens', action: 'converted', from: 9000, to: 8000 }])
})

t.test('a turn that the model would continue does not end in white space', async t => {
  t.same(wire([user(text('a')), assistant(text('The port of '))])[1]?.content, 'The port of')
})

t.test('tools have an object for input; a choice without tools is left out', async t => {
  const bare = { type: 'function', name: 'f' } as const
  t.same(encode({ tools: [bare] }).body.tools, [{ name: 'f', input_schema: { type: 'object', properties: {} } }])
  const alone = encode({ toolChoice: { type: 'required' } })
  t.equal(alone.body.tool_choice, undefined)
  t.match(alone.gaps, [{ feature: 'tools.choice.required', action: 'dropped' }])
  t.same(encode({ toolChoice: { type: 'none' } }).gaps, [])
  t.same(encode({ tools: [bare], parallelTools: false }).body.tool_choice, {
    type: 'auto',
    disable_parallel_tool_use: true
  })
  const two = [bare, { type: 'function', name: 'g' } as const]
  const subset = encode({ tools: two, toolChoice: { type: 'subset', mode: 'required', names: ['g'] } })
  t.match(subset.body, { tools: [{ name: 'g' }], tool_choice: { type: 'any' } })
})

t.test('names that the format cannot hold come back as they were', async t => {
  const encoded = encode({
    tools: [{ type: 'function', name: 'a.b/c' }],
    toolChoice: { type: 'one', name: 'a.b/c', kind: 'function' }
  })
  const [{ name }] = encoded.body.tools as unknown as [{ name: string }]
  t.match(name, /^[a-zA-Z0-9_-]+$/)
  t.match(encoded.body.tool_choice, { type: 'tool', name })
  t.same(encoded.context, { renamed: { [name]: 'a.b/c' } })
})

t.test('a forced call is not asked of a model that cannot be forced', async t => {
  const forced = { tools: [{ type: 'function', name: 'f' }], toolChoice: { type: 'required' } } as const
  const free = encode(forced, { forcedTools: 'no' })
  t.equal(free.body.tool_choice, undefined)
  t.same(gapsOf(free), ['tools.choice.required dropped'])
})

const SCHEMA = { type: 'object', properties: { a: { type: 'string', minLength: 2 } }, required: ['a'] }
const json = (schema: unknown) => ({ output: { maxTokens: 9, format: { type: 'json_schema', schema } } }) as const

t.test('a schema for the answer is native where it can be, and a forced tool where not', async t => {
  const native = encode(json(SCHEMA))
  t.match(native.body.output_config, { format: { type: 'json_schema', schema: { additionalProperties: false } } })
  t.same(gapsOf(native), ['output.json_schema converted'])
  const tool = encode(json(SCHEMA), { nativeSchema: false })
  t.same(tool.body.tools, [
    {
      name: 'json_answer',
      description: 'Gives the answer. Call this to answer, with the whole answer as its input.',
      input_schema: SCHEMA
    }
  ])
  t.same(tool.body.tool_choice, { type: 'tool', name: 'json_answer', disable_parallel_tool_use: true })
  t.same(tool.context, { answer: { name: 'json_answer', wrapped: false, alone: true } })
  const list = encode(json({ type: 'array', items: {} }))
  t.match(list.context, { answer: { wrapped: true } })
  t.match(encode({ output: { format: { type: 'json_object' } } }).body.system, [{ text: /one JSON object/ }])
})

t.test('the name of a schema has a place in the description of a tool only, and its loss is told', async t => {
  const named = (more: object, traits: MessagesTraits = {}) =>
    encode(
      { output: { maxTokens: 9, format: { type: 'json_schema', schema: SCHEMA, name: 'colour', ...more } } },
      traits
    )
  const lost = { feature: 'output.json_schema', action: 'dropped', field: 'name' }
  t.match(named({}).gaps[1], lost)
  t.match(named({}, { nativeSchema: false }), { gaps: [], body: { tools: [{ description: /colour/ }] } })
  t.match(named({ description: 'One.' }, { nativeSchema: false }).gaps, [lost])
})

t.test('what a client of this format adds to a schema’s format goes out as it came', async t => {
  const sent = (body: JsonObject) => {
    const more = { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'x' }] }
    const { output, ext, ...rest } = messages.request.decode({ ...more, ...body }, head())
    const bare = { ...rest, output, ...(ext && { ext }) }
    return {
      config: encode(bare).body.output_config,
      gaps: encode({ ...bare, output: { ...output, maxTokens: 5 } }, { nativeSchema: false }).gaps
    }
  }
  const format = { type: 'json_schema', schema: SCHEMA, name: 'colour', strict: true, novel: 1 }
  t.same(sent({ output_config: { format, effort: 'low' } }).config, { format, effort: 'low' })
  t.same(sent({ output_format: format }).config, { format })
  t.match(sent({ output_config: { format } }).gaps, [{ feature: 'ext', field: 'output_config.format' }])
})

t.test('a call that is forced by name is asked for, also beside a tool that stands for the answer', async t => {
  const one = {
    toolChoice: { type: 'one', name: 'f', kind: 'function' },
    tools: [{ type: 'function', name: 'f' }]
  } as const
  t.same(encode({ ...json(SCHEMA), ...one }, { nativeSchema: false }).body.tool_choice, { type: 'tool', name: 'f' })
})

t.test('where a tool cannot be forced, an instruction asks for the answer', async t => {
  const asked = encode(json(SCHEMA), { nativeSchema: false, forcedTools: 'no' })
  t.equal(asked.body.tool_choice, undefined)
  t.match(asked.body.system, [{ text: /json_answer/ }])
})

t.test('members of other formats are not sent, and that is told', async t => {
  const encoded = encode({ ext: { 'chat-completions': { verbosity_v2: 1 } } })
  t.same(encoded.gaps, [{ feature: 'ext', action: 'dropped', field: 'verbosity_v2' }])
})

t.test('members that another format kept on a message, a part or a tool are told as well', async t => {
  const ext = { 'chat-completions': { strange: 1 }, 'chat-completions/spelling': { as: 'x' } }
  const told = { feature: 'ext', action: 'dropped', field: 'strange' }
  const plain = user(text('hi'))
  for (const changes of [
    { messages: [{ ...plain, ext }] },
    { messages: [{ ...system('x'), ext }, plain] },
    { messages: [user({ ...text('hi'), ext })] },
    { messages: [plain], tools: [{ type: 'function', name: 'f', ext }] as const }
  ]) {
    t.match(encode(changes).gaps, [told])
  }
  t.same(encode({ messages: [plain] }).gaps, [])
})

t.test('pictures in an answer move into the next user turn', async t => {
  const image: Part = { type: 'image', source: { kind: 'url', url: 'https://x.example/a.png' } }
  const list = wire([user(text('draw')), assistant(text('here'), image), user(text('again'))])
  t.match(list[2]?.content, [{ type: 'text' }, { type: 'image' }, { type: 'text', text: 'again' }])
})

t.test('what the format has no block for is refused rather than left out', async t => {
  const bmp: Part = { type: 'image', source: { kind: 'inline', mime: 'image/bmp', data: 'QQ==' } }
  t.throws(() => wire([user(bmp)]), { kind: 'unsupported', message: /image\/bmp/ } as never)
  const upload: Part = { type: 'file', source: { kind: 'file_ref', provider: 'openai', id: 'file-1' } }
  t.throws(() => wire([user(upload)]), { kind: 'unsupported' } as never)
  const notes: Part = {
    type: 'file',
    source: { kind: 'inline', mime: 'text/csv', data: Buffer.from('a,b').toString('base64') },
    filename: 'n.csv'
  }
  t.match(wire([user(notes)])[0]?.content, [
    { type: 'document', title: 'n.csv', source: { type: 'text', data: 'a,b' } }
  ])
})

t.test('what says no more than a string is one, whatever notes its own format keeps', async t => {
  const ext = { 'responses/spelling': { as: 'easy' } }
  const plain: Part = { type: 'text', text: 'Yes.', annotations: [], ext }
  t.same(wire([user(text('?')), assistant(plain), user(text('!'))])[1]?.content, 'Yes.')
})

t.test(
  'a time to keep the cache that is unknown here becomes the longest, unless the client speaks this format',
  async t => {
    const marked = user({ ...text('Hi'), cache: { ttl: '12h' } })
    const encoded = encode({ messages: [marked] })
    t.match(encoded.body.messages, [{ content: [{ cache_control: { ttl: '1h' } }] }])
    t.match(encoded.gaps, [{ feature: 'cache.mark', action: 'converted', from: '12h', to: '1h' }])
    const own = encode({ messages: [marked], ingress: { format: 'messages' } })
    t.match(own.body.messages, [{ content: [{ cache_control: { ttl: '12h' } }] }])
  }
)
