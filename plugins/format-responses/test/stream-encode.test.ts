import { createError, endEvent, errorEvent, ISTHMUS_UPSTREAM_ERRORS, type Part, ReplyBuilder } from '@isthmus/core'
import { replyOptions } from '@isthmus/core/testing'
import type { JsonObject } from '@isthmus/core/wire'
import t from 'tap'
import { responses } from '../src/index.ts'
import { CALL, framesOfParts as frames, replyOf, TEXT, typesOf } from './support/reply-of.ts'
import { framesOf, readStream, streamOf } from './support/sdk.ts'

const BROKEN = createError('TEST_BROKEN', 'upstream_unavailable', 'It broke')

t.test('a text lives from its announcement to its end', async t => {
  const out = new ReplyBuilder()
  out.start('resp_up', 'm', 5)
  const open = out.open(0, { type: 'text', text: '' })
  out.append(open, 'text', 'Hel')
  out.append(open, 'text', 'lo "\\\n👍')
  out.finish(0, { reason: 'stop', native: '' })
  out.end()
  const told = framesOf(streamOf(out.take()))
  const place = { item_id: 'msg_kit1_0', output_index: 0, content_index: 0 }
  const text = 'Hello "\\\n👍'
  const part = { type: 'output_text', annotations: [], logprobs: [], text }
  const head = { id: 'msg_kit1_0', type: 'message', role: 'assistant' }
  t.match(told, [
    {
      type: 'response.created',
      sequence_number: 0,
      response: { id: 'resp_up', status: 'in_progress', output: [], usage: null }
    },
    { type: 'response.in_progress', sequence_number: 1, response: { id: 'resp_up' } },
    { type: 'response.output_item.added', output_index: 0, item: { ...head, status: 'in_progress', content: [] } },
    { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
    { type: 'response.output_text.delta', ...place, delta: 'Hel', logprobs: [] },
    { type: 'response.output_text.delta', ...place, delta: 'lo "\\\n👍', logprobs: [] },
    { type: 'response.output_text.done', ...place, text, logprobs: [] },
    { type: 'response.content_part.done', ...place, part },
    { type: 'response.output_item.done', output_index: 0, item: { ...head, status: 'completed', content: [part] } },
    { type: 'response.completed', sequence_number: 9, response: { id: 'resp_up', status: 'completed' } }
  ])
  t.equal(told.length, 10)
})

t.test('calls, custom calls and refusals live likewise', async t => {
  const custom: Part = { type: 'tool_call', id: 'call_2', name: 'g', kind: 'custom', argsText: 'x = 1' }
  const told = frames([CALL, custom, { type: 'refusal', text: 'No' }], { reason: 'tool_calls' })
  t.same(typesOf(told).slice(2), [
    'output_item.added',
    'function_call_arguments.delta',
    'function_call_arguments.done',
    'output_item.done',
    'output_item.added',
    'custom_tool_call_input.delta',
    'custom_tool_call_input.done',
    'output_item.done',
    'output_item.added',
    'content_part.added',
    'refusal.delta',
    'refusal.done',
    'content_part.done',
    'output_item.done',
    'completed'
  ])
  t.match(told[2], { item: { id: 'fc_kit1_0', type: 'function_call', call_id: 'call_1', name: 'f', arguments: '' } })
  t.match(
    told[4],
    { type: /function_call_arguments\.done$/, name: 'f', arguments: String },
    'some clients need the name'
  )
  t.match(told[6], { item: { id: 'ctc_kit1_1', type: 'custom_tool_call', call_id: 'call_2', name: 'g', input: '' } })
  t.match(told[8], { input: 'x = 1' })
  t.match(told[13], { refusal: 'No' })
})

t.test('log probabilities stand in the event of their text', async t => {
  const out = new ReplyBuilder()
  out.start('r', 'm')
  const open = out.open(0, { type: 'text', text: '' })
  out.append(open, 'text', 'Hi')
  out.set(open, 'logprobs', [{ token: 'Hi', logprob: -1 }])
  out.finish(0, { reason: 'stop', native: '' })
  out.end()
  const events = out.take()
  const logprobs = [{ token: 'Hi', logprob: -1, bytes: [72, 105], top_logprobs: [] }]
  t.match(
    framesOf(streamOf(events)).filter(frame => frame.type === 'response.output_text.delta'),
    [{ delta: 'Hi', logprobs }]
  )
  const read = await readStream(streamOf(events))
  t.match(read.output, [{ content: [{ text: 'Hi', logprobs }] }])
})

t.test('a failure is an error event and then a failed response, with one id', async t => {
  const encoder = responses.response.encoder(replyOptions())
  const events = replyOf([TEXT]).slice(0, 3)
  const told = framesOf(encoder.push([...events, errorEvent(BROKEN()), endEvent()]) + encoder.fail(BROKEN()))
  t.match(told.slice(-2), [
    { type: 'error', code: 'upstream_error', message: 'It broke', param: null, error: { message: 'It broke' } },
    {
      type: 'response.failed',
      response: { id: 'resp_kit1', status: 'failed', error: { code: 'server_error', message: 'It broke' } }
    }
  ])
  t.equal(told.filter(frame => frame.type === 'response.failed').length, 1)
  const early = framesOf(responses.response.encoder(replyOptions()).fail(BROKEN()))
  t.same(typesOf(early), ['created', 'in_progress', 'error', 'failed'])
  t.equal(encoder.end() + encoder.fail(BROKEN()) + encoder.push(events) + (encoder.ping?.() ?? ''), '')
  const codes = [
    [ISTHMUS_UPSTREAM_ERRORS.context_length('Too long'), 'context_length_exceeded'],
    [ISTHMUS_UPSTREAM_ERRORS.upstream_limited('Slow'), 'rate_limit_exceeded'],
    [ISTHMUS_UPSTREAM_ERRORS.upstream_rejected('Bad'), 'invalid_prompt'],
    [ISTHMUS_UPSTREAM_ERRORS.upstream_overloaded('Busy'), 'server_error']
  ] as const
  for (const [error, code] of codes) {
    const failed = framesOf(responses.response.encoder(replyOptions()).fail(error)).at(-1)
    t.match(failed, { response: { error: { code } } })
  }
})

t.test('a stream that stops without an end is a failure', async t => {
  const encoder = responses.response.encoder(replyOptions())
  const told = framesOf(encoder.push(replyOf([TEXT]).slice(0, 3)) + encoder.end())
  t.match(told.at(-1), { type: 'response.failed', response: { output: [] } })
})

t.test('a keep-alive is one more sign that the response runs, with the id it will keep', async t => {
  const encoder = responses.response.encoder(replyOptions())
  const early = framesOf(encoder.ping?.() ?? '')
  t.same(typesOf(early), ['created', 'in_progress'])
  const out = new ReplyBuilder()
  out.start('resp_up', 'served', 9)
  out.heartbeat()
  out.whole(0, TEXT)
  out.finish(0, { reason: 'stop', native: '' })
  out.end()
  const later = framesOf(encoder.push(out.take()))
  t.equal(typesOf(later)[0], 'in_progress')
  const ids = [...early, ...later].flatMap(({ response }) => (response ? [(response as JsonObject).id] : []))
  t.same([...new Set(ids)], ['resp_kit1'])
  t.match(later.at(-1), { response: { model: 'served', created_at: 9 } })
})

t.test(
  'what a long request said is repeated from the first event to the last, as far as the upstream does not say better',
  async t => {
    const tools = Array.from({ length: 20 }, (_, at) => ({
      type: 'function',
      name: `tool_${at}`,
      description: 'Für “alles” 東京 '.repeat(9)
    }))
    const context = { echo: { instructions: 'Sei kurz – bitte', tools, temperature: 0.5, store: true } }
    const encoder = responses.response.encoder(replyOptions({ context }))
    const early = framesOf(encoder.ping?.() ?? '')
    t.match(early[0], { response: { instructions: 'Sei kurz – bitte', tools, temperature: 0.5 } })
    const out = new ReplyBuilder()
    out.start('resp_up', 'served', 9, undefined, { serviceTier: 'flex', ext: { responses: { temperature: 1 } } })
    out.heartbeat()
    out.whole(0, TEXT)
    out.finish(0, { reason: 'stop', native: '' })
    out.end({ ext: { responses: { store: false, novel: 2 } } })
    const later = framesOf(encoder.push(out.take()))
    t.match(later[0], { response: { tools, temperature: 1, store: true, service_tier: 'flex' } })
    t.match(later.at(-1), { response: { tools, temperature: 1, store: false, service_tier: 'flex', novel: 2 } })
  }
)

t.test('what is not known of an item, and an item that is not known, go on where they came', async t => {
  const place = (item: JsonObject, at: number): JsonObject => ({ item_id: item.id, output_index: at, content_index: 0 })
  const poem = { id: 'po_1', type: 'poem', status: 'completed', verses: ['Roses'] }
  const thought = { id: 'rs_1', type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm' }] }
  const said = { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed' }
  const text = { type: 'output_text', text: 'Hi', annotations: [], logprobs: [] }
  const call = { id: 'fc_1', type: 'function_call', call_id: 'c', name: 'f', arguments: '{}', status: 'completed' }
  const events: JsonObject[] = [
    { type: 'response.created', response: { id: 'resp_1', model: 'm', output: [] } },
    { type: 'response.output_item.added', output_index: 0, item: { ...poem, verses: [] } },
    { type: 'response.poem.verse', ...place(poem, 0), verse: 'Roses' },
    { type: 'response.output_item.done', output_index: 0, item: poem },
    { type: 'response.output_item.added', output_index: 1, item: { ...thought, summary: [] } },
    { type: 'response.reasoning_summary_text.delta', ...place(thought, 1), summary_index: 0, delta: 'Hm' },
    { type: 'response.reasoning.mood', ...place(thought, 1), mood: 'calm' },
    { type: 'response.reasoning_part.done', ...place(thought, 1), part: { type: 'reasoning_text', text: '' } },
    { type: 'response.output_item.done', output_index: 1, item: thought },
    { type: 'response.output_item.added', output_index: 2, item: { ...said, content: [] } },
    { type: 'response.output_text.delta', ...place(said, 2), delta: 'Hi' },
    { type: 'response.output_text.rhyme', ...place(said, 2), rhyme: 'hay' },
    { type: 'response.applause', loud: true },
    { type: 'response.output_item.done', output_index: 2, item: { ...said, content: [text] } },
    { type: 'response.output_item.added', output_index: 3, item: { ...call, arguments: '' } },
    { type: 'response.function_call_arguments.hint', ...place(call, 3), hint: 1 },
    { type: 'response.output_item.done', output_index: 3, item: call },
    { type: 'response.completed', response: { id: 'resp_1', model: 'm', status: 'completed', output: [] } }
  ]
  const decoder = responses.response.decoder(
    { status: 200, headers: { 'content-type': 'text/event-stream' } },
    { provider: 'up', model: 'm' },
    undefined
  )
  const wire = events.map(event => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('')
  const written = framesOf(streamOf([...decoder.push(new TextEncoder().encode(wire)), ...decoder.end()]))
  const index = (type: string): number => written.findIndex(event => event.type === `response.${type}`)
  t.match(written[index('poem.verse') - 1], { type: 'response.output_item.added', item: { ...poem, verses: [] } })
  t.match(written[index('poem.verse')], { ...place(poem, 0), verse: 'Roses' })
  t.match(written[index('poem.verse') + 1], { type: 'response.output_item.done', item: poem })
  t.match(written[index('reasoning.mood')], { ...place(thought, 1), mood: 'calm' })
  t.equal(index('reasoning_part.done'), -1, 'this is said with the words of the format')
  t.match(written[index('output_text.rhyme') - 1], { type: 'response.output_text.delta', delta: 'Hi' })
  t.match(written[index('output_text.rhyme')], { ...place(said, 2), rhyme: 'hay' })
  const { sequence_number: _number, ...applause } = written[index('applause')] ?? {}
  t.same(applause, { type: 'response.applause', loud: true }, 'one that names no item is given none')
  t.match(written[index('function_call_arguments.hint')], { output_index: 3, hint: 1 })
  t.same(
    written.map(event => event.sequence_number),
    written.map((_, at) => at)
  )
})
