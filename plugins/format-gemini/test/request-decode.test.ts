import { isGatewayError } from '@isthmus/core'
import { encodeEnvelope, type JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { decodeRequest } from '../src/request-decode.ts'
import { back, conversation, decode, head } from './support/requests.ts'

const BODY = { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] }
const refusalOf = (run: () => unknown): string | undefined => {
  try {
    run()
  } catch (thrown) {
    if (isGatewayError(thrown) && thrown.kind === 'invalid_request') return thrown.path
    throw thrown
  }
  return undefined
}
const refusal = (body: JsonObject): string | undefined => refusalOf(() => decode(body))

t.test('the path tells the model, the wish for a stream and its framing', async t => {
  const read = (path: string, query: Record<string, string> = {}) => {
    const { model, reply } = decodeRequest(BODY, head(path, query))
    return [model, reply.stream, ...(reply.dialect ?? [])]
  }
  t.same(read('/v1beta/models/gemini-2.5-pro:generateContent'), ['gemini-2.5-pro', false])
  t.same(read('/v1/models/gemini-2.5-pro:streamGenerateContent', { alt: 'sse' }), ['gemini-2.5-pro', true, 'sse'])
  const path = '/v1beta/models/gemini-2.5-pro:streamGenerateContent'
  const asked = (client: string) =>
    decodeRequest(BODY, { ...head(path), query: { alt: 'sse' }, headers: { 'x-goog-api-client': client } }).reply
      .dialect
  t.same(asked('genai-js/0.24.1'), ['sse', 'without_blanks'])
  const older = { ...head('/v1beta/models/m:generateContent'), headers: { 'x-goog-api-client': 'genai-js/0.24.1' } }
  t.same(decodeRequest(BODY, older).reply.dialect, ['without_blanks'])
  t.same(asked('google-genai-sdk/3.1.0 gl-node/v24.21.0'), ['sse'])
  t.same(read('/v1beta/models/gemini-2.5-pro:streamGenerateContent'), ['gemini-2.5-pro', true, 'array'])
  t.same(read('/v1beta/tunedModels/mine:generateContent'), ['tunedModels/mine', false])
  t.same(read('/v1beta/models/acme%2Fbig:free:generateContent'), ['acme/big:free', false])
  const wild = { ...head('/x'), params: { '*': 'models/acme/big:streamGenerateContent' } }
  t.equal(decodeRequest(BODY, wild).model, 'acme/big')
  t.equal(decodeRequest({ ...BODY, model: 'models/named' }, head('/kit')).model, 'named')
  t.equal(
    refusalOf(() => decodeRequest(BODY, head('/v1beta/models/%E0%A4%A:generateContent'))),
    'model'
  )
})

t.test('what is wrong is named by its path', async t => {
  t.equal(refusal({ contents: [] }), 'contents')
  t.equal(refusal({ contents: [{ role: 'invalid', parts: [] }] }), 'contents[0].role')
  t.equal(refusal({ contents: [{ parts: 'x' }] }), 'contents[0].parts')
  t.equal(
    refusal({ contents: [{ parts: [{ inlineData: { data: 'x' } }] }] }),
    'contents[0].parts[0].inlineData.mimeType'
  )
  t.equal(
    refusal({ contents: [{ parts: [{ inline_data: { mime_type: 1, data: 'x' } }] }] }),
    'contents[0].parts[0].inlineData.mimeType'
  )
  t.equal(refusal({ generationConfig: { temperature: 'hot' } }), 'generationConfig.temperature')
  t.equal(
    refusal({ tools: [{ functionDeclarations: [{ description: 'x' }] }] }),
    'tools[0].functionDeclarations[0].name'
  )
  t.equal(
    refusal({ generationConfig: { thinkingConfig: { thinkingBudget: 1, thinkingLevel: 'LOW' } } }),
    'generationConfig.thinkingConfig.thinkingLevel'
  )
  t.equal(
    refusal({ contents: [{ role: 'user', parts: [{ functionCall: { name: 'f' } }, { text: 'x' }] }] }),
    'contents[0].parts'
  )
})

t.test('a part that is two things is refused: one of them would be lost', async t => {
  const inlineData = { mimeType: 'image/png', data: 'AAAA' }
  const parts = (part: JsonObject) => refusal({ contents: [{ role: 'user', parts: [part] }] })
  t.equal(parts({ text: 'x', inlineData }), 'contents[0].parts[0]')
  t.equal(parts({ inline_data: inlineData, fileData: { fileUri: 'gs://b/x' } }), 'contents[0].parts[0]')
  t.equal(parts({ text: '', inlineData }), undefined)
  t.equal(conversation({ parts: [{ text: '', inlineData }] })[0]?.parts[0]?.type, 'image')
})

t.test('proto names are read like the others', async t => {
  const request = decode({
    system_instruction: { parts: [{ text: 'be brief' }] },
    generation_config: { max_output_tokens: 7, top_p: 0.5, thinking_config: { thinking_budget: 0 } },
    tools: [{ function_declarations: [{ name: 'f', parameters_json_schema: { type: 'object' } }] }],
    tool_config: { function_calling_config: { mode: 'ANY' } },
    contents: [{ parts: [{ inline_data: { mime_type: 'image/png', data: 'AAAA' } }] }]
  })
  t.match(request, {
    messages: [
      { role: 'system', origin: 'system_instruction', parts: [{ text: 'be brief' }] },
      { role: 'user', parts: [{ type: 'image', source: { kind: 'inline', mime: 'image/png', data: 'AAAA' } }] }
    ],
    output: { maxTokens: 7 },
    sampling: { topP: 0.5 },
    reasoning: { mode: 'off', source: 'budget' },
    tools: [{ name: 'f', schema: { type: 'object' } }],
    toolChoice: { type: 'required' }
  })
})

t.test('a call without an id gets one that stays the same, and results find their calls by name and order', async t => {
  const turns = [
    { parts: [{ text: 'go' }] },
    {
      role: 'model',
      parts: [
        { functionCall: { name: 'a', args: { n: 1 } } },
        { functionCall: { name: 'b' } },
        { functionCall: { name: 'a', args: { n: 2 } } }
      ]
    },
    { role: 'user', parts: [{ functionResponse: { name: 'a', response: { output: 'one' } } }] },
    { role: 'user', parts: [{ functionResponse: { name: 'a', response: { error: 'two' } } }] },
    { role: 'user', parts: [{ functionResponse: { name: 'b', response: { x: 1 } } }, { text: 'more' }] }
  ]
  const messages = conversation(...turns)
  t.same(
    messages.map(message => message.role),
    ['user', 'assistant', 'tool', 'tool', 'user']
  )
  const ids = messages[1]!.parts.map(part => (part.type === 'tool_call' ? part.id : ''))
  t.equal(new Set(ids).size, 3)
  t.match(messages[2]!.parts, [
    { type: 'tool_result', callId: ids[0], name: 'a', content: [{ type: 'text', text: 'one' }] },
    { type: 'tool_result', callId: ids[2], name: 'a', isError: true, content: [{ type: 'text', text: 'two' }] }
  ])
  t.match(messages[3]!.parts, [{ callId: ids[1], content: [{ type: 'text', text: '{"x":1}' }] }])
  t.equal(messages[4]!.joinedToPrevious, true)
  t.same(
    conversation(...turns, { role: 'model', parts: [{ text: 'done' }] })[1]!.parts.map(
      part => part.type === 'tool_call' && part.id
    ),
    ids,
    'the ids do not change as the conversation grows'
  )
})

t.test('a result finds its call in the last step, not in one that nobody answered', async t => {
  const messages = conversation(
    { parts: [{ text: 'go' }] },
    { role: 'model', parts: [{ functionCall: { name: 'f', id: 'old' } }, { functionCall: { name: 'f', id: 'gone' } }] },
    { parts: [{ functionResponse: { name: 'f', response: {} } }] },
    { role: 'model', parts: [{ functionCall: { name: 'f', id: 'new' } }] },
    { parts: [{ functionResponse: { name: 'f', response: {} } }] }
  )
  t.match(messages[4]!.parts, [{ callId: 'new', content: [] }])
})

t.test('a thought in a turn of the user is what the user says, and goes back as it was', async t => {
  const contents = [
    { role: 'user', parts: [{ text: 'hi' }] },
    {
      role: 'user',
      parts: [
        { text: 'For context:' },
        { text: 'I think', thought: true },
        { text: 'and on', thought: true, thoughtSignature: 'c2lnbmVk' },
        { text: '', thought: true, thoughtSignature: 'aGlk' }
      ]
    }
  ]
  const request = decode({ contents })
  t.match(request.messages[1], {
    role: 'user',
    parts: [
      { type: 'text', text: 'For context:' },
      { type: 'text', text: 'I think', seal: undefined },
      { type: 'text', text: 'and on', seal: undefined },
      { type: 'opaque', native: { object: { thought: true } } }
    ]
  })
  t.same(back({ contents }), { contents })
})

t.test('a streamed answer that a client keeps chunk by chunk is one message, and goes back in its chunks', async t => {
  const contents = [
    { role: 'user', parts: [{ text: 'hi' }] },
    { role: 'model', parts: [{ text: 'I ', thought: true }] },
    { role: 'model', parts: [{ text: 'think', thought: true }] },
    { role: 'model', parts: [{ text: 'Hel' }] },
    { role: 'model', parts: [{ text: 'lo' }] },
    { role: 'model', parts: [{ text: '', thoughtSignature: 'c2lnbmVk' }] }
  ]
  const messages = conversation(...contents)
  t.equal(messages.length, 2)
  t.match(messages[1]!.parts, [
    { type: 'reasoning', text: 'I think' },
    { type: 'text', text: 'Hello', seal: { data: 'c2lnbmVk', issuer: { format: 'google-gemini-v1' } } }
  ])
  t.same(back({ contents }).contents, contents)
  const changed = messages.map(message => ({
    ...message,
    parts: message.parts.map(part => (part.type === 'text' ? { ...part, text: part.text.toUpperCase() } : part))
  }))
  t.match(changed[1]!.parts[1], { text: 'HELLO' })
})

t.test('signatures stay on the part that carried them', async t => {
  const [, answer] = conversation(
    { parts: [{ text: 'go' }] },
    {
      role: 'model',
      parts: [
        { text: 'hm', thought: true },
        { thought: true, text: '', thoughtSignature: 'aGlk' },
        { functionCall: { name: 'f', id: 'c' }, thoughtSignature: 'Y2Fs' }
      ]
    },
    { parts: [{ functionResponse: { id: 'c', name: 'f', response: {} } }] }
  )
  t.match(answer!.parts, [
    { type: 'reasoning', text: 'hm', hidden: false, seal: undefined },
    { type: 'reasoning', text: undefined, hidden: true, seal: { kind: 'thought_signature', data: 'aGlk' } },
    { type: 'tool_call', seal: { data: 'Y2Fs' } }
  ])
})

const FOREIGN = {
  kind: 'signature',
  data: 'of-another',
  issuer: { provider: 'a', modelFamily: 'claude', format: 'anthropic-claude-v1' }
} as const

t.test('a seal of another vendor comes back to its reasoning, wherever it travelled', async t => {
  const onReasoning = encodeEnvelope(FOREIGN)
  const answer = (...parts: readonly JsonObject[]) =>
    conversation({ parts: [{ text: 'go' }] }, { role: 'model', parts }, { parts: [{ text: 'x' }] })[1]!.parts
  const call = (thoughtSignature: string) => ({ functionCall: { name: 'f', id: 'c', args: {} }, thoughtSignature })
  t.match(
    answer({ text: 'hm', thought: true }, { text: 'I will look.' }, call(onReasoning)),
    [{ type: 'reasoning', text: 'hm', seal: FOREIGN }, { type: 'text' }, { type: 'tool_call', seal: undefined }],
    'the thought is still there'
  )
  t.match(
    answer({ text: 'I will look.' }, call(onReasoning)),
    [{ type: 'reasoning', hidden: true, seal: FOREIGN }, { type: 'text' }, { type: 'tool_call', seal: undefined }],
    'the client left the thought out'
  )
  t.match(
    answer({ text: 'hm', thought: true }, { text: 'hi' }, { text: '', thought: true, thoughtSignature: onReasoning }),
    [
      { type: 'reasoning', text: 'hm', seal: FOREIGN },
      { type: 'text', text: 'hi' }
    ],
    'it came on an empty thought at the end'
  )
  const parts = answer({ text: 'hi' }, { text: '', thoughtSignature: encodeEnvelope(FOREIGN, { on: 'text' }) })
  t.match(parts, [{ type: 'text', text: 'hi', seal: FOREIGN }])
  t.equal(parts.length, 1)
  t.match(
    answer({ text: 'hm', thought: true }, { text: 'hi' }, { thought: true, thoughtSignature: onReasoning }),
    [
      { type: 'reasoning', text: 'hm', seal: FOREIGN },
      { type: 'text', text: 'hi' }
    ],
    'the client left the empty text out'
  )
  t.match(answer({ text: 'hi' }, { thoughtSignature: 'c2ln' }), [{ type: 'text' }, { type: 'text', text: '' }])
  t.match(answer({ thoughtSignature: 'c2ln', hologram: {} }), [{ type: 'opaque' }])
  const ofCall = encodeEnvelope(FOREIGN, { on: 'call', callId: 'c' })
  t.match(answer(call(ofCall)), [{ type: 'tool_call', seal: FOREIGN }])
  const broken = `${onReasoning.slice(0, -8)}AAAA`
  t.match(answer(call(broken)), [{ type: 'tool_call', seal: { issuer: { format: 'unknown' } } }], 'one that is damaged')
})

t.test('schemas in the dialect of the service become JSON Schema', async t => {
  const schema = (parameters: JsonObject) => {
    const [tool] = decode({ tools: [{ functionDeclarations: [{ name: 'f', parameters }] }] }).tools
    return tool?.type === 'function' ? tool.schema : undefined
  }
  t.same(
    schema({
      type: 'OBJECT',
      properties: {
        type: { type: 'STRING', nullable: true },
        kind: { type: 'STRING', format: 'enum', enum: ['a'], nullable: true },
        list: { type: 'ARRAY', items: { type: 'INTEGER', format: 'int32' }, maxItems: '3' },
        any: { anyOf: [{ type: 'NUMBER' }, { type: 'BOOLEAN' }], nullable: true }
      },
      required: ['type']
    }),
    {
      type: 'object',
      properties: {
        type: { type: ['string', 'null'] },
        kind: { type: ['string', 'null'], enum: ['a', null] },
        list: { type: 'array', items: { type: 'integer', format: 'int32' }, maxItems: 3 },
        any: { anyOf: [{ type: 'number' }, { type: 'boolean' }, { type: 'null' }] }
      },
      required: ['type']
    }
  )
  const { output } = decode({
    generationConfig: {
      responseMimeType: 'application/json',
      responseJsonSchema: { type: 'OBJECT', properties: { enum: { type: 'STRING', enum: ['STRING'] } } }
    }
  })
  t.same(output.format, {
    type: 'json_schema',
    schema: { type: 'object', properties: { enum: { type: 'string', enum: ['STRING'] } } }
  })
})

t.test('the form of the answer is read from each of its places', async t => {
  const format = (generationConfig: JsonObject) => decode({ generationConfig }).output.format
  t.same(format({ responseMimeType: 'application/json' }), { type: 'json_object' })
  t.same(format({ responseMimeType: 'text/plain' }), { type: 'text' })
  t.same(format({ responseSchema: { type: 'STRING' } }), { type: 'json_schema', schema: { type: 'string' } })
  t.same(format({ responseMimeType: 'text/x.enum', responseSchema: { type: 'STRING', enum: ['a'] } }), {
    type: 'json_schema',
    schema: { type: 'string', enum: ['a'] }
  })
  const schema = { type: 'object' }
  t.same(format({ responseFormat: { text: { mimeType: 'application/json', schema } } }), {
    type: 'json_schema',
    schema
  })
})

t.test('reasoning is read from budgets, levels and the wish for thoughts', async t => {
  const reasoning = (thinkingConfig: JsonObject) => decode({ generationConfig: { thinkingConfig } }).reasoning
  t.match(reasoning({ thinkingBudget: 0 }), { mode: 'off', expose: 'default', source: 'budget' })
  t.match(reasoning({ thinkingBudget: -1, includeThoughts: true }), {
    mode: 'on',
    budgetTokens: 'auto',
    expose: 'summary'
  })
  t.match(reasoning({ thinkingBudget: '512' }), { mode: 'on', budgetTokens: 512 })
  t.match(reasoning({ thinkingLevel: 'HIGH', includeThoughts: false }), {
    effort: 'high',
    expose: 'none',
    source: 'level'
  })
  t.match(reasoning({ includeThoughts: true }), { mode: 'default', expose: 'summary', source: 'flag' })
  t.equal(reasoning({}), undefined)
})

t.test('one tool and one function stand for lists of one', async t => {
  const declared = { name: 'f', parametersJsonSchema: { type: 'object' } }
  const f = [{ type: 'function', name: 'f', schema: { type: 'object' } }]
  t.match(decode({ tools: { functionDeclarations: [declared] } }).tools, f)
  t.match(decode({ tools: { function_declarations: declared } }).tools, f)
  t.match(decode({ tools: [{ functionDeclarations: declared }] }).tools, f)
  t.same(decode({ tools: [{ functionDeclarations: null }] }).tools, [])
  t.equal(refusal({ tools: { functionDeclarations: { description: 'x' } } }), 'tools.functionDeclarations.name')
})

t.test('choices and tools of the service are read', async t => {
  const choice = (functionCallingConfig: JsonObject) => decode({ toolConfig: { functionCallingConfig } }).toolChoice
  t.same(choice({ mode: 'ANY', allowedFunctionNames: ['f'] }), { type: 'one', name: 'f', kind: 'function' })
  t.same(choice({ mode: 'ANY', allowedFunctionNames: ['f', 'g'] }), {
    type: 'subset',
    mode: 'required',
    names: ['f', 'g']
  })
  t.same(choice({ mode: 'VALIDATED', allowedFunctionNames: ['f'] }), { type: 'subset', mode: 'auto', names: ['f'] })
  t.same(choice({ mode: 'VALIDATED' }), { type: 'auto' })
  t.same(choice({ mode: 'NONE' }), { type: 'none' })
  t.match(decode({ tools: [{ googleSearch: {}, url_context: {} }, { codeExecution: {} }] }).tools, [
    { type: 'hosted', kind: 'web_search', native: { object: { googleSearch: {} } } },
    { type: 'hosted', kind: 'url_context' },
    { type: 'hosted', kind: 'code' }
  ])
})

t.test('files are told apart by who can read them, and by their type', async t => {
  const media = (...parts: readonly JsonObject[]) => conversation({ parts })[0]!.parts
  t.match(
    media(
      { fileData: { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/x', mimeType: 'image/png' } },
      { fileData: { fileUri: 'https://files.example/x.pdf', mimeType: 'application/pdf' } },
      { fileData: { fileUri: 'https://youtu.be/x' }, videoMetadata: { startOffset: '5s', fps: 2 } },
      { inlineData: { mimeType: 'audio/wav', data: 'UklG' } },
      { inlineData: { mimeType: 'text/csv', data: 'YQ==', displayName: 'a.csv' } }
    ),
    [
      { type: 'image', source: { kind: 'file_ref', provider: 'gemini' } },
      { type: 'file', source: { kind: 'url', mime: 'application/pdf' } },
      { type: 'video', source: { kind: 'url' }, clip: { start: '5s', fps: 2 } },
      { type: 'audio', source: { kind: 'inline' } },
      { type: 'file', filename: 'a.csv' }
    ]
  )
})

t.test('an instruction may be a string, and a last turn of the model is one to go on from', async t => {
  const body = {
    systemInstruction: 'be brief',
    contents: [{ parts: [{ text: 'x' }] }, { role: 'model', parts: [{ text: 'The' }] }]
  }
  const { messages } = decode(body)
  t.match(messages, [{ role: 'system' }, { role: 'user' }, { role: 'assistant', prefill: true }])
  t.same(back(body), body)
})
