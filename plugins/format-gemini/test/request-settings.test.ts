import { isGatewayError, type Part } from '@isthmus/core'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { geminiFeatures } from '../src/index.ts'
import { encodeRequest } from '../src/request-encode.ts'
import { geminiSchema } from '../src/schema-encode.ts'
import { back, decode, encode, gapsOf, system, text, user } from './support/requests.ts'

const config = (changes: Parameters<typeof encode>[0], traits: Parameters<typeof encode>[1] = {}) =>
  encode(changes, traits).body.generationConfig as JsonObject
const refusal = (run: () => unknown): string | undefined => {
  try {
    run()
  } catch (thrown) {
    return isGatewayError(thrown) ? thrown.kind : String(thrown)
  }
  return undefined
}
const WEATHER = { type: 'function', name: 'f', schema: { type: 'object', properties: {} } } as const

t.test('sampling and limits are kept within what the model takes', async t => {
  const encoded = encode(
    {
      sampling: { temperature: 1.5, topK: 4, seed: 2 ** 40, presencePenalty: 1 },
      output: { maxTokens: 9000, n: 2, logprobs: { top: 3 }, stop: ['a'] }
    },
    { maxTemperature: 1, maxOutput: 8192, penalties: false }
  )
  t.same(encoded.body.generationConfig, {
    temperature: 1,
    topK: 4,
    candidateCount: 2,
    maxOutputTokens: 8192,
    stopSequences: ['a'],
    responseLogprobs: true,
    logprobs: 3
  })
  t.same(gapsOf(encoded), ['output.max_tokens converted', 'sampling.temperature converted', 'sampling.seed dropped'])
  t.equal(
    refusal(() => encode({ output: { stop: ['1', '2', '3', '4', '5', '6'] } })),
    'unsupported'
  )
})

t.test('reasoning is said in budgets, in levels, or not at all', async t => {
  const budget = { thinking: { style: 'budget', min: 128, max: 32_768, off: false } } as const
  const flash = { thinking: { style: 'budget', min: 0, max: 24_576, off: true } } as const
  const level = { thinking: { style: 'level', levels: ['low', 'high'] } } as const
  const said = { mode: 'on', expose: 'summary', source: 'effort' } as const
  const thinking = (reasoning: object, traits: Parameters<typeof encode>[1]) =>
    config({ reasoning: { ...said, ...reasoning }, output: { maxTokens: 10_000 } }, traits).thinkingConfig
  t.same(thinking({ effort: 'low' }, budget), { includeThoughts: true, thinkingBudget: 2000 })
  t.same(thinking({ effort: 'medium' }, level), { includeThoughts: true, thinkingLevel: 'LOW' })
  t.same(thinking({ effort: 'xhigh' }, {}), { includeThoughts: true, thinkingLevel: 'HIGH' })
  t.same(thinking({ budgetTokens: 100_000 }, budget), { includeThoughts: true, thinkingBudget: 32_768 })
  t.same(thinking({ budgetTokens: 8000 }, level), { includeThoughts: true, thinkingLevel: 'HIGH' })
  t.same(thinking({ budgetTokens: 'auto' }, budget), { includeThoughts: true, thinkingBudget: -1 })
  t.same(thinking({ mode: 'off', expose: 'default' }, budget), { thinkingBudget: 128 })
  t.same(thinking({ mode: 'off', expose: 'default' }, flash), { thinkingBudget: 0 })
  t.same(thinking({ mode: 'off', expose: 'none' }, level), { includeThoughts: false, thinkingLevel: 'LOW' })
  t.same(thinking({ expose: 'default' }, level), { includeThoughts: true })
  t.equal(thinking({ effort: 'high' }, { thinking: { style: 'none' } }), undefined)
  const converted = encode({ reasoning: { ...said, effort: 'medium' } }, level)
  t.match(converted.gaps, [{ feature: 'reasoning.effort', from: 'medium', to: 'low' }])
})

t.test('schemas keep what the service takes, and the report names the rest', async t => {
  const schema = {
    $schema: 'x',
    $defs: { n: { type: 'string', minLength: 2 } },
    properties: {
      kind: { const: 'a' },
      n: { $ref: '#/$defs/n' },
      any: { oneOf: [{ type: 'null' }, true] },
      empty: { type: 'object', properties: {} },
      minLength: { type: 'number', default: 1 }
    },
    allOf: [{ properties: { more: {} }, required: ['more'] }],
    additionalProperties: false,
    required: ['empty']
  }
  const { schema: derived, removed } = geminiSchema(schema)
  t.same(derived, {
    $defs: { n: { type: 'string', description: '{minLength: 2}' } },
    properties: {
      kind: { enum: ['a'] },
      n: { $ref: '#/$defs/n' },
      any: { oneOf: [{ type: 'null' }, {}] },
      empty: { type: 'object', properties: {} },
      minLength: { type: 'number' },
      more: {}
    },
    additionalProperties: false,
    required: ['empty', 'more'],
    type: 'object'
  })
  t.same(removed, ['/$defs/n/minLength'])
  t.equal(geminiSchema(schema).schema, derived, 'it is derived once')
  const encoded = encode({ tools: [{ type: 'function', name: 'f', schema }] })
  t.match(encoded.gaps, [{ feature: 'tools.function', action: 'dropped', field: 'f' }])
})

t.test('the form of the answer is asked for, or put into words where a model refuses it', async t => {
  const schema = { type: 'object', properties: {} }
  const format = { type: 'json_schema', schema, name: 'n', description: 'd' } as const
  const encoded = encode({ output: { format } })
  t.same(encoded.body.generationConfig, {
    responseMimeType: 'application/json',
    responseJsonSchema: { ...schema, description: 'd' }
  })
  t.same(gapsOf(encoded), ['output.json_schema dropped'])
  const words = encode(
    { output: { format }, tools: [WEATHER], messages: [system('x'), user(text('y'))] },
    { jsonWithTools: false }
  )
  t.equal(words.body.generationConfig, undefined)
  t.match(words.body.systemInstruction, { parts: [{ text: 'x' }, { text: /as JSON.*\{"type":"object"/s }] })
  t.same(gapsOf(words), ['output.json_schema emulated'])
})

t.test('tools stand in one entry, and their choice has the mode that says it', async t => {
  const strict = { ...WEATHER, strict: true } as const
  const mode = (changes: Parameters<typeof encode>[0]) =>
    (encode({ tools: [WEATHER], ...changes }).body.toolConfig as JsonObject | undefined)?.functionCallingConfig
  t.equal(mode({ toolChoice: { type: 'auto' } }), undefined)
  t.same(mode({ toolChoice: { type: 'none' } }), { mode: 'NONE' })
  t.same(mode({ toolChoice: { type: 'one', name: 'f', kind: 'function' } }), {
    mode: 'ANY',
    allowedFunctionNames: ['f']
  })
  t.same(mode({ toolChoice: { type: 'subset', mode: 'auto', names: ['f'] } }), {
    mode: 'VALIDATED',
    allowedFunctionNames: ['f']
  })
  t.same(mode({ tools: [strict] }), { mode: 'VALIDATED' })
  t.same(mode({ tools: [strict], toolChoice: { type: 'required' } }), { mode: 'ANY' }, 'a forced call comes first')
  t.same(gapsOf(encode({ tools: [strict, { ...WEATHER, name: 'g', strict: false }] })), ['tools.strict dropped'])
  t.equal(encode({ toolChoice: { type: 'required' } }).body.toolConfig, undefined)

  const { body, context } = encode({
    tools: [
      { ...WEATHER, name: '1 of/two' },
      { type: 'custom', name: 'note' }
    ]
  })
  const [entry, ...more] = body.tools as JsonObject[]
  t.same(more, [])
  const [first, second] = (entry?.functionDeclarations ?? []) as JsonObject[]
  t.match(first?.name, /^_1_of_two_[0-9a-f]{8}$/)
  t.match(second, { name: 'note', parametersJsonSchema: { required: ['input'] } })
  t.same(context, { renamed: { [String(first?.name)]: '1 of/two' }, custom: ['note'], declared: [first?.name, 'note'] })
})

t.test('tools of other services become those of this one where they are the same thing', async t => {
  const hosted = (kind: 'web_search' | 'computer', object: object) =>
    ({ type: 'hosted', kind, native: { format: 'responses', object } }) as const
  const search = encode({ tools: [hosted('web_search', { type: 'web_search', search_context_size: 'low' })] })
  t.same(search.body.tools, [{ googleSearch: {} }])
  t.same(gapsOf(search), ['hosted.options dropped'])
  const domains = hosted('web_search', { type: 'web_search', filters: { allowed_domains: ['a.example'] } })
  t.equal(
    refusal(() => encode({ tools: [domains] })),
    'unsupported'
  )
  t.equal(
    refusal(() => encode({ tools: [hosted('computer', {})] })),
    'unsupported'
  )
  t.equal(
    refusal(() => encode({ hosted: { mcpServers: [] } })),
    'unsupported'
  )
  const plain = hosted('web_search', { type: 'web_search' })
  t.equal(
    encode({ tools: [plain], toolChoice: { type: 'none' } }).body.tools,
    undefined,
    'it would be run all the same'
  )
  t.equal(
    refusal(() => encode({ tools: [plain, WEATHER] }, { hostedWithFunctions: false })),
    'unsupported'
  )
  t.same(encode({ tools: [plain, WEATHER] }, { hostedWithFunctions: true }).body.toolConfig, {
    functionCallingConfig: { mode: 'VALIDATED' },
    includeServerSideToolInvocations: true
  })
})

t.test('what a model lacks is told to the gap check', async t => {
  t.same(geminiFeatures({}), {})
  t.same(geminiFeatures({ penalties: false, urlFiles: false, lacks: ['output.n', 'sampling.seed'] }), {
    'sampling.frequency_penalty': 'dropped',
    'sampling.presence_penalty': 'dropped',
    'input.image.url': 'rejected',
    'input.file.url': 'rejected',
    'output.n': 'rejected',
    'sampling.seed': 'dropped'
  })
  t.equal(geminiFeatures({ thinking: { style: 'none' } })['reasoning.effort'], 'dropped')
  t.equal(geminiFeatures({ thinking: { style: 'budget', min: 0, max: 1, off: true } })['reasoning.effort'], 'converted')
})

t.test(
  'the name of a file is told to a client that gave one, and reported where another service takes none',
  async t => {
    const file: Part = {
      type: 'file',
      source: { kind: 'inline', mime: 'application/pdf', data: 'JVBE' },
      filename: 'a.pdf'
    }
    const { body, gaps } = encode({ messages: [user(file)] })
    t.same(gaps, [{ feature: 'input.file.title', action: 'dropped', field: 'filename' }])
    t.notMatch(body, { contents: [{ parts: [{ inlineData: { displayName: 'a.pdf' } }] }] })
    const wire = { inlineData: { mimeType: 'application/pdf', data: 'JVBE', displayName: 'a.pdf' } }
    t.match(back({ contents: [{ role: 'user', parts: [wire] }] }), { contents: [{ parts: [wire] }] })
  }
)

t.test('a result that is an object stays one, also in a message that was replaced', async t => {
  for (const response of [
    { high: ['04:10'] },
    { output: { high: 1 } },
    { error: ['gone'] },
    { output: '{"a":1}' },
    {}
  ]) {
    const wire = {
      contents: [
        { role: 'model', parts: [{ functionCall: { id: 'a', name: 'f', args: {} } }] },
        { role: 'user', parts: [{ functionResponse: { id: 'a', name: 'f', response } }] }
      ]
    }
    const read = decode(wire)
    const copy = { ...read, messages: structuredClone(read.messages) }
    for (const request of [read, copy]) {
      const { contents } = encodeRequest(request, { provider: 'p', model: 'm' }).body as typeof wire
      const written = JSON.parse(JSON.stringify(contents.at(-1))).parts[0].functionResponse.response
      // An empty object and no text at all are the same to the copy.
      t.same(written, request === copy && Object.keys(response).length === 0 ? { output: '' } : response)
    }
  }
})
