import { type EventBatch, fold, type IrResponse, ReplyBuilder, replyFeature, unfold } from '@isthmus/core'
import { decodeAll, replyOptions } from '@isthmus/core/testing'
import t from 'tap'
import { completions, FORMAT_COMPLETIONS_NO_CHOICES, FORMAT_COMPLETIONS_UNFINISHED } from '../src/index.ts'
import { joined, readPieces } from './support/sdk.ts'

const read = (text: string, type: string): EventBatch =>
  decodeAll(
    completions.response.decoder(
      { status: 200, headers: { 'content-type': type } },
      { provider: 'up', model: 'm' },
      undefined
    ),
    [new TextEncoder().encode(text)]
  )
const readWhole = (body: object): EventBatch => read(JSON.stringify(body), 'application/json')
const readStream = (...chunks: readonly (object | string)[]): EventBatch =>
  read(
    chunks.map(chunk => `data: ${typeof chunk === 'string' ? chunk : JSON.stringify(chunk)}\n\n`).join(''),
    'text/event-stream'
  )
const errorOf = (events: EventBatch) => events.find(event => event.type === 'error')?.error
const whole = (response: IrResponse, changes = {}) =>
  JSON.parse(JSON.stringify(completions.response.encode(response, replyOptions(changes))))
const written = (events: EventBatch, changes = {}): string => {
  const encoder = completions.response.encoder(replyOptions(changes))
  return encoder.push(events) + encoder.end()
}
const streamed = async (events: EventBatch, changes = {}) => joined(await readPieces(written(events, changes)))
const piece = (index: number, text: string, finish: string | null = null, more = {}) => ({
  id: 'c1',
  model: 'm',
  choices: [{ index, text, finish_reason: finish, ...more }]
})

const LOGPROBS = {
  tokens: ['The', ' sea', '😀', '.'],
  token_logprobs: [null, -0.5, -1, -2],
  top_logprobs: [null, { ' sea': -0.5, ' land': -1 }, {}, null],
  text_offset: [0, 3, 7, 8]
}

t.test('a whole reply keeps every member, in the same format', async t => {
  const body = {
    id: 'cmpl-1',
    object: 'text_completion',
    created: 7,
    model: 'served',
    choices: [
      { text: 'The sea😀.', index: 0, logprobs: LOGPROBS, finish_reason: 'stop', stop_reason: 13 },
      { text: '', index: 1, logprobs: null, finish_reason: 'length' }
    ],
    usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    service_tier: 'default',
    system_fingerprint: 'fp',
    kv_transfer: { x: 1 }
  }
  const response = fold(readWhole(body))
  t.same(response.choices[0]?.parts[0]?.type === 'text' && response.choices[0].parts[0].logprobs?.[1]?.top, [
    { token: ' sea', logprob: -0.5 },
    { token: ' land', logprob: -1 }
  ])
  t.same(whole(response), body)
  t.same(await streamed(readWhole(body)), body, 'and streamed')
})

t.test('the pieces of several prompts may interleave, and a finish may be said twice', async t => {
  const events = readStream(
    piece(1, 'b'),
    piece(0, 'a', null, { logprobs: { tokens: ['a'], token_logprobs: [-1], top_logprobs: null, text_offset: [4] } }),
    piece(1, 'B', 'length'),
    piece(1, '', 'length'),
    piece(0, 'A', 'stop', { logprobs: { tokens: ['A'], token_logprobs: [-2], top_logprobs: null, text_offset: [5] } }),
    { id: 'c1', model: 'm', choices: [], usage: { prompt_tokens: 2, completion_tokens: 4, total_tokens: 6 } },
    '[DONE]'
  )
  const logprobs = { tokens: ['a', 'A'], token_logprobs: [-1, -2], top_logprobs: null, text_offset: [4, 5] }
  const choices = [
    { text: 'aA', index: 0, finish_reason: 'stop', logprobs },
    { text: 'bB', index: 1, finish_reason: 'length', logprobs: null }
  ]
  t.match(whole(fold(events)), { choices, usage: { total_tokens: 6 } })
  t.match(await streamed(events), { choices, usage: { total_tokens: 6 } })
})

t.test('usage goes to those who asked for it, and a stream has its keep-alive', async t => {
  const events = () => readStream(piece(0, 'a', 'stop'), { choices: [], usage: { prompt_tokens: 1, total_tokens: 1 } })
  t.match(written(events()), /"choices":\[\],"usage":\{"prompt_tokens":1,"completion_tokens":0,"total_tokens":1\}/)
  t.notMatch(written(events(), { includeUsage: false }), /usage/)
  t.equal(completions.response.encoder(replyOptions()).ping?.(), ': keep-alive\n\n')
})

t.test('what has no words of its own is given the names of the exchange', async t => {
  const response: IrResponse = {
    id: '',
    model: '',
    choices: [{ index: 0, parts: [], finish: { reason: 'stop', native: '' } }]
  }
  t.same(whole(response), {
    id: 'cmpl-kit-1',
    object: 'text_completion',
    created: 1_700_000_000,
    model: 'kit-model',
    choices: [{ text: '', index: 0, logprobs: null, finish_reason: 'stop' }]
  })
})

t.test('tokens of a conversation that stands in are placed behind the prompt', async t => {
  const logprobs = [
    {
      token: 'Grü',
      logprob: -1,
      bytes: [71, 114],
      top: [
        { token: 'Grü', logprob: -1 },
        { token: 'x', logprob: -3 },
        { token: 'x', logprob: -2 }
      ]
    },
    { token: '😀', logprob: -2, top: [] },
    { token: '!', logprob: -3 }
  ]
  const parts = [{ type: 'text', text: 'Grü😀!', logprobs }] as const
  const response: IrResponse = {
    id: 'r',
    model: 'm',
    choices: [{ index: 0, parts, finish: { reason: 'stop', native: '' } }]
  }
  const expected = {
    tokens: ['Grü', '😀', '!'],
    token_logprobs: [-1, -2, -3],
    top_logprobs: [{ Grü: -1, x: -2 }, {}, null],
    text_offset: [5, 8, 9]
  }
  const context = { promptChars: 5 }
  t.same(whole(response, { context }).choices[0].logprobs, expected)
  t.match(await streamed(unfold(response).take(), { context }), { choices: [{ logprobs: expected }] })
})

t.test('tokens that a server lists as a conversation would are read as well', async t => {
  const content = [{ token: 'a', logprob: -1, bytes: [97], top_logprobs: [{ token: 'b', logprob: -2 }] }]
  const events = readWhole(piece(0, 'a', 'stop', { logprobs: { content } }))
  t.same(whole(fold(events)).choices[0].logprobs, {
    tokens: ['a'],
    token_logprobs: [-1],
    top_logprobs: [{ b: -2 }],
    text_offset: [0]
  })
  const other = readWhole(piece(0, 'a', 'stop', { logprobs: { of: 'another kind' } }))
  t.same(whole(fold(other)).choices[0].logprobs, { of: 'another kind' }, 'what is not understood is kept')
})

t.test('reasoning is left out of the text, and a feature that the table of the client drops', async t => {
  for (const member of [{ reasoning: 'hm' }, { reasoning_content: 'hm' }, { reasoning_details: [{ type: 'x' }] }]) {
    const events = readStream(
      piece(0, '', null, member),
      piece(0, 'yes', null, member),
      piece(0, '', 'stop', member),
      '[DONE]'
    )
    t.ok(events.some(event => /^reply\.(reasoning|seal)$/.test(replyFeature(event) ?? '')))
    t.equal(completions.features['reply.reasoning'], 'dropped')
    t.equal(whole(fold(events)).choices[0].text, 'yes')
    t.notMatch(written(events), /reasoning|"hm"/)
  }
})

t.test('a refusal becomes the text, with the words of the service behind it', async t => {
  const out = new ReplyBuilder()
  out.start('r', 'm')
  out.whole(0, { type: 'refusal', text: 'No.' })
  out.finish(0, { reason: 'refusal', native: 'refusal', message: ' Against the rules.' })
  out.end()
  const events = out.take()
  const choices = [{ text: 'No. Against the rules.', finish_reason: 'content_filter' }]
  t.match(whole(fold(events)), { choices })
  t.match(await streamed(events), { choices })
})

t.test('texts that are open at the same time are written one after the other', async t => {
  const out = new ReplyBuilder()
  out.start('r', 'm')
  const [first, second] = [out.open(0, { type: 'text', text: '' }), out.open(0, { type: 'text', text: '' })]
  out.append(second, 'text', 'c')
  out.append(first, 'text', 'a')
  out.append(second, 'text', 'd')
  out.append(first, 'text', 'b')
  out.finish(0, { reason: 'stop', native: 'stop' })
  out.end()
  const events = out.take()
  t.match(await streamed(events), { choices: [{ text: 'abcd' }] })
  t.match(whole(fold(events)), { choices: [{ text: 'abcd' }] })
})

t.test('members nobody knows are kept; one that came in pieces is reported', async t => {
  const events = readStream(
    piece(0, 'a', null, { seed: null, note: 'one', delta: { content: 'a' } }),
    piece(0, 'b', 'stop', { seed: 5, note: 'two' }),
    '[DONE]'
  )
  t.match(await streamed(events), { choices: [{ text: 'ab', seed: 5, note: 'two', delta: undefined }] })
  t.match(
    events.filter(event => event.type === 'notice'),
    [{ gap: { feature: 'reply.native', action: 'dropped', field: 'choices.note' } }]
  )
})

t.test('a text that stands only where a conversation would have it is read', async t => {
  t.equal(
    whole(fold(readWhole({ choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }] }))).choices[0].text,
    'hi'
  )
})

t.test('a reply that is none, stops early or fails is an error', async t => {
  t.equal(errorOf(readWhole({ id: 'x' }))?.code, FORMAT_COMPLETIONS_NO_CHOICES.code)
  t.equal(errorOf(readWhole({ error: { message: 'no', code: 429 } }))?.kind, 'upstream_limited')
  t.equal(errorOf(readStream(piece(0, 'a')))?.code, 'ISTHMUS_UPSTREAM_CLOSED')
  t.equal(errorOf(readStream(piece(0, 'a'), '[DONE]'))?.code, 'ISTHMUS_UPSTREAM_CLOSED', 'a marker alone is no end')
  t.equal(errorOf(readStream(piece(0, 'a', 'stop'), piece(1, 'b')))?.code, 'ISTHMUS_UPSTREAM_CLOSED')
  t.match(errorOf(readStream(piece(0, 'a'), { error: { message: 'gone' } }))?.message, /gone/)
  t.match(errorOf(readStream(piece(0, '', 'error')))?.message, /reported an error/)
  t.equal(errorOf(readStream(piece(0, 'a', 'stop'))), undefined, 'the marker itself may be missing')
  t.equal(errorOf(readWhole({ choices: [{ text: 'a' }] })), undefined, 'a whole reply needs no reason')
})

t.test('a stream that is broken off says so, once, and never claims success', async t => {
  const encoder = completions.response.encoder(replyOptions())
  encoder.push(readStream(piece(0, 'a', 'stop'), '[DONE]').slice(0, 3))
  const last = encoder.end()
  t.match(last, FORMAT_COMPLETIONS_UNFINISHED().message)
  t.notMatch(last, /\[DONE\]/)
  t.equal(encoder.end() + encoder.fail(FORMAT_COMPLETIONS_UNFINISHED()) + encoder.ping?.(), '')
})
