import type { GenerateRequest } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { assistant, foreign, native, result, said, text } from './support/encode.ts'

t.test('functions that say nothing of strictness are not strict, unless the client spoke this format', async t => {
  const tool = { type: 'function', name: 'look', description: '' } as const
  t.same(foreign({ tools: [tool] }).body.tools, [
    { type: 'function', name: 'look', parameters: { type: 'object', properties: {} }, strict: false }
  ])
  const own = [
    { type: 'function', name: 'look', parameters: null, strict: null },
    { type: 'function', name: 'see', parameters: {}, description: '' }
  ]
  t.same(native({ tools: own }).body.tools, own)
})

t.test('names that the format does not allow are changed, and the reply is told', async t => {
  const { body, context } = foreign({
    tools: [{ type: 'function', name: 'ns.look/up' }],
    toolChoice: { type: 'one', name: 'ns.look/up', kind: 'function' }
  })
  const [tool] = body.tools as JsonObject[]
  t.match(tool?.name, /^ns_look_up_[0-9a-f]{8}$/)
  t.same(body.tool_choice, { type: 'function', name: tool?.name })
  t.same(context, { toolNames: { [String(tool?.name)]: 'ns.look/up' } })
})

t.test('tools go back into their namespaces, and the reply is told where names differ', async t => {
  const fn = (name: string) => ({ type: 'function', name, parameters: {} })
  const tools = [
    fn('read'),
    { type: 'namespace', name: 'disk', description: 'Files.', x: 1, tools: [fn('read'), fn('write')] },
    { type: 'namespace', name: 'net', tools: [fn('fetch')] }
  ]
  const conversation = [
    { type: 'function_call', call_id: 'a', name: 'read', namespace: 'disk', arguments: '{}' },
    { type: 'function_call', call_id: 'b', name: 'read', arguments: '{}' },
    { type: 'function_call', call_id: 'c', name: 'gone', namespace: 'old', arguments: '{}' }
  ]
  const { body, context } = native({ tools, input: conversation })
  t.same(body.tools, tools)
  t.same(body.input, conversation)
  t.same(context, { namespaced: { 'disk\nread': 'disk__read' } })
})

t.test('tools that take free text go out as functions where the server has no others', async t => {
  const request: Partial<GenerateRequest> = {
    tools: [
      { type: 'custom', name: 'patch', description: 'Patches.', grammar: { syntax: 'lark', definition: 'start: "x"' } }
    ],
    toolChoice: { type: 'one', name: 'patch', kind: 'custom' },
    ...said(
      { role: 'user', parts: [text('?')] },
      assistant({ type: 'tool_call', id: 'a', name: 'patch', kind: 'custom', argsText: 'x\n"y"' }),
      { role: 'tool', parts: [result('a', text('done'))] }
    )
  }
  t.match(foreign(request).body, {
    tools: [{ type: 'custom', format: { type: 'grammar', syntax: 'lark' } }],
    tool_choice: { type: 'custom', name: 'patch' },
    input: [
      {},
      { type: 'custom_tool_call', input: 'x\n"y"' },
      { type: 'custom_tool_call_output', call_id: 'a', output: 'done' }
    ]
  })
  const { body, context } = foreign(request, { customTools: false })
  t.match(body, {
    tools: [{ type: 'function', parameters: { required: ['input'] }, description: /start: "x"/ }],
    tool_choice: { type: 'function', name: 'patch' },
    input: [{}, { type: 'function_call', arguments: '{"input":"x\\n\\"y\\""}' }, { type: 'function_call_output' }]
  })
  t.same(context, { custom: ['patch'] })
})

t.test('hosted tools of other services go over where this one has the same, and are refused elsewhere', async t => {
  const hosted = (kind: 'web_search' | 'code' | 'memory', object: JsonObject) =>
    foreign({ tools: [{ type: 'hosted', kind, native: { format: 'other', object } }] })
  const search = hosted('web_search', {
    type: 'web_search_20250305',
    name: 'web_search',
    max_uses: 3,
    allowed_domains: ['example.org'],
    user_location: { type: 'approximate', city: 'Kiel' }
  })
  t.same(search.body.tools, [
    {
      type: 'web_search',
      filters: { allowed_domains: ['example.org'] },
      user_location: { type: 'approximate', city: 'Kiel' }
    }
  ])
  t.match(search.gaps, [{ feature: 'hosted.options', action: 'dropped', field: 'max_uses' }])
  t.same(hosted('web_search', { googleSearch: {} }).body.tools, [{ type: 'web_search' }])
  t.same(hosted('code', { codeExecution: {} }).body.tools, [{ type: 'code_interpreter', container: { type: 'auto' } }])
  t.throws(() => hosted('memory', { type: 'memory_20250818', name: 'memory' }), {
    code: 'FORMAT_RESPONSES_UNSUPPORTED'
  })
  t.throws(() => hosted('web_search', { type: 'w', blocked_domains: ['x'] }), { code: 'FORMAT_RESPONSES_UNSUPPORTED' })
  t.throws(() => native({ tools: [{ type: 'web_search' }] }, { hostedTools: ['code'] }), {
    code: 'FORMAT_RESPONSES_UNSUPPORTED'
  })
})

t.test('options of the web search of Chat Completions become a tool', async t => {
  const webSearch = {
    search_context_size: 'low',
    user_location: { type: 'approximate', approximate: { city: 'Kiel' } }
  }
  t.same(foreign({ hosted: { webSearch } }).body.tools, [
    { type: 'web_search', search_context_size: 'low', user_location: { type: 'approximate', city: 'Kiel' } }
  ])
  t.throws(() => foreign({ hosted: { container: 'c' } }), { code: 'FORMAT_RESPONSES_UNSUPPORTED' })
})
