import { fold } from '@isthmus/core'
import { chunkings } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { choice, decodeChunks, decodeReply, decodeWhole, errorOf, STOP, saying, sse, wired } from './support/replies.ts'

const seal = (data: string): unknown => ({
  kind: 'thought_signature',
  data,
  issuer: { provider: 'p', modelFamily: 'gemini', format: 'google-gemini-v1' }
})
const call = (name: string, args: JsonObject = {}, id?: string): JsonObject => ({
  functionCall: { ...(id !== undefined && { id }), name, args }
})

t.test('text grows from chunk to chunk, and a thought is another part', async t => {
  const { parts, finish } = choice(
    decodeChunks([
      saying([{ text: 'Let me ', thought: true }]),
      saying([{ text: 'see.', thought: true }, { text: 'It ' }]),
      saying([{ text: 'is.' }]),
      saying([{ text: '' }], STOP)
    ])
  )
  t.match(parts, [
    { type: 'reasoning', text: 'Let me see.', hidden: false },
    { type: 'text', text: 'It is.' }
  ])
  t.equal(parts.length, 2)
  t.same(finish, { reason: 'stop', native: 'STOP' })
})

t.test('a reply is named by its first chunk, and counted by its last', async t => {
  const reply = { createTime: '2026-05-04T20:01:02.264968Z' }
  const response = fold(
    decodeChunks([
      saying([{ text: 'a' }], {}, { ...reply, usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 } }),
      saying([{ text: 'b' }], STOP, {
        ...reply,
        usageMetadata: {
          promptTokenCount: 9,
          cachedContentTokenCount: 4,
          toolUsePromptTokenCount: 2,
          candidatesTokenCount: 5,
          thoughtsTokenCount: 3,
          totalTokenCount: 19,
          serviceTier: 'standard',
          promptTokensDetails: [{ modality: 'TEXT', tokenCount: 9 }]
        }
      })
    ])
  )
  t.equal(response.id, 'r1')
  t.equal(response.model, 'gemini-test')
  t.equal(response.created, Date.parse('2026-05-04T20:01:02Z') / 1000)
  t.equal(response.serviceTier, 'standard')
  const { native: _, ...usage } = response.usage!
  t.same(usage, {
    input: { fresh: 5, cacheRead: 4, toolPrompt: 2, byModality: { text: 9 } },
    output: { total: 8, reasoning: 3 }
  })
})

t.test('counters that are zero are left out by the service, and none at all are no usage', async t => {
  const cut = decodeWhole(
    saying([], { finishReason: 'MAX_TOKENS' }, { usageMetadata: { promptTokenCount: 7, totalTokenCount: 7 } })
  )
  t.match(fold(cut).usage, { input: { fresh: 7 }, output: { total: 0 } })
  const uncounted = fold(decodeWhole(saying([{ text: 'a' }], STOP, { usageMetadata: { trafficType: 'ON_DEMAND' } })))
  t.equal(uncounted.usage, undefined)
  t.same(uncounted.ext?.gemini, { usageMetadata: { trafficType: 'ON_DEMAND' } }, 'it is kept for clients of the format')
  const more = fold(
    decodeWhole(saying([{ text: 'a' }], STOP, { usageMetadata: { promptTokenCount: 3, cachedContentTokenCount: 8 } }))
  )
  t.equal(more.usage?.input.fresh, 0, 'a counter never falls below zero')
  const promptTokensDetails = ['constructor', '__proto__'].map(modality => ({ modality, tokenCount: 2 }))
  const odd = { promptTokenCount: 3, candidatesTokenCount: -1, promptTokensDetails }
  const { usage } = fold(decodeWhole(saying([{ text: 'a' }], STOP, { usageMetadata: odd })))
  t.equal(usage?.output.total, undefined)
  t.same(Object.values(usage?.input.byModality ?? {}), [2, 2], 'a modality may have any name')
})

t.test('signatures stay on the part that carried them', async t => {
  const { parts } = choice(
    decodeChunks([
      saying([{ text: 'hm', thought: true }]),
      saying([{ text: '', thought: true, thoughtSignature: 'c2VhbDE=' }]),
      saying([{ text: 'Hel' }]),
      saying([{ text: 'lo' }]),
      saying([{ text: '', thoughtSignature: 'c2VhbDI=' }]),
      saying([{ text: 'Again' }]),
      saying([{ ...call('f'), thoughtSignature: 'c2VhbDM=' }, call('g')]),
      saying([{ text: '', thoughtSignature: 'c2VhbDQ=' }], STOP)
    ])
  )
  t.strictSame(
    wired(parts.map(part => [part.type, 'text' in part ? part.text : '', part.seal])),
    wired([
      ['reasoning', 'hm', seal('c2VhbDE=')],
      ['text', 'Hello', seal('c2VhbDI=')],
      ['text', 'Again', undefined],
      ['tool_call', '', seal('c2VhbDM=')],
      ['tool_call', '', undefined],
      ['text', '', seal('c2VhbDQ=')]
    ])
  )
  const hidden = choice(
    decodeWhole(saying([{ text: '', thought: true, thoughtSignature: 'c2VhbA==' }, { text: 'a' }], STOP))
  )
  t.match(hidden.parts[0], { type: 'reasoning', hidden: true, seal: seal('c2VhbA==') })
})

t.test('calls are whole, and an end with calls is one', async t => {
  const { parts, finish } = choice(
    decodeChunks([
      saying([call('f', { city: 'Brest' }, 'c1'), { functionCall: { name: 'g' } }]),
      saying([{ text: '' }], STOP)
    ])
  )
  t.match(parts, [
    { type: 'tool_call', id: 'c1', name: 'f', argsText: '{"city":"Brest"}' },
    { type: 'tool_call', id: /^call_[0-9a-f]{24}$/, name: 'g', argsText: '{}' }
  ])
  t.match(finish, { reason: 'tool_calls', native: 'STOP' })
  t.match(choice(decodeWhole(saying([call('f')], { finishReason: 'MAX_TOKENS' }))).finish, { reason: 'length' })
})

t.test('ids that are made are the same each time, and others for another call, reply or turn', async t => {
  const ids = (...chunks: readonly JsonObject[]): string[] =>
    choice(decodeChunks(chunks)).parts.map(part => (part.type === 'tool_call' ? part.id : ''))
  const twice = saying([call('f'), call('f')], STOP)
  t.strictSame(ids(twice), ids(twice))
  const unnamed = (promptTokenCount: number): JsonObject => {
    const { responseId: _, ...chunk } = saying([call('f')], STOP, { usageMetadata: { promptTokenCount } })
    return chunk
  }
  const all = [
    ...ids(twice),
    ...ids(saying([call('f')], STOP, { responseId: 'r2' })),
    ...ids(unnamed(5)),
    ...ids(unnamed(9))
  ]
  t.equal(new Set(all).size, all.length)
})

t.test('names and free text come back as the client knows them', async t => {
  const context = {
    renamed: { my_tool_1a2b: 'my tool' },
    custom: ['shell'],
    declared: ['my_tool_1a2b', 'shell', 'a.b']
  }
  const { parts } = choice(
    decodeChunks(
      [saying([call('default_api.my_tool_1a2b'), call('shell', { input: 'ls -l' }), call('a.b'), call('x.y')], STOP)],
      context
    )
  )
  t.match(parts, [
    { name: 'my tool', kind: 'function' },
    { name: 'shell', kind: 'custom', argsText: 'ls -l' },
    { name: 'a.b', kind: 'function' },
    { name: 'x.y', kind: 'function' }
  ])
})

t.test('a call whose arguments come in pieces is put together', async t => {
  const piece = (...partialArgs: readonly JsonObject[]): JsonObject =>
    saying([{ functionCall: { partialArgs, willContinue: true } }])
  const { parts } = choice(
    decodeChunks([
      saying([{ functionCall: { name: 'f', willContinue: true }, thoughtSignature: 'c2VhbA==' }]),
      piece({ jsonPath: '$.city', stringValue: 'Br', willContinue: true }),
      piece({ jsonPath: '$.city', stringValue: 'est' }, { jsonPath: '$.days[0].n', numberValue: 0 }),
      piece({ jsonPath: '$.days[1].on', boolValue: false }, { jsonPath: "$['a b'].c", nullValue: 'NULL_VALUE' }),
      piece({ jsonPath: '$.__proto__.bad', stringValue: 'x' }),
      saying([{ functionCall: {} }]),
      saying([{ functionCall: { name: 'g', partialArgs: [{ jsonPath: '$.x', numberValue: 1 }] } }]),
      saying([{ functionCall: { name: 'h', willContinue: true } }], STOP)
    ])
  )
  const args = parts.map(part => (part.type === 'tool_call' ? part.argsText : ''))
  t.strictSame(args, [
    '{"city":"Brest","days":[{"n":0},{"on":false}],"a b":{"c":null},"__proto__":{"bad":"x"}}',
    '{"x":1}',
    '{}'
  ])
  t.match(parts[0]?.seal, seal('c2VhbA=='))
  t.equal(({} as JsonObject).bad, undefined)
  for (const jsonPath of ['$.list[100000]', '$', '.a', '$.a[', `$${'.a'.repeat(100)}`]) {
    const start = saying([{ functionCall: { name: 'f', args: { list: [] }, willContinue: true } }])
    t.equal(
      errorOf(decodeChunks([start, piece({ jsonPath, numberValue: 1 })])).code,
      'FORMAT_GEMINI_MALFORMED_CALL',
      jsonPath
    )
  }
})

t.test('media, hosted tools and what nobody knows keep their place', async t => {
  const unknown = { hologram: { beam: 1 } }
  const code = { executableCode: { language: 'PYTHON', code: 'print(1)' }, thoughtSignature: 'c2VhbA==' }
  const ran = { codeExecutionResult: { outcome: 'OUTCOME_FAILED', output: 'no' } }
  const searched = { toolCall: { id: 't1', toolType: 'GOOGLE_SEARCH_WEB', args: { queries: ['x'] } } }
  const found = { toolResponse: { id: 't1', toolType: 'GOOGLE_SEARCH_WEB', response: {} } }
  const parts = [
    { text: 'a', partMetadata: { k: 1 } },
    { inlineData: { mimeType: 'image/png', data: 'AAAA' }, thoughtSignature: 'c2VhbA==' },
    { inlineData: { mimeType: 'audio/L16;rate=24000', data: 'AAAA' } },
    { inlineData: { mimeType: 'application/pdf', data: 'AAAA', displayName: 'x.pdf' } },
    { fileData: { mimeType: 'video/mp4', fileUri: 'https://example.test/v' } },
    code,
    ran,
    searched,
    found,
    unknown,
    { text: 'b' }
  ]
  for (const events of [decodeWhole(saying(parts, STOP)), decodeChunks(parts.map(part => saying([part], STOP)))]) {
    t.match(choice(events).parts, [
      { type: 'text', text: 'a', ext: { gemini: { partMetadata: { k: 1 } } } },
      { type: 'image', source: { kind: 'inline', mime: 'image/png', data: 'AAAA' }, seal: seal('c2VhbA==') },
      { type: 'audio', source: { kind: 'inline', mime: 'audio/L16;rate=24000' } },
      { type: 'file', filename: 'x.pdf' },
      { type: 'video', source: { kind: 'url', url: 'https://example.test/v' } },
      { type: 'hosted_call', kind: 'code', native: { format: 'gemini', object: code } },
      { type: 'hosted_result', kind: 'code', status: 'failed', native: { object: ran } },
      { type: 'hosted_call', kind: 'web_search', id: 't1', input: { queries: ['x'] } },
      { type: 'hosted_result', kind: 'web_search', id: 't1' },
      { type: 'opaque', native: { format: 'gemini', object: unknown }, replay: 'same_dialect' },
      { type: 'text', text: 'b' }
    ])
  }
})

const GROUNDING = {
  webSearchQueries: ['sea'],
  groundingChunks: [{ web: { uri: 'https://a.test', title: 'A' } }, { web: { uri: 'https://b.test' } }],
  groundingSupports: [
    { segment: { endIndex: 5, text: 'Güte' }, groundingChunkIndices: [0, 1] },
    { segment: { startIndex: 400, endIndex: 500, text: 'elsewhere' }, groundingChunkIndices: [1] }
  ]
}

t.test('citations stand on the text, in bytes, and the search is a part', async t => {
  const whole = decodeWhole(saying([{ text: 'Güte ist grün.' }], { ...STOP, groundingMetadata: GROUNDING }))
  const streamed = decodeChunks([
    saying([{ text: 'Güte ' }], { groundingMetadata: { webSearchQueries: ['sea'] } }),
    saying([{ text: 'ist grün.' }], { groundingMetadata: { ...GROUNDING, webSearchQueries: [] } }),
    saying([{ text: '', thoughtSignature: 'c2VhbA==' }], STOP)
  ])
  for (const events of [whole, streamed]) {
    const { parts } = choice(events)
    const text = parts[0]
    t.strictSame(
      text?.type === 'text' &&
        wired((text.annotations ?? []).map(({ url, title, start, end, unit }) => ({ url, title, start, end, unit }))),
      [
        { url: 'https://a.test', title: 'A', start: 0, end: 5, unit: 'byte' },
        { url: 'https://b.test', start: 0, end: 5, unit: 'byte' },
        { url: 'https://b.test' }
      ],
      'offsets that are of another text are left out'
    )
    t.match(parts[1], { type: 'hosted_call', kind: 'web_search', input: { queries: ['sea'] } })
    t.equal(parts.length, 2)
  }
  const late = decodeChunks([
    saying([{ text: 'Güte' }]),
    saying([call('f')], { ...STOP, groundingMetadata: GROUNDING })
  ])
  t.match(
    late.find(({ type }) => type === 'notice'),
    { gap: { feature: 'reply.annotations', action: 'dropped' } }
  )
})

t.test('several parts and several candidates are told apart', async t => {
  const supports = [{ segment: { partIndex: 2, endIndex: 1, text: 'c' }, groundingChunkIndices: [0] }]
  const groundingMetadata = { ...GROUNDING, groundingSupports: supports }
  const parts = [{ text: 'a' }, call('f'), { text: 'c' }]
  const response = fold(
    decodeWhole({
      candidates: [
        { content: { parts, role: 'model' }, groundingMetadata, ...STOP },
        { content: { parts: [{ text: 'other' }] }, finishReason: 'SAFETY', safetyRatings: [] }
      ]
    })
  )
  t.strictSame(
    response.choices.map(({ index }) => index),
    [0, 1]
  )
  t.match(response.choices[0]?.parts[2], { type: 'text', text: 'c', annotations: [{ url: 'https://a.test' }] })
  t.notOk('annotations' in response.choices[0]!.parts[0]!)
  t.match(response.choices[1]?.finish, {
    reason: 'content_filter',
    native: 'SAFETY',
    ext: { gemini: { safetyRatings: [] } }
  })
})

t.test('log probabilities come with their text', async t => {
  const logprobsResult = {
    chosenCandidates: [{ token: 'a', tokenId: 7, logProbability: -0.1 }],
    topCandidates: [
      {
        candidates: [
          { token: 'a', logProbability: -0.1 },
          { token: 'b', logProbability: -2 }
        ]
      }
    ]
  }
  const expected = [
    {
      token: 'a',
      logprob: -0.1,
      top: [
        { token: 'a', logprob: -0.1 },
        { token: 'b', logprob: -2 }
      ]
    }
  ]
  const whole = choice(decodeWhole(saying([{ text: 'a' }], { ...STOP, logprobsResult })))
  t.match(whole.parts[0], { logprobs: expected })
  t.match(choice(decodeChunks([saying([{ text: 'a' }], { ...STOP, logprobsResult })])).parts[0], { logprobs: expected })
})

t.test('an array is a stream, however it is cut', async t => {
  const chunks = [saying([{ text: 'Hé' }]), saying([{ text: 'llo ]},[{' }]), saying([{ text: '' }], STOP)]
  const array = `[${chunks.map(chunk => JSON.stringify(chunk, null, 2)).join('\n,\r\n')}\n]\n`
  const expected = decodeChunks(chunks)
  for (const { name, chunks } of chunkings(array)) {
    t.strictSame(decodeReply(chunks, 'application/json; charset=UTF-8'), expected, name)
  }
  t.equal(errorOf(decodeReply([array.slice(0, -40)], 'application/json')).code, 'ISTHMUS_UPSTREAM_CLOSED')
})

t.test('an empty chunk before the beginning keeps the connection open, and a sentinel is no chunk', async t => {
  const empty = { candidates: [{ content: { parts: [{ text: '' }], role: 'model' }, index: 0 }] }
  const events = decodeReply([`${sse([empty, saying([{ text: 'a' }], STOP)])}data: [DONE]\n\n`])
  t.equal(events[0]?.type, 'heartbeat')
  t.equal(fold(events).id, 'r1')
  t.match(choice(events).parts, [{ type: 'text', text: 'a' }])
  t.equal(errorOf(decodeReply(['data: nonsense\n\n'])).code, 'FORMAT_GEMINI_REPLY')
})
