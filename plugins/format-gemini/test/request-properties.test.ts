import { type GenerateRequest, isGatewayError } from '@isthmus/core'
import { differences } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import fc from 'fast-check'
import t from 'tap'
import { decodeRequest } from '../src/request-decode.ts'
import { encodeRequest } from '../src/request-encode.ts'
import { geminiSchema } from '../src/schema-encode.ts'
import { head } from './support/requests.ts'

/* What clients write, with members that no version of the format knows, and names in either case. */
const word = fc.stringMatching(/^[a-z]{1,8}$/)
const shown = fc.string({ minLength: 1 }).filter(text => text.trim() !== '')
const json = fc.dictionary(word, fc.jsonValue(), { maxKeys: 3 })
const extras = fc.dictionary(fc.constantFrom('x_one', 'x_two', 'xThree'), fc.jsonValue(), { maxKeys: 2 })
const object = (must: Record<string, fc.Arbitrary<unknown>>, may: Record<string, fc.Arbitrary<unknown>> = {}) =>
  fc
    .tuple(
      fc.record(must),
      fc.record(may, { requiredKeys: [] }),
      fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: extras })
    )
    .map(([first, second, more]) => ({ ...more, ...first, ...second }) as JsonObject)
/** either names a member in one case or the other. */
const either = (arbitrary: fc.Arbitrary<JsonObject>, ...names: readonly string[]) =>
  fc.tuple(arbitrary, fc.constantFrom(...names, undefined)).map(([wire, name]) => {
    if (name === undefined || wire[name] === undefined) return wire
    const { [name]: value, ...rest } = wire
    return { ...rest, [name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)]: value }
  })

const signature = fc.base64String({ minLength: 4 })
const signed = { thoughtSignature: signature }
const mime = fc.constantFrom('image/png', 'audio/wav', 'video/mp4', 'application/pdf')
const inlineData = either(object({ mimeType: mime, data: fc.base64String() }, { displayName: word }), 'mimeType')
const uri = fc.constantFrom(
  'https://files.example/a.pdf',
  'https://generativelanguage.googleapis.com/v1beta/files/abc',
  'gs://bucket/a.png',
  'https://www.youtube.com/watch?v=abc'
)
const fileData = object({ fileUri: uri }, { mimeType: mime, displayName: word })
const videoMetadata = object({}, { startOffset: fc.constantFrom('1s', 2), endOffset: fc.constant('3s'), fps: fc.nat() })
const plain = object({ text: fc.string() }, { partMetadata: json })
const media = fc.oneof(
  either(object({ inlineData }, { videoMetadata, mediaResolution: json }), 'inlineData', 'videoMetadata'),
  either(object({ fileData }, { videoMetadata }), 'fileData')
)
const strange = object({ hologram: json })
const userPart = fc.oneof(plain, media, strange)
const said = fc.oneof(
  object({ text: fc.string() }, signed),
  object({ text: fc.string(), thought: fc.constant(true) }, signed),
  object({ executableCode: object({ code: word, language: fc.constant('PYTHON') }) }, signed),
  object({ codeExecutionResult: object({ outcome: fc.constant('OUTCOME_OK') }, { output: word }) }),
  media,
  strange
)

const userTurn = fc
  .tuple(fc.array(userPart, { minLength: 1, maxLength: 3 }), extras, fc.constantFrom({ role: 'user' }, {}))
  .map(([parts, more, role]) => [{ ...more, ...role, parts }])
const response = fc.oneof(
  json,
  fc.record({ output: fc.jsonValue() }),
  fc.record({ error: fc.jsonValue() }),
  fc.constant({})
)
/** An answer in one piece or in many, as a streamed chat keeps it, and the results of its calls, together or one by one. */
const exchange = fc
  .tuple(
    fc.array(said, { minLength: 1, maxLength: 4 }),
    fc.array(fc.tuple(word, fc.option(word, { nil: undefined }), fc.option(json, { nil: undefined })), {
      maxLength: 3
    }),
    fc.boolean(),
    fc.boolean(),
    response,
    fc.constantFrom({ role: 'user' }, { role: 'function' }, {}),
    fc.option(fc.array(object({ inlineData }), { minLength: 1, maxLength: 2 }), { nil: undefined }),
    fc.boolean()
  )
  .map(([parts, calls, pieces, apart, wire, role, inner, ids]) => {
    const all = [
      ...parts,
      ...calls.map(([name, id, args]) => ({ functionCall: { name, ...(id && { id }), ...(args && { args }) } }))
    ]
    const results = calls.map(([name, id]) => ({
      functionResponse: { name, response: wire, ...(ids && id && { id }), ...(inner && { parts: inner }) }
    }))
    const turns = (list: readonly unknown[], split: boolean, who: object): JsonObject[] =>
      split ? list.map(part => ({ ...who, parts: [part] })) : list.length > 0 ? [{ ...who, parts: [...list] }] : []
    return [...turns(all, pieces, { role: 'model' }), ...turns(results, apart, role)]
  })

const types = fc.constantFrom('STRING', 'NUMBER', 'INTEGER', 'BOOLEAN', 'string')
const openApi = fc.letrec<{ schema: JsonObject }>(tie => ({
  schema: fc.oneof(
    { depthSize: 'small' },
    object({ type: types }, { nullable: fc.boolean(), enum: fc.array(word), format: fc.constant('enum') }),
    object({ type: fc.constant('ARRAY'), items: tie('schema') }, { minItems: fc.constantFrom('1', 2) }),
    object(
      { type: fc.constant('OBJECT'), properties: fc.dictionary(word, tie('schema'), { maxKeys: 3 }) },
      { required: fc.array(word, { maxLength: 2 }), propertyOrdering: fc.array(word, { maxLength: 2 }) }
    ),
    object({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }, { nullable: fc.boolean() })
  )
})).schema
const declaration = fc.oneof(
  object({ name: word }, { description: fc.string(), parameters: openApi, behavior: word, response: openApi }),
  either(object({ name: word }, { description: fc.string(), parametersJsonSchema: json }), 'parametersJsonSchema')
)
const entry = fc.oneof(
  either(
    object({ functionDeclarations: fc.array(declaration, { minLength: 1, maxLength: 3 }) }, { codeExecution: json }),
    'functionDeclarations'
  ),
  object({ googleSearch: json }, { urlContext: json }),
  object({ google_search: json })
)
const calling = fc.oneof(
  object({ mode: fc.constantFrom('AUTO', 'ANY', 'NONE', 'VALIDATED', 'MODE_UNSPECIFIED') }),
  object({ mode: fc.constantFrom('ANY', 'VALIDATED'), allowedFunctionNames: fc.array(word, { minLength: 1 }) })
)
const format = fc.oneof(
  fc.constant({}),
  fc.constantFrom(
    { responseMimeType: 'application/json' },
    { responseMimeType: 'text/plain' },
    { responseMimeType: 'x/y' }
  ),
  openApi.map(responseSchema => ({ responseMimeType: 'application/json', responseSchema })),
  openApi.map(responseSchema => ({ responseSchema })),
  json.map(responseJsonSchema => ({ responseMimeType: 'application/json', responseJsonSchema })),
  json.map(schema => ({ responseFormat: [{ text: { mimeType: 'application/json', schema } }] })),
  fc.constant({ responseMimeType: 'text/x.enum', responseSchema: { type: 'STRING', enum: ['a', 'b'] } }),
  fc.constant({ responseFormat: { audio: {} } })
)
const thinkingConfig = fc.oneof(
  either(object({}, { includeThoughts: fc.boolean(), thinkingBudget: fc.integer({ min: -1 }) }), 'thinkingBudget'),
  object(
    {},
    { includeThoughts: fc.boolean(), thinkingLevel: fc.constantFrom('LOW', 'high', 'THINKING_LEVEL_UNSPECIFIED') }
  )
)
const generationConfig = fc
  .tuple(
    either(
      object(
        { temperature: fc.double({ min: 0, max: 2, noNaN: true }) },
        {
          topP: fc.double({ min: 0, max: 1, noNaN: true }),
          topK: fc.nat(),
          seed: fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }),
          candidateCount: fc.nat(),
          maxOutputTokens: fc.nat(),
          stopSequences: fc.array(fc.string(), { minLength: 1, maxLength: 6 }),
          responseModalities: fc.constantFrom(['TEXT'], ['TEXT', 'IMAGE']),
          thinkingConfig: thinkingConfig.filter(config => Object.keys(config).length > 0),
          speechConfig: json
        }
      ),
      'maxOutputTokens',
      'topP'
    ),
    format
  )
  .map(([config, more]) => ({ ...config, ...more }))

const body = either(
  object(
    {
      contents: fc
        .tuple(userTurn, fc.array(fc.tuple(exchange, userTurn), { maxLength: 3 }))
        .map(([first, rest]) => [...first, ...rest.flat(2)])
    },
    {
      systemInstruction: fc.oneof(
        shown,
        object({ parts: fc.array(plain, { minLength: 1, maxLength: 2 }) }, { role: fc.constantFrom('user', 'system') }),
        object({ parts: plain })
      ),
      tools: fc.array(entry, { minLength: 1, maxLength: 3 }),
      toolConfig: object({ functionCallingConfig: calling }, { retrievalConfig: json }),
      safetySettings: fc.array(json, { minLength: 1 }),
      generationConfig,
      cachedContent: word,
      serviceTier: fc.constantFrom('flex', 'standard', 'unspecified', 'other'),
      store: fc.boolean()
    }
  ),
  'systemInstruction',
  'generationConfig',
  'toolConfig'
)

const encoded = (request: GenerateRequest): JsonObject =>
  JSON.parse(JSON.stringify(encodeRequest(request, { provider: 'p', model: 'm' }).body)) as JsonObject

t.test('a request of this format comes back as it went, whatever stands in it', async () => {
  fc.assert(
    fc.property(body, wire => {
      const before = JSON.parse(JSON.stringify(wire)) as JsonObject
      const found = differences(sorted(before), sorted(encoded(decodeRequest(wire, head()))))
      if (found.length > 0) throw new Error(JSON.stringify(found[0]))
    }),
    { numRuns: 400 }
  )
})

/** Members have no order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)])
  )
}

t.test('every result is paired with a call of its own, if there are calls for all of them', async t => {
  const names = fc.array(fc.tuple(fc.constantFrom('f', 'g'), fc.option(fc.constantFrom(true), { nil: false })), {
    minLength: 1,
    maxLength: 5
  })
  fc.assert(
    fc.property(names, fc.boolean(), (list, keepIds) => {
      const calls = list.map(([name, hasId], at) => ({
        functionCall: { name, args: {}, ...(hasId && { id: `c${at}` }) }
      }))
      const results = list.map(([name, hasId], at) => ({
        functionResponse: { name, response: { at }, ...(hasId && keepIds && { id: `c${at}` }) }
      }))
      const { messages } = decodeRequest(
        { contents: [{ parts: [{ text: 'x' }] }, { role: 'model', parts: calls }, { parts: results }] },
        head()
      )
      const ids = messages[1]!.parts.flatMap(part => (part.type === 'tool_call' ? [[part.id, part.name]] : []))
      const answered = messages[2]!.parts.flatMap(part =>
        part.type === 'tool_result' ? [[part.callId, part.name]] : []
      )
      return JSON.stringify([...ids].sort()) === JSON.stringify([...answered].sort())
    })
  )
  t.pass()
})

t.test('any JSON is read or refused as an invalid request, and nothing else is thrown', async t => {
  const root = fc.oneof(
    fc.jsonValue(),
    fc.record(
      { contents: fc.jsonValue(), tools: fc.jsonValue(), generationConfig: fc.jsonValue() },
      { requiredKeys: [] }
    ),
    fc.record({ contents: fc.array(fc.record({ parts: fc.array(fc.jsonValue()) })) })
  )
  fc.assert(
    fc.property(root, wire => {
      try {
        encodeRequest(decodeRequest(wire, head()), { provider: 'p', model: 'm' })
      } catch (thrown) {
        if (!isGatewayError(thrown) || thrown.kind !== 'invalid_request') throw thrown
      }
    }),
    { numRuns: 500 }
  )
  t.pass()
})

t.test('a derived schema holds nothing but what the service knows, and deriving it again changes nothing', async t => {
  fc.assert(
    fc.property(openApi, schema => {
      const { schema: once } = geminiSchema(schema)
      return JSON.stringify(geminiSchema(once).schema) === JSON.stringify(once)
    })
  )
  t.pass()
})
