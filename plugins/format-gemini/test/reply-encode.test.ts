import { fold, type IrResponse, type Part } from '@isthmus/core'
import { decodeEnvelope, isObject, type JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { encodeResponse } from '../src/response-encode.ts'
import {
  call,
  candidate,
  chunks,
  ending,
  eventsOf,
  foreign,
  own,
  partsOf,
  reply,
  text,
  USAGE_METADATA
} from './support/parts.ts'
import {
  ARRAY,
  decodeChunks,
  OPTIONS,
  readStream,
  readWhole,
  STOP,
  saying,
  streamOf,
  wired
} from './support/replies.ts'

/** both gives the parts and the rest of a reply that is written whole and streamed; the two read alike. */
async function both(response: IrResponse): Promise<JsonObject> {
  const body = encodeResponse(response, OPTIONS)
  const whole = await readWhole(body)
  t.strictSame(await readStream(streamOf(eventsOf(response))), whole, 'the stream says the same')
  const array = JSON.parse(streamOf(eventsOf(response), ARRAY)) as JsonObject[]
  t.strictSame(array, chunks(response), 'so does the array')
  return wired(body)
}

t.test('a whole reply has all that clients read', async t => {
  const body = await both(reply([{ type: 'reasoning', text: 'hm', hidden: false }, text('Hello')]))
  t.strictSame(body, {
    candidates: [
      {
        content: { parts: [{ text: 'hm', thought: true }, { text: 'Hello' }], role: 'model' },
        index: 0,
        finishReason: 'STOP'
      }
    ],
    usageMetadata: USAGE_METADATA,
    modelVersion: 'm1',
    responseId: 'r1'
  })
  const bare = wired(encodeResponse({ id: '', model: '', choices: reply([]).choices }, OPTIONS))
  t.strictSame(bare, {
    candidates: [{ content: { parts: [{ text: '' }], role: 'model' }, index: 0, finishReason: 'STOP' }],
    modelVersion: 'asked',
    responseId: 'x1'
  })
})

t.test('arguments are an object always', async t => {
  const body = await both(
    ending(
      [
        call('c1', ''),
        call('c2', '"{\\"a\\":1}"'),
        call('c3', '[1]'),
        call('', '{}'),
        call('c5', '{"a":'),
        text('after')
      ],
      { reason: 'tool_calls', native: '' }
    )
  )
  t.strictSame(
    partsOf(body).flatMap(part => (isObject(part.functionCall) ? [part.functionCall] : [])),
    [
      { id: 'c1', name: 'f', args: {} },
      { id: 'c2', name: 'f', args: { a: 1 } },
      { id: 'c3', name: 'f', args: { input: [1] } },
      { id: 'call_x1_3', name: 'f', args: {} },
      { id: 'c5', name: 'f', args: { _raw: '{"a":' } }
    ]
  )
  const cut = await both(ending([call('c1', '{"a":')], { reason: 'length', native: '' }))
  t.strictSame(partsOf(cut), [{ text: '[call of f, cut off]' }], 'one that was cut off is told in words')
  const custom = await both(reply([{ type: 'tool_call', kind: 'custom', id: 'c1', name: 'sh', argsText: 'ls' }]))
  t.match(partsOf(custom), [{ functionCall: { name: 'sh', args: { input: 'ls' } } }])
})

t.test('signatures of the service stay where they are', async t => {
  const parts = [
    { type: 'reasoning', text: 'hm', hidden: false, seal: own('czE=') } as const,
    { type: 'reasoning', hidden: true, seal: own('czI=') } as const,
    text('Hello', { seal: own('czM=') }),
    call('c1', '{}', { seal: own('czQ=') }),
    text('', { seal: own('czU=') })
  ]
  const body = wired(encodeResponse(reply(parts), OPTIONS))
  t.strictSame(partsOf(body), [
    { text: 'hm', thought: true, thoughtSignature: 'czE=' },
    { text: '', thought: true, thoughtSignature: 'czI=' },
    { text: 'Hello', thoughtSignature: 'czM=' },
    { functionCall: { id: 'c1', name: 'f', args: {} }, thoughtSignature: 'czQ=' },
    { text: '', thoughtSignature: 'czU=' }
  ])
  t.strictSame(
    chunks(reply(parts)).flatMap(chunk => partsOf(chunk)),
    [
      { text: 'hm', thought: true },
      { text: '', thought: true, thoughtSignature: 'czE=' },
      { text: '', thought: true, thoughtSignature: 'czI=' },
      { text: 'Hello' },
      { text: '', thoughtSignature: 'czM=' },
      { functionCall: { id: 'c1', name: 'f', args: {} }, thoughtSignature: 'czQ=' },
      { text: '', thoughtSignature: 'czU=' },
      { text: '' }
    ],
    'in a stream that of a text follows it'
  )
  t.strictSame(
    fold(decodeChunks(chunks(reply(parts)))).choices[0]?.parts.map(part => part.seal?.data),
    parts.map(part => part.seal?.data)
  )
})

t.test('a seal of another vendor travels with the next call, or last', async t => {
  const thought = (data: string): Part => ({ type: 'reasoning', text: data, hidden: false, seal: foreign(data) })
  const opened = (part: JsonObject | undefined): unknown => decodeEnvelope(String(part?.thoughtSignature))
  const body = await both(reply([thought('s1'), text('Looking.'), call('c1'), thought('s2'), call('c2'), call('c3')]))
  t.strictSame(
    partsOf(body).map(part => Object.keys(part)),
    [
      ['text', 'thought'],
      ['text'],
      ['functionCall', 'thoughtSignature'],
      ['text', 'thought'],
      ['functionCall', 'thoughtSignature'],
      ['functionCall']
    ]
  )
  t.strictSame(opened(partsOf(body)[2]), { seal: foreign('s1'), place: { on: 'reasoning' } })
  t.strictSame(opened(partsOf(body)[4]), { seal: foreign('s2'), place: { on: 'reasoning' } })

  const hidden: Part = { type: 'reasoning', hidden: true, seal: foreign('s3', 'redacted') }
  const spoken = partsOf(wired(encodeResponse(reply([hidden, text('Hello')]), OPTIONS)))
  t.match(spoken, [{ text: 'Hello' }, { text: '', thought: true }])
  t.strictSame(opened(spoken[1]), { seal: foreign('s3', 'redacted'), place: { on: 'reasoning' } })

  const odd = partsOf(
    wired(
      encodeResponse(reply([text('a', { seal: foreign('s4') }), call('c1', '{}', { seal: foreign('s5') })]), OPTIONS)
    )
  )
  t.match(opened(odd[0]), { place: { on: 'text' } })
  t.match(opened(odd[1]), { place: { on: 'call', callId: 'c1' } })
})

t.test('citations of pages are given in bytes of the text', async t => {
  const cited = (annotations: JsonObject[]): Part =>
    text('Güte 👩 ist grün.', { annotations } as unknown as Partial<Part>)
  const body = await both(
    reply([
      text('First.'),
      cited([
        { kind: 'url', url: 'https://a.test', title: 'A', start: 0, end: 6, unit: 'codepoint' },
        { kind: 'url', url: 'https://b.test', start: 5, end: 7, unit: 'utf16' },
        { kind: 'url', url: 'https://a.test' },
        { kind: 'page', start: 1, end: 2 }
      ])
    ])
  )
  t.strictSame(candidate(body).groundingMetadata, {
    groundingChunks: [{ web: { uri: 'https://a.test', title: 'A' } }, { web: { uri: 'https://b.test' } }],
    groundingSupports: [
      { segment: { partIndex: 1, endIndex: 10, text: 'Güte 👩' }, groundingChunkIndices: [0] },
      { segment: { partIndex: 1, startIndex: 6, endIndex: 10, text: '👩' }, groundingChunkIndices: [1] },
      { segment: { partIndex: 1, endIndex: 21 }, groundingChunkIndices: [0] }
    ]
  })
})

t.test('media goes out inline or by its address, and else in words; blocks of others do not', async t => {
  const body = await both(
    reply([
      { type: 'image', source: { kind: 'inline', mime: 'image/png', data: 'AAAA' } },
      { type: 'audio', source: { kind: 'inline', mime: '', data: 'BBBB' }, format: 'mp3' },
      { type: 'audio', source: { kind: 'inline', mime: 'audio/wav', data: 'CCCC' }, transcript: 'Hear this.' },
      { type: 'video', source: { kind: 'url', url: 'https://example.test/v.mp4' } },
      { type: 'audio', source: { kind: 'file_ref', provider: 'x', id: '1' }, transcript: 'Hear me.' },
      { type: 'image', source: { kind: 'file_ref', provider: 'x', id: '1' } },
      { type: 'refusal', text: 'No.' },
      { type: 'opaque', native: { format: 'messages', object: {} }, replay: 'never', describe: 'A block.' }
    ])
  )
  t.strictSame(partsOf(body), [
    { inlineData: { mimeType: 'image/png', data: 'AAAA' } },
    { inlineData: { mimeType: 'audio/mp3', data: 'BBBB' } },
    { inlineData: { mimeType: 'audio/wav', data: 'CCCC' }, audioTranscription: { text: 'Hear this.' } },
    { fileData: { fileUri: 'https://example.test/v.mp4', mimeType: 'video/mp4' } },
    { text: 'Hear me.' },
    { text: '[image]' },
    { text: 'No.' }
  ])
})

t.test('summaries go out as thoughts, with a border between paragraphs', async t => {
  const body = await both(reply([{ type: 'reasoning', summary: ['One.', 'Two.'], hidden: false }, text('a')]))
  t.strictSame(partsOf(body)[0], { text: 'One.\n\nTwo.', thought: true })
})

t.test('log probabilities come with the candidate', async t => {
  const logprobs = [
    { token: 'a', logprob: -0.5, top: [{ token: 'b', logprob: -1 }] },
    { token: 'c', logprob: -2 }
  ]
  const body = await both(reply([text('ac', { logprobs } as Partial<Part>)]))
  t.strictSame(candidate(body).logprobsResult, {
    topCandidates: [{ candidates: [{ token: 'b', logProbability: -1 }] }, { candidates: [] }],
    chosenCandidates: [
      { token: 'a', logProbability: -0.5 },
      { token: 'c', logProbability: -2 }
    ]
  })
})

t.test('every way to end has a word', async t => {
  const words = {
    stop: 'STOP',
    stop_sequence: 'STOP',
    length: 'MAX_TOKENS',
    tool_calls: 'STOP',
    content_filter: 'SAFETY',
    refusal: 'SAFETY',
    pause: 'OTHER',
    compaction: 'STOP',
    other: 'OTHER'
  } as const
  for (const [reason, word] of Object.entries(words)) {
    const body = await both(
      ending([text('a')], { reason: reason as keyof typeof words, native: 'end_turn', message: 'why' })
    )
    t.match(candidate(body), { finishReason: word, finishMessage: 'why' })
  }
  const word = (finish: IrResponse['choices'][number]['finish']): unknown =>
    candidate(wired(encodeResponse(ending([text('a')], finish), OPTIONS))).finishReason
  t.equal(word({ reason: 'content_filter', native: 'BLOCKLIST' }), 'BLOCKLIST')
  t.equal(word({ reason: 'stop', native: 'BLOCKLIST' }), 'STOP', 'a word that no longer holds is not repeated')
  t.equal(word({ reason: 'content_filter', detail: 'recitation', native: '' }), 'RECITATION')
  t.equal(word({ reason: 'pause', native: 'CONTINUATION' }), 'CONTINUATION')
  t.equal(word({ reason: 'other', native: 'NEW', ext: { gemini: { finishReason: 'NEW' } } }), 'NEW')
})

t.test('a prompt that was refused is no candidate', async t => {
  const blocked = ending([], { reason: 'content_filter', detail: 'prompt_blocked', native: 'filtered', message: 'no' })
  const body = await both(blocked)
  t.strictSame(body, {
    promptFeedback: { blockReason: 'OTHER', blockReasonMessage: 'no' },
    usageMetadata: USAGE_METADATA,
    modelVersion: 'm1',
    responseId: 'r1'
  })
  const late = await both({ ...blocked, choices: [{ ...blocked.choices[0]!, parts: [text('a')] }] })
  t.equal(candidate(late).finishReason, 'SAFETY', 'once something was said it is one')
})

t.test('several choices are candidates of one reply', async t => {
  const choices = [0, 1].map(index => ({
    index,
    parts: [text(`no ${index}`)],
    finish: { reason: 'stop', native: '' } as const
  }))
  const body = await both(reply([], { choices }))
  t.match(body.candidates, [{ index: 0 }, { index: 1 }])
  t.same(partsOf(body, 1), [{ text: 'no 1' }])
})

t.test('unread members of a reply go back to clients of the format', async t => {
  const first = saying(
    [{ text: 'a', partMetadata: { k: 1 } }],
    { safetyRatings: [1] },
    { turnToken: 'x', modelStatus: {} }
  )
  const last = saying([{ text: 'b' }], { ...STOP, avgLogprobs: -1 }, { turnToken: 'y' })
  const events = decodeChunks([first, last])
  const body = wired(encodeResponse(fold(events), OPTIONS))
  t.match(body, { turnToken: 'y', modelStatus: {} })
  t.match(candidate(body), { safetyRatings: [1], avgLogprobs: -1 })
  t.strictSame(partsOf(body), [{ text: 'a', partMetadata: { k: 1 } }, { text: 'b' }])
  t.strictSame(await readStream(streamOf(events)), await readWhole(body))
})
